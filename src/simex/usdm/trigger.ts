/** What a conditional order of the futures exchange looks at, and when it fires. */
import type { Price, Rate } from '#core/money.ts';
import { rate } from '#core/money.ts';
import type { Market } from '../market/market.ts';
import { hasReached, trail } from '../matching/trigger.ts';
import type { AlgoOrder } from './order.ts';
import type { WorkingType } from './types.ts';

export const referencePrice = (market: Market, workingType: WorkingType): Price =>
  workingType === 'MARK_PRICE' ? market.mark : market.last;

/** Whether the trigger price of an order that does not trail is reached. */
export const reachesTrigger = (
  { type, side, triggerPrice }: Pick<AlgoOrder, 'type' | 'side' | 'triggerPrice'>,
  reference: Price,
): boolean => hasReached(type === 'STOP' || type === 'STOP_MARKET', side, triggerPrice, reference);

const HUNDRED = 100n;

/** Follows the market with an order that trails, and says of any order whether it fires now. */
export function fires(algo: AlgoOrder, reference: Price): boolean {
  if (algo.type !== 'TRAILING_STOP_MARKET') return reachesTrigger(algo, reference);
  const { activatePrice, callbackRate } = algo;
  const isActive =
    activatePrice === 0n || (algo.side === 'BUY' ? reference <= activatePrice : reference >= activatePrice);
  return trail(algo, reference, (callbackRate / HUNDRED) as Rate, isActive);
}

/** priceProtect: mark and last price are further apart than the symbol's triggerProtect allows. */
export function isProtected(market: Market, triggerProtect: Rate): boolean {
  const apart = market.mark > market.last ? market.mark - market.last : market.last - market.mark;
  return apart * rate('1') > market.mark * triggerProtect;
}
