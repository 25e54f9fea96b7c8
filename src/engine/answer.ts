/** What a publisher is told of its signal: the decision, as the journal has it. */

import type { Fact, SignalReceived } from '#core/facts.ts';
import type { ClientOrderId, Seq, SignalId, TraceId } from '#core/ids.ts';
import { type RefusalReason, refusals } from '#core/refusal.ts';
import type { ContentField } from '#core/signal.ts';

export interface Answer {
  readonly signalId: SignalId;
  readonly signal: Seq;
  readonly trace: TraceId;
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
export function answerAgain(first: readonly Fact[], again: readonly Fact[]): Answer {
  const duplicated = again.find((fact) => fact.type === 'signal.duplicated');
  return { ...answerFrom(first), duplicate: true, differs: duplicated?.differs ?? [] };
}

export function receiptIn(facts: readonly Fact[]): SignalReceived {
  const received = facts.find((fact) => fact.type === 'signal.received');
  if (received === undefined) throw new Error('an entry without the receipt of its signal');
  return received;
}

/** The orders that carry out the signal itself, not those that guard what came of it. */
const isAsked = (leg: string): boolean => leg === 'entry' || leg === 'close';
