/** When a stop fires, on every venue. */
import type { Price, Rate } from '#core/money.ts';
import { rate } from '#core/money.ts';
import type { Side } from './book.ts';

/** A stop fires when the market has moved against its holder, a take-profit when it has moved in their favour. */
export function hasReached(isStop: boolean, side: Side, triggerPrice: Price, reference: Price): boolean {
  const fromBelow = (side === 'BUY') === isStop;
  return fromBelow ? reference >= triggerPrice : reference <= triggerPrice;
}

const ONE = rate('1');

interface Trailing {
  readonly side: Side;
  /** The best price seen since it became active. */
  extreme: Price | undefined;
}

/** Follows the market with a trailing stop once it is active, and says whether the market has turned by `callback`. */
export function trail(order: Trailing, reference: Price, callback: Rate, isActive: boolean): boolean {
  const buying = order.side === 'BUY';
  if (order.extreme === undefined) {
    if (isActive) order.extreme = reference;
    return false;
  }
  if (buying ? reference < order.extreme : reference > order.extreme) order.extreme = reference;
  const distance = (order.extreme * callback) / ONE;
  return buying ? reference >= order.extreme + distance : reference <= order.extreme - distance;
}
