/**
 * What the engine needs of an exchange. Differences between exchanges, books and protocols stay behind it.
 * No method throws for what an exchange or a network can do: outcomes are values. Each has a deadline of its own.
 */

import type { ClientOrderId, Micros, PositionSide, Symbol } from '#core/ids.ts';
import type { InstrumentText, Quote } from '#core/instrument.ts';
import type { DecimalText } from '#core/money.ts';
import type { OrderBook, OrderReport, PlannedOrder, SubmitOutcome } from '#core/order.ts';

export interface OrderRef {
  readonly clientOrderId: ClientOrderId;
  readonly symbol: Symbol;
  readonly book: OrderBook;
}

export interface Submitted {
  readonly outcome: SubmitOutcome;
  readonly sentAt: Micros;
  readonly answeredAt: Micros;
}

/** not_open: the exchange has no such order open; asking for its report tells why. */
export type CancelOutcome =
  | { readonly kind: 'canceled' }
  | { readonly kind: 'not_open' }
  | { readonly kind: 'failed'; readonly cause: string };

export type ReportOutcome =
  | { readonly kind: 'found'; readonly report: OrderReport }
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly cause: string };

export interface ExchangePosition {
  readonly symbol: Symbol;
  readonly side: PositionSide;
  /** Unsigned. */
  readonly quantity: DecimalText;
  readonly entryPrice: DecimalText;
}

/** Open orders of both books and positions, as of a moment no earlier than takenAt. */
export interface ExchangeSnapshot {
  readonly takenAt: Micros;
  readonly positions: readonly ExchangePosition[];
  readonly openOrders: readonly OrderRef[];
}

export interface AccountBalance {
  readonly asset: string;
  readonly wallet: DecimalText;
  readonly available: DecimalText;
  readonly unrealised: DecimalText;
}

export type Answer<T> =
  | { readonly kind: 'answer'; readonly value: T }
  | { readonly kind: 'failed'; readonly cause: string };

export type ExchangeEvent =
  | { readonly kind: 'report'; readonly report: OrderReport }
  /** The user stream was interrupted: reports may have been missed. */
  | { readonly kind: 'gap' };

export interface Exchange {
  /** Opens the streams. Events begin after it resolves; it fails if the exchange cannot be reached in time. */
  open(listener: (event: ExchangeEvent) => void): Promise<Answer<void>>;
  instruments(symbols: readonly Symbol[]): Promise<Answer<InstrumentText[]>>;
  /** The newest market of a symbol, whatever its age. */
  quote(symbol: Symbol): Quote | undefined;
  submit(order: PlannedOrder): Promise<Submitted>;
  cancel(order: OrderRef): Promise<CancelOutcome>;
  /** The order and all of its trades. */
  report(order: OrderRef): Promise<ReportOutcome>;
  snapshot(): Promise<Answer<ExchangeSnapshot>>;
  balance(): Promise<Answer<AccountBalance>>;
  close(): Promise<void>;
}
