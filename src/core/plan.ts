/**
 * The only constructor of exchange orders. What the exchange would refuse by its published rules cannot be
 * built here: filters, rounding, minimum notional and the side of a trigger are judged before anything is sent.
 * Rules: https://developers.binance.com/docs/derivatives/usds-margined-futures/common-definition#filters
 */

import type { OrderPlanned } from './facts.ts';
import { clientOrderIdOf, increasing, intentIdOf, type PositionSide, reducing } from './ids.ts';
import type { Instrument, Quote } from './instrument.ts';
import {
  type DecimalText,
  notional,
  type Price,
  price,
  type Quantity,
  quantityFor,
  roundToStep,
  scalePrice,
  showMoney,
  showPrice,
  showQuantity,
} from './money.ts';
import { type PlannedOrder, type Purpose, purposeOf } from './order.ts';
import type { PlanRefusalReason } from './refusal.ts';
import type { PositionMode } from './settings.ts';

/** A thing to be done at the exchange. Conditional legs need a trigger price, a limit entry its limit price. */
export interface OrderIntent extends Purpose {
  readonly positionMode: PositionMode;
  readonly quantity: Quantity;
  /** For sizes that the engine chose: raise the quantity to the smallest the exchange takes, instead of refusing. */
  readonly raiseToMinimum?: boolean;
  readonly limitPrice?: Price;
  readonly triggerPrice?: Price;
}

export interface PlanRefusal {
  readonly reason: PlanRefusalReason;
  readonly value: string;
  readonly limit: string;
}

export interface PlanMade {
  readonly ok: true;
  readonly order: PlannedOrder;
  readonly quantity: Quantity;
}

export type Plan = PlanMade | { readonly ok: false; readonly refusal: PlanRefusal };

/**
 * The fact that the order is wanted, with what belongs to its leg.
 * @param market what fills at the market are held against; undefined if there is none that is fresh.
 */
export function orderPlanned(
  purpose: Purpose,
  { order }: PlanMade,
  market: Quote | undefined,
  terms: Pick<OrderPlanned, 'expiresAt' | 'protection' | 'why'> = {},
): OrderPlanned {
  const expected = expectedPrice(order, market);
  return {
    type: 'order.planned',
    ...purposeOf(purpose),
    order,
    ...(expected === undefined ? {} : { expected }),
    ...terms,
  };
}

/**
 * The price that a worse one is slippage against: the trigger of an order that waits for it; otherwise that of the market,
 * or the limit if it is better than the market or there is none.
 */
function expectedPrice(order: PlannedOrder, market: Quote | undefined): DecimalText | undefined {
  if (order.triggerPrice !== undefined) return order.triggerPrice;
  if (market === undefined) return order.price;
  const buying = order.side === 'BUY';
  const at = buying ? market.ask : market.bid;
  if (order.price === undefined) return showPrice(at);
  const limit = price(order.price);
  return showPrice((buying ? limit < at : limit > at) ? limit : at);
}

type Shape = Pick<PlannedOrder, 'type' | 'book' | 'price' | 'triggerPrice'>;

/** @param market judges triggers, price bands and the value of market orders; without it the exchange does. */
export function planOrder(intent: OrderIntent, instrument: Instrument, market: Quote | undefined): Plan {
  if (intent.leg === 'stop' || intent.leg === 'take_profit') {
    return planTrigger(intent, intent.leg, instrument, market);
  }
  if (intent.leg === 'entry' && intent.limitPrice !== undefined) {
    return planLimit(intent, intent.limitPrice, instrument, market);
  }
  return planQuantity(intent, instrument, market?.mark, { type: 'MARKET', book: 'regular' });
}

function planLimit(
  intent: OrderIntent,
  limit: Price,
  instrument: Instrument,
  market: Quote | undefined,
): Plan {
  const buying = intent.side === 'LONG';
  // Never rounded to a worse price than the signal asked for.
  const at = roundToStep(limit, instrument.tickSize, buying ? 'down' : 'up');
  const outside = outsideBand(at, buying, instrument, market);
  if (outside !== undefined) return refuse('price_outside_band', showPrice(at), showPrice(outside));
  return planQuantity(intent, instrument, at, { type: 'LIMIT', book: 'regular', price: showPrice(at) });
}

