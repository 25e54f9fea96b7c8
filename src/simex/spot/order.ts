/** Orders, order lists and trades of the spot account, as the exchange keeps them: plain data. */
import type { Money, Price, Quantity } from '#core/money.ts';
import type { Side } from '../matching/book.ts';
import type { Reserve } from './account.ts';
import type {
  ContingencyType,
  ExpiryReason,
  OrderStatus,
  OrderType,
  SelfTradePrevention,
  TimeInForce,
} from './types.ts';

export interface Order {
  readonly orderId: number;
  clientOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  /** Zero for an order that takes what the market offers. */
  readonly price: Price;
  quantity: Quantity;
  /** What a market order was to be worth, or zero. */
  readonly quoteQuantity: Money;
  /** Zero without a stop. */
  readonly stopPrice: Price;
  /** In basis points; zero for an order that does not trail. */
  readonly trailingDelta: number;
  /** Zero unless it is an iceberg; the market cannot see how much of it is shown. */
  readonly icebergQuantity: Quantity;
  readonly selfTradePrevention: SelfTradePrevention;
  readonly strategyId: number | undefined;
  readonly strategyType: number | undefined;
  readonly list: OrderList | undefined;
  /** The price at which a buy locks what it may cost; zero for a market order, which locks nothing. */
  readonly lockPrice: Price;
  readonly createdMs: number;
  status: OrderStatus;
  executed: Quantity;
  /** Price times quantity of all fills. */
  cost: Money;
  /** What self-trade prevention took from it. */
  prevented: Quantity;
  preventedMatchId: number | undefined;
  /** When it came onto the book; undefined before. */
  workingMs: number | undefined;
  /** When it began to trail; undefined before. */
  trailingMs: number | undefined;
  /** Trailing: the best price seen since then. */
  extreme: Price | undefined;
  expiryReason: ExpiryReason | undefined;
  amendments: number;
  updatedMs: number;
  /** What of the account is locked for it; the orders of a pair share one. */
  reserve: Reserve;
}

export interface OrderList {
  readonly orderListId: number;
  readonly listClientOrderId: string;
  readonly symbol: string;
  readonly contingencyType: ContingencyType;
  /** OTO: the working order first, then what waits for it. OCO: the two that exclude each other. */
  readonly orders: Order[];
  readonly createdMs: number;
  updatedMs: number;
  /** Its placement was answered; what waits for a filled working order may go on. */
  isPlaced: boolean;
  isDone: boolean;
}

/** One fill of an order. */
export interface Trade {
  readonly tradeId: number;
  readonly order: Order;
  readonly price: Price;
  readonly quantity: Quantity;
  readonly commission: Money;
  readonly commissionAsset: string;
  readonly maker: boolean;
  readonly timeMs: number;
}

export const remaining = ({ quantity, executed, prevented }: Order): Quantity =>
  (quantity - executed - prevented) as Quantity;

export const isOpen = ({ status }: Order): boolean =>
  status === 'NEW' || status === 'PARTIALLY_FILLED' || status === 'PENDING_NEW';

/** Waits for the working order of its list. */
export const isPending = ({ status }: Order): boolean => status === 'PENDING_NEW';

export const isStopLoss = (type: OrderType): boolean => type === 'STOP_LOSS' || type === 'STOP_LOSS_LIMIT';
export const isTakeProfit = (type: OrderType): boolean =>
  type === 'TAKE_PROFIT' || type === 'TAKE_PROFIT_LIMIT';
/** Waits for a trigger before it works: an "algo" order. */
export const isContingent = (type: OrderType): boolean => isStopLoss(type) || isTakeProfit(type);
/** Once it works, it takes what the market offers. */
export const takesMarket = (type: OrderType): boolean =>
  type === 'MARKET' || type === 'STOP_LOSS' || type === 'TAKE_PROFIT';

/** Pays out of the free balance: what it will cost is known when it works, at once. */
export const locksNothing = ({ type, workingMs }: Order): boolean =>
  type === 'MARKET' || (takesMarket(type) && workingMs !== undefined);

/** The orders that exclude each other: both of an OCO, those that wait in an OTO. */
export const pairOf = ({ contingencyType, orders }: OrderList): readonly Order[] =>
  contingencyType === 'OCO' ? orders : orders.slice(1);

/** The other order of the pair that this one is in, if it is in one. */
export const rivalsOf = (order: Order): readonly Order[] => {
  const pair = order.list === undefined ? [] : pairOf(order.list);
  return pair.includes(order) ? pair.filter((other) => other !== order) : [];
};
