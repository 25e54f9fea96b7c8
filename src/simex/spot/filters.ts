/**
 * The published filters of a symbol. A broken one is told by its name.
 * https://github.com/binance/binance-spot-api-docs/blob/master/filters.md
 */
import type { Money, Price, Quantity } from '#core/money.ts';
import { isMultipleOf, notional, scalePrice } from '#core/money.ts';
import type { Side } from '../matching/book.ts';
import { isContingent, takesMarket } from './order.ts';
import type { Instrument } from './symbols.ts';
import type { OrderType } from './types.ts';

/** What of an order the filters look at. */
export interface Filtered {
  readonly side: Side;
  readonly type: OrderType;
  readonly quantity: Quantity;
  readonly price: Price;
  readonly stopPrice: Price;
  readonly trailingDelta: number;
  readonly icebergQuantity: Quantity;
}

/** What of the account's open orders of the symbol the filters look at. */
export interface OpenOrders {
  readonly orders: number;
  readonly algoOrders: number;
  readonly lists: number;
}

const onTick = (at: Price, { minPrice, maxPrice, tick }: Instrument): boolean =>
  at >= minPrice && at <= maxPrice && isMultipleOf(at, tick);

const inBand = (
  at: Price,
  side: Side,
  average: Price,
  { multiplierUp, multiplierDown }: Instrument,
): boolean =>
  at <= scalePrice(average, multiplierUp[side], 'down') &&
  at >= scalePrice(average, multiplierDown[side], 'up');

const isLot = (of: Quantity, most: Quantity, { minQuantity, step }: Instrument): boolean =>
  of >= minQuantity && of <= most && isMultipleOf(of, step);

function isWorthEnough(value: Money, isMarket: boolean, { spec, minNotional, maxNotional }: Instrument) {
  const aboveMin = (isMarket && !spec.applyMinToMarket) || value >= minNotional;
  const belowMax = (isMarket && !spec.applyMaxToMarket) || value <= maxNotional;
  return aboveMin && belowMax;
}

function trailsWithin(order: Filtered, { spec }: Instrument): boolean {
  return order.trailingDelta >= spec.minTrailingDelta && order.trailingDelta <= spec.maxTrailingDelta;
}

const partsOf = ({ quantity, icebergQuantity }: Filtered): bigint =>
  (quantity + icebergQuantity - 1n) / icebergQuantity;

/** The first filter that an order breaks by itself. */
export function brokenFilter(order: Filtered, instrument: Instrument, average: Price): string | undefined {
  const { side, type, quantity, price, stopPrice, icebergQuantity } = order;
  const prices = [price, stopPrice].filter((one) => one !== 0n);
  if (!prices.every((one) => onTick(one, instrument))) return 'PRICE_FILTER';
  if (price !== 0n && !inBand(price, side, average, instrument)) return 'PERCENT_PRICE_BY_SIDE';
  if (!isLot(quantity, instrument.maxQuantity, instrument)) return 'LOT_SIZE';
  if (icebergQuantity !== 0n && !isLot(icebergQuantity, instrument.maxQuantity, instrument))
    return 'LOT_SIZE';
  if (takesMarket(type) && !isLot(quantity, instrument.marketMaxQuantity, instrument))
    return 'MARKET_LOT_SIZE';
  const at = price === 0n ? (isContingent(type) && stopPrice !== 0n ? stopPrice : average) : price;
  if (!isWorthEnough(notional(at, quantity), takesMarket(type), instrument)) return 'NOTIONAL';
  if (icebergQuantity !== 0n && partsOf(order) > instrument.spec.icebergParts) return 'ICEBERG_PARTS';
  if (order.trailingDelta !== 0 && !trailsWithin(order, instrument)) return 'TRAILING_DELTA';
  return undefined;
}

/** The first filter that orders placed together break by their number. */
export function brokenCount(
  placed: readonly Filtered[],
  isList: boolean,
  open: OpenOrders,
  { spec }: Instrument,
): string | undefined {
  const algoOrders = placed.filter(({ type }) => isContingent(type)).length;
  if (open.orders + placed.length > spec.maxOrders) return 'MAX_NUM_ORDERS';
  if (algoOrders > 0 && open.algoOrders + algoOrders > spec.maxAlgoOrders) return 'MAX_NUM_ALGO_ORDERS';
  if (isList && open.lists >= spec.maxOrderLists) return 'MAX_NUM_ORDER_LISTS';
  return undefined;
}
