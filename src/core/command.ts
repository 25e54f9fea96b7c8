/** What can happen to the engine: everything that comes from outside reaches the decider as one of these. */

import type { TradingState } from './account.ts';
import type { SignalReceived } from './facts.ts';
import {
  type AccountId,
  type ClientOrderId,
  MICROS_PER_MS,
  type Micros,
  type PositionSide,
  type SignalKey,
  type Symbol,
  type TraceId,
} from './ids.ts';
import type { InstrumentText, Quote } from './instrument.ts';
import type { DecimalText } from './money.ts';
import type { OrderBook, OrderReport, SubmitOutcome } from './order.ts';
import type { TradingSettings } from './settings.ts';
import type { Signal } from './signal.ts';

/** The process starts, or starts anew after a fault: what was on its way to the exchange has an unknown fate. */
export interface Start {
  readonly type: 'start';
  readonly account: AccountId;
  readonly version: string;
  readonly settings: TradingSettings;
  /** From when on requests sent before the start can no longer be accepted by the exchange. */
  readonly decidableAt: Micros;
}

export interface ListInstruments {
  readonly type: 'list_instruments';
  readonly instruments: readonly InstrumentText[];
}

export interface ReceiveSignal {
  readonly type: 'receive_signal';
  readonly signal: Signal;
  readonly key: SignalKey;
  readonly trace: TraceId;
  readonly parentSpan?: string;
  readonly receivedAt: Micros;
  /** The first receipt, if the journal has the key already. */
  readonly duplicateOf?: SignalReceived;
}

/** The answer to an order that was sent. */
export interface RecordOutcome {
  readonly type: 'record_outcome';
  readonly clientOrderId: ClientOrderId;
  readonly outcome: SubmitOutcome;
  readonly sentAt: Micros;
  readonly answeredAt: Micros;
}

/** News of an order, from the user stream or because the engine asked. */
export interface RecordReport {
  readonly type: 'record_report';
  readonly report: OrderReport;
  readonly how: 'stream' | 'query';
  /** Its trades could not be read however often they were asked for. */
  readonly tradesOverdue?: boolean;
}

/** The exchange was asked, more than once, and does not know the order. It counts if the order's fate was decidable then. */
export interface RecordMissing {
  readonly type: 'record_missing';
  readonly clientOrderId: ClientOrderId;
  /** When it was first asked. */
  readonly askedAt: Micros;
}

export interface CompareSnapshot {
  readonly type: 'compare_snapshot';
  readonly takenAt: Micros;
  readonly positions: readonly {
    symbol: Symbol;
    side: PositionSide;
    quantity: DecimalText;
    entryPrice: DecimalText;
  }[];
  readonly openOrders: readonly { clientOrderId: ClientOrderId; symbol: Symbol; book: OrderBook }[];
}

/** The exchange was asked what the account has. */
export interface MeasureAccount {
  readonly type: 'measure_account';
  readonly asset: string;
  readonly wallet: DecimalText;
  readonly available: DecimalText;
  readonly unrealised: DecimalText;
}

/** Who commands, and what is said of it. */
interface Operator {
  readonly by: string;
  readonly note: string;
}

export interface SetTradingState extends Operator {
  readonly type: 'set_trading_state';
  readonly to: TradingState;
}

/** Closes all positions, or those of a symbol, at the market, and revokes the entries that are alive. */
export interface OrderFlatten extends Operator {
  readonly type: 'flatten';
  readonly symbol?: Symbol;
}

/** Takes one entry back. What guards a position is not taken back: see flatten. */
export interface RevokeEntry extends Operator {
  readonly type: 'revoke_entry';
  readonly clientOrderId: ClientOrderId;
}

export interface ChangeSettings extends Operator {
  readonly type: 'change_settings';
  readonly settings: TradingSettings;
  /** The version that the change was made of; nothing is done where that is no longer in force. */
  readonly basedOn: number;
}

export type OperatorCommand = SetTradingState | OrderFlatten | RevokeEntry | ChangeSettings;

/** Time passes: retries and deadlines. */
export interface Tick {
  readonly type: 'tick';
}

export type Command =
  | Start
  | ListInstruments
  | ReceiveSignal
  | RecordOutcome
  | RecordReport
  | RecordMissing
  | CompareSnapshot
  | MeasureAccount
  | OperatorCommand
  | Tick;

/** When a command is decided, and the market at that time. */
export interface Moment {
  readonly at: Micros;
  readonly quote: (symbol: Symbol) => Quote | undefined;
  /** When the heartbeat was last heard; before the first, when the engine began to wait for it. */
  readonly heartbeatAt?: Micros;
}

export const quoteAgeMs = ({ atMs }: Quote, { at }: Moment): number =>
  Math.max(0, Math.floor(at / MICROS_PER_MS) - atMs);

/** The market as it is, rather than as it was when its stream fell silent. */
export function freshQuote(
  moment: Moment,
  symbol: Symbol,
  { quoteAgeMsMax }: TradingSettings,
): Quote | undefined {
  const quote = moment.quote(symbol);
  return quote === undefined || quoteAgeMs(quote, moment) > quoteAgeMsMax ? undefined : quote;
}
