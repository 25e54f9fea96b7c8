/** Orders of both books with the field names of the REST answers. */
import { notional, priceOf, showMoney, showPrice, showQuantity, showRate } from '#core/money.ts';
import type { AlgoOrder, Order, Trade } from './order.ts';
import type {
  AlgoStatus,
  ConditionalType,
  OrderStatus,
  OrderType,
  PositionSide,
  PriceMatch,
  SelfTradePrevention,
  Side,
  TimeInForce,
  WorkingType,
} from './types.ts';

interface OrderFields {
  readonly orderId: number;
  readonly symbol: string;
  readonly status: OrderStatus;
  readonly clientOrderId: string;
  readonly price: string;
  readonly origQty: string;
  readonly executedQty: string;
  readonly timeInForce: TimeInForce;
  readonly type: OrderType;
  readonly reduceOnly: boolean;
  readonly closePosition: boolean;
  readonly side: Side;
  readonly positionSide: PositionSide;
  readonly stopPrice: string;
  readonly workingType: WorkingType;
  readonly priceProtect: boolean;
  readonly origType: OrderType | ConditionalType;
  readonly priceMatch: PriceMatch;
  readonly selfTradePreventionMode: SelfTradePrevention;
  readonly goodTillDate: number;
  readonly updateTime: number;
}

/** Answer to POST and DELETE of /fapi/v1/order: without avgPrice and cumQuote since 2026-07. */
export interface OrderAck extends OrderFields {
  readonly cumQty: string;
}

/** Answer to GET /fapi/v1/order, openOrders and allOrders. */
export interface OrderView extends OrderFields {
  readonly avgPrice: string;
  readonly cumQuote: string;
  readonly time: number;
}

/** Answer to POST /fapi/v1/algoOrder. */
export interface AlgoOrderAck {
  readonly algoId: number;
  readonly clientAlgoId: string;
  readonly algoType: 'CONDITIONAL';
  readonly orderType: ConditionalType;
  readonly symbol: string;
  readonly side: Side;
  readonly positionSide: PositionSide;
  readonly timeInForce: TimeInForce;
  readonly quantity: string;
  readonly algoStatus: AlgoStatus;
  readonly triggerPrice: string;
  readonly price: string;
  readonly icebergQuantity: null;
  readonly selfTradePreventionMode: SelfTradePrevention;
  readonly workingType: WorkingType;
  readonly priceMatch: PriceMatch;
  readonly closePosition: boolean;
  readonly priceProtect: boolean;
  readonly reduceOnly: boolean;
  readonly activatePrice: string;
  readonly callbackRate: string;
  readonly createTime: number;
  readonly updateTime: number;
  readonly triggerTime: number;
  readonly goodTillDate: number;
}

/** Answer to GET /fapi/v1/algoOrder, openAlgoOrders and allAlgoOrders. */
export interface AlgoOrderView extends AlgoOrderAck {
  readonly actualOrderId: string;
  readonly actualPrice: string;
  readonly actualQty: string;
  readonly actualType: string;
}

export interface AlgoCancelAck {
  readonly algoId: number;
  readonly clientAlgoId: string;
  readonly code: '200';
  readonly msg: 'success';
}

export interface TradeView {
  readonly id: number;
  readonly orderId: number;
  readonly symbol: string;
  readonly side: Side;
  readonly positionSide: PositionSide;
  readonly price: string;
  readonly qty: string;
  readonly quoteQty: string;
  readonly realizedPnl: string;
  readonly commission: string;
  readonly commissionAsset: string;
  readonly buyer: boolean;
  readonly maker: boolean;
  readonly marginAsset: string;
  readonly time: number;
}

export const averagePrice = (order: Order): string =>
  order.executed === 0n ? '0' : showPrice(priceOf(order.cost, order.executed, 'down'));

function fieldsOf(order: Order): OrderFields {
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
    priceMatch: order.priceMatch,
    selfTradePreventionMode: order.selfTradePrevention,
    goodTillDate: order.goodTillMs,
    updateTime: order.updatedMs,
  };
}

/** Answer to PUT /fapi/v1/order. */
export interface ModifyAck extends OrderAck {
  readonly pair: string;
  readonly modifyId?: number;
}

export function orderAck(order: Order): OrderAck {
  const fields = fieldsOf(order);
  return { ...fields, cumQty: fields.executedQty };
}

/** ACK says that the order was taken, and nothing about what became of it. */
export const takenAck = (order: Order): OrderAck => ({
  ...orderAck(order),
  status: 'NEW',
  executedQty: '0',
  cumQty: '0',
});

export const modifyAck = (order: Order, modifyId: number | undefined): ModifyAck => ({
  ...orderAck(order),
  pair: order.symbol,
  ...(modifyId === undefined ? {} : { modifyId }),
});

export const orderView = (order: Order): OrderView => ({
  ...fieldsOf(order),
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
  priceMatch: algo.priceMatch,
  closePosition: algo.closePosition,
  priceProtect: algo.priceProtect,
  reduceOnly: algo.reduceOnly,
  activatePrice: showPrice(algo.activatePrice),
  callbackRate: showRate(algo.callbackRate),
  createTime: algo.createdMs,
  updateTime: algo.updatedMs,
  triggerTime: algo.triggeredMs,
  goodTillDate: algo.goodTillMs,
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
