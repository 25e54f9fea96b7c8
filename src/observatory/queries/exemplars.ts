/** Exemplars: measured values that name the span in which they were measured. The way from a metric to a trace, and back. */
import { z } from 'zod';
import type { ExemplarEntry } from '../answers.ts';
import type { Reader } from '../store/reader.ts';
import { formatTime } from '../time.ts';
import { attributesColumn, nanoseconds } from './columns.ts';
import { Conditions } from './conditions.ts';

export interface ExemplarSearch {
  readonly traceId: string | undefined;
  readonly name: string | undefined;
  readonly fromNs: bigint | undefined;
  readonly toNs: bigint | undefined;
  readonly limit: number;
}

const exemplarsColumn = z.string().transform((text) =>
  z
    .array(
      z.object({
        timeNs: z.coerce.bigint(),
        value: z.number().nullable(),
        traceId: z.string(),
        spanId: z.string(),
      }),
    )
    .parse(JSON.parse(text)),
);

const pointSchema = z.object({
  name: z.string(),
  unit: z.string(),
  time_ns: nanoseconds,
  attributes: attributesColumn,
  exemplars: exemplarsColumn,
});

/** Newest first. A point repeats its exemplar until a newer value takes its place: each is told once. */
export async function searchExemplars(reader: Reader, search: ExemplarSearch): Promise<ExemplarEntry[]> {
  const { traceId, name, fromNs, toNs, limit } = search;
  const where = new Conditions()
    .always("exemplars <> '[]'")
    .given('contains(exemplars, $trace)', 'trace', traceId)
    .given('name = $name', 'name', name)
    .given('time_ns >= $from', 'from', fromNs)
    .given('time_ns < $to', 'to', toNs);
  const rows = await reader.rows(
    pointSchema,
    (from) => `SELECT name, unit, time_ns, attributes, exemplars FROM ${from('points')}
      ${where.sql} ORDER BY time_ns DESC LIMIT $limit`,
    { ...where.values, limit },
  );
  const told = new Map<string, ExemplarEntry>();
  for (const { name: metric, unit, attributes, exemplars } of rows) {
    for (const exemplar of exemplars) {
      if (traceId !== undefined && exemplar.traceId !== traceId) continue;
      const time = formatTime(exemplar.timeNs);
      const key = [metric, JSON.stringify(attributes), time, exemplar.spanId].join(' ');
      const { value, spanId } = exemplar;
      told.set(key, { metric, unit, attributes, time, value, traceId: exemplar.traceId, spanId });
    }
  }
  return [...told.values()].sort((a, b) => (a.time < b.time ? 1 : -1)).slice(0, limit);
}
