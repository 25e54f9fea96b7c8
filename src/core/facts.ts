/**
 * The closed union of facts: everything that the journal can hold. A fact is plain JSON with decimals as text.
 * The entry that carries it gives its number and time; `signal` is the number of the signal.received fact that
 * it goes back to and `trace` the trace it is told in.
 */

import type { AccountMeasured, SettingsChanged, TradingStateChanged } from './account-facts.ts';
import type {
  AccountId,
  ClientOrderId,
  Leg,
  Micros,
  PositionKey,
  PositionSide,
  Seq,
  SignalKey,
  StrategyId,
  Symbol,
  TraceId,
} from './ids.ts';
import type { InstrumentText } from './instrument.ts';
import type { DecimalText } from './money.ts';
import type {
  EndStatus,
  ExchangeRefusal,
  OrderBook,
  PlannedOrder,
  ProtectionText,
  Purpose,
} from './order.ts';
import type { FlattenReason } from './position.ts';
import type {
  PositionAdjusted,
  PositionAdopted,
  PositionChanged,
  PositionClosed,
  PositionExposed,
  PositionFlattenOrdered,
  PositionOpened,
  PositionProtected,
  PositionStopMoved,
} from './position-facts.ts';
import type { RefusalReason } from './refusal.ts';
import type { TradingSettings } from './settings.ts';
import type { ContentField, Signal } from './signal.ts';

/**
 * Entries carry the version they were written in. It rises when a program of before could misread what is written: not
 * for a field that it may leave out, nor for a type of fact, which a program refuses if it does not know it. Version 2
 * is there because programs of version 1 did not refuse.
 */
export const FACTS_VERSION = 2;

/** A rule that a decision was measured by. */
export interface Check {
  readonly check: string;
  readonly value: string;
  readonly limit: string;
}

export interface EngineStarted {
  readonly type: 'engine.started';
  readonly account: AccountId;
  readonly version: string;
  /** In force from here on. */
  readonly settings: TradingSettings;
  /** Those of the environment, where an operator has changed them since they were first in force. */
  readonly configured?: TradingSettings;
}

export interface InstrumentListed {
  readonly type: 'instrument.listed';
  readonly instrument: InstrumentText;
}

export interface SignalReceived {
  readonly type: 'signal.received';
  readonly signal: Seq;
  readonly trace: TraceId;
  /** The span id of the publisher's traceparent, 16 hex digits. */
  readonly parentSpan?: string;
  readonly key: SignalKey;
  readonly content: Signal;
  readonly receivedAt: Micros;
}

export interface SignalDuplicated {
  readonly type: 'signal.duplicated';
  /** The first receipt of the same signal. */
  readonly signal: Seq;
  readonly trace: TraceId;
  readonly parentSpan?: string;
  readonly content: Signal;
  readonly receivedAt: Micros;
  /** Where the content is not that of the first receipt: its id was used for another signal, which is not acted on. */
  readonly differs?: readonly ContentField[];
}

export interface SignalAccepted {
  readonly type: 'signal.accepted';
  readonly signal: Seq;
  readonly trace: TraceId;
  readonly strategyId: StrategyId;
  readonly symbol: Symbol;
  readonly checks: readonly Check[];
  /** The market that the decision saw; a close is decided without one, too. */
  readonly mark?: DecimalText;
  readonly bid?: DecimalText;
  readonly ask?: DecimalText;
  /** Present where the quantity is not the one that the signal asked for. */
  readonly resized?: { readonly asked?: DecimalText; readonly planned: DecimalText; readonly why: string };
}

export interface SignalRefused {
  readonly type: 'signal.refused';
  readonly signal: Seq;
  readonly trace: TraceId;
  readonly strategyId: StrategyId;
  readonly symbol: Symbol;
  readonly checks: readonly Check[];
  readonly reason: RefusalReason;
  readonly value: string;
  readonly limit: string;
}

/** The engine wants this order at the exchange. It is sent only after this fact is durable. */
export interface OrderPlanned extends Purpose {
  readonly type: 'order.planned';
  readonly order: PlannedOrder;
  /** What its fills are held against: its trigger, or the better of its limit and the market; absent if none is known. */
  readonly expected?: DecimalText;
  /** On entries and closes: from when on they are not tried again. */
  readonly expiresAt?: Micros;
  /** On entries. */
  readonly protection?: ProtectionText;
  readonly why?: FlattenReason;
}

interface AboutOrder {
  readonly clientOrderId: ClientOrderId;
  readonly signal: Seq;
  readonly trace: TraceId;
  readonly symbol: Symbol;
  readonly leg: Leg;
}

export interface OrderAccepted extends AboutOrder {
  readonly type: 'order.accepted';
  readonly exchangeOrderId: string;
  readonly plannedAt: Micros;
  /** When the request left and when its answer came; absent if the user stream told it first. */
  readonly sentAt?: Micros;
  readonly answeredAt?: Micros;
}

