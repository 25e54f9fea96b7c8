/** What must hold after every run, whatever happened in it. Each check returns what it found broken, in words. */

import { isDeepStrictEqual } from 'node:util';
import type { Entry, Fact } from '#core/facts.ts';
import type { SignalId } from '#core/ids.ts';
import {
  addQuantity,
  type Quantity,
  quantity,
  showQuantity,
  subtractQuantity,
  zeroQuantity,
} from '#core/money.ts';
import { coveredBy, emptyState, ordersOf } from '#core/state.ts';
import { foldEntry } from '#engine/fold.ts';
import type { LedgerEntry } from '#simex/usdm/ledger.ts';
import type { World } from './world.ts';

/** How much longer than the configured bound a position may be uncovered: the time to find out and to close it. */
const EXPOSURE_SLACK_MS = 10_000;

export function violationsOf(world: World, entries: readonly Entry[]): string[] {
  const facts = entries.flatMap((entry) => entry.facts);
  const { ledger } = world.venue.exchange;
  return [
    ...world.violations,
    ...decidedOnce(world, facts),
    ...executedOnce(ledger),
    ...neverOverfilled(ledger),
    ...fillsAreConserved(facts, ledger),
    // Where strategies share a position, two orders that reduce can race for it: the loser's part is corrected later.
    ...(world.shared ? [] : nothingIsAdjusted(facts)),
    ...onlyResentWhenResolved(facts),
    ...coveredInTime(world, ledger),
    ...foldsToLiveState(world, entries),
    ...agreesAtRest(world),
  ];
}

/** Each signal that was acknowledged has exactly one decision, and every answer told the same one. */
function decidedOnce(world: World, facts: readonly Fact[]): string[] {
  const found: string[] = [];
  const ids = new Map<number, SignalId>();
  const decisions = new Map<SignalId, number>();
  for (const fact of facts) {
    if (fact.type === 'signal.received') ids.set(fact.signal, fact.content.id);
    if (fact.type !== 'signal.accepted' && fact.type !== 'signal.refused') continue;
    const id = ids.get(fact.signal);
    if (id === undefined) found.push(`decision ${fact.signal} without its receipt`);
    else decisions.set(id, (decisions.get(id) ?? 0) + 1);
  }
  for (const [id, count] of decisions) if (count !== 1) found.push(`${id} was decided ${count} times`);
  for (const [id, answers] of world.acknowledged) {
    if (!decisions.has(id)) found.push(`${id} was acknowledged and never decided`);
    const told = answers.map(({ decision }) => decision);
    if (told.some((one) => !isDeepStrictEqual(one, told[0]))) found.push(`${id} was answered in two ways`);
  }
  return found;
}

const intentOf = (clientOrderId: string): string => clientOrderId.replace(/\d+$/, '');

/** An entry or a close is at the exchange at most once, however often it was tried. */
function executedOnce(ledger: readonly LedgerEntry[]): string[] {
  const counts = new Map<string, number>();
  for (const entry of ledger) {
    if (entry.kind !== 'order_accepted' || entry.algoId !== 0) continue;
    const intent = intentOf(entry.clientOrderId);
    if (/-[ec][ls]$/.test(intent)) counts.set(intent, (counts.get(intent) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, count]) => count > 1)
    .map(([intent, count]) => `${intent} was placed ${count} times`);
}

function neverOverfilled(ledger: readonly LedgerEntry[]): string[] {
  const ordered = new Map<number, Quantity>();
  const found: string[] = [];
  for (const entry of ledger) {
    if (entry.kind === 'order_accepted') ordered.set(entry.orderId, quantity(entry.quantity));
    if (entry.kind !== 'fill') continue;
    const limit = ordered.get(entry.orderId) ?? zeroQuantity;
    if (quantity(entry.cumulativeQuantity) > limit)
      found.push(`${entry.clientOrderId} was filled beyond its size`);
  }
  return found;
}

/** What the exchange executed for each order is what the journal booked, no more and no less. */
function fillsAreConserved(facts: readonly Fact[], ledger: readonly LedgerEntry[]): string[] {
  const difference = new Map<string, bigint>();
  const add = (id: string, amount: bigint): void =>
    void difference.set(id, (difference.get(id) ?? 0n) + amount);
  for (const entry of ledger) if (entry.kind === 'fill') add(entry.clientOrderId, quantity(entry.quantity));
  for (const fact of facts)
    if (fact.type === 'order.filled') add(fact.clientOrderId, -quantity(fact.quantity));
  return [...difference]
    .filter(([, amount]) => amount !== 0n)
    .map(([id, amount]) => `${id} was booked with a difference of ${showQuantity(amount as Quantity)}`);
}

/** Nobody else trades here: a position that has to be corrected was booked wrong. */
const nothingIsAdjusted = (facts: readonly Fact[]): string[] =>
  facts.filter(({ type }) => type === 'position.adjusted').map((fact) => JSON.stringify(fact));

/** A further attempt follows only a refusal, or the proof that the one before it is not at the exchange. */
function onlyResentWhenResolved(facts: readonly Fact[]): string[] {
  const found: string[] = [];
  const open = new Map<string, string>();
  for (const fact of facts) {
    if (fact.type === 'order.planned' && (fact.leg === 'entry' || fact.leg === 'close')) {
      const id = fact.order.clientOrderId;
      const earlier = open.get(intentOf(id));
      if (earlier !== undefined) found.push(`${id} was planned while ${earlier} was undecided`);
      open.set(intentOf(id), id);
    }
    if (fact.type === 'order.refused' || (fact.type === 'order.resolved' && !fact.placed)) {
      open.delete(intentOf(fact.clientOrderId));
    }
  }
  return found;
}

