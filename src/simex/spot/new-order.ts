/** An order as it begins: what was asked for, and nothing done yet. */
import type { Price } from '#core/money.ts';
import { zeroMoney, zeroQuantity } from '#core/money.ts';
import { assetOf } from './checks.ts';
import type { Order, OrderList } from './order.ts';
import type { OrderRequest } from './order-request.ts';

interface Beginning {
  readonly orderId: number;
  readonly list: OrderList | undefined;
  readonly isPending: boolean;
  readonly lockPrice: Price;
  readonly nowMs: number;
}

export function newOrder(request: OrderRequest, beginning: Beginning): Order {
  const { instrument, clientId, ...asked } = request;
  const { orderId, isPending, nowMs, list, lockPrice } = beginning;
  return {
    ...asked,
    orderId,
    clientOrderId: clientId ?? `sim-${orderId}`,
    symbol: instrument.symbol,
    list,
    lockPrice,
    createdMs: nowMs,
    status: isPending ? 'PENDING_NEW' : 'NEW',
    executed: zeroQuantity,
    cost: zeroMoney,
    prevented: zeroQuantity,
    preventedMatchId: undefined,
    workingMs: undefined,
    trailingMs: undefined,
    extreme: undefined,
    expiryReason: undefined,
    amendments: 0,
    updatedMs: nowMs,
    reserve: { asset: assetOf(request.side, instrument), amount: zeroMoney },
  };
}
