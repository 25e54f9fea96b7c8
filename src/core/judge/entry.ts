/** A signal to buy or sell: its size, its order, and where the position's stop and target will be. */

import {
  addMs,
  MICROS_PER_MS,
  type Micros,
  type PositionKey,
  type PositionSide,
  positionKeyOf,
} from '../ids.ts';
import type { Instrument, Quote } from '../instrument.ts';
import {
  addQuantity,
  money,
  price,
  type Quantity,
  quantity,
  quantityFor,
  showQuantity,
  subtractQuantity,
  zeroQuantity,
} from '../money.ts';
import type { Purpose, Story } from '../order.ts';
import { orderPlanned, planOrder } from '../plan.ts';
import { noHolding } from '../position.ts';
import type { Signal } from '../signal.ts';
import { type EngineState, ordersOf } from '../state.ts';
import { expectedFill, judgeGuards, protectionOf } from './guards.ts';
import type { Decision, Measurements, Resize } from './measurements.ts';

export function judgeEntry(
  state: EngineState,
  signal: Signal,
  story: Story,
  instrument: Instrument,
  quote: Quote,
  measurements: Measurements,
): Decision {
  const side: PositionSide = signal.action === 'buy' ? 'LONG' : 'SHORT';
  const { positionMode, orderNotional, signalAgeMsMax, stopLossRate } = state.settings;
  if (positionMode === 'one_way') {
    const opposite = holdsOpposite(state, signal, side);
    const found = opposite ? 'the opposite side is held' : 'none';
    if (!measurements.measure('one_way_side', found, 'none', !opposite)) return measurements.refusal();
  }
  const { account } = state;
  const { strategyId, symbol } = signal;
  const position = positionKeyOf({ account, strategy: strategyId, symbol, side });
  const purpose: Purpose = { story, position, strategyId, leg: 'entry', side, attempt: 1 };
  const limit = signal.price === undefined ? undefined : price(signal.price);
  const reference = expectedFill(side, limit, quote);
  const asked = signal.quantity === undefined ? undefined : quantity(signal.quantity);
  const plan = planOrder(
    {
      ...purpose,
      positionMode,
      quantity: asked ?? quantityFor(money(orderNotional), reference, 'down'),
      raiseToMinimum: asked === undefined,
      ...(limit === undefined ? {} : { limitPrice: limit }),
    },
    instrument,
    quote,
  );
  if (!plan.ok) {
    measurements.unplannable(plan.refusal);
    return measurements.refusal();
  }
  const held = state.positions.get(position)?.holding ?? noHolding;
  // A larger position could not be covered by one stop.
  const total = addQuantity(addQuantity(held.quantity, working(state, position)), plan.quantity);
  const largest = instrument.marketQuantityMax;
  const coverable = total <= largest;
  const protection = protectionOf(signal, stopLossRate);
  const entry = { purpose, positionMode, protection, limit, quantity: plan.quantity, held };
  const passes =
    measurements.measure('position_size_max', showQuantity(total), showQuantity(largest), coverable) &&
    judgeGuards(entry, instrument, quote, measurements);
  if (!passes) return measurements.refusal();

  const resized = resizeOf(asked, plan.quantity, orderNotional);
  const expiresAt = addMs((signal.timestampMs * MICROS_PER_MS) as Micros, signalAgeMsMax);
  const order = orderPlanned(purpose, plan, quote, { expiresAt, protection });
  const { checks } = measurements;
  const decision = { kind: 'accepted', checks, quote, orders: [order], revoked: [] } as const;
  return resized === undefined ? decision : { ...decision, resized };
}

function resizeOf(asked: Quantity | undefined, planned: Quantity, orderNotional: string): Resize | undefined {
  if (asked === planned) return undefined;
  if (asked === undefined) {
    return {
      planned: showQuantity(planned),
      why: `sized by the engine to ${orderNotional} of the quote asset`,
    };
  }
  const why = 'rounded down to the step of the symbol';
  return { asked: showQuantity(asked), planned: showQuantity(planned), why };
}

function holdsOpposite(state: EngineState, signal: Signal, side: PositionSide): boolean {
  for (const { name } of state.positions.values()) {
    if (name.symbol === signal.symbol && name.side !== side) return true;
  }
  for (const order of state.orders.values()) {
    if (order.leg === 'entry' && order.plan.symbol === signal.symbol && order.side !== side) return true;
  }
  return false;
}

/** What the position's entries that are alive may still add. */
function working(state: EngineState, position: PositionKey): Quantity {
  let sum = zeroQuantity;
  for (const order of ordersOf(state, position, 'entry')) {
    sum = addQuantity(sum, subtractQuantity(order.quantity, order.filled));
  }
  return sum;
}
