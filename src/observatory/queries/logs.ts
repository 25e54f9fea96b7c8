/** Log search: newest first, by trace, text and time. */
import { z } from 'zod';
import type { LogEntry } from '../answers.ts';
import type { Reader } from '../store/reader.ts';
import { formatTime } from '../time.ts';
import { attributesColumn, nanoseconds, severityName } from './columns.ts';
import { Conditions } from './conditions.ts';

interface LogSearch {
  traceId?: string | undefined;
  /** Found anywhere in body, event name or attributes, whatever the case. */
  text?: string | undefined;
  fromNs?: bigint | undefined;
  toNs?: bigint | undefined;
  limit: number;
}

const logColumns =
  'time_ns, trace_id, span_id, severity_number, severity_text, event_name, body, service, attributes';

const logSchema = z
  .object({
    time_ns: nanoseconds,
    trace_id: z.string(),
    span_id: z.string(),
    severity_number: z.number(),
    severity_text: z.string(),
    event_name: z.string(),
    body: z.string(),
    service: z.string(),
    attributes: attributesColumn,
  })
  .transform((row) => ({
    timeNs: row.time_ns,
    time: formatTime(row.time_ns),
    traceId: row.trace_id === '' ? null : row.trace_id,
    spanId: row.span_id === '' ? null : row.span_id,
    severity: severityName(row.severity_number),
    severityText: row.severity_text,
    eventName: row.event_name,
    body: row.body,
    service: row.service,
    attributes: row.attributes,
  }));

export async function searchLogs(reader: Reader, search: LogSearch): Promise<LogEntry[]> {
  const where = new Conditions()
    .given('trace_id = $trace', 'trace', search.traceId)
    .given('time_ns >= $from', 'from', search.fromNs)
    .given('time_ns < $to', 'to', search.toNs)
    .given(
      '(contains(lower(body), $text) OR contains(lower(event_name), $text) OR contains(lower(attributes), $text))',
      'text',
      search.text?.toLowerCase(),
    );
  const rows = await reader.rows(
    logSchema,
    (from) => `SELECT ${logColumns} FROM ${from('logs')} ${where.sql}
      ORDER BY time_ns DESC, fact_seq DESC LIMIT $limit`,
    { ...where.values, limit: search.limit },
  );
  return rows.map(({ timeNs: _, ...entry }) => entry);
}

/** The records of one trace in the order in which they happened, with their exact times. */
export function logsOfTrace(reader: Reader, traceId: string, limit: number) {
  return reader.rows(
    logSchema,
    (from) => `SELECT ${logColumns} FROM ${from('logs')} WHERE trace_id = $trace
      ORDER BY time_ns, fact_seq LIMIT $limit`,
    { trace: traceId, limit },
  );
}
