/**
 * What the exchange tells: the account's events and quotes, with the field names of the streams.
 * https://github.com/binance/binance-spot-api-docs/blob/master/user-data-stream.md
 */
import { notional, showMoney, showPrice, showQuantity } from '#core/money.ts';
import type { Market } from '../market/market.ts';
import type { Account } from './account.ts';
import { balanceOf } from './account.ts';
import type { Order, OrderList, Trade } from './order.ts';
import { isOpen } from './order.ts';
import { eight, listedOrders } from './order-view.ts';
import type { ExecutionType, ListStatusType } from './types.ts';

/** What is special about one report of an order. */
export interface Execution {
  readonly type: ExecutionType;
  readonly executionId: number;
  readonly trade?: Trade | undefined;
  /** The id of a cancellation or the new id of an amended order; the order's own id is then the original one. */
  readonly requestId?: string | undefined;
  /** The id that an amended order had before. */
  readonly previousId?: string | undefined;
  /** Self-trade prevention: what it took this time, and from whom else. */
  readonly prevented?: { readonly quantity: string; readonly price: string; readonly counterOrderId: number };
}

export const executionReport = (order: Order, execution: Execution, nowMs: number) => {
  const { trade, prevented } = execution;
  return {
    e: 'executionReport' as const,
    E: nowMs,
    s: order.symbol,
    c: execution.requestId ?? order.clientOrderId,
    S: order.side,
    o: order.type,
    f: order.timeInForce,
    q: eight(showQuantity(order.quantity)),
    p: eight(showPrice(order.price)),
    P: eight(showPrice(order.stopPrice)),
    F: eight(showQuantity(order.icebergQuantity)),
    g: order.list?.orderListId ?? -1,
    C: execution.previousId ?? (execution.requestId === undefined ? '' : order.clientOrderId),
    x: execution.type,
    X: order.status,
    r: 'NONE' as const,
    i: order.orderId,
    l: trade === undefined ? eight('0') : eight(showQuantity(trade.quantity)),
    z: eight(showQuantity(order.executed)),
    L: trade === undefined ? eight('0') : eight(showPrice(trade.price)),
    n: trade === undefined ? '0' : eight(showMoney(trade.commission)),
    N: trade?.commissionAsset ?? null,
    T: nowMs,
    t: trade?.tradeId ?? -1,
    I: execution.executionId,
    w: order.workingMs !== undefined && isOpen(order),
    m: trade?.maker ?? false,
    M: false,
    O: order.createdMs,
    Z: eight(showMoney(order.cost)),
    Y: trade === undefined ? eight('0') : eight(showMoney(notional(trade.price, trade.quantity))),
    Q: eight(showMoney(order.quoteQuantity)),
    V: order.selfTradePrevention,
    ...(order.workingMs === undefined ? {} : { W: order.workingMs }),
    ...(order.trailingDelta === 0 ? {} : { d: order.trailingDelta, D: order.trailingMs ?? -1 }),
    ...(order.strategyId === undefined ? {} : { j: order.strategyId }),
    ...(order.strategyType === undefined ? {} : { J: order.strategyType }),
    ...(order.preventedMatchId === undefined
      ? {}
      : { v: order.preventedMatchId, A: eight(showQuantity(order.prevented)), u: -1 }),
    ...(prevented === undefined
      ? {}
      : { B: prevented.quantity, U: prevented.counterOrderId, Cs: order.symbol, pL: prevented.price }),
    ...(order.expiryReason === undefined ? {} : { eR: order.expiryReason }),
  };
};

export const accountPosition = (account: Account, assets: Iterable<string>, nowMs: number) => ({
  e: 'outboundAccountPosition' as const,
  E: nowMs,
  u: account.updatedMs,
  B: [...assets].map((asset) => {
    const { free, locked } = balanceOf(account, asset);
    return { a: asset, f: eight(showMoney(free)), l: eight(showMoney(locked)) };
  }),
});

export const balanceUpdate = (asset: string, delta: string, nowMs: number) => ({
  e: 'balanceUpdate' as const,
  E: nowMs,
  a: asset,
  d: eight(delta),
  T: nowMs,
});

export const listStatus = (list: OrderList, type: ListStatusType, nowMs: number) => ({
  e: 'listStatus' as const,
  E: nowMs,
  s: list.symbol,
  g: list.orderListId,
  c: list.contingencyType,
  l: type,
  L: list.isDone ? ('ALL_DONE' as const) : ('EXECUTING' as const),
  r: 'NONE' as const,
  C: list.listClientOrderId,
  T: nowMs,
  O: listedOrders(list).map(({ symbol, orderId, clientOrderId }) => ({
    s: symbol,
    i: orderId,
    c: clientOrderId,
  })),
});

/** The spot stream of best quotes has neither a type nor a time; the type is for the wire alone. */
export const bookTicker = (symbol: string, { bids, asks }: Market, updateId: number) => ({
  e: 'bookTicker' as const,
  u: updateId,
  s: symbol,
  b: eight(bids[0] === undefined ? '0' : showPrice(bids[0].price)),
  B: eight(bids[0] === undefined ? '0' : showQuantity(bids[0].quantity)),
  a: eight(asks[0] === undefined ? '0' : showPrice(asks[0].price)),
  A: eight(asks[0] === undefined ? '0' : showQuantity(asks[0].quantity)),
});

export type SpotUserEvent =
  | ReturnType<typeof executionReport>
  | ReturnType<typeof accountPosition>
  | ReturnType<typeof balanceUpdate>
  | ReturnType<typeof listStatus>;
export type SpotEvent = SpotUserEvent | ReturnType<typeof bookTicker>;
