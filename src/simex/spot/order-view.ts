/** Orders, lists and trades with the field names of the REST answers. */
import { notional, showMoney, showPrice, showQuantity } from '#core/money.ts';
import type { Order, OrderList, Trade } from './order.ts';
import { isContingent } from './order.ts';
import type { ListStatusType, ResponseType } from './types.ts';

const DECIMALS = 8;

/** The exchange writes every amount with eight decimals. */
export function eight(text: string): string {
  const [whole = '0', decimals = ''] = text.split('.');
  return `${whole}.${decimals.slice(0, DECIMALS).padEnd(DECIMALS, '0')}`;
}

const listIdOf = ({ list }: Order): number => list?.orderListId ?? -1;

/** The fields that only some orders have. */
const conditional = (order: Order) => ({
  ...(isContingent(order.type) ? { stopPrice: eight(showPrice(order.stopPrice)) } : {}),
  ...(order.trailingDelta === 0
    ? {}
    : { trailingDelta: order.trailingDelta, trailingTime: order.trailingMs ?? -1 }),
  ...(order.icebergQuantity === 0n ? {} : { icebergQty: eight(showQuantity(order.icebergQuantity)) }),
  ...(order.strategyId === undefined ? {} : { strategyId: order.strategyId }),
  ...(order.strategyType === undefined ? {} : { strategyType: order.strategyType }),
  ...(order.preventedMatchId === undefined
    ? {}
    : {
        preventedMatchId: order.preventedMatchId,
        preventedQuantity: eight(showQuantity(order.prevented)),
      }),
  ...(order.expiryReason === undefined ? {} : { expiryReason: order.expiryReason }),
});

const amounts = (order: Order) => ({
  price: eight(showPrice(order.price)),
  origQty: eight(showQuantity(order.quantity)),
  executedQty: eight(showQuantity(order.executed)),
  origQuoteOrderQty: eight(showMoney(order.quoteQuantity)),
  cummulativeQuoteQty: eight(showMoney(order.cost)),
  status: order.status,
  timeInForce: order.timeInForce,
  type: order.type,
  side: order.side,
});

const orderAck = (order: Order) => ({
  symbol: order.symbol,
  orderId: order.orderId,
  orderListId: listIdOf(order),
  clientOrderId: order.clientOrderId,
  transactTime: order.updatedMs,
});

const fillView = (trade: Trade) => ({
  price: eight(showPrice(trade.price)),
  qty: eight(showQuantity(trade.quantity)),
  commission: eight(showMoney(trade.commission)),
  commissionAsset: trade.commissionAsset,
  tradeId: trade.tradeId,
});

/** Answer to a placement; `trades` are the fills that it has caused. */
export const placedView = (order: Order, responseType: ResponseType, trades: readonly Trade[]) =>
  responseType === 'ACK'
    ? orderAck(order)
    : {
        ...orderAck(order),
        ...amounts(order),
        workingTime: order.workingMs ?? -1,
        selfTradePreventionMode: order.selfTradePrevention,
        ...conditional(order),
        ...(responseType === 'FULL'
          ? { fills: trades.filter((trade) => trade.order === order).map(fillView) }
          : {}),
      };

/** Answer to a cancellation, which has an id of its own. */
export const canceledView = (order: Order, cancelId: string) => ({
  ...orderAck(order),
  origClientOrderId: order.clientOrderId,
  clientOrderId: cancelId,
  ...amounts(order),
  selfTradePreventionMode: order.selfTradePrevention,
  ...conditional(order),
});

/** Answer to a question. */
export const orderView = (order: Order) => ({
  symbol: order.symbol,
  orderId: order.orderId,
  orderListId: listIdOf(order),
  clientOrderId: order.clientOrderId,
  ...amounts(order),
  stopPrice: eight(showPrice(order.stopPrice)),
  icebergQty: eight(showQuantity(order.icebergQuantity)),
  time: order.createdMs,
  updateTime: order.updatedMs,
  isWorking: order.workingMs !== undefined,
  workingTime: order.workingMs ?? -1,
  selfTradePreventionMode: order.selfTradePrevention,
  ...conditional(order),
});

export const amendedView = (order: Order, previousId: string, executionId: number) => ({
  transactTime: order.updatedMs,
  executionId,
  amendedOrder: {
    symbol: order.symbol,
    orderId: order.orderId,
    orderListId: listIdOf(order),
    origClientOrderId: previousId,
    clientOrderId: order.clientOrderId,
    price: eight(showPrice(order.price)),
    qty: eight(showQuantity(order.quantity)),
    executedQty: eight(showQuantity(order.executed)),
    preventedQty: eight(showQuantity(order.prevented)),
    quoteOrderQty: eight(showMoney(order.quoteQuantity)),
    cumulativeQuoteQty: eight(showMoney(order.cost)),
    status: order.status,
    timeInForce: order.timeInForce,
    type: order.type,
    side: order.side,
    ...(order.workingMs === undefined ? {} : { workingTime: order.workingMs }),
    selfTradePreventionMode: order.selfTradePrevention,
    ...conditional(order),
  },
  ...(order.list === undefined ? {} : { listStatus: listView(order.list) }),
});

const statusTypeOf = ({ isDone }: OrderList): ListStatusType => (isDone ? 'ALL_DONE' : 'EXEC_STARTED');

export const listedOrders = ({ orders }: OrderList) =>
  orders.map(({ symbol, orderId, clientOrderId }) => ({ symbol, orderId, clientOrderId }));

export const listView = (list: OrderList) => ({
  orderListId: list.orderListId,
  contingencyType: list.contingencyType,
  listStatusType: statusTypeOf(list),
  listOrderStatus: list.isDone ? ('ALL_DONE' as const) : ('EXECUTING' as const),
  listClientOrderId: list.listClientOrderId,
  transactionTime: list.updatedMs,
  symbol: list.symbol,
  orders: listedOrders(list),
});

/** Answer to the placement or the cancellation of a list, with a report of each order. */
export const listReport = <Report>(list: OrderList, report: (order: Order) => Report) => ({
  ...listView(list),
  orderReports: list.orders.map(report),
});

export const tradeView = ({ order, ...trade }: Trade) => ({
  symbol: order.symbol,
  id: trade.tradeId,
  orderId: order.orderId,
  orderListId: listIdOf(order),
  price: eight(showPrice(trade.price)),
  qty: eight(showQuantity(trade.quantity)),
  quoteQty: eight(showMoney(notional(trade.price, trade.quantity))),
  commission: eight(showMoney(trade.commission)),
  commissionAsset: trade.commissionAsset,
  time: trade.timeMs,
  isBuyer: order.side === 'BUY',
  isMaker: trade.maker,
  isBestMatch: true,
});
