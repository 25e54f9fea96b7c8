/**
 * The decider: what follows from a command, given what is known. Pure and synchronous; time, market and ids come
 * in. advance() is the one way forward: decide, fold the facts in, then uphold the protection of what was touched.
 */

import { decideCanary } from './canary.ts';
import type { Command, Moment, ReceiveSignal, Start } from './command.ts';
import { evolve } from './evolve.ts';
import type { EngineStarted, Fact, SignalAccepted } from './facts.ts';
import { followMarket } from './follow.ts';
import { addMs, type Micros, type PositionKey, type Seq } from './ids.ts';
import { judge } from './judge/judge.ts';
import { showPrice, showQuantity } from './money.ts';
import { operate } from './operate.ts';
import { aboutOrder, type Order, type Story } from './order.ts';
import { guardTrading, measureAccount } from './oversight.ts';
import { uphold } from './protection.ts';
import { compareSnapshot } from './reconcile.ts';
import { decideOutcome, decideReport } from './report.ts';
import { decideRetries } from './retry.ts';
import { differences } from './signal.ts';
import type { EngineState } from './state.ts';

/** An order that was heard of more recently may only be late to show on the exchange's query side. */
const GONE_AFTER_MS = 10_000;

/** Decides and folds: returns the facts, which the state then contains and the journal must receive next. */
export function advance(state: EngineState, command: Command, moment: Moment): Fact[] {
  const touched = positionsTouchedBy(state, command);
  const facts = fold(state, decide(state, command, moment), moment.at);
  for (const fact of facts) if ('position' in fact) touched.add(fact.position);
  for (const key of touched) facts.push(...fold(state, uphold(state, key, moment), moment.at));
  return facts;
}

function fold(state: EngineState, facts: Fact[], at: Micros): Fact[] {
  for (const fact of facts) evolve(state, fact, (state.seq + 1) as Seq, at);
  return facts;
}

function positionsTouchedBy(state: EngineState, command: Command): Set<PositionKey> {
  switch (command.type) {
    case 'record_outcome':
    case 'record_missing':
      return keyOf(state.orders.get(command.clientOrderId));
    case 'record_report':
      return keyOf(state.orders.get(command.report.clientOrderId));
    case 'tick':
      return positionsTouchedByTime(state);
    case 'compare_snapshot':
      return new Set([...state.positions.keys(), ...state.ordersByPosition.keys()]);
    default:
      return new Set();
  }
}

/** Where a deadline or another attempt may be due. */
function positionsTouchedByTime(state: EngineState): Set<PositionKey> {
  const touched = new Set<PositionKey>();
  for (const { key, exposedSince, flatten } of state.positions.values()) {
    if (exposedSince !== undefined || flatten !== undefined) touched.add(key);
  }
  for (const { position, phase, cancelRequestedAt } of state.orders.values()) {
    if (phase === 'waiting' || cancelRequestedAt !== undefined) touched.add(position);
  }
  return touched;
}

const keyOf = (order: Order | undefined): Set<PositionKey> =>
  new Set(order === undefined ? [] : [order.position]);

export function decide(state: EngineState, command: Command, moment: Moment): Fact[] {
  switch (command.type) {
    case 'start':
      return decideStart(state, command);
    case 'list_instruments':
      return command.instruments
        .filter((text) => JSON.stringify(state.listings.get(text.symbol)) !== JSON.stringify(text))
        .map((text) => ({ type: 'instrument.listed', instrument: text }));
    case 'receive_signal':
      return decideSignal(state, command, moment);
    case 'record_outcome': {
      const order = state.orders.get(command.clientOrderId);
      return order === undefined ? [] : decideOutcome(state, order, command, moment.at);
    }
    case 'record_report': {
      // An order that is no longer live has ended with all of its trades known: this news is a repetition.
      const order = state.orders.get(command.report.clientOrderId);
      return order === undefined ? [] : decideReport(state, order, command.report, command, moment.at);
    }
    case 'record_missing':
      return decideMissing(state.orders.get(command.clientOrderId), command.askedAt, moment.at);
    case 'compare_snapshot':
      return compareSnapshot(state, command, moment);
    case 'measure_account':
      return measureAccount(state, command, moment.at);
    case 'set_trading_state':
    case 'flatten':
    case 'revoke_entry':
    case 'change_settings':
      return operate(state, command);
    case 'tick':
      return [
        ...decideRetries(state, moment),
        ...followMarket(state, moment),
        ...guardTrading(state, moment),
        ...decideCanary(state, moment.at),
      ];
  }
}