/** The bound that a limit price breaks (PRICE_FILTER, PERCENT_PRICE), if any. */
function outsideBand(
  at: Price,
  buying: boolean,
  instrument: Instrument,
  market: Quote | undefined,
): Price | undefined {
  const outside = outsideRange(at, instrument);
  if (outside !== undefined || market === undefined) return outside;
  const bound = buying
    ? scalePrice(market.mark, instrument.multiplierUp, 'down')
    : scalePrice(market.mark, instrument.multiplierDown, 'up');
  return (buying ? at > bound : at < bound) ? bound : undefined;
}

function outsideRange(at: Price, instrument: Instrument): Price | undefined {
  if (at < instrument.priceMin) return instrument.priceMin;
  return at > instrument.priceMax ? instrument.priceMax : undefined;
}

type TriggerLeg = 'stop' | 'take_profit';

/** The stop of a LONG and the target of a SHORT wait under the market; the other two over it. */
const liesBelow = (leg: TriggerLeg, side: PositionSide): boolean => (side === 'LONG') === (leg === 'stop');

/** A trigger price on the symbol's ticks, rounded towards the market. */
export const triggerPriceOf = (
  leg: TriggerLeg,
  side: PositionSide,
  at: Price,
  instrument: Instrument,
): Price => roundToStep(at, instrument.tickSize, liesBelow(leg, side) ? 'up' : 'down');

function planTrigger(
  intent: OrderIntent,
  leg: TriggerLeg,
  instrument: Instrument,
  market: Quote | undefined,
): Plan {
  if (intent.triggerPrice === undefined)
    throw new Error(`a ${leg} of ${intent.position} has no trigger price`);
  const below = liesBelow(leg, intent.side);
  const at = triggerPriceOf(leg, intent.side, intent.triggerPrice, instrument);
  const outside = outsideRange(at, instrument);
  if (outside !== undefined) return refuse('price_outside_band', showPrice(at), showPrice(outside));
  if (market !== undefined && (below ? at >= market.mark : at <= market.mark)) {
    return refuse('would_trigger', showPrice(at), showPrice(market.mark));
  }
  const type = leg === 'stop' ? 'STOP_MARKET' : 'TAKE_PROFIT_MARKET';
  return planQuantity(intent, instrument, at, { type, book: 'conditional', triggerPrice: showPrice(at) });
}

/** The most of a holding that one order can take away: what is left is for the next one. */
export function reducibleAtOnce(held: Quantity, { marketStepSize, marketQuantityMax }: Instrument): Quantity {
  return roundToStep(held < marketQuantityMax ? held : marketQuantityMax, marketStepSize, 'down');
}

/** @param reference the price that the order's notional is judged at. */
function planQuantity(
  intent: OrderIntent,
  instrument: Instrument,
  reference: Price | undefined,
  shape: Shape,
): Plan {
  const limit = shape.type === 'LIMIT';
  const step = limit ? instrument.stepSize : instrument.marketStepSize;
  const min = limit ? instrument.quantityMin : instrument.marketQuantityMin;
  const max = limit ? instrument.quantityMax : instrument.marketQuantityMax;
  const entering = intent.leg === 'entry';

  let quantity = entering
    ? roundToStep(intent.quantity, step, 'down')
    : reducibleAtOnce(intent.quantity, instrument);
  if (entering && intent.raiseToMinimum === true && reference !== undefined) {
    const smallest = roundToStep(quantityFor(instrument.notionalMin, reference, 'up'), step, 'up');
    if (quantity < smallest) quantity = smallest;
    if (quantity < min) quantity = min;
  }
  if (quantity < min) {
    return refuse('below_min_quantity', showQuantity(intent.quantity), showQuantity(min));
  }
  if (quantity > max) return refuse('above_max_quantity', showQuantity(quantity), showQuantity(max));
  // Orders that reduce are exempt from the minimum: -4164 "unless you choose reduce only".
  if (entering && reference !== undefined) {
    const value = notional(reference, quantity);
    if (value < instrument.notionalMin) {
      return refuse('below_min_notional', showMoney(value), showMoney(instrument.notionalMin));
    }
  }
  const hedge = intent.positionMode === 'hedge';
  const order = {
    clientOrderId: clientOrderIdOf(intentIdOf(intent.story.key, intent.leg, intent.side), intent.attempt),
    symbol: instrument.symbol,
    side: entering ? increasing(intent.side) : reducing(intent.side),
    positionSide: hedge ? intent.side : 'BOTH',
    quantity: showQuantity(quantity),
    reduceOnly: !hedge && !entering,
    ...shape,
  } as PlannedOrder;
  return { ok: true, order, quantity };
}

const refuse = (reason: PlanRefusalReason, value: string, limit: string): Plan => ({
  ok: false,
  refusal: { reason, value, limit },
});
