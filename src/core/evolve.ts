/**
 * Folds one fact into the state. It judges nothing: facts are already true. It changes the state that it is
 * given, which has one owner; the same facts in the same order give the same state.
 */

import type { Fact, OrderPlanned } from './facts.ts';
import { type ClientOrderId, dayOf, type Micros, type PositionKey, type Seq } from './ids.ts';
import { instrument } from './instrument.ts';
import {
  addMoney,
  addQuantity,
  money,
  notional,
  price,
  type Quantity,
  quantity,
  subtractMoney,
  subtractQuantity,
  zeroMoney,
  zeroQuantity,
} from './money.ts';
import type { Order } from './order.ts';
import { entryPriceOf, type Holding, noHolding, type Position } from './position.ts';
import { type EngineState, isMissingTrades, ordersOf } from './state.ts';

export function evolve(state: EngineState, fact: Fact, seq: Seq, at: Micros): EngineState {
  if (seq !== state.seq + 1) throw new Error(`fact ${seq} does not follow ${state.seq}`);
  apply(state, fact, at);
  state.seq = seq;
  return state;
}

function apply(state: EngineState, fact: Fact, at: Micros): void {
  switch (fact.type) {
    case 'engine.started':
      state.account = fact.account;
      state.settings = fact.settings;
      state.reconciled = false;
      state.canaryAt = undefined;
      return;
    case 'engine.reconciled':
      state.reconciled = true;
      return;
    case 'instrument.listed':
      state.listings.set(fact.instrument.symbol, fact.instrument);
      state.instruments.set(fact.instrument.symbol, instrument(fact.instrument));
      return;
    case 'signal.received':
    case 'signal.duplicated':
    case 'signal.accepted':
    case 'signal.refused':
    case 'orphan.found':
      return;
    case 'order.planned': {
      for (const earlier of earlierAttempts(state, fact)) remove(state, earlier);
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
      if (fact.why !== undefined) positionOf(state, fact.position).flatten = fact.why;
      return;
    }
    case 'order.accepted': {
      const order = orderOf(state, fact.clientOrderId);
      order.phase = 'open';
      order.exchangeOrderId = fact.exchangeOrderId;
      order.heardAt = at;
      return;
    }
    case 'order.refused': {
      const order = orderOf(state, fact.clientOrderId);
      if (fact.refusal === 'would_trigger') markPassed(state, order);
      if (fact.retryAt === undefined) pursueClose(state, order);
      wait(state, order, fact.retryAt);
      return;
    }
    case 'order.unknown': {
      const order = orderOf(state, fact.clientOrderId);
      order.phase = 'unknown';
      order.decidableAt = fact.decidableAt;
      return;
    }
    case 'order.resolved': {
      const order = orderOf(state, fact.clientOrderId);
      order.decidableAt = undefined;
      order.heardAt = at;
      if (fact.placed) {
        order.phase = 'open';
        order.exchangeOrderId = fact.exchangeOrderId;
      } else {
        wait(state, order, fact.retryAt);
      }
      return;
    }
    case 'order.abandoned': {
      const order = orderOf(state, fact.clientOrderId);
      pursueClose(state, order);
      remove(state, order);
      return;
    }
    case 'order.triggered': {
      const order = orderOf(state, fact.clientOrderId);
      order.childOrderId = fact.childOrderId;
      order.heardAt = at;
      return;
    }
    case 'order.filled': {
      const order = orderOf(state, fact.clientOrderId);
      order.filled = addQuantity(order.filled, quantity(fact.quantity));
      order.tradeIds.push(fact.tradeId);
      order.heardAt = at;
      if (order.ended !== undefined && !isMissingTrades(order)) remove(state, order);
      return;
    }
    case 'order.ended': {
      const order = orderOf(state, fact.clientOrderId);
      order.ended = { status: fact.status, executed: quantity(fact.executed) };
      order.heardAt = at;
      if (!isMissingTrades(order)) remove(state, order);
      return;
    }
    case 'entry.revoked':
      orderOf(state, fact.clientOrderId).revoked = true;
      return;
    case 'cancel.requested':
      orderOf(state, fact.clientOrderId).cancelRequestedAt = at;
      return;
    case 'position.opened':
      book(state, noHolding, holdingOf(fact), at);
      state.positions.set(fact.position, {
        name: { account: state.account, strategy: fact.strategyId, symbol: fact.symbol, side: fact.side },
        key: fact.position,
        story: fact.story,
        openedAt: at,
        holding: holdingOf(fact),
        levelsOf: { signal: fact.signal, trace: fact.trace },
        stop: price(fact.stop),
        target: fact.target === undefined ? undefined : price(fact.target),
        exposedSince: at,
        flatten: fact.flatten,
        changedAt: at,
      });
      return;
    case 'position.changed': {
      const position = positionOf(state, fact.position);
      book(state, position.holding, holdingOf(fact), at);
      position.holding = holdingOf(fact);
      position.changedAt = at;
      position.flatten ??= fact.flatten;
      if (fact.stop !== undefined) {
        position.levelsOf = { signal: fact.signal, trace: fact.trace };
        position.stop = price(fact.stop);
        position.target = fact.target === undefined ? undefined : price(fact.target);
      }
      return;
    }
    case 'position.closed':
      book(state, positionOf(state, fact.position).holding, holdingOf(fact), at);
      state.positions.delete(fact.position);
      return;
    case 'position.adjusted':
      adjust(state, positionOf(state, fact.position), quantity(fact.to), at);
      return;
    case 'position.protected':
      positionOf(state, fact.position).exposedSince = undefined;
      return;
    case 'position.exposed':
      positionOf(state, fact.position).exposedSince = at;
      return;
    case 'drift.found':
      state.drifts.set(`${fact.symbol}/${fact.side}`, {
        symbol: fact.symbol,
        side: fact.side,
        difference: subtractQuantity(quantity(fact.journal), quantity(fact.exchange)),
        since: at,
      });
      return;
    case 'telemetry.canary':
      state.canaryAt = at;
      return;
    case 'drift.cleared':
      state.drifts.delete(`${fact.symbol}/${fact.side}`);
      return;
    default:
      fact satisfies never;
  }
}