function decideStart(state: EngineState, command: Start): Fact[] {
  const { account, version, decidableAt } = command;
  const facts: Fact[] = [{ type: 'engine.started', account, version, ...settingsAtStart(state, command) }];
  for (const order of state.orders.values()) {
    if (order.phase !== 'planned') continue;
    const { plannedAt } = order;
    facts.push({ type: 'order.unknown', ...aboutOrder(order), cause: 'restart', plannedAt, decidableAt });
  }
  return facts;
}

/** The rules of the environment, unless they are those of before and an operator has changed them since. */
function settingsAtStart(
  { settings, configured }: EngineState,
  start: Start,
): Partial<EngineStarted> & Pick<EngineStarted, 'settings'> {
  const changed = settings !== configured && JSON.stringify(configured) === JSON.stringify(start.settings);
  return changed ? { settings, configured } : { settings: start.settings };
}

function decideSignal(state: EngineState, command: ReceiveSignal, moment: Moment): Fact[] {
  const { signal: content, key, trace, receivedAt, duplicateOf } = command;
  const parent = command.parentSpan === undefined ? {} : { parentSpan: command.parentSpan };
  if (duplicateOf !== undefined) {
    const { signal } = duplicateOf;
    const found = differences(duplicateOf, { content, receivedAt });
    const differs = found.length === 0 ? {} : { differs: found };
    return [{ type: 'signal.duplicated', signal, trace, ...parent, content, receivedAt, ...differs }];
  }
  const story: Story = { signal: (state.seq + 1) as Seq, key, trace };
  const decision = judge(state, content, story, moment);
  const common = {
    signal: story.signal,
    trace,
    strategyId: content.strategyId,
    symbol: content.symbol,
    checks: decision.checks,
  };
  const received: Fact = {
    type: 'signal.received',
    signal: story.signal,
    trace,
    ...parent,
    key,
    content,
    receivedAt,
  };
  if (decision.kind === 'refused') {
    const { reason, value, limit } = decision;
    return [received, { type: 'signal.refused', ...common, reason, value, limit }];
  }
  const { quote, resized } = decision;
  const accepted: SignalAccepted = {
    type: 'signal.accepted',
    ...common,
    ...(quote === undefined
      ? {}
      : { mark: showPrice(quote.mark), bid: showPrice(quote.bid), ask: showPrice(quote.ask) }),
    ...(resized === undefined ? {} : { resized }),
  };
  return [received, accepted, ...decision.orders, ...decision.revoked.map(decideRevocation)];
}

const decideRevocation = (order: Order): Fact => ({
  type: 'entry.revoked',
  ...aboutOrder(order),
  position: order.position,
});

function decideMissing(order: Order | undefined, askedAt: Micros, at: Micros): Fact[] {
  if (order?.phase === 'open') return decideGone(order, askedAt);
  if (order?.phase !== 'unknown' || order.decidableAt === undefined || askedAt < order.decidableAt) return [];
  const { plannedAt } = order;
  return [
    { type: 'order.resolved', ...aboutOrder(order), placed: false, how: 'query', plannedAt, retryAt: at },
  ];
}

/**
 * An order that was open and is denied has ended without a further fill: the exchange forgets cancelled and expired
 * orders after three days. https://developers.binance.com/docs/derivatives/usds-margined-futures/trade/rest-api/Query-Order
 */
function decideGone(order: Order, askedAt: Micros): Fact[] {
  const settled = order.ended === undefined && askedAt > addMs(order.heardAt, GONE_AFTER_MS);
  if (!settled) return [];
  return [
    { type: 'order.ended', ...aboutOrder(order), status: 'expired', executed: showQuantity(order.filled) },
  ];
}
