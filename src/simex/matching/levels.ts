/** How an order of the account meets the market's levels. */
import type { Price, Quantity } from '#core/money.ts';
import { addQuantity, roundToStep, zeroQuantity } from '#core/money.ts';
import type { Level, Market } from '../market/market.ts';
import type { RandomState } from '../market/random.ts';
import { nextBelow, nextBetween } from '../market/random.ts';
import type { Side } from './book.ts';

/** One in this many fills of a touched order is partial. */
const PARTIAL_FILL_ONE_IN = 3;

export const levelsAgainst = (market: Market, side: Side): readonly Level[] =>
  side === 'BUY' ? market.asks : market.bids;

/** Whether an order at `limit` would trade at `price`. */
export const reaches = (limit: Price, side: Side, price: Price): boolean =>
  side === 'BUY' ? price <= limit : price >= limit;

/** What an order at `limit` finds at once. */
export function liquidity(market: Market, side: Side, limit: Price): Quantity {
  let sum = zeroQuantity;
  for (const level of levelsAgainst(market, side)) {
    if (reaches(limit, side, level.price)) sum = addQuantity(sum, level.quantity);
  }
  return sum;
}

export const smaller = (a: Quantity, b: Quantity): Quantity => (a < b ? a : b);

/** How much of a resting order fills that the market only touches. */
export function touchedPart(random: RandomState, left: Quantity, step: Quantity, best: Level): Quantity {
  if (nextBelow(random, PARTIAL_FILL_ONE_IN) !== 0) return left;
  const percent = BigInt(nextBetween(random, 20, 80));
  const wanted = roundToStep(((left * percent) / 100n) as Quantity, step, 'up');
  return smaller(smaller(wanted, best.quantity), left);
}