function orderOf(state: EngineState, id: ClientOrderId): Order {
  const order = state.orders.get(id);
  if (order === undefined) throw new Error(`no live order ${id} at fact ${state.seq + 1}`);
  return order;
}

function positionOf(state: EngineState, key: PositionKey): Position {
  const position = state.positions.get(key);
  if (position === undefined) throw new Error(`no position ${key} at fact ${state.seq + 1}`);
  return position;
}

/** Attempts at the same intent that did not reach the exchange. */
const earlierAttempts = (state: EngineState, fact: OrderPlanned): readonly Order[] =>
  ordersOf(state, fact.position, fact.leg).filter(
    (order) => order.phase === 'waiting' && order.story.key === fact.story.key,
  );

function add(state: EngineState, order: Order): void {
  state.orders.set(order.plan.clientOrderId, order);
  state.ordersByPosition.set(order.position, [...ordersOf(state, order.position), order]);
}

function remove(state: EngineState, order: Order): void {
  state.orders.delete(order.plan.clientOrderId);
  const siblings = ordersOf(state, order.position).filter((other) => other !== order);
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

function adjust(state: EngineState, position: Position, to: Quantity, at: Micros): void {
  if (to === 0n) {
    state.positions.delete(position.key);
    return;
  }
  const entry = entryPriceOf(position.holding);
  position.holding = { ...position.holding, quantity: to, cost: notional(entry, to) };
  position.changedAt = at;
}

/** What a fill realised and cost is the result of the day, UTC, on which it was booked. */
function book(state: EngineState, before: Holding, after: Holding, at: Micros): void {
  const day = dayOf(at);
  const { realised, fees } = state.today.day === day ? state.today : { realised: zeroMoney, fees: zeroMoney };
  state.today = {
    day,
    realised: addMoney(realised, subtractMoney(after.realised, before.realised)),
    fees: addMoney(fees, subtractMoney(after.fees, before.fees)),
  };
}

const holdingOf = (fact: { quantity: string; cost: string; realised: string; fees: string }): Holding => ({
  quantity: quantity(fact.quantity),
  cost: money(fact.cost),
  realised: money(fact.realised),
  fees: money(fact.fees),
});
