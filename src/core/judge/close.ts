/** A signal to close: the strategy's positions in the symbol go at the market, its entries that are alive are revoked. */

import { freshQuote, type Moment } from '../command.ts';
import type { OrderPlanned } from '../facts.ts';
import { addMs, positionKeyOf } from '../ids.ts';
import type { Instrument } from '../instrument.ts';
import type { Order, Purpose, Story } from '../order.ts';
import { orderPlanned, planOrder } from '../plan.ts';
import type { Position } from '../position.ts';
import { isClosing } from '../protection.ts';
import type { Signal } from '../signal.ts';
import { type EngineState, ordersOf } from '../state.ts';
import type { Decision, Measurements } from './measurements.ts';

export function judgeClose(
  state: EngineState,
  signal: Signal,
  story: Story,
  instrument: Instrument,
  moment: Moment,
  measurements: Measurements,
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
    if (ordersOf(state, key).some(isClosing)) continue;
    const planned = planClose(state, position, story, instrument, moment);
    if (!planned.ok) {
      measurements.unplannable(planned.refusal);
      return measurements.refusal();
    }
    orders.push(planned.fact);
  }
  const found = closing + revoked.length;
  if (
    !measurements.measure('something_to_close', `${found} found`, 'a position or a working order', found > 0)
  ) {
    return measurements.refusal();
  }
  // A close needs no price; what there is of the market is told all the same.
  return {
    kind: 'accepted',
    checks: measurements.checks,
    quote: moment.quote(signal.symbol),
    orders,
    revoked,
  };
}

function planClose(
  state: EngineState,
  position: Position,
  story: Story,
  instrument: Instrument,
  moment: Moment,
) {
  const { key, name, holding } = position;
  const { positionMode, signalAgeMsMax } = state.settings;
  const purpose: Purpose = {
    story,
    position: key,
    strategyId: name.strategy,
    leg: 'close',
    side: name.side,
    attempt: 1,
  };
  const plan = planOrder(
    { ...purpose, positionMode, quantity: holding.quantity },
    instrument,
    moment.quote(name.symbol),
  );
  if (!plan.ok) return plan;
  const market = freshQuote(moment, name.symbol, state.settings);
  const expiresAt = addMs(moment.at, signalAgeMsMax);
  return { ok: true as const, fact: orderPlanned(purpose, plan, market, { expiresAt }) };
}
