// The newest trading signals and what became of each: the `signal receive` spans, joined with the stages that
// followed in the same trace.
import { z } from 'zod';
import type { SignalOutcome, SignalSummary } from '../answers.ts';
import type { Reader } from '../store/reader.ts';
import { formatTime, msBetween } from '../time.ts';
import { attributesColumn, nanoseconds } from './columns.ts';

/** A place in the list: signals may share a nanosecond, so the span breaks the tie. */
export interface SignalCursor {
  timeNs: bigint;
  spanId: string;
}

const signalSchema = z.object({
  trace_id: z.string(),
  span_id: z.string(),
  signal_id: z.string(),
  time_ns: nanoseconds,
  end_ns: nanoseconds,
  attributes: attributesColumn,
});
type SignalSpan = z.infer<typeof signalSchema>;

const stageSchema = z.object({
  trace_id: z.string(),
  name: z.string(),
  end_ns: nanoseconds,
  status_code: z.number(),
  status_message: z.string(),
  attributes: attributesColumn,
});
type StageSpan = z.infer<typeof stageSchema>;

/** More stages than this for one signal tell nothing new about its outcome. */
const stagesPerSignalMax = 20;
const errorStatus = 2;

export async function newestSignals(
  reader: Reader,
  limit: number,
  before: SignalCursor | undefined,
): Promise<{ signals: SignalSummary[]; next: SignalCursor | undefined }> {
  const older = before === undefined ? '' : 'AND (time_ns < $time OR (time_ns = $time AND span_id < $span))';
  const found = await reader.rows(
    signalSchema,
    (from) => `SELECT trace_id, span_id, signal_id, time_ns, end_ns, attributes FROM ${from('spans')}
      WHERE name = 'signal receive' AND signal_id IS NOT NULL ${older}
      ORDER BY time_ns DESC, span_id DESC LIMIT $limit`,
    { limit: limit + 1, ...(before === undefined ? {} : { time: before.timeNs, span: before.spanId }) },
  );
  const page = found.slice(0, limit);
  const oldest = page.at(-1);
  if (oldest === undefined) return { signals: [], next: undefined };
  const stages = await stagesOf(reader, page, oldest.time_ns);
  return {
    signals: page.map((signal) => summarise(signal, stages.get(signal.trace_id) ?? [])),
    next: found.length > limit ? { timeNs: oldest.time_ns, spanId: oldest.span_id } : undefined,
  };
}

async function stagesOf(reader: Reader, page: readonly SignalSpan[], sinceNs: bigint) {
  // Ids come from the store, where only 32 hex digits get in: they are safe in the text of a query.
  const ids = page.map((signal) => `'${signal.trace_id}'`).join(', ');
  const rows = await reader.rows(
    stageSchema,
    (from) => `SELECT trace_id, name, end_ns, status_code, status_message, attributes FROM ${from('spans')}
      WHERE time_ns >= $since AND trace_id IN (${ids})
        AND name IN ('signal decide', 'order submit', 'order fill', 'protection arm')
      ORDER BY time_ns LIMIT $limit`,
    { since: sinceNs, limit: page.length * stagesPerSignalMax },
  );
  return Map.groupBy(rows, (row) => row.trace_id);
}

function attribute(span: { attributes: SignalSpan['attributes'] } | undefined, key: string): string | null {
  const value = span?.attributes[`tradeengine.${key}`];
  return typeof value === 'string' ? value : null;
}

function summarise(signal: SignalSpan, stages: readonly StageSpan[]): SignalSummary {
  const stage = (name: string) => stages.find((candidate) => candidate.name === name);
  const decide = stage('signal decide');
  const submit = stage('order submit');
  const decision = attribute(signal, 'decision') ?? attribute(decide, 'decision');
  const failed = stages.find((candidate) => candidate.status_code === errorStatus);
  const reason =
    attribute(signal, 'refusal.reason') ??
    attribute(decide, 'refusal.reason') ??
    attribute(failed, 'refusal.reason');
  return {
    signalId: signal.signal_id,
    traceId: signal.trace_id,
    time: formatTime(signal.time_ns),
    strategy: attribute(signal, 'strategy.id'),
    symbol: attribute(signal, 'symbol'),
    action: attribute(signal, 'action'),
    decision,
    outcome: outcomeOf(decision, stage),
    reason: reason ?? (failed === undefined || failed.status_message === '' ? null : failed.status_message),
    latencyMs: msBetween(signal.time_ns, (submit ?? decide ?? signal).end_ns),
  };
}

function outcomeOf(decision: string | null, stage: (name: string) => StageSpan | undefined): SignalOutcome {
  if (decision === 'refused' || decision === 'duplicate') return decision;
  const protection = stage('protection arm');
  if (protection !== undefined && protection.status_code !== errorStatus) return 'protected';
  if (stage('order fill') !== undefined) return 'filled';
  const submit = stage('order submit');
  if (submit !== undefined) {
    const answer = attribute(submit, 'order.outcome');
    if (answer === 'refused') return 'order_refused';
    return answer === 'unknown' ? 'order_unknown' : 'submitted';
  }
  return decision === null ? 'received' : 'accepted';
}
