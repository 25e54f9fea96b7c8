/** An order of the regular book and an order of the conditional book, as the exchange keeps them: plain data. */
import type { Money, Price, Quantity, Rate } from '#core/money.ts';
import { subtractQuantity } from '#core/money.ts';
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

export interface Order {
  readonly orderId: number;
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly positionSide: PositionSide;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  /** Zero for a market order. Price and quantity can be amended. */
  price: Price;
  quantity: Quantity;
  readonly priceMatch: PriceMatch;
  /** When a GTD order ends; 0 for the others. */
  readonly goodTillMs: number;
  readonly reduceOnly: boolean;
  /** May only make its position smaller: reduceOnly, or the closing side of a hedge position. */
  readonly closing: boolean;
  readonly selfTradePrevention: SelfTradePrevention;
  /** The conditional order that it came from. */
  readonly origin: AlgoOrder | undefined;
  /** Made by the exchange, to close a position that lost its margin. */
  readonly liquidates: boolean;
  readonly createdMs: number;
  status: OrderStatus;
  executed: Quantity;
  /** Price times quantity of all fills. */
  cost: Money;
  /** Margin set aside while it rests. */
  reserved: Money;
  /** How often it was amended. */
  amendments: number;
  updatedMs: number;
}

export interface AlgoOrder {
  readonly algoId: number;
  readonly clientAlgoId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly positionSide: PositionSide;
  readonly type: ConditionalType;
  readonly timeInForce: TimeInForce;
  /** Zero with closePosition. */
  readonly quantity: Quantity;
  readonly price: Price;
  readonly priceMatch: PriceMatch;
  readonly goodTillMs: number;
  /** Zero for a trailing stop. */
  readonly triggerPrice: Price;
  readonly workingType: WorkingType;
  readonly closePosition: boolean;
  readonly priceProtect: boolean;
  readonly reduceOnly: boolean;
  readonly selfTradePrevention: SelfTradePrevention;
  readonly activatePrice: Price;
  readonly callbackRate: Rate;
  readonly createdMs: number;
  status: AlgoStatus;
  /** Trailing stop: the best price seen since it became active. */
  extreme: Price | undefined;
  updatedMs: number;
  triggeredMs: number;
  child: Order | undefined;
}

/** One fill of an order. */
export interface Trade {
  readonly tradeId: number;
  readonly order: Order;
  readonly price: Price;
  readonly quantity: Quantity;
  readonly commission: Money;
  readonly realized: Money;
  readonly maker: boolean;
  readonly timeMs: number;
}

/** What an amendment changed. */
export interface Amendment {
  readonly amendmentId: number;
  /** What the client called it. */
  readonly modifyId: number | undefined;
  readonly order: Order;
  readonly priceBefore: Price;
  readonly price: Price;
  readonly quantityBefore: Quantity;
  readonly quantity: Quantity;
  /** Its number among the amendments of the order. */
  readonly count: number;
  readonly timeMs: number;
}

export const remaining = (order: Order): Quantity => subtractQuantity(order.quantity, order.executed);

export const isOpen = (order: Order): boolean =>
  order.status === 'NEW' || order.status === 'PARTIALLY_FILLED';

/** Whether an order on that side of a hedge position makes it smaller. */
export const closesHedge = (side: Side, positionSide: PositionSide): boolean =>
  (positionSide === 'LONG' && side === 'SELL') || (positionSide === 'SHORT' && side === 'BUY');
