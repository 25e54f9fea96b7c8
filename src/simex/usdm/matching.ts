/** What an order meets: the market's levels and the account's own resting orders. */
import type { Price, Quantity } from '#core/money.ts';
import { addQuantity, zeroQuantity } from '#core/money.ts';
import type { Level } from '../market/market.ts';
import { opposite, sideOf } from '../matching/book.ts';
import type { Listing } from './state.ts';
import type { PriceMatch, Side } from './types.ts';

export const levelsAgainst = ({ market }: Listing, side: Side): readonly Level[] =>
  side === 'BUY' ? market.asks : market.bids;

/** Whether an order at `limit` would trade at `price`. */
export const reaches = (limit: Price, side: Side, price: Price): boolean =>
  side === 'BUY' ? price <= limit : price >= limit;

export function liquidity(listing: Listing, side: Side, limit: Price): Quantity {
  let sum = zeroQuantity;
  for (const level of levelsAgainst(listing, side)) {
    if (reaches(limit, side, level.price)) sum = addQuantity(sum, level.quantity);
  }
  return sum;
}

export function wouldTake(listing: Listing, side: Side, price: Price): boolean {
  const own = sideOf(listing.book, opposite(side))[0];
  const best = levelsAgainst(listing, side)[0];
  return (
    (best !== undefined && reaches(price, side, best.price)) ||
    (own !== undefined && reaches(price, side, own.price))
  );
}

const depths: Readonly<Record<Exclude<PriceMatch, 'NONE'>, number>> = {
  OPPONENT: 1,
  OPPONENT_5: 5,
  OPPONENT_10: 10,
  OPPONENT_20: 20,
  QUEUE: 1,
  QUEUE_5: 5,
  QUEUE_10: 10,
  QUEUE_20: 20,
};
export const priceMatches = Object.keys(depths) as (keyof typeof depths)[];

/** The price that a price match stands for, if the book is that deep. */
export function matchedPrice(listing: Listing, side: Side, match: keyof typeof depths): Price | undefined {
  const opposing = match.startsWith('OPPONENT');
  const levels = levelsAgainst(listing, opposing ? side : opposite(side));
  return levels[depths[match] - 1]?.price;
}
