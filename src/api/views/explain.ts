/** Everything about one signal, for people and programs: a sentence, the decision, the orders, the times, the facts. */

import { z } from 'zod';
import type { Entry, SignalAccepted } from '#core/facts.ts';
import type { Micros, Seq } from '#core/ids.ts';
import { refusals } from '#core/refusal.ts';
import { wireFields } from '#intake/schema.ts';
import { detailOf, orderDetail } from './order.ts';
import { type Assets, sentenceOf } from './sentence.ts';
import { type NumberedFact, type PositionStory, type SignalStory, storyOf } from './story.ts';
import { showTime, wireNames } from './text.ts';

const decimal = z.string();
const time = z.string();
const stageUs = z.int().nullable();

export const explanation = z.strictObject({
  sentence: z.string().describe('The story in plain words.'),
  signal_id: z.string(),
  signal: z.int().describe('The number of its signal.received fact.'),
  trace_id: z.string(),
  received_at: time,
  content: z.record(z.string(), z.unknown()).describe('The signal as the engine understood it.'),
  duplicates: z.int().describe('How often its id came again.'),
  reuses: z
    .array(z.strictObject({ received_at: time, differs: z.array(z.string()) }))
    .describe('When its id came again for another signal, and the fields that differ. None was acted on.'),
  decision: z.strictObject({
    outcome: z.enum(['accepted', 'resized', 'refused']),
    at: time,
    checks: z
      .array(z.strictObject({ check: z.string(), value: z.string(), limit: z.string(), passed: z.boolean() }))
      .describe('Every rule that it was measured by, in order.'),
    refusal: z
      .strictObject({ reason: z.string(), value: z.string(), limit: z.string(), message: z.string() })
      .nullable(),
    market: z.strictObject({ mark: decimal, bid: decimal, ask: decimal }).nullable(),
    resized: z.strictObject({ asked: decimal.nullable(), planned: decimal, why: z.string() }).nullable(),
  }),
  orders: z.array(orderDetail),
  positions: z.array(
    z.strictObject({
      position: z.string(),
      side: z.enum(['LONG', 'SHORT']),
      opened_at: time,
      quantity: decimal.describe('What is held now.'),
      stop: decimal,
      target: decimal.nullable(),
      protected: z.boolean(),
      protected_at: time.nullable().describe('When its stops first covered it.'),
      closed: z
        .strictObject({
          at: time,
          by: z.enum(['entry', 'stop', 'take_profit', 'close', 'flatten']),
          realised: decimal,
          fees: decimal,
          held_us: z.int(),
        })
        .nullable(),
    }),
  ),
  latencies_us: z
    .strictObject({
      receive_to_decide: stageUs,
      decide_to_send: stageUs.describe('Durable in between.'),
      send_to_answer: stageUs,
      answer_to_first_fill: stageUs,
      receive_to_first_fill: stageUs,
      receive_to_last_fill: stageUs,
      fill_to_protected: stageUs.describe('From its own first fill until stops covered all that was held.'),
    })
    .describe('Of the first order that the signal asked for.'),
  facts: z.array(z.record(z.string(), z.unknown())).describe('The facts as recorded.'),
});

export type Explanation = z.infer<typeof explanation>;

/**
 * @param entries those that hold a fact about the signal, and about the one that opened the position that it added to,
 *   in order.
 */
export function explain(entries: readonly Entry[], signal: Seq, assets: Assets): Explanation | undefined {
  const story = storyOf(entries, signal);
  if (story === undefined) return undefined;
  const { received, addition } = story;
  const positions = addition?.position === undefined ? story.positions : [addition.position];
  return {
    sentence: sentenceOf(story, assets),
    signal_id: received.content.id,
    signal,
    trace_id: received.trace,
    received_at: showTime(received.receivedAt),
    content: wireNames(received.content),
    duplicates: story.duplicates.length,
    reuses: story.duplicates.flatMap(({ receivedAt, differs }) =>
      differs === undefined
        ? []
        : [{ received_at: showTime(receivedAt), differs: differs.map((field) => wireFields[field]) }],
    ),
    decision: decisionOf(story),
    orders: story.orders.map(detailOf),
    positions: positions.map(positionOf),
    latencies_us: latenciesOf(story),
    facts: story.facts.map(factAsRecorded),
  };
}

