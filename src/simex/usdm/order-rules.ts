/** Whether an order of good form may enter the book now: filters, limits, margin, and what its time in force demands. */
import type { Money, Quantity } from '#core/money.ts';
import { addMoney, notional, shareOf, subtractQuantity, zeroMoney, zeroQuantity } from '#core/money.ts';
import { countOf } from '../matching/book.ts';
import type { Refusal } from '../matching/result.ts';
import { heldPosition, initialMargin, leverageOf, TAKER_FEE } from './account.ts';
import { largestAt } from './brackets.ts';
import { checkBestPrice, checkNotional, checkPrice, checkPriceBand, checkQuantity } from './filters.ts';
import { marginOf, restingValue } from './margin.ts';
import { levelsAgainst, liquidity, wouldTake } from './matching.ts';
import { closesHedge, isOpen } from './order.ts';
import type { Position } from './position.ts';
import { isReducedBy, reducingPart, sizeOf } from './position.ts';
import * as refusals from './refusals.ts';
import type { OrderRequest } from './request.ts';
import type { Floor } from './state.ts';
import { listingOf } from './state.ts';
import type { Instrument } from './symbols.ts';
import type { Side } from './types.ts';

/** @param triggered it comes from a conditional order, whose client id it takes over */
export function checkOrder(floor: Floor, request: OrderRequest, triggered: boolean): Refusal | undefined {
  const { instrument, side, type, quantity, price, positionSide } = request;
  const listing = listingOf(floor.state, instrument.symbol);
  const { account, history } = floor.state;
  const position = heldPosition(account, instrument.symbol, positionSide);
  const closing = request.reduceOnly || closesHedge(side, positionSide);
  const limit = type === 'LIMIT';
  const { mark } = listing.market;

  const broken =
    checkQuantity(quantity, type, instrument) ??
    (limit ? checkPrice(price, instrument) : undefined) ??
    (limit
      ? checkPriceBand(price, side, mark, instrument)
      : checkBestPrice(levelsAgainst(listing, side)[0]?.price, side, mark, instrument)) ??
    (closing ? undefined : checkNotional(limit ? price : mark, quantity, instrument));
  if (broken !== undefined) return broken;

  if (request.clientId !== undefined && !triggered) {
    const known = history.orders.byClientId.get(request.clientId);
    if (known !== undefined && isOpen(known)) return refusals.duplicateClientId();
  }
  if (limit && countOf(listing.book) >= instrument.spec.maxOrders) return refusals.tooManyOpenOrders();

  const reducing = reducingPart(position, side, quantity);
  if (closing && reducing === 0n) return refusals.reduceOnlyRejected();
  // A hedge position cannot turn, so what would turn it is refused; one-way reduce-only orders are cut instead.
  if (closing && !request.reduceOnly && reducing < quantity) return refusals.reduceOnlyRejected();

  const opening = closing ? zeroQuantity : subtractQuantity(quantity, reducing);
  if (opening > 0n) {
    const value = notional(limit ? price : (levelsAgainst(listing, side)[0]?.price ?? mark), opening);
    const refusal =
      checkSize(floor, position, side, instrument, value) ?? checkMargin(floor, instrument, value);
    if (refusal !== undefined) return refusal;
  }
  if (request.timeInForce === 'GTX' && wouldTake(listing, side, price)) return refusals.postOnlyRejected();
  if (request.timeInForce === 'FOK' && liquidity(listing, side, price) < quantity) {
    return refusals.fillOrKillRejected();
  }
  return undefined;
}

/** @param freed margin that comes free with it */
export function checkMargin(
  floor: Floor,
  { symbol }: Instrument,
  value: Money,
  freed: Money = zeroMoney,
): Refusal | undefined {
  const needed = addMoney(
    initialMargin(value, leverageOf(floor.state.account, symbol)),
    shareOf(value, TAKER_FEE, 'up'),
  );
  const available = addMoney(marginOf(floor).available, freed);
  return needed > available ? refusals.insufficientMargin() : undefined;
}

/** The largest position that the leverage allows, open orders counted as if they were filled. */
function checkSize(
  floor: Floor,
  position: Position,
  side: Side,
  { symbol, brackets }: Instrument,
  value: Money,
): Refusal | undefined {
  const { account } = floor.state;
  const leverage = leverageOf(account, symbol);
  const largest = largestAt(brackets, leverage);
  const { mark } = listingOf(floor.state, symbol).market;
  const held = isReducedBy(position, side) ? zeroQuantity : sizeOf(position);
  const taken = addMoney(value, notional(mark, held as Quantity));
  // Mostly far below: what is reserved bounds the value of all open orders, and spares adding them up.
  if (addMoney(taken, (account.reserved * BigInt(leverage)) as Money) <= largest) return undefined;
  const resting = restingValue(floor, symbol, side === 'BUY' ? 'bids' : 'asks', position);
  return addMoney(taken, resting) > largest ? refusals.positionTooLarge() : undefined;
}
