/**
 * Protection is desired state: what orders should guard a position is compared with what is live, and the
 * difference is planned. It runs after everything that touches a position and whenever time passes, so that a
 * lost, refused or outgrown stop is noticed by what is missing and not by an event that may never come.
 */

import { freshQuote, type Moment } from './command.ts';
import type { CancelRequested, Fact } from './facts.ts';
import { addMs, type PositionKey } from './ids.ts';
import type { Instrument } from './instrument.ts';
import { type Price, showPrice, showQuantity } from './money.ts';
import { aboutOrder, type Order, type Purpose } from './order.ts';
import { orderPlanned, type Plan, planOrder, reducibleAtOnce, triggerPriceOf } from './plan.ts';
import type { FlattenReason, Position } from './position.ts';
import { coveredBy, type EngineState, isMissingTrades, ordersOf } from './state.ts';

/** A cancel that has not ended its order by then is asked for again. */
const CANCEL_RETRY_MS = 2_000;

interface Scene {
  readonly state: EngineState;
  readonly position: Position;
  readonly orders: readonly Order[];
  readonly instrument: Instrument;
  readonly moment: Moment;
}

export function uphold(state: EngineState, key: PositionKey, moment: Moment): Fact[] {
  const position = state.positions.get(key);
  const orders = ordersOf(state, key);
  if (position === undefined) return clearAway(orders, moment);

  const facts: Fact[] = orders.filter(({ revoked }) => revoked).flatMap((order) => withdraw(order, moment));
  const covered = coveredBy(orders);
  const { quantity } = position.holding;
  const exposed = covered < quantity;
  if (exposed && position.exposedSince === undefined) {
    facts.push({
      type: 'position.exposed',
      position: key,
      ...position.levelsOf,
      quantity: showQuantity(quantity),
      covered: showQuantity(covered),
      cause: position.changedAt === moment.at ? 'position_grew' : 'stop_lost',
    });
  }
  if (!exposed && position.exposedSince !== undefined) {
    facts.push({
      type: 'position.protected',
      position: key,
      ...position.levelsOf,
      quantity: showQuantity(quantity),
      exposedSince: position.exposedSince,
    });
  }

  // What an order that reduces has executed is gone already: nothing is planned until its trades say how much.
  if (orders.some((order) => order.leg !== 'entry' && isMissingTrades(order))) return facts;
  const instrument = state.instruments.get(position.name.symbol);
  if (instrument === undefined) throw new Error(`position ${key} in an instrument that was never listed`);
  const scene = { state, position, orders, instrument, moment };
  const late =
    exposed &&
    position.exposedSince !== undefined &&
    moment.at > addMs(position.exposedSince, state.settings.unprotectedMsMax);
  const reason = position.flatten ?? (late ? 'unprotected_too_long' : undefined);
  facts.push(...(reason === undefined ? [...leftOvers(scene), ...levels(scene)] : flatten(scene, reason)));
  return facts;
}

/** Without a position nothing may stay that would guard it, nor the rest of an entry that filled in part or was revoked. */
const clearAway = (orders: readonly Order[], moment: Moment): Fact[] =>
  orders.flatMap((order) => {
    if (order.revoked) return withdraw(order, moment);
    if (order.leg === 'entry' && order.filled === 0n) return [];
    return retire(order, 'position_closed', moment);
  });

const withdraw = (order: Order, moment: Moment): Fact[] => retire(order, 'close_signal', moment);

/** Takes an order out. One on its way to the exchange is looked at again when its fate is known. */
function retire(order: Order, why: CancelRequested['why'], { at }: Moment): Fact[] {
  if (order.phase === 'waiting') return [{ type: 'order.abandoned', ...aboutOrder(order), why }];
  // A market order ends by itself, at once.
  if (order.plan.type === 'MARKET') return [];
  const due = order.cancelRequestedAt === undefined || at > addMs(order.cancelRequestedAt, CANCEL_RETRY_MS);
  if (order.phase !== 'open' || order.ended !== undefined || order.childOrderId !== undefined || !due)
    return [];
  return [{ type: 'cancel.requested', ...aboutOrder(order), book: order.plan.book, why }];
}

