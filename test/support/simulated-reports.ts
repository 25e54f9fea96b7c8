/** What the simulated exchange says of an order, in the engine's terms: as the adapter reads it off the wire, without the wire. */

import type { ClientOrderId } from '#core/ids.ts';
import type { EndStatus, OrderReport, Trade } from '#core/order.ts';
import { statusOf } from '#exchange/binance/usdm/reports.ts';
import type { AlgoOrderView, OrderView, TradeView } from '#simex/usdm/order-view.ts';

export function algoEnd(status: AlgoOrderView['algoStatus']): 'open' | EndStatus {
  switch (status) {
    case 'CANCELED':
      return 'canceled';
    case 'EXPIRED':
      return 'expired';
    case 'REJECTED':
      return 'rejected';
    default:
      return 'open';
  }
}

export function reportOf(
  clientOrderId: ClientOrderId,
  exchangeOrderId: string,
  status: OrderView['status'],
  executed: string,
  trades: readonly Trade[],
): OrderReport {
  return { clientOrderId, exchangeOrderId, status: statusOf(status), executed, trades };
}

export const tradeOf = (trade: TradeView): Trade => ({
  tradeId: String(trade.id),
  price: trade.price,
  quantity: trade.qty,
  fee: trade.commission,
  feeAsset: trade.commissionAsset,
  maker: trade.maker,
  tradedAtMs: trade.time,
});
