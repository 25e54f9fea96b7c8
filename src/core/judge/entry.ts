/** A signal to buy or sell: its size, its order, and where the position's stop and target will be. */

import type { Funds } from '../account.ts';
import {
  addMs,
  MICROS_PER_MS,
  type Micros,
  type PositionKey,
  type PositionSide,
  positionKeyOf,
} from '../ids.ts';
import type { Instrument, Quote } from '../instrument.ts';
import { addQuantity, price, type Quantity, showQuantity, subtractQuantity, zeroQuantity } from '../money.ts';
import type { Purpose, Story } from '../order.ts';
import { orderPlanned, planOrder } from '../plan.ts';
import { levelsFrom, noHolding } from '../position.ts';
import { rulesFor } from '../settings.ts';
import { type Signal, scopeOf } from '../signal.ts';
import { type EngineState, ordersOf } from '../state.ts';
import { expectedFill, judgeGuards, protectionOf } from './guards.ts';
import { judgeMarket, judgeSize } from './limits.ts';
import type { Decision, Measurements, Resize } from './measurements.ts';
import { type Size, sizeOf } from './sizing.ts';

/** A signal to buy or sell, and what it is judged by. */
export interface EntryCase {
  readonly state: EngineState;
  readonly signal: Signal;
  readonly story: Story;
  readonly instrument: Instrument;
  readonly quote: Quote;
  readonly funds: Funds;
}

export function judgeEntry(entryCase: EntryCase, measurements: Measurements): Decision {
  const { state, signal, story, instrument, quote, funds } = entryCase;
  const side: PositionSide = signal.action === 'buy' ? 'LONG' : 'SHORT';
  const { positionMode, signalAgeMsMax } = state.settings;
  const rules = rulesFor(state.settings, scopeOf(signal));
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
  if (!judgeMarket(rules, quote, limit, measurements)) return measurements.refusal();
  const reference = expectedFill(side, limit, quote);
  const { protection, drawnIn } = protectionOf(signal, rules, side, reference);
  if (drawnIn !== undefined) measurements.note('stop_distance', drawnIn, rules.stopLossRateMax);
  const { stop } = levelsFrom(protection, side, reference);
  if (stop === undefined) throw new Error('an entry without a stop');
  const size = sizeOf(signal, rules, funds.equity, reference, stop);
  const plan = planOrder(
    {
      ...purpose,
      positionMode,
      quantity: size.quantity,
      raiseToMinimum: size.why !== undefined,
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
  const entry = { purpose, positionMode, protection, limit, quantity: plan.quantity, held };
  const passes =
    measurements.measure('position_size_max', showQuantity(total), showQuantity(largest), coverable) &&
    judgeSize(state, rules, { position, quantity: plan.quantity, reference }, funds, measurements) &&
    judgeGuards(entry, instrument, quote, measurements);
  if (!passes) return measurements.refusal();

  const resized = resizeOf(size, plan.quantity);
  const expiresAt = addMs((signal.timestampMs * MICROS_PER_MS) as Micros, signalAgeMsMax);
  const order = orderPlanned(purpose, plan, quote, { expiresAt, protection });
  const { checks } = measurements;
  const decision = { kind: 'accepted', checks, quote, orders: [order], revoked: [] } as const;
  return resized === undefined ? decision : { ...decision, resized };
}

function resizeOf({ quantity: wanted, why }: Size, planned: Quantity): Resize | undefined {
  if (why !== undefined) return { planned: showQuantity(planned), why };
  if (wanted === planned) return undefined;
  const rounded = 'rounded down to the step of the symbol';
  return { asked: showQuantity(wanted), planned: showQuantity(planned), why: rounded };
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