/** A flattening that still waits, of a position that was here before this one. */
const leftOvers = ({ orders, moment }: Scene): Fact[] =>
  orders
    .filter((order) => order.leg === 'flatten' && order.phase === 'waiting')
    .flatMap((order) => retire(order, 'position_closed', moment));

function levels(scene: Scene): Fact[] {
  const { stop, target } = scene.position;
  const facts = level(scene, 'stop', stop);
  // A stop that can no longer be placed closes the position; a target beside it would be in the way.
  const flattens = facts.some((fact) => fact.type === 'order.planned' && fact.leg === 'flatten');
  return flattens ? facts : [...facts, ...level(scene, 'take_profit', target)];
}

function level(scene: Scene, leg: 'stop' | 'take_profit', at: Price | undefined): Fact[] {
  const { position, orders, instrument, moment } = scene;
  const live = orders.filter((order) => order.leg === leg && order.ended === undefined);
  if (at === undefined) return live.flatMap((order) => retire(order, 'replaced', moment));
  const trigger = triggerPriceOf(leg, position.name.side, at, instrument);
  const guarded = reducibleAtOnce(position.holding.quantity, instrument);
  const standing = live.find(
    (order) =>
      order.phase === 'open' &&
      order.cancelRequestedAt === undefined &&
      order.quantity === guarded &&
      order.plan.triggerPrice === showPrice(trigger),
  );
  if (standing !== undefined) {
    // The new one stands before the old ones go, so that the position is covered at every moment.
    return live.filter((order) => order !== standing).flatMap((order) => retire(order, 'replaced', moment));
  }
  // One that has triggered is about to change the position; its fills decide what is needed next.
  if (live.some((order) => isPending(order, moment) || order.childOrderId !== undefined)) return [];
  const purpose = purposeOfGuard(scene, leg);
  const plan = planGuard(scene, purpose, trigger);
  if (plan.ok) return [orderPlanned(purpose, plan, undefined)];
  if (plan.refusal.reason !== 'would_trigger') return flatten(scene, 'unprotectable');
  return flatten(scene, leg === 'stop' ? 'stop_passed' : 'target_reached');
}

function flatten(scene: Scene, why: FlattenReason): Fact[] {
  const { state, position, orders, moment } = scene;
  const closing = orders.filter(isClosing);
  if (closing.some((order) => order.phase !== 'waiting' || isPending(order, moment))) return [];
  const purpose = purposeOfGuard(scene, 'flatten');
  const plan = planGuard(scene, purpose, undefined);
  // What is too small to be sold on its own stays, and stays visible as exposed.
  if (!plan.ok) return [];
  const market = freshQuote(moment, position.name.symbol, state.settings);
  return [orderPlanned(purpose, plan, market, { why })];
}

/** Takes the position away, now: a stop or target that has triggered does, too. */
export const isClosing = (order: Order): boolean =>
  order.leg === 'flatten' || order.leg === 'close' || order.childOrderId !== undefined;

/** On its way to the exchange, of unknown fate, or not yet due for another attempt. */
const isPending = (order: Order, { at }: Moment): boolean =>
  order.phase === 'planned' ||
  order.phase === 'unknown' ||
  (order.phase === 'waiting' && order.retryAt !== undefined && at < order.retryAt);

/** Its attempt is the number of the first fact that can follow, which no guard had before: the client order id is new for ever. */
function purposeOfGuard({ state, position }: Scene, leg: Purpose['leg']): Purpose {
  const { key, name, story } = position;
  return {
    story,
    position: key,
    strategyId: name.strategy,
    leg,
    side: name.side,
    attempt: state.seq + 1,
  };
}

function planGuard(scene: Scene, purpose: Purpose, triggerPrice: Price | undefined): Plan {
  const { state, position, instrument, moment } = scene;
  return planOrder(
    {
      ...purpose,
      positionMode: state.settings.positionMode,
      quantity: position.holding.quantity,
      ...(triggerPrice === undefined ? {} : { triggerPrice }),
    },
    instrument,
    moment.quote(position.name.symbol),
  );
}
