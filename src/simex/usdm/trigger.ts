/** When a conditional order fires. */
import type { Price, Rate } from '#core/money.ts';
import { rate } from '#core/money.ts';
import type { Market } from '../market/market.ts';
import type { AlgoOrder } from './order.ts';
import type { ConditionalType, Side, WorkingType } from './types.ts';

export const referencePrice = (market: Market, workingType: WorkingType): Price =>
  workingType === 'MARK_PRICE' ? market.mark : market.last;

/** A stop fires when the market has moved against the holder, a take-profit when it has moved in their favour. */
export function hasReached(
  type: ConditionalType,
  side: Side,
  triggerPrice: Price,
  reference: Price,
): boolean {
  const fromBelow = (side === 'BUY') === (type === 'STOP' || type === 'STOP_MARKET');
  return fromBelow ? reference >= triggerPrice : reference <= triggerPrice;
}

const HUNDRED_PERCENT = rate('100');

/** Follows the market with a trailing stop and says whether it fires now. */
export function trail(algo: AlgoOrder, reference: Price): boolean {
  const buying = algo.side === 'BUY';
  if (algo.extreme === undefined) {
    const active =
      algo.activatePrice === 0n ||
      (buying ? reference <= algo.activatePrice : reference >= algo.activatePrice);
    if (active) algo.extreme = reference;
    return false;
  }
  if (buying ? reference < algo.extreme : reference > algo.extreme) algo.extreme = reference;
  const distance = (algo.extreme * algo.callbackRate) / HUNDRED_PERCENT;
  return buying ? reference >= algo.extreme + distance : reference <= algo.extreme - distance;
}

/** priceProtect: mark and last price are further apart than the symbol's triggerProtect allows. */
export function isProtected(market: Market, triggerProtect: Rate): boolean {
  const apart = market.mark > market.last ? market.mark - market.last : market.last - market.mark;
  return apart * rate('1') > market.mark * triggerProtect;
}
