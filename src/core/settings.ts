/** The trading rules that an account runs by. They are a fact of the journal, so that a replay decides as the engine did. */

import type { Symbol } from './ids.ts';
import type { DecimalText } from './money.ts';

export type PositionMode = 'hedge' | 'one_way';

export interface TradingSettings {
  readonly positionMode: PositionMode;
  readonly symbols: readonly Symbol[];
  /** 0 to 1. */
  readonly confidenceMin: DecimalText;
  readonly signalAgeMsMax: number;
  /** How far a signal's timestamp may lie ahead of the engine's clock. */
  readonly clockSkewMsMax: number;
  readonly quoteAgeMsMax: number;
  /** The size, in the quote asset, of an order whose signal names no quantity. */
  readonly orderNotional: DecimalText;
  /** The distance of the stop, as a rate of the entry price, where the signal names none. */
  readonly stopLossRate: DecimalText;
  /** A position that is not covered by a stop for this long is closed at the market. */
  readonly unprotectedMsMax: number;
}

export const defaultSettings: TradingSettings = {
  positionMode: 'hedge',
  symbols: ['BTCUSDT', 'ETHUSDT', 'SOLUSDT', 'BNBUSDT', 'XRPUSDT'] as Symbol[],
  confidenceMin: '0.6',
  signalAgeMsMax: 300_000,
  clockSkewMsMax: 5_000,
  quoteAgeMsMax: 10_000,
  orderNotional: '250',
  stopLossRate: '0.02',
  unprotectedMsMax: 10_000,
};
