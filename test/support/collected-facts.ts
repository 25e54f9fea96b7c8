/** Whether a collector has the telemetry of each fact, and none of it twice. */

import assert from 'node:assert/strict';
import type { Entry } from '#core/facts.ts';
import { project } from '#telemetry/projection.ts';
import type { CollectedLog, CollectedSpan } from './collected.ts';

interface Collected {
  readonly spans: readonly CollectedSpan[];
  readonly logs: readonly CollectedLog[];
}

const spanId = (span: { readonly traceId: string; readonly spanId: string }): string =>
  `${span.traceId}/${span.spanId}`;
/** Requests have spans and the process has log records, too. */
const isOfFact = ({ attributes }: CollectedLog | CollectedSpan): boolean =>
  attributes['tradeengine.fact.seq'] !== undefined;
const factSeq = (log: CollectedLog): number => Number(log.attributes['tradeengine.fact.seq']);

export const headOf = (entries: readonly Entry[]): number =>
  entries.reduce((count, { facts }) => count + facts.length, 0);

/** Every span by its id and every log record by the number of its fact, once. */
export function assertComplete(collected: Collected, entries: readonly Entry[]): void {
  const spans = collected.spans.filter(isOfFact);
  const logs = collected.logs.filter(isOfFact);
  const wanted = entries.flatMap((entry) => project(entry).spans.map(spanId));
  assert.deepEqual(spans.map(spanId).toSorted(), wanted.toSorted());
  assert.deepEqual(
    logs.map(factSeq).toSorted((a, b) => a - b),
    Array.from({ length: headOf(entries) }, (_, index) => index + 1),
  );
}

/**
 * The same where a request was taken but its answer was lost, so that it had to be sent again: whoever stores by id has
 * everything once, because what has the same id is the same.
 */
export function assertCompleteById({ spans, logs }: Collected, entries: readonly Entry[]): void {
  assertComplete(
    { spans: onceBy(spans.filter(isOfFact), spanId), logs: onceBy(logs.filter(isOfFact), factSeq) },
    entries,
  );
}

function onceBy<T>(items: readonly T[], idOf: (item: T) => string | number): T[] {
  const kept = new Map<string | number, T>();
  for (const item of items) {
    const before = kept.get(idOf(item));
    if (before !== undefined) assert.deepEqual(item, before);
    kept.set(idOf(item), item);
  }
  return [...kept.values()];
}
