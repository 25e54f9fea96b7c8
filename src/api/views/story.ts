/** What the journal tells of one signal, sorted out: receipt, decision, orders, and the position that came of it. */

import type {
  Entry,
  Fact,
  PositionClosed,
  PositionOpened,
  SignalAccepted,
  SignalDuplicated,
  SignalReceived,
  SignalRefused,
} from '#core/facts.ts';
import type { Micros, PositionKey, Seq } from '#core/ids.ts';
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

export interface SignalStory {
  readonly received: SignalReceived;
  readonly decided: SignalAccepted | SignalRefused;
  readonly decidedAt: Micros;
  readonly duplicates: readonly SignalDuplicated[];
  /** The orders that go back to the signal, oldest first. */
  readonly orders: readonly OrderHistory[];
  readonly positions: readonly PositionStory[];
  /** Positions that the signal's own orders reduced to nothing, whichever signal opened them. */
  readonly closed: readonly { readonly at: Micros; readonly fact: PositionClosed }[];
  /** Whether an entry of the signal added to a position that another signal had opened. */
  readonly added: boolean;
  readonly facts: readonly NumberedFact[];
}

export interface NumberedFact {
  readonly seq: Seq;
  readonly at: Micros;
  readonly fact: Fact;
}

/** @param entries those that hold a fact about the signal, in order; undefined if its receipt is not among them. */
export function storyOf(entries: readonly Entry[], signal: Seq): SignalStory | undefined {
  const facts = entries.flatMap(numbered);
  const mine = facts.filter(({ fact }) => ('signal' in fact ? fact.signal : storySignal(fact)) === signal);
  const received = mine.find(({ fact }) => fact.type === 'signal.received')?.fact;
  const decided = mine.find(({ fact }) => fact.type === 'signal.accepted' || fact.type === 'signal.refused');
  if (received?.type !== 'signal.received' || decided === undefined) return undefined;
  if (decided.fact.type !== 'signal.accepted' && decided.fact.type !== 'signal.refused') return undefined;
  const orders = new Orders();
  for (const entry of entries) orders.apply(entry);
  const own = orders.all().filter(({ planned }) => planned.story.signal === signal);
  const positions = positionsOf(mine);
  return {
    received,
    decided: decided.fact,
    decidedAt: decided.at,
    duplicates: mine.flatMap(({ fact }) => (fact.type === 'signal.duplicated' ? [fact] : [])),
    orders: own,
    positions,
    closed: closedBy(own, facts),
    added: positions.length === 0 && mine.some(({ fact }) => fact.type === 'position.changed'),
    facts: mine,
  };
}

const numbered = ({ seq, at, facts }: Entry): NumberedFact[] =>
  facts.map((fact, index) => ({ seq: (seq + index) as Seq, at, fact }));

const storySignal = (fact: Fact): Seq | undefined => ('story' in fact ? fact.story.signal : undefined);

function positionsOf(facts: readonly NumberedFact[]): PositionStory[] {
  const positions: PositionStory[] = [];
  const current = (key: PositionKey): PositionStory | undefined =>
    positions.findLast((position) => position.key === key);
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
      position.protectedAt = at;
      position.firstProtectedAt ??= at;
      return;
    case 'position.exposed':
      position.protectedAt = undefined;
      return;
    case 'position.adjusted':
      position.quantity = fact.to;
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
