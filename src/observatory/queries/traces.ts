/** One trace: its spans in order of start, with offsets for drawing, and the log records inside it. */
import { z } from 'zod';
import type { SpanNode, TraceAnswer } from '../answers.ts';
import type { Reader } from '../store/reader.ts';
import { formatTime, msBetween } from '../time.ts';
import { attributesColumn, nanoseconds } from './columns.ts';
import { logsOfTrace } from './logs.ts';

const TRACE_SPANS_MAX = 5_000;
const TRACE_LOGS_MAX = 5_000;

const kinds = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];
const statuses = ['unset', 'ok', 'error'];

const eventsColumn = z
  .string()
  .transform((text) =>
    z
      .array(
        z.object({ timeNs: z.coerce.bigint(), name: z.string(), attributes: z.record(z.string(), z.json()) }),
      )
      .parse(JSON.parse(text)),
  );

const linksColumn = z
  .string()
  .transform((text) =>
    z
      .array(
        z.object({ traceId: z.string(), spanId: z.string(), attributes: z.record(z.string(), z.json()) }),
      )
      .parse(JSON.parse(text)),
  );

const spanSchema = z.object({
  time_ns: nanoseconds,
  end_ns: nanoseconds,
  span_id: z.string(),
  parent_span_id: z.string(),
  name: z.string(),
  kind: z.number(),
  status_code: z.number(),
  status_message: z.string(),
  service: z.string(),
  scope: z.string(),
  attributes: attributesColumn,
  events: eventsColumn,
  links: linksColumn,
});

const ascending = (a: bigint, b: bigint): number => (a < b ? -1 : Number(a > b));

export async function findTrace(reader: Reader, traceId: string): Promise<TraceAnswer | undefined> {
  const [rows, logs] = await Promise.all([
    reader.rows(
      spanSchema,
      (from) => `SELECT time_ns, end_ns, span_id, parent_span_id, name, kind, status_code, status_message,
          service, scope, attributes, events, links
        FROM ${from('spans')} WHERE trace_id = $trace ORDER BY time_ns, end_ns DESC LIMIT $limit`,
      { trace: traceId, limit: TRACE_SPANS_MAX + 1 },
    ),
    logsOfTrace(reader, traceId, TRACE_LOGS_MAX + 1),
  ]);
  const starts = [...rows.map((row) => row.time_ns), ...logs.map((log) => log.timeNs)].sort(ascending);
  const [startNs] = starts;
  if (startNs === undefined) return undefined;
  // A log record may come hours after the last span (a stop ends); it must not stretch the time axis.
  const ends = rows.length > 0 ? rows.map((row) => row.end_ns) : starts;
  const endNs = ends.sort(ascending).at(-1) ?? startNs;
  return {
    traceId,
    start: formatTime(startNs),
    durationMs: msBetween(startNs, endNs),
    spans: rows.slice(0, TRACE_SPANS_MAX).map((row) => spanNode(row, startNs)),
    logs: logs
      .slice(0, TRACE_LOGS_MAX)
      .map(({ timeNs, ...log }) => ({ ...log, offsetMs: msBetween(startNs, timeNs) })),
    truncated: rows.length > TRACE_SPANS_MAX || logs.length > TRACE_LOGS_MAX,
  };
}

function spanNode(row: z.infer<typeof spanSchema>, startNs: bigint): SpanNode {
  return {
    spanId: row.span_id,
    parentSpanId: row.parent_span_id === '' ? null : row.parent_span_id,
    name: row.name,
    service: row.service,
    scope: row.scope,
    kind: kinds[row.kind] ?? 'unspecified',
    start: formatTime(row.time_ns),
    offsetMs: msBetween(startNs, row.time_ns),
    durationMs: msBetween(row.time_ns, row.end_ns),
    status: statuses[row.status_code] ?? 'unset',
    statusMessage: row.status_message,
    attributes: row.attributes,
    events: row.events.map(({ timeNs, name, attributes }) => ({
      time: formatTime(timeNs),
      offsetMs: msBetween(startNs, timeNs),
      name,
      attributes,
    })),
    links: row.links,
  };
}
