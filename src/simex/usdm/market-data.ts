/**
 * Public market data with the field names of USD-M futures: rows of the REST answers and events of the streams.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/market-data/rest-api
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/websocket-market-streams
 */
import { notional, showMoney, showPrice, showQuantity, showRate } from '#core/money.ts';
import type { Candle, Interval } from '../market/candles.ts';
import { closeOf } from '../market/candles.ts';
import type { Day } from '../market/day.ts';
import type { Depth } from '../market/depth.ts';
import { changedLevels, finalId, firstIdAfter, snapshotId } from '../market/depth.ts';
import type { Level } from '../market/market.ts';
import type { Print } from '../market/tape.ts';
import type { BookTickerView, PremiumIndexView } from './market-view.ts';

const levelRows = (levels: readonly Level[]) =>
  levels.map(({ price, quantity }) => [showPrice(price), showQuantity(quantity)] as const);

export const depthAnswer = (depth: Depth, limit: number, nowMs: number) => ({
  lastUpdateId: snapshotId(depth),
  E: nowMs,
  T: nowMs,
  bids: levelRows(depth.bids.slice(0, limit)),
  asks: levelRows(depth.asks.slice(0, limit)),
});

export const tradeRow = ({ id, price, quantity, timeMs, buyerIsMaker }: Print) => ({
  id,
  price: showPrice(price),
  qty: showQuantity(quantity),
  quoteQty: showMoney(notional(price, quantity)),
  time: timeMs,
  isBuyerMaker: buyerIsMaker,
  isRPITrade: false,
});

export const aggTradeRow = ({ id, price, quantity, timeMs, buyerIsMaker }: Print) => ({
  a: id,
  p: showPrice(price),
  q: showQuantity(quantity),
  nq: showQuantity(quantity),
  f: id,
  l: id,
  T: timeMs,
  m: buyerIsMaker,
});

export const klineRow = (candle: Candle, interval: Interval) => [
  candle.openMs,
  showPrice(candle.open),
  showPrice(candle.high),
  showPrice(candle.low),
  showPrice(candle.close),
  showQuantity(candle.volume),
  closeOf(interval, candle.openMs),
  showMoney(candle.turnover),
  candle.count,
  showQuantity(candle.takerVolume),
  showMoney(candle.takerTurnover),
  '0',
];

export const tickerRow = (symbol: string, day: Day, nowMs: number) => ({
  symbol,
  priceChange: showPrice(day.change),
  priceChangePercent: showRate(day.changePercent),
  weightedAvgPrice: showPrice(day.average),
  lastPrice: showPrice(day.last),
  lastQty: showQuantity(day.lastQuantity),
  openPrice: showPrice(day.open),
  highPrice: showPrice(day.high),
  lowPrice: showPrice(day.low),
  volume: showQuantity(day.volume),
  quoteVolume: showMoney(day.turnover),
  openTime: day.openMs,
  closeTime: nowMs,
  firstId: day.firstId,
  lastId: day.lastId,
  count: day.count,
});

/** Not documented for futures, but published, and what ccxt reads by default. */
export const tradeEvent = (
  symbol: string,
  { id, price, quantity, timeMs, buyerIsMaker }: Print,
  nowMs: number,
) => ({
  e: 'trade',
  E: nowMs,
  T: timeMs,
  s: symbol,
  t: id,
  p: showPrice(price),
  q: showQuantity(quantity),
  X: 'MARKET',
  m: buyerIsMaker,
});

export const aggTradeEvent = (symbol: string, print: Print, nowMs: number) => ({
  e: 'aggTrade',
  E: nowMs,
  s: symbol,
  ...aggTradeRow(print),
});

export const klineEvent = (
  symbol: string,
  interval: Interval,
  candle: Candle,
  isClosed: boolean,
  nowMs: number,
) => ({
  e: 'kline',
  E: nowMs,
  s: symbol,
  k: {
    t: candle.openMs,
    T: closeOf(interval, candle.openMs),
    s: symbol,
    i: interval,
    f: candle.firstId,
    L: candle.lastId,
    o: showPrice(candle.open),
    c: showPrice(candle.close),
    h: showPrice(candle.high),
    l: showPrice(candle.low),
    v: showQuantity(candle.volume),
    n: candle.count,
    x: isClosed,
    q: showMoney(candle.turnover),
    V: showQuantity(candle.takerVolume),
    Q: showMoney(candle.takerTurnover),
    B: '0',
  },
});

/** Without `levels` only what has changed, else that many levels as they are. */
export const depthEvent = (symbol: string, before: Depth, after: Depth, nowMs: number, levels?: number) => ({
  e: 'depthUpdate',
  E: nowMs,
  T: nowMs,
  s: symbol,
  U: firstIdAfter(before),
  u: finalId(after),
  pu: finalId(before),
  b: levelRows(levels === undefined ? changedLevels(before.bids, after.bids) : after.bids.slice(0, levels)),
  a: levelRows(levels === undefined ? changedLevels(before.asks, after.asks) : after.asks.slice(0, levels)),
});

export const miniTickerEvent = (symbol: string, day: Day, nowMs: number) => ({
  e: '24hrMiniTicker',
  E: nowMs,
  s: symbol,
  c: showPrice(day.last),
  o: showPrice(day.open),
  h: showPrice(day.high),
  l: showPrice(day.low),
  v: showQuantity(day.volume),
  q: showMoney(day.turnover),
});

export const tickerEvent = (symbol: string, day: Day, nowMs: number) => ({
  e: '24hrTicker',
  E: nowMs,
  s: symbol,
  p: showPrice(day.change),
  P: showRate(day.changePercent),
  w: showPrice(day.average),
  c: showPrice(day.last),
  Q: showQuantity(day.lastQuantity),
  o: showPrice(day.open),
  h: showPrice(day.high),
  l: showPrice(day.low),
  v: showQuantity(day.volume),
  q: showMoney(day.turnover),
  O: day.openMs,
  C: nowMs,
  F: day.firstId,
  L: day.lastId,
  n: day.count,
});

export const bookTickerEvent = (view: BookTickerView, nowMs: number) => ({
  e: 'bookTicker',
  u: view.lastUpdateId,
  E: nowMs,
  T: view.time,
  s: view.symbol,
  b: view.bidPrice,
  B: view.bidQty,
  a: view.askPrice,
  A: view.askQty,
});

export const markPriceEvent = (view: PremiumIndexView, nowMs: number) => ({
  e: 'markPriceUpdate',
  E: nowMs,
  s: view.symbol,
  p: view.markPrice,
  ap: view.markPrice,
  P: view.estimatedSettlePrice,
  i: view.indexPrice,
  r: view.lastFundingRate,
  T: view.nextFundingTime,
});
