/**
 * What belongs to an id of any kind: a signal, an order, a trace or a span. A signal's story may span several traces:
 * what happens long after it is told in traces of its own that name the first as their origin.
 */
import { z } from 'zod';
import type { FindAnswer, FoundTrace } from '../answers.ts';
import type { Reader } from '../store/reader.ts';
import { formatTime, msBetween } from '../time.ts';
import { nanoseconds } from './columns.ts';

/** More than any story has; an id that so many spans carry is not one of a story. */
const SPANS_MAX = 5_000;

const spanSchema = z.object({
  trace_id: z.string(),
  span_id: z.string(),
  parent_span_id: z.string(),
  name: z.string(),
  service: z.string(),
  time_ns: nanoseconds,
  end_ns: nanoseconds,
  signal_id: z.string().nullable(),
  order_id: z.string().nullable(),
});
type FoundSpan = z.infer<typeof spanSchema>;

export async function findById(reader: Reader, id: string): Promise<FindAnswer> {
  const rows = await reader.rows(
    spanSchema,
    (from) => `WITH origins AS (
        SELECT DISTINCT coalesce(origin_trace_id, trace_id) AS origin FROM ${from('spans')}
        WHERE trace_id = lower($id) OR span_id = lower($id) OR signal_id = $id OR order_id = $id
      )
      SELECT trace_id, span_id, parent_span_id, name, service, time_ns, end_ns, signal_id, order_id
      FROM ${from('spans')}
      WHERE trace_id IN (FROM origins) OR origin_trace_id IN (FROM origins)
      ORDER BY time_ns, end_ns DESC LIMIT $limit`,
    { id, limit: SPANS_MAX + 1 },
  );
  const spans = rows.slice(0, SPANS_MAX);
  return {
    id,
    kinds: kindsOf(id, spans),
    traces: [...Map.groupBy(spans, (span) => span.trace_id)].map(foundTrace),
    signals: distinct(spans.map((span) => span.signal_id)),
    orders: distinct(spans.map((span) => span.order_id)),
    truncated: rows.length > SPANS_MAX,
  };
}

function kindsOf(id: string, spans: readonly FoundSpan[]): FindAnswer['kinds'] {
  const hex = id.toLowerCase();
  const kinds: Record<FindAnswer['kinds'][number], boolean> = {
    trace: spans.some((span) => span.trace_id === hex),
    span: spans.some((span) => span.span_id === hex),
    signal: spans.some((span) => span.signal_id === id),
    order: spans.some((span) => span.order_id === id),
  };
  return (['trace', 'span', 'signal', 'order'] as const).filter((kind) => kinds[kind]);
}

function foundTrace([traceId, spans]: [string, readonly FoundSpan[]]): FoundTrace {
  const [first] = spans;
  if (first === undefined) throw new Error(`trace ${traceId} was found without a span`);
  const ids = new Set(spans.map((span) => span.span_id));
  const root = spans.find((span) => !ids.has(span.parent_span_id)) ?? first;
  const endNs = spans.reduce((end, span) => (span.end_ns > end ? span.end_ns : end), first.end_ns);
  return {
    traceId,
    root: root.name,
    service: root.service,
    start: formatTime(first.time_ns),
    durationMs: msBetween(first.time_ns, endNs),
    spans: spans.length,
  };
}

const distinct = (ids: readonly (string | null)[]): string[] => [
  ...new Set(ids.filter((one) => one !== null)),
];
