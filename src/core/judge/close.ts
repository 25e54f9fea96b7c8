/** A signal to close: the strategy's positions in the symbol go at the market, its entries that are alive are revoked. */

import type { OrderPlanned } from '../facts.ts';
import { addMs, intentIdOf, type Micros, positionKeyOf } from '../ids.ts';
import type { Instrument, Quote } from '../instrument.ts';
import type { Order, Story } from '../order.ts';
import { planOrder } from '../plan.ts';
import type { Position } from '../position.ts';
import type { Signal } from '../signal.ts';
import { type EngineState, ordersOf } from '../state.ts';
import type { Decision, Rules } from './rules.ts';

export function judgeClose(
  state: EngineState,
  signal: Signal,
  story: Story,
  instrument: Instrument,
  quote: Quote,
  at: Micros,
  rules: Rules,
): Decision {
  const orders: OrderPlanned[] = [];
  const revoked: Order[] = [];
  let closing = 0;
  for (const side of ['LONG', 'SHORT'] as const) {
    const key = positionKeyOf({
      account: state.account,
      strategy: signal.strategyId,
      symbol: signal.symbol,
      side,
    });
    revoked.push(...ordersOf(state, key, 'entry').filter((order) => !order.revoked));
    const position = state.positions.get(key);
    if (position === undefined) continue;
    closing += 1;
    if (ordersOf(state, key).some((order) => order.leg === 'close' || order.leg === 'flatten')) continue;
    const planned = planClose(state, position, story, instrument, quote, at);
    if (!planned.ok) {
      rules.measure(planned.refusal.reason, planned.refusal.value, planned.refusal.limit, false);
      return rules.refusal();
    }
    orders.push(planned.fact);
  }
  const found = closing + revoked.length;
  if (!rules.measure('nothing_to_close', `${found} found`, 'a position or a working order', found > 0)) {
    return rules.refusal();
  }
  return { kind: 'accepted', checks: rules.checks, quote, orders, revoked };
}

function planClose(
  state: EngineState,
  position: Position,
  story: Story,
  instrument: Instrument,
  quote: Quote,
  at: Micros,
) {
  const { side, strategy } = position.name;
  const plan = planOrder(
    {
      id: intentIdOf(story.key, 'close', side),
      attempt: 1,
      leg: 'close',
      side,
      positionMode: state.settings.positionMode,
      quantity: position.holding.quantity,
    },
    instrument,
    quote,
  );
  if (!plan.ok) return plan;
  const fact: OrderPlanned = {
    type: 'order.planned',
    story,
    position: position.key,
    strategyId: strategy,
    leg: 'close',
    side,
    attempt: 1,
    order: plan.order,
    expiresAt: addMs(at, state.settings.signalAgeMsMax),
  };
  return { ok: true as const, fact };
}
