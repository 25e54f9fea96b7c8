/** A signal to buy or sell: its size, its order, and where the position's stop and target will be. */

import type { OrderPlanned } from '../facts.ts';
import {
  addMs,
  increasing,
  intentIdOf,
  MICROS_PER_MS,
  type Micros,
  type PositionSide,
  positionKeyOf,
} from '../ids.ts';
import type { Instrument, Quote } from '../instrument.ts';
import { money, type Price, price, quantity, quantityFor, showPrice, showQuantity } from '../money.ts';
import type { ProtectionText, Story } from '../order.ts';
import { planOrder } from '../plan.ts';
import type { Signal } from '../signal.ts';
import type { EngineState } from '../state.ts';
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
  if (!levelsFit(protection, side, reference, rules)) return rules.refusal();

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
  const total = (state.positions.get(position)?.holding.quantity ?? 0n) + plan.quantity;
  const largest = instrument.marketQuantityMax;
  // A larger position could not be covered by one stop.
  if (
    !rules.measure(
      'above_max_quantity',
      showQuantity(total as typeof largest),
      showQuantity(largest),
      total <= largest,
    )
  ) {
    return rules.refusal();
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

/** A distance is on the right side by construction; a price is compared with the entry. */
function levelsFit(protection: ProtectionText, side: PositionSide, reference: Price, rules: Rules): boolean {
  const long = side === 'LONG';
  const limit = `${increasing(side)} near ${showPrice(reference)}`;
  if (protection.stop !== undefined) {
    const stop = price(protection.stop);
    if (
      !rules.measure('wrong_side_stop', protection.stop, limit, long ? stop < reference : stop > reference)
    ) {
      return false;
    }
  }
  if (protection.target !== undefined) {
    const target = price(protection.target);
    if (
      !rules.measure(
        'wrong_side_target',
        protection.target,
        limit,
        long ? target > reference : target < reference,
      )
    ) {
      return false;
    }
  }
  return true;
}
