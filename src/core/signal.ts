/** A trading signal as the intake hands it over: validated in shape, not yet judged. */

import type { SignalId, StrategyId, Symbol } from './ids.ts';
import type { DecimalText } from './money.ts';

export type SignalAction = 'buy' | 'sell' | 'close' | 'hold';

export interface Signal {
  readonly id: SignalId;
  readonly strategyId: StrategyId;
  readonly symbol: Symbol;
  readonly action: SignalAction;
  /** 0 to 1. */
  readonly confidence: DecimalText;
  readonly orderType: 'market' | 'limit';
  /** The limit price; present exactly when orderType is 'limit'. */
  readonly price?: DecimalText;
  /** In base units; without it the engine sizes the order. */
  readonly quantity?: DecimalText;
  /** A trigger price, or a distance from the entry as a rate (0.02 is two percent); never both. */
  readonly stopLoss?: DecimalText;
  readonly stopLossRate?: DecimalText;
  readonly takeProfit?: DecimalText;
  readonly takeProfitRate?: DecimalText;
  /** When the strategy made it, in milliseconds since the epoch. */
  readonly timestampMs: number;
  /** What the publisher said beside it: kept, never interpreted. */
  readonly metadata?: Readonly<Record<string, string>>;
}
