/** The source of prices that `MARKET_DATA` names. */
import { LiveMarket } from './live/live-market.ts';
import type { Timers } from './live/timers.ts';
import { Replay } from './recording/replay.ts';
import type { MarketSource } from './source.ts';
import { MarketDataError } from './source.ts';

export interface SourceOptions {
  /** What a recording's time runs faster by. */
  readonly speed: number;
  /** Where to follow, without the route. */
  readonly url: string;
  readonly timers: Timers;
  readonly onProgress: (share: number) => void;
  /** A sentence about what became of the source. */
  readonly onNews: (sentence: string) => void;
}

const FILE = 'file:';

/** Undefined for the generator. @throws MarketDataError */
export function configuredSource(text: string, options: SourceOptions): MarketSource | undefined {
  const { speed, url, timers, onProgress, onNews } = options;
  if (text === 'generator') return undefined;
  if (text === 'binance') return new LiveMarket({ url, timers, onNews });
  const paths = text.startsWith(FILE) ? text.slice(FILE.length).split(',') : [];
  if (paths.length === 0 || paths.includes('')) {
    throw new MarketDataError(
      `MARKET_DATA is generator, binance or file:PATH[,PATH], not ${JSON.stringify(text)}`,
    );
  }
  return new Replay({
    paths,
    speed,
    onProgress,
    onEnd: () => onNews('the recording has ended; its last prices stand'),
  });
}
