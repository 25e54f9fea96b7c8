/**
 * Folds one fact into the state. It judges nothing: facts are already true. It changes the state that it is
 * given, which has one owner; the same facts in the same order give the same state.
 */

import { changeTrading, measure, putInForce, startEngine } from './evolve/account.ts';
import {
  abandonOrder,
  acceptOrder,
  addPlanned,
  endOrder,
  fillOrder,
  markUnknown,
  orderOf,
  refuseOrder,
  resolveOrder,
  triggerOrder,
} from './evolve/orders.ts';
import {
  adjustPosition,
  adoptPosition,
  changePosition,
  closePosition,
  moveStop,
  openPosition,
  positionOf,
} from './evolve/positions.ts';
import type { DriftFound, Fact, InstrumentListed } from './facts.ts';
import type { Micros, Seq } from './ids.ts';
import { instrument } from './instrument.ts';
import { quantity, subtractQuantity } from './money.ts';
import type { EngineState } from './state.ts';

export function evolve(state: EngineState, fact: Fact, seq: Seq, at: Micros): EngineState {
  if (seq !== state.seq + 1) throw new Error(`fact ${seq} does not follow ${state.seq}`);
  apply(state, fact, at);
  state.seq = seq;
  return state;
}

function apply(state: EngineState, fact: Fact, at: Micros): void {
  switch (fact.type) {
    case 'engine.started':
      startEngine(state, fact, at);
      break;
    case 'engine.reconciled':
      state.reconciled = true;
      break;
    case 'instrument.listed':
      listInstrument(state, fact);
      break;
    case 'signal.received':
    case 'signal.duplicated':
    case 'signal.accepted':
    case 'signal.refused':
    case 'orphan.found':
      break;
    case 'order.planned':
      addPlanned(state, fact, at);
      break;
    case 'order.accepted':
      acceptOrder(orderOf(state, fact), fact, at);
      break;
    case 'order.refused':
      refuseOrder(state, orderOf(state, fact), fact, at);
      break;
    case 'order.unknown':
      markUnknown(orderOf(state, fact), fact);
      break;
    case 'order.resolved':
      resolveOrder(state, orderOf(state, fact), fact, at);
      break;
    case 'order.abandoned':
      abandonOrder(state, orderOf(state, fact));
      break;
    case 'order.triggered':
      triggerOrder(orderOf(state, fact), fact, at);
      break;
    case 'order.filled':
      fillOrder(state, orderOf(state, fact), fact, at);
      break;
    case 'order.ended':
      endOrder(state, orderOf(state, fact), fact, at);
      break;
    case 'entry.revoked':
      orderOf(state, fact).revoked = true;
      break;
    case 'cancel.requested':
      orderOf(state, fact).cancelRequestedAt = at;
      break;
    case 'position.opened':
      openPosition(state, fact, at);
      break;
    case 'position.changed':
      changePosition(state, positionOf(state, fact), fact, at);
      break;
    case 'position.closed':
      closePosition(state, positionOf(state, fact), fact, at);
      break;
    case 'position.adjusted':
      adjustPosition(state, positionOf(state, fact), fact, at);
      break;
    case 'position.adopted':
      adoptPosition(state, fact, at);
      break;
    case 'position.stop_moved':
      moveStop(positionOf(state, fact), fact, at);
      break;
    case 'position.protected':
      positionOf(state, fact).exposedSince = undefined;
      break;
    case 'position.exposed':
      positionOf(state, fact).exposedSince = at;
      break;
    case 'drift.found':
      findDrift(state, fact, at);
      break;
    case 'drift.cleared':
      state.drifts.delete(`${fact.symbol}/${fact.side}`);
      break;
    case 'account.measured':
      measure(state, fact, at);
      break;
    case 'trading.state_changed':
      changeTrading(state, fact, at);
      break;
    case 'settings.changed':
      putInForce(state, fact.settings, fact, at);
      break;
    case 'position.flatten_ordered':
      positionOf(state, fact).flatten = 'operator';
      break;
    case 'telemetry.canary':
      state.canaryAt = at;
      break;
    default:
      fact satisfies never;
      throw new Error(`a fact of an unknown type: ${JSON.stringify(fact)}`);
  }
}

function listInstrument(state: EngineState, { instrument: text }: InstrumentListed): void {
  state.listings.set(text.symbol, text);
  state.instruments.set(text.symbol, instrument(text));
}

function findDrift(state: EngineState, { symbol, side, journal, exchange }: DriftFound, at: Micros): void {
  const difference = subtractQuantity(quantity(journal), quantity(exchange));
  state.drifts.set(`${symbol}/${side}`, { symbol, side, difference, since: at });
}
