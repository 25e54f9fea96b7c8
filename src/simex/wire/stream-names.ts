/** Which market streams exist, on which route, and which of them an event belongs to. */
import { isMarketStream, isPublicStream } from '../usdm/market-streams.ts';
import type { MarketEvent } from '../usdm/types.ts';

/** spot has no routes: its streams are on /ws and /stream. */
export type StreamRoute = 'public' | 'market' | 'private' | 'spot';

/** `markPrice` without a speed is published every third second. */
const SLOW_MARK_PRICE_MS = 3000;
const PUBLIC_STREAM = /^[a-z0-9]{2,20}@bookTicker$/;
const SPOT_STREAM = /^[a-z0-9]{2,20}@bookTicker$/;
const MARKET_STREAM = /^[a-z0-9]{2,20}@markPrice(@1s)?$/;

export const isStream = (route: StreamRoute, name: string): boolean =>
  (route === 'spot' && SPOT_STREAM.test(name)) ||
  (route === 'public' && (PUBLIC_STREAM.test(name) || isPublicStream(name))) ||
  (route === 'market' && (MARKET_STREAM.test(name) || isMarketStream(name)));

export function streamsOf(event: MarketEvent): readonly string[] {
  const symbol = event.s.toLowerCase();
  if (event.e === 'bookTicker') return [`${symbol}@bookTicker`];
  const fast = `${symbol}@markPrice@1s`;
  const isSlowTurn = Math.floor(event.E / 1000) % (SLOW_MARK_PRICE_MS / 1000) === 0;
  return isSlowTurn ? [fast, `${symbol}@markPrice`] : [fast];
}