export interface OrderRefused extends AboutOrder {
  readonly type: 'order.refused';
  readonly refusal: ExchangeRefusal;
  readonly code: number;
  readonly message: string;
  readonly plannedAt: Micros;
  readonly sentAt: Micros;
  readonly answeredAt: Micros;
  /** Absent when the order is given up. */
  readonly retryAt?: Micros;
}

export interface OrderUnknown extends AboutOrder {
  readonly type: 'order.unknown';
  readonly cause: string;
  readonly plannedAt: Micros;
  /** From here on the exchange can no longer accept the request, so that asking for it gives a final answer. */
  readonly decidableAt: Micros;
}

/** How an unknown outcome was found out. */
export interface OrderResolved extends AboutOrder {
  readonly type: 'order.resolved';
  readonly placed: boolean;
  readonly how: 'stream' | 'query';
  readonly exchangeOrderId?: string;
  readonly plannedAt: Micros;
  /** On orders that were not placed: when they may be tried again. */
  readonly retryAt?: Micros;
}

/** An order that was not placed will not be tried again. */
export interface OrderAbandoned extends AboutOrder {
  readonly type: 'order.abandoned';
  readonly why:
    | 'expired'
    | 'attempts_used'
    | 'position_closed'
    | 'replaced'
    | 'close_signal'
    | 'not_plannable';
}

export interface OrderTriggered extends AboutOrder {
  readonly type: 'order.triggered';
  readonly childOrderId: string;
}

export interface OrderFilled extends AboutOrder {
  readonly type: 'order.filled';
  readonly position: PositionKey;
  readonly tradeId: string;
  readonly price: DecimalText;
  readonly quantity: DecimalText;
  readonly fee: DecimalText;
  readonly feeAsset: string;
  readonly maker: boolean;
  readonly tradedAtMs: number;
  readonly plannedAt: Micros;
  /** How much worse the price is than expected, in basis points; negative where it is better. */
  readonly slippageBps?: DecimalText;
}

export interface OrderEnded extends AboutOrder {
  readonly type: 'order.ended';
  readonly status: EndStatus;
  readonly executed: DecimalText;
}

/**
 * A close signal, or an operator, came while an entry was alive: what rests of it is cancelled, what is waiting is given up, and what it
 * still fills is closed at once.
 */
export interface EntryRevoked extends AboutOrder {
  readonly type: 'entry.revoked';
  readonly position: PositionKey;
  /** Where it was not a signal, but an operator. */
  readonly by?: string;
}

export interface CancelRequested extends AboutOrder {
  readonly type: 'cancel.requested';
  readonly book: OrderBook;
  readonly why: 'position_closed' | 'replaced' | 'close_signal';
}

/** An open order with an id of this engine's make that the journal does not know as live. It is cancelled. */
export interface OrphanFound {
  readonly type: 'orphan.found';
  readonly clientOrderId: ClientOrderId;
  readonly symbol: Symbol;
  readonly book: OrderBook;
}

/** The engine and the exchange disagree on a position's quantity. */
export interface DriftFound {
  readonly type: 'drift.found';
  readonly symbol: Symbol;
  readonly side: PositionSide;
  readonly journal: DecimalText;
  readonly exchange: DecimalText;
}

export interface DriftCleared {
  readonly type: 'drift.cleared';
  readonly symbol: Symbol;
  readonly side: PositionSide;
}

/** The first comparison with the exchange after a start is done: trading may begin. */
export interface EngineReconciled {
  readonly type: 'engine.reconciled';
  readonly orders: number;
  readonly positions: number;
}

/** Says nothing of trading: that its span and its log record arrive shows that those of other facts do. */
export interface TelemetryCanary {
  readonly type: 'telemetry.canary';
}

export type Fact =
  | EngineStarted
  | InstrumentListed
  | SignalReceived
  | SignalDuplicated
  | SignalAccepted
  | SignalRefused
  | OrderPlanned
  | OrderAccepted
  | OrderRefused
  | OrderUnknown
  | OrderResolved
  | OrderAbandoned
  | OrderTriggered
  | OrderFilled
  | OrderEnded
  | EntryRevoked
  | CancelRequested
  | OrphanFound
  | PositionOpened
  | PositionChanged
  | PositionClosed
  | PositionAdjusted
  | PositionAdopted
  | PositionStopMoved
  | PositionProtected
  | PositionExposed
  | DriftFound
  | DriftCleared
  | EngineReconciled
  | AccountMeasured
  | TradingStateChanged
  | SettingsChanged
  | PositionFlattenOrdered
  | TelemetryCanary;

export type FactType = Fact['type'];

/** The facts of one decision: committed together or not at all. The first has the number seq, the next seq + 1, ... */
export interface Entry {
  readonly seq: Seq;
  readonly at: Micros;
  readonly facts: readonly Fact[];
}

/** The signal that a fact belongs to, if it belongs to one. */
export function signalOf(fact: Fact): Seq | undefined {
  if ('signal' in fact) return fact.signal;
  return 'story' in fact ? fact.story.signal : undefined;
}
