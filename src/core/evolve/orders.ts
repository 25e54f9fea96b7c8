/** What facts about orders change in the state. An order leaves it when it is over and all of its trades are known. */

import { oneMore } from '../account.ts';
import type {
  OrderAccepted,
  OrderEnded,
  OrderFilled,
  OrderPlanned,
  OrderRefused,
  OrderResolved,
  OrderTriggered,
  OrderUnknown,
} from '../facts.ts';
import type { ClientOrderId, Micros } from '../ids.ts';
import { addQuantity, type Price, price, quantity, zeroMoney, zeroPrice, zeroQuantity } from '../money.ts';
import { type Order, openValueOf } from '../order.ts';
import type { Position } from '../position.ts';
import { type EngineState, isMissingTrades, ordersOf } from '../state.ts';
import { expose } from './exposure.ts';
import { positionOf } from './positions.ts';

export function orderOf(
  state: EngineState,
  { clientOrderId }: { readonly clientOrderId: ClientOrderId },
): Order {
  const order = state.orders.get(clientOrderId);
  if (order === undefined) throw new Error(`no live order ${clientOrderId} at fact ${state.seq + 1}`);
  return order;
}

export function addPlanned(state: EngineState, fact: OrderPlanned, at: Micros): void {
  const earlier = earlierAttempts(state, fact);
  for (const order of earlier) remove(state, order);
  if (state.orders.has(fact.order.clientOrderId)) {
    throw new Error(`order ${fact.order.clientOrderId} is planned twice`);
  }
  add(state, {
    plan: fact.order,
    leg: fact.leg,
    attempt: fact.attempt,
    side: fact.side,
    position: fact.position,
    strategyId: fact.strategyId,
    story: fact.story,
    quantity: quantity(fact.order.quantity),
    protection: fact.protection,
    expected: fact.expected,
    reference: referenceOf(fact, earlier),
    plannedAt: at,
    expiresAt: fact.expiresAt,
    phase: 'planned',
    exchangeOrderId: undefined,
    childOrderId: undefined,
    filled: zeroQuantity,
    tradeIds: [],
    ended: undefined,
    decidableAt: undefined,
    retryAt: undefined,
    cancelRequestedAt: undefined,
    revoked: false,
    heardAt: at,
  });
  if (fact.leg === 'entry') state.entriesPlanned = oneMore(state.entriesPlanned, at);
  if (fact.why !== undefined) positionOf(state, fact).flatten = fact.why;
}

/** What each unit of an entry is reckoned at until it is filled. */
function referenceOf({ order, expected }: OrderPlanned, earlier: readonly Order[]): Price {
  const text = order.price ?? expected;
  return text === undefined ? (earlier.at(-1)?.reference ?? zeroPrice) : price(text);
}

export function acceptOrder(order: Order, { exchangeOrderId }: OrderAccepted, at: Micros): void {
  order.phase = 'open';
  order.exchangeOrderId = exchangeOrderId;
  order.heardAt = at;
}

export function refuseOrder(
  state: EngineState,
  order: Order,
  { refusal, retryAt }: OrderRefused,
  at: Micros,
): void {
  if (refusal === 'insufficient_margin') state.marginRefusals = oneMore(state.marginRefusals, at);
  if (refusal === 'would_trigger') markPassed(state, order);
  if (retryAt === undefined) pursueClose(state, order);
  wait(state, order, retryAt);
}

export function markUnknown(order: Order, { decidableAt }: OrderUnknown): void {
  order.phase = 'unknown';
  order.decidableAt = decidableAt;
}

export function resolveOrder(state: EngineState, order: Order, fact: OrderResolved, at: Micros): void {
  order.decidableAt = undefined;
  order.heardAt = at;
  if (fact.placed) {
    order.phase = 'open';
    order.exchangeOrderId = fact.exchangeOrderId;
  } else {
    wait(state, order, fact.retryAt);
  }
}

export function abandonOrder(state: EngineState, order: Order): void {
  pursueClose(state, order);
  remove(state, order);
}

export function triggerOrder(order: Order, { childOrderId }: OrderTriggered, at: Micros): void {
  order.childOrderId = childOrderId;
  order.heardAt = at;
}

export function fillOrder(state: EngineState, order: Order, fact: OrderFilled, at: Micros): void {
  const rest = openValueOf(order);
  order.filled = addQuantity(order.filled, quantity(fact.quantity));
  expose(state, rest, openValueOf(order));
  order.tradeIds.push(fact.tradeId);
  order.heardAt = at;
  if (order.ended !== undefined && !isMissingTrades(order)) remove(state, order);
}

export function endOrder(
  state: EngineState,
  order: Order,
  { status, executed }: OrderEnded,
  at: Micros,
): void {
  order.ended = { status, executed: quantity(executed) };
  order.heardAt = at;
  if (!isMissingTrades(order)) remove(state, order);
}

/** Attempts at the same intent that did not reach the exchange. */
const earlierAttempts = (state: EngineState, fact: OrderPlanned): readonly Order[] =>
  ordersOf(state, fact.position, fact.leg).filter(
    (order) => order.phase === 'waiting' && order.story.key === fact.story.key,
  );

function add(state: EngineState, order: Order): void {
  state.orders.set(order.plan.clientOrderId, order);
  state.ordersByPosition.set(order.position, [...ordersOf(state, order.position), order]);
  expose(state, zeroMoney, openValueOf(order));
}

function remove(state: EngineState, order: Order): void {
  const { clientOrderId } = order.plan;
  state.orders.delete(clientOrderId);
  expose(state, openValueOf(order), zeroMoney);
  const listed = ordersOf(state, order.position);
  const siblings = listed.filter((other) => other !== order);
  if (siblings.length === listed.length) {
    throw new Error(
      `order ${clientOrderId} is not among those of ${order.position} at fact ${state.seq + 1}`,
    );
  }
  if (siblings.length === 0) state.ordersByPosition.delete(order.position);
  else state.ordersByPosition.set(order.position, siblings);
}

/** An order that is not at the exchange waits for another attempt, or is over. */
function wait(state: EngineState, order: Order, retryAt: Micros | undefined): void {
  if (retryAt === undefined) {
    remove(state, order);
    return;
  }
  order.phase = 'waiting';
  order.retryAt = retryAt;
}

/** The exchange says that the market is past the trigger: the position is to be closed now. */
function markPassed(state: EngineState, order: Order): void {
  const position = positionBehind(state, order);
  if (position === undefined) return;
  if (order.leg === 'stop') position.flatten ??= 'stop_passed';
  if (order.leg === 'take_profit') position.flatten ??= 'target_reached';
}

/** A close that did not come about is not forgotten: the position is closed like one that cannot be guarded. */
function pursueClose(state: EngineState, order: Order): void {
  const position = order.leg === 'close' ? positionBehind(state, order) : undefined;
  if (position !== undefined) position.flatten ??= 'close_signal';
}

/** The position that an order was planned for, unless that is gone and a new one has its name. */
function positionBehind(state: EngineState, order: Order): Position | undefined {
  const position = state.positions.get(order.position);
  return position === undefined || position.openedAt > order.plannedAt ? undefined : position;
}