function decisionOf({ decided, decidedAt }: SignalStory): Explanation['decision'] {
  const refused = decided.type === 'signal.refused';
  const resized = refused ? undefined : decided.resized;
  return {
    outcome: refused ? 'refused' : resized?.asked === undefined ? 'accepted' : 'resized',
    at: showTime(decidedAt),
    checks: decided.checks.map(({ check, value, limit }, index) => ({
      check,
      value,
      limit,
      // The first rule that is broken ends the measuring.
      passed: !refused || index < decided.checks.length - 1,
    })),
    refusal: refused
      ? {
          reason: decided.reason,
          value: decided.value,
          limit: decided.limit,
          message: refusals[decided.reason],
        }
      : null,
    market: refused ? null : marketOf(decided),
    resized:
      resized === undefined
        ? null
        : { asked: resized.asked ?? null, planned: resized.planned, why: resized.why },
  };
}

function marketOf({ mark, bid, ask }: SignalAccepted): NonNullable<Explanation['decision']>['market'] {
  return mark === undefined || bid === undefined || ask === undefined ? null : { mark, bid, ask };
}

function positionOf(position: PositionStory): Explanation['positions'][number] {
  const { closed, firstProtectedAt, opened } = position;
  return {
    position: position.key,
    side: opened.side,
    opened_at: showTime(position.openedAt),
    quantity: position.quantity,
    stop: position.stop,
    target: position.target ?? null,
    protected: position.protectedAt !== undefined && closed === undefined && position.quantity !== '0',
    protected_at: firstProtectedAt === undefined ? null : showTime(firstProtectedAt),
    closed:
      closed === undefined
        ? null
        : {
            at: showTime(closed.at),
            by: closed.fact.by,
            realised: closed.fact.realised,
            fees: closed.fact.fees,
            held_us: closed.at - closed.fact.openedAt,
          },
  };
}

function latenciesOf(story: SignalStory): Explanation['latencies_us'] {
  const { received, decidedAt, orders, positions, addition } = story;
  const asked = orders.filter(({ planned }) => planned.leg === 'entry' || planned.leg === 'close');
  const first = asked[0];
  const answer = story.facts.find(
    ({ fact }) =>
      (fact.type === 'order.accepted' || fact.type === 'order.refused') &&
      fact.clientOrderId === first?.planned.order.clientOrderId,
  )?.fact;
  const answered = answer?.type === 'order.accepted' || answer?.type === 'order.refused' ? answer : undefined;
  const fills = asked.flatMap((order) => order.fills.map(({ at }) => at));
  const [position] = positions;
  return {
    receive_to_decide: between(received.receivedAt, decidedAt),
    decide_to_send: between(decidedAt, answered?.sentAt),
    send_to_answer: between(answered?.sentAt, answered?.answeredAt),
    answer_to_first_fill: between(answered?.answeredAt, fills[0]),
    receive_to_first_fill: between(received.receivedAt, fills[0]),
    receive_to_last_fill: between(received.receivedAt, fills.at(-1)),
    fill_to_protected:
      addition === undefined
        ? between(position?.openedAt, position?.firstProtectedAt)
        : between(addition.at, addition.protectedAt),
  };
}

const between = (from: Micros | undefined, to: Micros | undefined): number | null =>
  from === undefined || to === undefined ? null : to - from;

const factAsRecorded = ({ seq, at, fact }: NumberedFact): Record<string, unknown> => ({
  seq,
  at: showTime(at),
  ...fact,
});
