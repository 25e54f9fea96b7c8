/** Where prices come from if they are not generated. */
import type { Followed, MarketBatch } from './follow.ts';

/** Data that cannot be used: which, where in it, and what is wrong. */
export class MarketDataError extends Error {
  override readonly name = 'MarketDataError';
}

export interface MarketStart {
  readonly symbols: readonly string[];
  /** How far an earlier process had come, with whichever source. */
  readonly followed: Followed | undefined;
  readonly nowMs: number;
}

export interface MarketSource {
  /** The first prices, so that nobody ever sees others. @throws MarketDataError */
  start(from: MarketStart): Promise<MarketBatch>;
  /** What has happened since the last call; undefined if nothing is known to be current. @throws MarketDataError */
  due(nowMs: number): Promise<MarketBatch | undefined>;
  close(): void;
}
