/** Trying again what is certainly not at the exchange: how often, how soon, and until when. */

import { freshQuote, type Moment } from './command.ts';
import type { Fact, OrderPlanned } from './facts.ts';
import { addMs, type Leg, type Micros } from './ids.ts';
import type { Instrument, Quote } from './instrument.ts';
import { judgeGuards } from './judge/guards.ts';
import { Measurements } from './judge/measurements.ts';
import { price } from './money.ts';
import { aboutOrder, type ExchangeRefusal, type Order, purposeOf } from './order.ts';
import { orderPlanned, planOrder } from './plan.ts';
import { type Holding, noHolding } from './position.ts';
import type { EngineState } from './state.ts';

/** How often an entry or a close is sent before it is given up. */
const ATTEMPTS_MAX = 3;
const RETRY_DELAY_MS = 500;
/** The exchange holds nothing to close: trying again waits for the comparison that tells why. */
const NOTHING_HELD_DELAY_MS = 3_000;
/** The orders that keep a position safe are tried until the position is safe or gone. */
const isGuard = (leg: Leg): boolean => leg === 'stop' || leg === 'take_profit' || leg === 'flatten';

const attemptsUsed = (order: Order): boolean => !isGuard(order.leg) && order.attempt >= ATTEMPTS_MAX;

/** When an order that the exchange turned away is tried again; undefined if it is given up. */
export function retryAfter(order: Order, refusal: ExchangeRefusal, at: Micros): Micros | undefined {
  if (!mayRetry(order, refusal)) return undefined;
  return addMs(at, refusal === 'nothing_to_reduce' ? NOTHING_HELD_DELAY_MS : RETRY_DELAY_MS);
}

function mayRetry(order: Order, refusal: ExchangeRefusal): boolean {
  // A trigger that the market has passed is answered by flattening the position, not by trying again.
  if (isGuard(order.leg)) return refusal !== 'would_trigger';
  return (refusal === 'throttled' || refusal === 'unavailable') && !attemptsUsed(order);
}

/** The attempts that are due now. Guards are not among them: their need is judged where they are upheld. */
export function decideRetries(state: EngineState, moment: Moment): Fact[] {
  const facts: Fact[] = [];
  for (const order of state.orders.values()) {
    if (order.phase === 'waiting') facts.push(...decideRetry(state, order, moment));
  }
  return facts;
}

/** An entry or a close that is not at the exchange is sent again, under a new id, while that still makes sense. */
function decideRetry(state: EngineState, order: Order, moment: Moment): Fact[] {
  const { at } = moment;
  const due = order.retryAt !== undefined && at >= order.retryAt;
  if (!due || order.revoked || (order.leg !== 'entry' && order.leg !== 'close')) return [];
  const openedAt = state.positions.get(order.position)?.openedAt;
  const why = attemptsUsed(order)
    ? 'attempts_used'
    : order.expiresAt !== undefined && at > order.expiresAt
      ? 'expired'
      : order.leg === 'close' && !(openedAt !== undefined && openedAt <= order.plannedAt)
        ? 'position_closed'
        : undefined;
  if (why !== undefined) return [{ type: 'order.abandoned', ...aboutOrder(order), why }];
  const again = planAgain(state, order, moment);
  return [again ?? { type: 'order.abandoned', ...aboutOrder(order), why: 'not_plannable' }];
}

function planAgain(state: EngineState, order: Order, moment: Moment): OrderPlanned | undefined {
  const { symbol, price: limit } = order.plan;
  const instrument = state.instruments.get(symbol);
  if (instrument === undefined)
    throw new Error(`order ${order.plan.clientOrderId} in an unlisted instrument`);
  const held = state.positions.get(order.position)?.holding;
  const quote = moment.quote(symbol);
  const { leg } = order;
  const purpose = { ...purposeOf(order), attempt: order.attempt + 1 };
  const plan = planOrder(
    {
      ...purpose,
      positionMode: state.settings.positionMode,
      quantity: leg === 'close' && held !== undefined ? held.quantity : order.quantity,
      ...(limit === undefined ? {} : { limitPrice: price(limit) }),
    },
    instrument,
    quote,
  );
  if (!plan.ok) return undefined;
  // The market has moved since: where stop or target would trigger at once, the entry is no longer what was asked for.
  if (leg === 'entry' && !isGuardable(state, order, held ?? noHolding, instrument, quote)) return undefined;
  return orderPlanned(purpose, plan, freshQuote(moment, symbol, state.settings), {
    ...(order.expiresAt === undefined ? {} : { expiresAt: order.expiresAt }),
    ...(order.protection === undefined ? {} : { protection: order.protection }),
  });
}

function isGuardable(
  state: EngineState,
  order: Order,
  held: Holding,
  instrument: Instrument,
  quote: Quote | undefined,
): boolean {
  if (quote === undefined || order.protection === undefined) return false;
  const limit = order.plan.price === undefined ? undefined : price(order.plan.price);
  const { protection, quantity } = order;
  const { positionMode } = state.settings;
  const entry = { purpose: purposeOf(order), positionMode, protection, limit, quantity, held };
  return judgeGuards(entry, instrument, quote, new Measurements());
}
