/**
 * Candles of every interval that Binance has, folded from single prices. A price goes into the minute; a minute that
 * is over goes into each longer interval. So a price costs one candle, however many intervals there are.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/common-definition
 */
import type { Money, Price, Quantity } from '#core/money.ts';
import { zeroMoney, zeroQuantity } from '#core/money.ts';
import { keepNewest } from './keep-newest.ts';

export interface Candle {
  readonly openMs: number;
  readonly open: Price;
  high: Price;
  low: Price;
  close: Price;
  volume: Quantity;
  turnover: Money;
  /** What of it buyers took. */
  takerVolume: Quantity;
  takerTurnover: Money;
  /** Ids of the first and the last print; without prints both are 0. */
  firstId: number;
  lastId: number;
  count: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** The first Monday of 1970: weeks begin on Mondays. */
const FIRST_MONDAY_MS = 4 * DAY_MS;

const lengthsMs = {
  '1m': MINUTE_MS,
  '3m': 3 * MINUTE_MS,
  '5m': 5 * MINUTE_MS,
  '15m': 15 * MINUTE_MS,
  '30m': 30 * MINUTE_MS,
  '1h': HOUR_MS,
  '2h': 2 * HOUR_MS,
  '4h': 4 * HOUR_MS,
  '6h': 6 * HOUR_MS,
  '8h': 8 * HOUR_MS,
  '12h': 12 * HOUR_MS,
  '1d': DAY_MS,
  '3d': 3 * DAY_MS,
  '1w': 7 * DAY_MS,
  /** Months differ; this one is never used as a length. */
  '1M': 0,
} as const;

export type Interval = keyof typeof lengthsMs;

export const intervals = Object.keys(lengthsMs) as readonly Interval[];
export const isInterval = (text: string): text is Interval => Object.hasOwn(lengthsMs, text);

/** The candles of one price, by interval, oldest first. The longer ones lack the minute that is still open. */
export type Candles = Record<Interval, Candle[]>;

/** What one request may ask for, and enough minutes for the statistics of a day. */
const KEPT = 1500;

export const emptyCandles = (): Candles =>
  Object.fromEntries(intervals.map((interval) => [interval, []])) as unknown as Candles;

export function openOf(interval: Interval, atMs: number): number {
  if (interval === '1M') {
    const date = new Date(atMs);
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
  }
  const offset = interval === '1w' ? FIRST_MONDAY_MS : 0;
  const length = lengthsMs[interval];
  return Math.floor((atMs - offset) / length) * length + offset;
}

/** The last millisecond of the candle that opens then. */
export function closeOf(interval: Interval, openMs: number): number {
  if (interval !== '1M') return openMs + lengthsMs[interval] - 1;
  const date = new Date(openMs);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1) - 1;
}

/** Ends the minute that is over. The next one opens where it closed, so that there is one for each minute. */
export function roll(candles: Candles, nowMs: number): void {
  const minute = candles['1m'].at(-1);
  if (minute === undefined || nowMs < minute.openMs + MINUTE_MS) return;
  for (const interval of intervals) {
    if (interval === '1m') continue;
    const series = candles[interval];
    const last = series.at(-1);
    if (last !== undefined && last.openMs === openOf(interval, minute.openMs)) merge(last, minute);
    else push(series, { ...minute, openMs: openOf(interval, minute.openMs) });
  }
  push(candles['1m'], flat(openOf('1m', nowMs), minute.close));
}

/** The open minute, opened at this price if it is the first. */
export function minuteAt(candles: Candles, nowMs: number, price: Price): Candle {
  roll(candles, nowMs);
  const last = candles['1m'].at(-1);
  if (last !== undefined) return last;
  const first = flat(openOf('1m', nowMs), price);
  candles['1m'].push(first);
  return first;
}

export function touch(candle: Candle, price: Price): void {
  if (price > candle.high) candle.high = price;
  else if (price < candle.low) candle.low = price;
  candle.close = price;
}

/** The candles of an interval, oldest first, the open one last. */
export function seriesOf(candles: Candles, interval: Interval): readonly Candle[] {
  const series = candles[interval];
  const minute = candles['1m'].at(-1);
  if (interval === '1m' || minute === undefined) return series.slice(-KEPT);
  const openMs = openOf(interval, minute.openMs);
  const last = series.at(-1);
  const open = { ...(last?.openMs === openMs ? last : minute), openMs };
  if (last?.openMs !== openMs) return [...series, open].slice(-KEPT);
  merge(open, minute);
  return [...series.slice(0, -1), open].slice(-KEPT);
}

function flat(openMs: number, price: Price): Candle {
  return {
    openMs,
    open: price,
    high: price,
    low: price,
    close: price,
    volume: zeroQuantity,
    turnover: zeroMoney,
    takerVolume: zeroQuantity,
    takerTurnover: zeroMoney,
    firstId: 0,
    lastId: 0,
    count: 0,
  };
}

/** Adds a later candle to an earlier one. */
export function merge(into: Candle, later: Candle): void {
  if (later.high > into.high) into.high = later.high;
  if (later.low < into.low) into.low = later.low;
  into.close = later.close;
  into.volume = (into.volume + later.volume) as Quantity;
  into.turnover = (into.turnover + later.turnover) as Money;
  into.takerVolume = (into.takerVolume + later.takerVolume) as Quantity;
  into.takerTurnover = (into.takerTurnover + later.takerTurnover) as Money;
  if (into.firstId === 0) into.firstId = later.firstId;
  if (later.lastId !== 0) into.lastId = later.lastId;
  into.count += later.count;
}

function push(series: Candle[], candle: Candle): void {
  series.push(candle);
  keepNewest(series, KEPT);
}
