/**
 * The published filters of a symbol, each with the code that its violation gets.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/common-definition#filters
 */
import type { Price, Quantity, Rate } from '#core/money.ts';
import { isMultipleOf, notional, rate, showMoney, showPrice } from '#core/money.ts';
import type { Refusal } from '../matching/result.ts';
import * as refusals from './refusals.ts';
import type { Instrument } from './symbols.ts';
import type { OrderType, Side } from './types.ts';

const ONE = rate('1');

const scaled = (at: Price, by: Rate): Price => ((at * by) / ONE) as Price;

export function checkPrice(price: Price, instrument: Instrument): Refusal | undefined {
  if (price <= 0n) return refusals.priceNotPositive();
  if (!isMultipleOf(price, instrument.priceUnit)) return refusals.tooPrecise();
  if (price > instrument.maxPrice) return refusals.priceAboveMax();
  if (price < instrument.minPrice) return refusals.priceBelowMin();
  const aboveMin = (price - instrument.minPrice) as Price;
  return isMultipleOf(aboveMin, instrument.tick) ? undefined : refusals.priceOffTick();
}

export function checkTriggerPrice(price: Price, instrument: Instrument): Refusal | undefined {
  if (price <= 0n) return refusals.triggerNotPositive();
  if (price > instrument.maxPrice) return refusals.triggerAboveMax();
  return checkPrice(price, instrument);
}

export function checkQuantity(
  quantity: Quantity,
  type: OrderType,
  instrument: Instrument,
): Refusal | undefined {
  if (quantity <= 0n) return refusals.quantityNotPositive();
  if (!isMultipleOf(quantity, instrument.quantityUnit)) return refusals.tooPrecise();
  if (quantity < instrument.minQuantity) return refusals.quantityBelowMin();
  const most = type === 'MARKET' ? instrument.marketMaxQuantity : instrument.maxQuantity;
  if (quantity > most) return refusals.quantityAboveMax();
  const aboveMin = (quantity - instrument.minQuantity) as Quantity;
  return isMultipleOf(aboveMin, instrument.step) ? undefined : refusals.quantityOffStep();
}

/** PERCENT_PRICE of a limit order. */
export function checkPriceBand(
  price: Price,
  side: Side,
  mark: Price,
  instrument: Instrument,
): Refusal | undefined {
  const cap = scaled(mark, instrument.multiplierUp);
  if (side === 'BUY' && price > cap) return refusals.priceAboveCap(showPrice(cap));
  const floor = scaled(mark, instrument.multiplierDown);
  if (side === 'SELL' && price < floor) return refusals.priceBelowFloor(showPrice(floor));
  return undefined;
}

/** PERCENT_PRICE of a market order: the best price that it would meet. */
export function checkBestPrice(
  best: Price | undefined,
  side: Side,
  mark: Price,
  instrument: Instrument,
): Refusal | undefined {
  if (best === undefined || checkPriceBand(best, side, mark, instrument) === undefined) return undefined;
  return refusals.bestPriceOutsideBand();
}

/** PERCENT_PRICE of a conditional limit order: the band is around its trigger. */
export function checkTriggeredBand(
  price: Price,
  side: Side,
  trigger: Price,
  instrument: Instrument,
): Refusal | undefined {
  const cap = scaled(trigger, instrument.multiplierUp);
  if (side === 'BUY' && price > cap) return refusals.priceAboveTriggerCap(showPrice(cap));
  const floor = scaled(trigger, instrument.multiplierDown);
  if (side === 'SELL' && price < floor) return refusals.priceBelowTriggerFloor(showPrice(floor));
  return undefined;
}

export const checkNotional = (
  price: Price,
  quantity: Quantity,
  instrument: Instrument,
): Refusal | undefined =>
  notional(price, quantity) < instrument.minNotional
    ? refusals.notionalTooSmall(showMoney(instrument.minNotional))
    : undefined;

/** marketTakeBound: how far from the mark price a market order may trade. */
export const marketBound = (side: Side, mark: Price, instrument: Instrument): Price =>
  scaled(
    mark,
    (side === 'BUY' ? ONE + instrument.marketTakeBound : ONE - instrument.marketTakeBound) as Rate,
  );
