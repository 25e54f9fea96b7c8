/** Orders: as planned, as the exchange reports them, and as the engine remembers them while they live. */

import type {
  ClientOrderId,
  Leg,
  Micros,
  OrderSide,
  PositionKey,
  PositionSide,
  Seq,
  SignalKey,
  StrategyId,
  Symbol,
  TraceId,
} from './ids.ts';
import {
  type DecimalText,
  type Money,
  notional,
  type Price,
  type Quantity,
  subtractQuantity,
  zeroMoney,
} from './money.ts';

/** Regular orders and conditional ("algo") orders live in separate books at Binance since 2025-12-09. */
export type OrderBook = 'regular' | 'conditional';

declare const planned: unique symbol;

/** An order that obeys the instrument's published rules. Only planOrder makes one. */
export interface PlannedOrder {
  readonly [planned]: true;
  readonly clientOrderId: ClientOrderId;
  readonly book: OrderBook;
  readonly symbol: Symbol;
  readonly side: OrderSide;
  /** BOTH in one-way mode. */
  readonly positionSide: PositionSide | 'BOTH';
  readonly type: 'MARKET' | 'LIMIT' | 'STOP_MARKET' | 'TAKE_PROFIT_MARKET';
  readonly quantity: DecimalText;
  readonly price?: DecimalText;
  readonly triggerPrice?: DecimalText;
  /** Sent only in one-way mode: hedge mode refuses the parameter and implies it by the side. */
  readonly reduceOnly: boolean;
}

/** The signal that something goes back to, and the trace it is told in. */
export interface Story {
  /** The number of its signal.received fact. */
  readonly signal: Seq;
  readonly key: SignalKey;
  readonly trace: TraceId;
}

/** Whose order it is, what for, and which attempt at it. */
export interface Purpose {
  readonly story: Story;
  readonly position: PositionKey;
  readonly strategyId: StrategyId;
  readonly leg: Leg;
  readonly side: PositionSide;
  readonly attempt: number;
}

export const purposeOf = ({ story, position, strategyId, leg, side, attempt }: Purpose): Purpose => ({
  story,
  position,
  strategyId,
  leg,
  side,
  attempt,
});

/** Where a position's stop and target are to be: at a price, or at a distance from the entry. */
export interface ProtectionText {
  readonly stop?: DecimalText;
  readonly stopRate?: DecimalText;
  readonly target?: DecimalText;
  readonly targetRate?: DecimalText;
}

export type EndStatus = 'filled' | 'canceled' | 'expired' | 'rejected';

/** One execution, as the user stream and the trade list tell it. */
export interface Trade {
  /** Unique per symbol. */
  readonly tradeId: string;
  readonly price: DecimalText;
  readonly quantity: DecimalText;
  readonly fee: DecimalText;
  readonly feeAsset: string;
  readonly maker: boolean;
  readonly tradedAtMs: number;
}

/** What the exchange says of one order. */
export interface OrderReport {
  readonly clientOrderId: ClientOrderId;
  readonly exchangeOrderId: string;
  /** The regular order that a conditional one became when it triggered. */
  readonly childOrderId?: string;
  readonly status: 'open' | EndStatus;
  /** The total quantity executed, which may be ahead of the trades known so far. */
  readonly executed: DecimalText;
  /** Of everything executed, where the exchange tells it. */
  readonly averagePrice?: DecimalText;
  readonly trades: readonly Trade[];
}

/** Why the exchange did not take a request. */
export type ExchangeRefusal =
  | 'would_trigger'
  | 'nothing_to_reduce'
  | 'insufficient_margin'
  | 'filter'
  | 'throttled'
  | 'unavailable'
  | 'not_authorised'
  | 'too_many_orders'
  | 'other';

export interface Accepted {
  readonly kind: 'accepted';
  readonly report: OrderReport;
}
export interface Refused {
  readonly kind: 'refused';
  readonly refusal: ExchangeRefusal;
  readonly code: number;
  readonly message: string;
}
/** The exchange may or may not have the order. Never treated as refused; resolved by asking. */
export interface Unknown {
  readonly kind: 'unknown';
  readonly cause: string;
  /** From here on, by the engine's clock, the exchange can no longer accept the request. */
  readonly decidableAt: Micros;
}
export type SubmitOutcome = Accepted | Refused | Unknown;

/**
 * planned: durable here, its fate at the exchange not yet known. unknown: the answer left it open.
 * open: the exchange has it. waiting: it is not at the exchange, and may be tried again from retryAt on.
 */
export type OrderPhase = 'planned' | 'unknown' | 'open' | 'waiting';

/** A live order. It leaves the state when it has ended and all of its trades are known. */
export interface Order extends Purpose {
  readonly plan: PlannedOrder;
  readonly quantity: Quantity;
  readonly protection: ProtectionText | undefined;
  readonly expected: DecimalText | undefined;
  /** What each unit of an entry is reckoned at until it is filled. */
  readonly reference: Price;
  readonly plannedAt: Micros;
  /** From when on an entry or a close is not tried again. */
  readonly expiresAt: Micros | undefined;
  phase: OrderPhase;
  exchangeOrderId: string | undefined;
  childOrderId: string | undefined;
  filled: Quantity;
  readonly tradeIds: string[];
  ended: { readonly status: EndStatus; readonly executed: Quantity } | undefined;
  decidableAt: Micros | undefined;
  retryAt: Micros | undefined;
  cancelRequestedAt: Micros | undefined;
  /** An entry that a close signal has overtaken. */
  revoked: boolean;
  /** When the exchange was last heard of it. */
  heardAt: Micros;
}

/** The most that the rest of an entry may still add to a position. */
export const openValueOf = ({ leg, reference, quantity, filled }: Order): Money =>
  leg === 'entry' && filled < quantity ? notional(reference, subtractQuantity(quantity, filled)) : zeroMoney;

/** The part that every fact about an order carries. */
export const aboutOrder = (order: Order) => ({
  clientOrderId: order.plan.clientOrderId,
  signal: order.story.signal,
  trace: order.story.trace,
  symbol: order.plan.symbol,
  leg: order.leg,
});
