/** With what a simulated exchange is made. */
import type { LedgerEntry } from './ledger.ts';
import type { ApiRestrictions } from './restrictions.ts';
import type { SymbolSpec } from './symbols.ts';
import type { ExchangeEvent } from './types.ts';

export interface SimulatedExchangeOptions {
  /** Fixes the market and every random choice. */
  readonly seed: number;
  readonly symbols?: readonly SymbolSpec[];
  /** Wallet balance in USDT, as text; 10000 unless told. */
  readonly balance?: string;
  /** Hedge mode; true unless told. */
  readonly dualSide?: boolean;
  /** The instant at which the market starts, in milliseconds since 1970. */
  readonly startMs?: number;
  /** What the API key may do, where it differs from a key that only trades. */
  readonly apiRestrictions?: Partial<ApiRestrictions>;
  readonly onEvent?: (event: ExchangeEvent) => void;
  /** Gets every ledger entry once, in order. Without it the exchange keeps them itself (`ledger`). */
  readonly onLedger?: (entry: LedgerEntry) => void;
}
