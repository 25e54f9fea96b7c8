/** What a publisher is told of its signal: the decision, as the journal has it. */

import type { Entry, Fact, SignalReceived } from '#core/facts.ts';
import type { ClientOrderId, Seq, SignalId, TraceId } from '#core/ids.ts';
import { type RefusalReason, refusals } from '#core/refusal.ts';
import type { ContentField } from '#core/signal.ts';

/** A delivery of a signal, as the journal has it. */
export interface Receipt {
  readonly trace: TraceId;
  /** The number of its fact: signal.received, or signal.duplicated. */
  readonly fact: Seq;
}

export interface Answer {
  readonly signalId: SignalId;
  readonly signal: Seq;
  readonly trace: TraceId;
  /** Of this delivery: on a duplicate another than the signal's. */
  readonly receipt: Receipt;
  readonly duplicate: boolean;
  /** On a duplicate: in what it differs from the first of its id. It is not acted on all the same. */
  readonly differs: readonly ContentField[];
  readonly decision:
    | { readonly outcome: 'accepted' | 'resized'; readonly orders: readonly ClientOrderId[] }
    | {
        readonly outcome: 'refused';
        readonly reason: RefusalReason;
        readonly value: string;
        readonly limit: string;
        readonly message: string;
      };
}

/** @param facts those of the entry that holds the signal's receipt: its decision is always beside it. */
export function answerFrom(facts: readonly Fact[]): Answer {
  const received = receiptIn(facts);
  const decided = facts.find((fact) => fact.type === 'signal.accepted' || fact.type === 'signal.refused');
  if (decided === undefined) throw new Error('a signal without a decision');
  const common = {
    signalId: received.content.id,
    signal: received.signal,
    trace: received.trace,
    receipt: { trace: received.trace, fact: received.signal },
    duplicate: false,
    differs: [],
  };
  if (decided.type === 'signal.refused') {
    const { reason, value, limit } = decided;
    return { ...common, decision: { outcome: 'refused', reason, value, limit, message: refusals[reason] } };
  }
  const orders = facts
    .filter((fact) => fact.type === 'order.planned' && fact.story.signal === received.signal)
    .flatMap((fact) =>
      fact.type === 'order.planned' && isAsked(fact.leg) ? [fact.order.clientOrderId] : [],
    );
  const resized = decided.resized?.asked !== undefined;
  return { ...common, decision: { outcome: resized ? 'resized' : 'accepted', orders } };
}

/** What a signal is told that came before: its first answer, and whether it is still the same signal. */
export function answerAgain(first: readonly Fact[], again: Pick<Entry, 'seq' | 'facts'>): Answer {
  const index = again.facts.findIndex(({ type }) => type === 'signal.duplicated');
  const duplicated = again.facts[index];
  if (duplicated?.type !== 'signal.duplicated') throw new Error('a signal that came again without its fact');
  return {
    ...answerFrom(first),
    receipt: { trace: duplicated.trace, fact: (again.seq + index) as Seq },
    duplicate: true,
    differs: duplicated.differs ?? [],
  };
}

export function receiptIn(facts: readonly Fact[]): SignalReceived {
  const received = facts.find((fact) => fact.type === 'signal.received');
  if (received === undefined) throw new Error('an entry without the receipt of its signal');
  return received;
}

/** The orders that carry out the signal itself, not those that guard what came of it. */
const isAsked = (leg: string): boolean => leg === 'entry' || leg === 'close';
