/** What Binance says of an order, in the engine's terms. */

import type { ClientOrderId } from '#core/ids.ts';
import type { EndStatus, OrderReport, Trade } from '#core/order.ts';
import type {
  AlgoOrderAnswer,
  AlgoStatus,
  OrderAnswer,
  OrderStatus,
  OrderTradeUpdate,
  UserTrades,
} from './schemas.ts';

/** The engine's own client order ids begin with this; all others are somebody else's. */
const OWN_ID_PREFIX = 'te-';

export const ownId = (clientId: string): ClientOrderId | undefined =>
  clientId.startsWith(OWN_ID_PREFIX) ? (clientId as ClientOrderId) : undefined;

/** The conditional book's types: an order that had one of them when it was placed is the child of one. */
const conditionalTypes = new Set([
  'STOP',
  'STOP_MARKET',
  'TAKE_PROFIT',
  'TAKE_PROFIT_MARKET',
  'TRAILING_STOP_MARKET',
]);
export const isConditionalType = (type: string): boolean => conditionalTypes.has(type);

const orderStatuses: Record<OrderStatus, 'open' | EndStatus> = {
  NEW: 'open',
  PARTIALLY_FILLED: 'open',
  FILLED: 'filled',
  CANCELED: 'canceled',
  EXPIRED: 'expired',
  EXPIRED_IN_MATCH: 'expired',
  REJECTED: 'rejected',
};
export const statusOf = (status: OrderStatus): 'open' | EndStatus => orderStatuses[status];

/** How a conditional order stands by itself; 'child' where only its child can tell. */
const algoStatuses: Record<AlgoStatus, 'open' | 'child' | EndStatus> = {
  NEW: 'open',
  TRIGGERING: 'open',
  TRIGGERED: 'child',
  FINISHED: 'child',
  CANCELED: 'canceled',
  EXPIRED: 'expired',
  REJECTED: 'rejected',
};
export const algoStatusOf = (status: AlgoStatus): 'open' | 'child' | EndStatus => algoStatuses[status];

/** Of everything that a regular order has executed, where it is told. */
const averageOf = ({
  executedQty,
  avgPrice,
}: Pick<OrderAnswer, 'executedQty' | 'avgPrice'>): Pick<OrderReport, 'averagePrice'> =>
  executedQty === '0' || avgPrice === undefined ? {} : { averagePrice: avgPrice };

export const orderReport = (answer: OrderAnswer, trades: readonly Trade[]): OrderReport => ({
  clientOrderId: answer.clientOrderId as ClientOrderId,
  exchangeOrderId: answer.orderId,
  status: statusOf(answer.status),
  executed: answer.executedQty,
  ...averageOf(answer),
  trades,
});

/** A triggered conditional order: its own names, its child's fate. */
export const childReport = (
  algo: Pick<AlgoOrderAnswer, 'clientAlgoId' | 'algoId'>,
  child: Omit<OrderAnswer, 'clientOrderId'>,
  trades: readonly Trade[],
): OrderReport => ({
  clientOrderId: algo.clientAlgoId as ClientOrderId,
  exchangeOrderId: algo.algoId,
  childOrderId: child.orderId,
  status: statusOf(child.status),
  executed: child.executedQty,
  ...averageOf(child),
  trades,
});

/** A conditional order that has no child, or of whose child nothing is known yet. */
export const algoReport = (
  algo: Pick<AlgoOrderAnswer, 'clientAlgoId' | 'algoId' | 'actualOrderId' | 'actualQty'>,
  status: 'open' | EndStatus,
): OrderReport => ({
  clientOrderId: algo.clientAlgoId as ClientOrderId,
  exchangeOrderId: algo.algoId,
  ...(algo.actualOrderId === undefined ? {} : { childOrderId: algo.actualOrderId }),
  status,
  executed: algo.actualQty ?? '0',
  trades: [],
});

/** The execution in a stream event, where there is one. */
export const tradesOf = (update: OrderTradeUpdate): Trade[] =>
  update.x === 'TRADE'
    ? [
        {
          tradeId: update.t,
          price: update.L,
          quantity: update.l,
          fee: update.n ?? '0',
          feeAsset: update.N ?? '',
          maker: update.m,
          tradedAtMs: update.T,
        },
      ]
    : [];

export const tradeList = (trades: UserTrades): Trade[] =>
  trades.map((trade) => ({
    tradeId: trade.id,
    price: trade.price,
    quantity: trade.qty,
    fee: trade.commission,
    feeAsset: trade.commissionAsset,
    maker: trade.maker,
    tradedAtMs: trade.time,
  }));
