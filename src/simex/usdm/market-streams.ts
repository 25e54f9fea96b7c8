/** The market streams of USD-M futures: their names, their routes, their pace, and what each of them tells. */
import { intervals, isInterval } from '../market/candles.ts';
import type { Day } from '../market/day.ts';
import { dayOf } from '../market/day.ts';
import type { Publisher } from '../market/feed.ts';
import { candles, depthChanges, every, prints } from '../market/feed.ts';
import * as data from './market-data.ts';
import { bookTickerView, premiumIndexView } from './market-view.ts';
import type { ExchangeState } from './state.ts';
import { listingOf } from './state.ts';

const SYMBOL = '[a-z0-9_]{2,20}';
const PUBLIC = new RegExp(`^(?:${SYMBOL}@(?:trade|depth(?:5|10|20)?(?:@(?:100|250|500)ms)?)|!bookTicker)$`);
const MARKET = new RegExp(
  `^(?:${SYMBOL}@(?:aggTrade|miniTicker|ticker|kline_(?:${intervals.join('|')}))` +
    '|!(?:miniTicker|ticker)@arr|!markPrice@arr(?:@1s)?)$',
);

export const isPublicStream = (name: string): boolean => PUBLIC.test(name);
export const isMarketStream = (name: string): boolean => MARKET.test(name);

/** How often each is published, as documented; the market itself moves five times a second. */
const pacesMs = {
  '!bookTicker': 5000,
  '!miniTicker@arr': 1000,
  '!ticker@arr': 1000,
  '!markPrice@arr': 3000,
  '!markPrice@arr@1s': 1000,
  miniTicker: 2000,
  ticker: 2000,
  kline: 250,
  depth: 250,
} as const;

export function marketStream(state: ExchangeState, name: string): Publisher | undefined {
  const symbols = [...state.listings.keys()];
  switch (name) {
    case '!bookTicker':
      return every(pacesMs[name], (nowMs) =>
        symbols.map((symbol) => data.bookTickerEvent(bookTickerView(state, symbol), nowMs)),
      );
    case '!markPrice@arr':
    case '!markPrice@arr@1s':
      return every(pacesMs[name], (nowMs) => [
        symbols.map((symbol) => data.markPriceEvent(premiumIndexView(state, symbol), nowMs)),
      ]);
    case '!miniTicker@arr':
      return every(pacesMs[name], (nowMs) => [
        symbols.flatMap((symbol) => ofDay(state, symbol, data.miniTickerEvent, nowMs)),
      ]);
    case '!ticker@arr':
      return every(pacesMs[name], (nowMs) => [
        symbols.flatMap((symbol) => ofDay(state, symbol, data.tickerEvent, nowMs)),
      ]);
    default:
      return symbolStream(state, name);
  }
}

function symbolStream(state: ExchangeState, name: string): Publisher | undefined {
  const [lower = '', kind = '', speed] = name.split('@');
  const symbol = lower.toUpperCase();
  const tape = state.listings.get(symbol)?.tape;
  if (tape === undefined) return undefined;
  if (kind === 'trade') return prints(tape, (print, nowMs) => data.tradeEvent(symbol, print, nowMs));
  if (kind === 'aggTrade') return prints(tape, (print, nowMs) => data.aggTradeEvent(symbol, print, nowMs));
  if (kind === 'miniTicker') {
    return every(pacesMs.miniTicker, (nowMs) => ofDay(state, symbol, data.miniTickerEvent, nowMs));
  }
  if (kind === 'ticker') {
    return every(pacesMs.ticker, (nowMs) => ofDay(state, symbol, data.tickerEvent, nowMs));
  }
  const interval = kind.replace('kline_', '');
  if (isInterval(interval)) {
    const told = candles(tape.candles, interval, (candle, isClosed, nowMs) =>
      data.klineEvent(symbol, interval, candle, isClosed, nowMs),
    );
    return every(pacesMs.kline, told);
  }
  // Quotes and mark prices are events of the exchange itself.
  if (!kind.startsWith('depth')) return undefined;
  const levels = levelCounts[kind];
  const told = depthChanges(tape, (before, after, nowMs) =>
    data.depthEvent(symbol, before, after, nowMs, levels),
  );
  return every(depthPaces[speed ?? ''] ?? pacesMs.depth, told);
}

const levelCounts: Readonly<Record<string, number>> = { depth5: 5, depth10: 10, depth20: 20 };
const depthPaces: Readonly<Record<string, number>> = { '100ms': 100, '500ms': 500 };

function ofDay<T>(
  state: ExchangeState,
  symbol: string,
  word: (symbol: string, day: Day, nowMs: number) => T,
  nowMs: number,
): T[] {
  const day = dayOf(listingOf(state, symbol).tape, nowMs);
  return day === undefined ? [] : [word(symbol, day, nowMs)];
}
