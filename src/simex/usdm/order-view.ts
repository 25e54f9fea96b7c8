/** Orders of both books with the field names of the REST answers. */
import { notional, priceOf, showMoney, showPrice, showQuantity, showRate } from '#core/money.ts';
import type { AlgoOrder, Order, Trade } from './order.ts';
import type { AlgoOrderAck, AlgoOrderView, OrderAck, OrderView, TradeView } from './types.ts';

export const averagePrice = (order: Order): string =>
  order.executed === 0n ? '0' : showPrice(priceOf(order.cost, order.executed, 'down'));

export function orderAck(order: Order): OrderAck {
  const { origin } = order;
  return {
    orderId: order.orderId,
    symbol: order.symbol,
    status: order.status,
    clientOrderId: order.clientOrderId,
    price: showPrice(order.price),
    origQty: showQuantity(order.quantity),
    executedQty: showQuantity(order.executed),
    timeInForce: order.timeInForce,
    type: order.type,
    reduceOnly: order.reduceOnly,
    closePosition: origin?.closePosition ?? false,
    side: order.side,
    positionSide: order.positionSide,
    stopPrice: origin === undefined ? '0' : showPrice(origin.triggerPrice),
    workingType: origin?.workingType ?? 'CONTRACT_PRICE',
    priceProtect: origin?.priceProtect ?? false,
    origType: origin?.type ?? order.type,
    priceMatch: 'NONE',
    selfTradePreventionMode: order.selfTradePrevention,
    goodTillDate: 0,
    updateTime: order.updatedMs,
  };
}

export const orderView = (order: Order): OrderView => ({
  ...orderAck(order),
  avgPrice: averagePrice(order),
  cumQuote: showMoney(order.cost),
  time: order.createdMs,
});

export const algoAck = (algo: AlgoOrder): AlgoOrderAck => ({
  algoId: algo.algoId,
  clientAlgoId: algo.clientAlgoId,
  algoType: 'CONDITIONAL',
  orderType: algo.type,
  symbol: algo.symbol,
  side: algo.side,
  positionSide: algo.positionSide,
  timeInForce: algo.timeInForce,
  quantity: showQuantity(algo.quantity),
  algoStatus: algo.status,
  triggerPrice: showPrice(algo.triggerPrice),
  price: showPrice(algo.price),
  icebergQuantity: null,
  selfTradePreventionMode: algo.selfTradePrevention,
  workingType: algo.workingType,
  priceMatch: 'NONE',
  closePosition: algo.closePosition,
  priceProtect: algo.priceProtect,
  reduceOnly: algo.reduceOnly,
  activatePrice: showPrice(algo.activatePrice),
  callbackRate: showRate(algo.callbackRate),
  createTime: algo.createdMs,
  updateTime: algo.updatedMs,
  triggerTime: algo.triggeredMs,
  goodTillDate: 0,
});

export const algoView = (algo: AlgoOrder): AlgoOrderView => ({
  ...algoAck(algo),
  actualOrderId: algo.child === undefined ? '' : String(algo.child.orderId),
  actualPrice: algo.child === undefined ? '0' : averagePrice(algo.child),
  actualQty: algo.child === undefined ? '0' : showQuantity(algo.child.executed),
  actualType: algo.child?.type ?? '',
});

export const tradeView = ({ order, ...trade }: Trade): TradeView => ({
  id: trade.tradeId,
  orderId: order.orderId,
  symbol: order.symbol,
  side: order.side,
  positionSide: order.positionSide,
  price: showPrice(trade.price),
  qty: showQuantity(trade.quantity),
  quoteQty: showMoney(notional(trade.price, trade.quantity)),
  realizedPnl: showMoney(trade.realized),
  commission: showMoney(trade.commission),
  commissionAsset: 'USDT',
  buyer: order.side === 'BUY',
  maker: trade.maker,
  marginAsset: 'USDT',
  time: trade.timeMs,
});
