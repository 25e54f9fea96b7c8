/**
 * The newest trading signals and what became of each: the `signal receive` spans, joined with the stages that followed
 * in the same trace.
 */
import { z } from 'zod';
import type { SignalOutcome, SignalSummary } from '../answers.ts';
import type { Reader } from '../store/reader.ts';
import { formatTime, msBetween } from '../time.ts';
import { attributesColumn, nanoseconds } from './columns.ts';

/** A place in the list: signals may share a nanosecond, so the span breaks the tie. */
interface SignalCursor {
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
  span_id: z.string(),
  parent_span_id: z.string(),
  name: z.string(),
  end_ns: nanoseconds,
  status_code: z.number(),
  status_message: z.string(),
  attributes: attributesColumn,
});
type StageSpan = z.infer<typeof stageSchema>;

const stageNames = ['signal decide', 'order submit', 'order resolve', 'order fill', 'protection arm'];

/** More stages than this for one signal tell nothing new about its outcome. */
const STAGES_PER_SIGNAL_MAX = 40;
const ERROR_STATUS = 2;

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
    signals: page.map((signal) => summarise(signal, descendants(signal, stages))),
    next: found.length > limit ? { timeNs: oldest.time_ns, spanId: oldest.span_id } : undefined,
  };
}

async function stagesOf(
  reader: Reader,
  page: readonly SignalSpan[],
  sinceNs: bigint,
): Promise<Map<string, StageSpan[]>> {
  // Ids come from the store, where only 32 hex digits get in: they are safe in the text of a query.
  const ids = page.map((signal) => `'${signal.trace_id}'`).join(', ');
  const names = stageNames.map((name) => `'${name}'`).join(', ');
  const rows = await reader.rows(
    stageSchema,
    (from) => `SELECT trace_id, span_id, parent_span_id, name, end_ns, status_code, status_message, attributes
      FROM ${from('spans')}
      WHERE time_ns >= $since AND trace_id IN (${ids}) AND name IN (${names})
      ORDER BY end_ns LIMIT $limit`,
    { since: sinceNs, limit: page.length * STAGES_PER_SIGNAL_MAX },
  );
  return Map.groupBy(rows, (row) => `${row.trace_id} ${row.parent_span_id}`);
}

/** The stages below a receipt, in order of their end: one trace of a publisher may hold several signals. */
function descendants(signal: SignalSpan, children: Map<string, StageSpan[]>): StageSpan[] {
  const found = new Set<StageSpan>();
  const below = [signal.span_id];
  for (let spanId = below.pop(); spanId !== undefined; spanId = below.pop()) {
    for (const stage of children.get(`${signal.trace_id} ${spanId}`) ?? []) {
      if (found.has(stage)) continue;
      found.add(stage);
      below.push(stage.span_id);
    }
  }
  return [...found].sort((a, b) => (a.end_ns < b.end_ns ? -1 : Number(a.end_ns > b.end_ns)));
}

function attribute(span: { attributes: SignalSpan['attributes'] } | undefined, key: string): string | null {
  const value = span?.attributes[`tradeengine.${key}`];
  return typeof value === 'string' ? value : null;
}

/** What the signal itself asked for, and not the stop and target that guard it. */
function isOwnOrder(stage: StageSpan): boolean {
  return ['entry', 'close', null].includes(attribute(stage, 'order.leg'));
}

function summarise(signal: SignalSpan, stages: readonly StageSpan[]): SignalSummary {
  const decide = stages.find((stage) => stage.name === 'signal decide');
  const orders = stages.filter((stage) => stage.name.startsWith('order ') && isOwnOrder(stage));
  const answers = orders.filter((stage) => attribute(stage, 'order.outcome') !== null);
  const decision = attribute(signal, 'decision') ?? attribute(decide, 'decision');
  const outcome = outcomeOf(decision, stages, orders);
  const failed = outcome === 'order_refused' || outcome === 'order_unknown' ? answers.at(-1) : undefined;
  const refusal = attribute(signal, 'refusal.reason') ?? attribute(decide, 'refusal.reason');
  return {
    signalId: signal.signal_id,
    traceId: signal.trace_id,
    time: formatTime(signal.time_ns),
    strategy: attribute(signal, 'strategy.id'),
    symbol: attribute(signal, 'symbol'),
    action: attribute(signal, 'action'),
    decision,
    outcome,
    reason: refusal ?? (failed?.status_message || null),
    latencyMs: msBetween(signal.time_ns, (answers[0] ?? decide ?? signal).end_ns),
  };
}

function outcomeOf(
  decision: string | null,
  stages: readonly StageSpan[],
  orders: readonly StageSpan[],
): SignalOutcome {
  if (decision === 'refused' || decision === 'duplicate') return decision;
  const armed = stages.some((stage) => stage.name === 'protection arm' && stage.status_code !== ERROR_STATUS);
  if (armed) return 'protected';
  if (orders.some((stage) => stage.name === 'order fill')) return 'filled';
  // Of several attempts, and of an unknown outcome that was resolved, the last word counts.
  const answer = attribute(
    orders.findLast((stage) => attribute(stage, 'order.outcome') !== null),
    'order.outcome',
  );
  if (answer === 'refused' || answer === 'not_placed') return 'order_refused';
  if (answer === 'unknown') return 'order_unknown';
  if (orders.length > 0) return 'submitted';
  return decision === null ? 'received' : 'accepted';
}
