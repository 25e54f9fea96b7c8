/** What the journal tells of one signal, sorted out: receipt, decision, orders, and the position that came of it. */

import {
  type Entry,
  type Fact,
  type SignalAccepted,
  type SignalDuplicated,
  type SignalReceived,
  type SignalRefused,
  signalOf,
} from '#core/facts.ts';
import type { Micros, PositionKey, Seq } from '#core/ids.ts';
import type { PositionChanged, PositionClosed, PositionOpened } from '#core/position-facts.ts';
import type { OrderHistory } from './order.ts';
import { Orders } from './orders.ts';

export interface PositionStory {
  readonly key: PositionKey;
  readonly openedAt: Micros;
  readonly opened: PositionOpened;
  stop: string;
  target: string | undefined;
  quantity: string;
  /** Since when its stops cover it; undefined while they do not. */
  protectedAt: Micros | undefined;
  /** The first time that they did. */
  firstProtectedAt: Micros | undefined;
  closed: { readonly at: Micros; readonly fact: PositionClosed } | undefined;
}

/** What an entry did to a position that another signal had opened. */
export interface Addition {
  /** When its first fill added to it. */
  readonly at: Micros;
  readonly changed: PositionChanged;
  /** When stops next covered all of it. */
  readonly protectedAt: Micros | undefined;
  /** The position; undefined if its beginning is not known. */
  readonly position: PositionStory | undefined;
}

export interface SignalStory {
  readonly received: SignalReceived;
  readonly decided: SignalAccepted | SignalRefused;
  readonly decidedAt: Micros;
  readonly duplicates: readonly SignalDuplicated[];
  /** The orders that go back to the signal, and those that guard what it added to a position, oldest first. */
  readonly orders: readonly OrderHistory[];
  readonly positions: readonly PositionStory[];
  /** Positions that the signal's own orders reduced to nothing, whichever signal opened them. */
  readonly closed: readonly { readonly at: Micros; readonly fact: PositionClosed }[];
  /** Set if an entry of the signal added to a position that another signal had opened. */
  readonly addition: Addition | undefined;
  readonly facts: readonly NumberedFact[];
}

export interface NumberedFact {
  readonly seq: Seq;
  readonly at: Micros;
  readonly fact: Fact;
}

/**
 * @param entries those that hold a fact about the signal, and about the one that opened the position that it added to,
 *   in order. Undefined if its receipt is not among them.
 */
export function storyOf(entries: readonly Entry[], signal: Seq): SignalStory | undefined {
  const facts = entries.flatMap(numbered);
  const mine = facts.filter(({ fact }) => signalOf(fact) === signal);
  const received = mine.find(({ fact }) => fact.type === 'signal.received')?.fact;
  const decided = mine.find(({ fact }) => fact.type === 'signal.accepted' || fact.type === 'signal.refused');
  if (received?.type !== 'signal.received' || decided === undefined) return undefined;
  if (decided.fact.type !== 'signal.accepted' && decided.fact.type !== 'signal.refused') return undefined;
  const orders = new Orders();
  for (const entry of entries) orders.apply(entry);
  const own = orders.all().filter(({ planned }) => planned.story.signal === signal);
  const positions = positionsOf(facts);
  const opened = positions.filter((position) => position.opened.signal === signal);
  const addition = opened.length > 0 ? undefined : additionOf(mine, facts, positions);
  const guards = addition === undefined ? [] : orders.all().filter((order) => isGuardOf(order, addition));
  return {
    received,
    decided: decided.fact,
    decidedAt: decided.at,
    duplicates: mine.flatMap(({ fact }) => (fact.type === 'signal.duplicated' ? [fact] : [])),
    orders: [...own, ...guards],
    positions: opened,
    closed: closedBy(own, facts),
    addition,
    facts: mine,
  };
}

const numbered = ({ seq, at, facts }: Entry): NumberedFact[] =>
  facts.map((fact, index) => ({ seq: (seq + index) as Seq, at, fact }));

function additionOf(
  mine: readonly NumberedFact[],
  facts: readonly NumberedFact[],
  positions: readonly PositionStory[],
): Addition | undefined {
  for (const { seq, at, fact: changed } of mine) {
    if (changed.type !== 'position.changed') continue;
    const next = facts.find(
      ({ seq: later, fact }) =>
        later > seq &&
        (fact.type === 'position.protected' || fact.type === 'position.closed') &&
        fact.position === changed.position,
    );
    const position = positions.findLast(({ key, openedAt }) => key === changed.position && openedAt <= at);
    const protectedAt = next?.fact.type === 'position.protected' ? next.at : undefined;
    return { at, changed, protectedAt, position };
  }
  return undefined;
}

/** Guards go back to the signal that opened the position; these were planned when the position had grown. */
const isGuardOf = ({ planned, plannedAt }: OrderHistory, { at, changed, protectedAt, position }: Addition) =>
  planned.position === changed.position &&
  (planned.leg === 'stop' || planned.leg === 'take_profit' || planned.leg === 'flatten') &&
  plannedAt >= at &&
  plannedAt <= (protectedAt ?? position?.closed?.at ?? plannedAt);

function positionsOf(facts: readonly NumberedFact[]): PositionStory[] {
  const positions: PositionStory[] = [];
  const current = (key: PositionKey): PositionStory | undefined =>
    positions.findLast((position) => position.key === key && position.closed === undefined);
  for (const { at, fact } of facts) {
    if (fact.type === 'position.opened') {
      positions.push({
        key: fact.position,
        openedAt: at,
        opened: fact,
        stop: fact.stop,
        target: fact.target,
        quantity: fact.quantity,
        protectedAt: undefined,
        firstProtectedAt: undefined,
        closed: undefined,
      });
    } else if ('position' in fact && fact.type !== 'order.planned' && fact.type !== 'order.filled') {
      const position = current(fact.position);
      if (position !== undefined) continuePosition(position, fact, at);
    }
  }
  return positions;
}

function continuePosition(position: PositionStory, fact: Fact, at: Micros): void {
  switch (fact.type) {
    case 'position.changed':
      position.quantity = fact.quantity;
      if (fact.stop !== undefined) {
        position.stop = fact.stop;
        position.target = fact.target;
      }
      return;
    case 'position.protected':
      position.quantity = fact.quantity;
      position.protectedAt = at;
      position.firstProtectedAt ??= at;
      return;
    case 'position.exposed':
      position.protectedAt = undefined;
      return;
    case 'position.adjusted':
      position.quantity = fact.to;
      return;
    case 'position.stop_moved':
      position.stop = fact.to;
      return;
    case 'position.closed':
      position.quantity = '0';
      position.closed = { at, fact };
      return;
    default:
      return;
  }
}

function closedBy(orders: readonly OrderHistory[], facts: readonly NumberedFact[]): SignalStory['closed'] {
  const closing = orders.filter(({ planned, fills }) => planned.leg === 'close' && fills.length > 0);
  return facts.flatMap(({ at, fact }) => {
    const mine =
      fact.type === 'position.closed' &&
      closing.some(
        ({ planned, fills }) => planned.position === fact.position && fills.some((fill) => fill.at === at),
      );
    return mine ? [{ at, fact }] : [];
  });
}
