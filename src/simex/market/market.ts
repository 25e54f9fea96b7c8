/**
 * One symbol's generated market: a seeded walk around the starting price, the quotes around it and a few levels of
 * synthetic liquidity behind each quote. A scripted price pins the market until it is released.
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
}

/** One move of the generated market. */
export const MARKET_STEP_MS = 200;

const ONE = rate('1');
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
  };
  quote(market, instrument);
  return market;
}

/** One step of the generator. */
export function moveMarket(market: Market, instrument: Traded): void {
  if (market.pinned) return;
  const { random } = market;
  let move = 0;
  for (let i = 0; i < 3; i += 1) move += nextBetween(random, -MOVE_MAX, MOVE_MAX);
  if (nextBelow(random, JUMP_EVERY_STEPS) === 0) move += nextBetween(random, -JUMP_MAX, JUMP_MAX);
  const pull = (market.anchor - market.middle) / REVERSION;
  const middle = market.middle + (market.middle * BigInt(move)) / MOVE_SCALE + pull;
  market.middle = (middle > instrument.minPrice ? middle : instrument.minPrice) as Price;
  const mark = market.mark + (market.middle - market.mark) / MARK_SMOOTHING;
  market.mark = roundToStep(mark as Price, MARK_UNIT, 'down');
  quote(market, instrument);
  const side = nextBelow(random, 2) === 0 ? market.bids : market.asks;
  market.last = side[0]?.price ?? market.last;
}

/** Puts last price and mark price exactly where a script wants them; the quotes are one tick around the last. */
export function pinMarket(market: Market, instrument: Traded, last: Price, mark: Price): void {
  market.pinned = true;
  market.middle = last;
  market.last = last;
  market.mark = mark;
  quote(market, instrument);
}

function quote(market: Market, instrument: Traded): void {
  const { tick } = instrument;
  const middle = roundToStep(market.middle, tick, 'down');
  const gap = roundToStep(((market.middle * LEVEL_GAP) / ONE + tick) as Price, tick, 'down');
  market.bids = [];
  market.asks = [];
  for (const [index, [least, most]] of LEVEL_VALUES.entries()) {
    const distance = tick + gap * BigInt(index);
    market.asks.push(level(market, instrument, (middle + distance) as Price, least, most));
    if (middle - distance >= instrument.minPrice) {
      market.bids.push(level(market, instrument, (middle - distance) as Price, least, most));
    }
  }
}

function level(market: Market, instrument: Traded, at: Price, least: number, most: number): Level {
  const value = BigInt(nextBetween(market.random, least, most)) * ONE * ONE;
  const size = roundToStep((value / at) as Quantity, instrument.step, 'down');
  return { price: at, quantity: atLeast(size, instrument.minQuantity) };
}

function atLeast(size: Quantity, least: Quantity): Quantity {
  if (size < least) return least;
  return size;
}