/** Replays the exchange's ledger: no position is uncovered for longer than the bound, excused time aside. */
function coveredInTime(world: World, ledger: readonly LedgerEntry[]): string[] {
  const found: string[] = [];
  const boundMs = world.settings.unprotectedMsMax + EXPOSURE_SLACK_MS;
  const held = new Map<string, Quantity>();
  const stops = new Map<number, { side: string; quantity: Quantity }>();
  const since = new Map<string, number>();
  const judge = (side: string, nowMs: number): void => {
    let covered = zeroQuantity;
    for (const stop of stops.values()) if (stop.side === side) covered = addQuantity(covered, stop.quantity);
    const exposed = (held.get(side) ?? zeroQuantity) > covered;
    const start = since.get(side);
    if (exposed && start === undefined) since.set(side, nowMs);
    if (exposed || start === undefined) return;
    since.delete(side);
    const lasted = nowMs - start - excusedWithin(world, start, nowMs);
    if (lasted > boundMs) found.push(`${side} was uncovered for ${lasted} ms from ${start}`);
  };
  for (const entry of ledger) {
    if (entry.kind === 'position') {
      const signed = quantity(entry.quantity);
      const short = signed < 0n;
      const size = (short ? -signed : signed) as Quantity;
      if (entry.positionSide === 'BOTH') {
        held.set(`${entry.symbol}/LONG`, short ? zeroQuantity : size);
        held.set(`${entry.symbol}/SHORT`, short ? size : zeroQuantity);
      } else held.set(`${entry.symbol}/${entry.positionSide}`, size);
    } else if (entry.kind === 'algo_accepted' && entry.type === 'STOP_MARKET') {
      const side = `${entry.symbol}/${entry.side === 'SELL' ? 'LONG' : 'SHORT'}`;
      stops.set(entry.algoId, { side, quantity: quantity(entry.quantity) });
    } else if ('algoId' in entry && /^algo_(finished|canceled|expired|rejected)$/.test(entry.kind)) {
      stops.delete(entry.algoId);
    } else continue;
    for (const side of [`${entry.symbol}/LONG`, `${entry.symbol}/SHORT`]) judge(side, entry.timeMs);
  }
  for (const [side, start] of since) {
    const lasted = world.time.nowMs - start - excusedWithin(world, start, world.time.nowMs);
    if (lasted > boundMs) found.push(`${side} is uncovered since ${start}`);
  }
  return found;
}

/** How much of a span is excused, overlaps counted once. */
function excusedWithin(world: World, fromMs: number, toMs: number): number {
  let excused = 0;
  let reached = fromMs;
  for (const span of [...world.excuses].sort((a, b) => a.fromMs - b.fromMs)) {
    const start = Math.max(reached, span.fromMs);
    const end = Math.min(toMs, span.toMs);
    if (end <= start) continue;
    excused += end - start;
    reached = end;
  }
  return excused;
}

function foldsToLiveState(world: World, entries: readonly Entry[]): string[] {
  const live = world.engine?.state;
  if (live === undefined) return ['no engine is up at the end'];
  const folded = emptyState();
  for (const entry of entries) foldEntry(folded, entry);
  return isDeepStrictEqual(folded, live) ? [] : ['the journal does not fold to the live state'];
}

/** In the calm both sides agree on orders and positions, and every position is covered. */
function agreesAtRest(world: World): string[] {
  const state = world.engine?.state;
  if (state === undefined) return [];
  const found: string[] = [];
  if (!state.reconciled) found.push('the engine is not reconciled');
  const { exchange } = world.venue;
  const risk = exchange.positionRisk();
  const regular = exchange.openOrders();
  const conditional = exchange.openAlgoOrders();
  if (!risk.ok || !regular.ok || !conditional.ok) throw new Error('the simulated exchange refuses to answer');

  const theirs = new Map<string, Quantity>();
  for (const { symbol, positionAmt } of risk.positions) {
    const amount = quantity(positionAmt);
    if (amount === 0n) continue;
    const side = amount < 0n ? 'SHORT' : 'LONG';
    theirs.set(`${symbol}/${side}`, (amount < 0n ? -amount : amount) as Quantity);
  }
  for (const position of state.positions.values()) {
    const side = `${position.name.symbol}/${position.name.side}`;
    theirs.set(side, subtractQuantity(theirs.get(side) ?? zeroQuantity, position.holding.quantity));
    const covered = coveredBy(ordersOf(state, position.key));
    if (covered < position.holding.quantity) {
      found.push(
        `${position.key} holds ${showQuantity(position.holding.quantity)}, covered ${showQuantity(covered)}`,
      );
    }
  }
  for (const [side, difference] of theirs) {
    if (difference !== 0n) found.push(`${side} differs by ${showQuantity(difference)}`);
  }

  const open = new Set([
    ...regular.orders.map(({ clientOrderId }) => clientOrderId),
    ...conditional.algos.map(({ clientAlgoId }) => clientAlgoId),
  ]);
  for (const [id, order] of state.orders) {
    if (order.phase === 'waiting') found.push(`${id} still waits to be tried again`);
    else if (!open.delete(id)) found.push(`${id} (${order.phase}) is not open at the exchange`);
  }
  for (const id of open) found.push(`${id} is open at the exchange and unknown to the engine`);
  return found;
}
