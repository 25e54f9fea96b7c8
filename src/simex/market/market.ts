/**
 * One symbol's market: a seeded walk around the starting price, or prices from outside, with the quotes around it and
 * a few levels of synthetic liquidity behind each quote. A scripted price pins the market until it is released.
 *
 * The makers behind the levels quote again at once: an order sees every level in full, so that the size of what was
 * traded before does not decide whether an order fills.
 */
import type { Price, Quantity } from '#core/money.ts';
import { rate, roundToStep } from '#core/money.ts';
import type { RandomState } from './random.ts';
import { nextBelow, nextBetween, seedRandom } from './random.ts';

export interface Level {
  readonly price: Price;
  readonly quantity: Quantity;
}

/** What the generator needs to know of a symbol. */
export interface Traded {
  readonly symbol: string;
  readonly tick: Price;
  readonly step: Quantity;
  readonly minPrice: Price;
  readonly minQuantity: Quantity;
  readonly initialPrice: Price;
}

export interface Market {
  readonly random: RandomState;
  readonly anchor: Price;
  middle: Price;
  mark: Price;
  last: Price;
  /** Best first. */
  bids: Level[];
  asks: Level[];
  pinned: boolean;
  /** Prices come from outside: the generator leaves them alone. */
  followed: boolean;
}

/** A trade of the market that nobody here took part in. */
export interface Deal {
  readonly price: Price;
  readonly quantity: Quantity;
  readonly buyerIsMaker: boolean;
}

/** One move of the generated market. */
export const MARKET_STEP_MS = 200;

const ONE = rate('1');
/** One of the quote asset, in the unit of a price times a quantity. */
const VALUE_UNIT = ONE * ONE;
/** A move is the sum of three draws of up to this size: about 1.5 basis points at one standard deviation. */
const MOVE_MAX = 15_000;
const MOVE_SCALE = 100_000_000n;
const JUMP_EVERY_STEPS = 1500;
const JUMP_MAX = 300_000;
/** The share of the distance to the starting price that one step takes back. */
const REVERSION = 20_000n;
const MARK_SMOOTHING = 8n;
/** Decimals of a mark price: 8, in units of 1e-10. */
const MARK_UNIT = 100n as Price;
/** Distance of the levels behind the best quote, as a share of the price. */
const LEVEL_GAP = rate('0.00005');
/** Least and most value of each level in the quote asset: the first are thin, so that orders fill in parts. */
const LEVEL_VALUES: readonly (readonly [number, number])[] = [
  [150, 6_000],
  [500, 20_000],
  [5_000, 100_000],
  [100_000, 1_000_000],
  [1_000_000, 5_000_000],
];

export function openMarket(instrument: Traded, seed: number): Market {
  const start = instrument.initialPrice;
  const market: Market = {
    random: seedRandom(seed, `market:${instrument.symbol}`),
    anchor: start,
    middle: start,
    mark: start,
    last: start,
    bids: [],
    asks: [],
    pinned: false,
    followed: false,
  };
  quote(market, instrument);
  return market;
}

/** One step of the generator, and what was traded in it: all of one of the new quotes. */
export function moveMarket(market: Market, instrument: Traded): Deal | undefined {
  if (market.pinned || market.followed) return undefined;
  const { random } = market;
  let move = 0;
  for (let i = 0; i < 3; i += 1) move += nextBetween(random, -MOVE_MAX, MOVE_MAX);
  if (nextBelow(random, JUMP_EVERY_STEPS) === 0) move += nextBetween(random, -JUMP_MAX, JUMP_MAX);
  const pull = (market.anchor - market.middle) / REVERSION;
  const middle = market.middle + (market.middle * BigInt(move)) / MOVE_SCALE + pull;
  market.middle = (middle > instrument.minPrice ? middle : instrument.minPrice) as Price;
  smoothMark(market);
  quote(market, instrument);
  const buyerIsMaker = nextBelow(random, 2) === 0;
  const [best] = buyerIsMaker ? market.bids : market.asks;
  if (best === undefined) return undefined;
  market.last = best.price;
  return { price: best.price, quantity: best.quantity, buyerIsMaker };
}

/** The mark price goes after the middle, as it does where it is an average of several markets. */
export function smoothMark(market: Market): void {
  const mark = market.mark + (market.middle - market.mark) / MARK_SMOOTHING;
  market.mark = roundToStep(mark as Price, MARK_UNIT, 'down');
}

/** Puts last price and mark price exactly where a script wants them; the quotes are one tick around the last. */
export function pinMarket(market: Market, instrument: Traded, last: Price, mark: Price): void {
  market.pinned = true;
  market.middle = last;
  market.last = last;
  market.mark = mark;
  quote(market, instrument);
}

/** Moves a followed market to a price that was traded elsewhere; the quotes are one tick around it. */
export function followPrice(market: Market, instrument: Traded, price: Price): void {
  const at = roundToStep(price, instrument.tick, 'down');
  market.last = at > instrument.tick ? at : ((2n * instrument.tick) as Price);
  market.middle = market.last;
  quote(market, instrument);
}

/** Takes over quotes from elsewhere; the levels behind them stay synthetic. */
export function followQuotes(market: Market, instrument: Traded, bid: Level, ask: Level): void {
  market.middle = ((bid.price + ask.price) / 2n) as Price;
  quote(market, instrument, bid.price, ask.price);
  market.bids[0] = bid;
  market.asks[0] = ask;
}

function quote(market: Market, instrument: Traded, bestBid?: Price, bestAsk?: Price): void {
  const { tick } = instrument;
  const middle = roundToStep(market.middle, tick, 'down');
  const gap = roundToStep(((market.middle * LEVEL_GAP) / ONE + tick) as Price, tick, 'down');
  let bid = bestBid ?? ((middle - tick) as Price);
  let ask = bestAsk ?? ((middle + tick) as Price);
  market.bids = [];
  market.asks = [];
  for (const [least, most] of LEVEL_VALUES) {
    market.asks.push(level(market, instrument, ask, least, most));
    if (bid >= instrument.minPrice) market.bids.push(level(market, instrument, bid, least, most));
    ask = (ask + gap) as Price;
    bid = (bid - gap) as Price;
  }
}

function level(market: Market, instrument: Traded, at: Price, least: number, most: number): Level {
  const value = BigInt(nextBetween(market.random, least, most)) * VALUE_UNIT;
  const steps = value / at / instrument.step;
  return { price: at, quantity: atLeast((steps * instrument.step) as Quantity, instrument.minQuantity) };
}

function atLeast(size: Quantity, least: Quantity): Quantity {
  if (size < least) return least;
  return size;
}
