/** A signal to buy or sell: its size, its order, and where the position's stop and target will be. */

import type { OrderPlanned } from '../facts.ts';
import {
  addMs,
  intentIdOf,
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
  type Price,
  price,
  type Quantity,
  quantity,
  quantityFor,
  showPrice,
  showQuantity,
  subtractQuantity,
  zeroMoney,
  zeroQuantity,
} from '../money.ts';
import type { ProtectionText, Story } from '../order.ts';
import { planOrder } from '../plan.ts';
import { entryPriceOf, increase, levelsFrom, noHolding } from '../position.ts';
import type { Signal } from '../signal.ts';
import { type EngineState, ordersOf } from '../state.ts';
import type { Decision, Resize, Rules } from './rules.ts';

export function judgeEntry(
  state: EngineState,
  signal: Signal,
  story: Story,
  instrument: Instrument,
  quote: Quote,
  rules: Rules,
): Decision {
  const side: PositionSide = signal.action === 'buy' ? 'LONG' : 'SHORT';
  const { settings } = state;
  if (settings.positionMode === 'one_way') {
    const opposite = holdsOpposite(state, signal, side);
    if (!rules.measure('opposite_position', opposite ? 'held' : 'none', 'none', !opposite))
      return rules.refusal();
  }
  const reference =
    signal.price === undefined ? (side === 'LONG' ? quote.ask : quote.bid) : price(signal.price);
  const protection = protectionOf(signal, settings.stopLossRate);
  const position = positionKeyOf({
    account: state.account,
    strategy: signal.strategyId,
    symbol: signal.symbol,
    side,
  });
  const asked = signal.quantity === undefined ? undefined : quantity(signal.quantity);
  const plan = planOrder(
    {
      id: intentIdOf(story.key, 'entry', side),
      attempt: 1,
      leg: 'entry',
      side,
      positionMode: settings.positionMode,
      quantity: asked ?? quantityFor(money(settings.orderNotional), reference, 'down'),
      raiseToMinimum: asked === undefined,
      ...(signal.price === undefined ? {} : { limitPrice: reference }),
    },
    instrument,
    quote,
  );
  if (!plan.ok) {
    rules.measure(plan.refusal.reason, plan.refusal.value, plan.refusal.limit, false);
    return rules.refusal();
  }
  const held = state.positions.get(position)?.holding ?? noHolding;
  const total = addQuantity(addQuantity(held.quantity, working(state, position)), plan.quantity);
  const largest = instrument.marketQuantityMax;
  // A larger position could not be covered by one stop.
  const coverable = total <= largest;
  if (!rules.measure('above_max_quantity', showQuantity(total), showQuantity(largest), coverable)) {
    return rules.refusal();
  }
  const entered = increase(held, { price: reference, quantity: plan.quantity, fee: zeroMoney });
  const levels = levelsFrom(protection, side, entryPriceOf(entered));
  const limited = signal.price !== undefined;
  for (const leg of ['stop', 'take_profit'] as const) {
    const at = leg === 'stop' ? levels.stop : levels.target;
    if (at === undefined) continue;
    const market = limited ? { ...quote, mark: reference } : worstMark(leg, side, reference, quote);
    const guard = planOrder(
      {
        id: intentIdOf(story.key, leg, side),
        attempt: 1,
        leg,
        side,
        positionMode: settings.positionMode,
        quantity: plan.quantity,
        triggerPrice: at,
      },
      instrument,
      market,
    );
    const reason = leg === 'stop' ? 'wrong_side_stop' : 'wrong_side_target';
    const { value, limit } = guard.ok
      ? { value: showPrice(at), limit: showPrice(market.mark) }
      : guard.refusal;
    const broken = guard.ok || guard.refusal.reason === 'would_trigger' ? reason : guard.refusal.reason;
    if (!rules.measure(broken, value, limit, guard.ok)) return rules.refusal();
  }
  const order: OrderPlanned = {
    type: 'order.planned',
    story,
    position,
    strategyId: signal.strategyId,
    leg: 'entry',
    side,
    attempt: 1,
    order: plan.order,
    expiresAt: addMs((signal.timestampMs * MICROS_PER_MS) as Micros, settings.signalAgeMsMax),
    protection,
  };
  const planned = showQuantity(plan.quantity);
  const resized: Resize | undefined =
    asked === plan.quantity
      ? undefined
      : asked === undefined
        ? { planned, why: `sized by the engine to ${settings.orderNotional} of the quote asset` }
        : { asked: showQuantity(asked), planned, why: 'rounded down to the step of the symbol' };
  return {
    kind: 'accepted',
    checks: rules.checks,
    quote,
    orders: [order],
    revoked: [],
    ...(resized === undefined ? {} : { resized }),
  };
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

function protectionOf(signal: Signal, stopLossRate: string): ProtectionText {
  return {
    ...(signal.stopLoss !== undefined
      ? { stop: signal.stopLoss }
      : { stopRate: signal.stopLossRate ?? stopLossRate }),
    ...(signal.takeProfit !== undefined
      ? { target: signal.takeProfit }
      : signal.takeProfitRate !== undefined
        ? { targetRate: signal.takeProfitRate }
        : {}),
  };
}

/** The market that a level is judged by: where the position would be entered or where it is marked, whichever is nearer. */
function worstMark(leg: 'stop' | 'take_profit', side: PositionSide, reference: Price, quote: Quote): Quote {
  const below = (leg === 'stop') === (side === 'LONG');
  const nearer = below ? reference < quote.mark : reference > quote.mark;
  return nearer ? { ...quote, mark: reference } : quote;
}

/** What the position's entries that are alive may still add. */
function working(state: EngineState, position: PositionKey): Quantity {
  let sum = zeroQuantity;
  for (const order of ordersOf(state, position, 'entry')) {
    sum = addQuantity(sum, subtractQuantity(order.quantity, order.filled));
  }
  return sum;
}
