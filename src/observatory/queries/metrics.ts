/** The metrics that have arrived, and the points of one of them as series by attributes. */
import { z } from 'zod';
import type { MetricPoint, MetricSeries, MetricSummary } from '../answers.ts';
import type { Reader } from '../store/reader.ts';
import { formatTime } from '../time.ts';
import { attributesColumn, nanoseconds } from './columns.ts';

const METRIC_NAMES_MAX = 5_000;
const METRIC_POINTS_MAX = 50_000;

const metricSchema = z
  .object({
    name: z.string(),
    type: z.string(),
    unit: z.string(),
    description: z.string(),
    series: z.bigint(),
    newest: nanoseconds,
  })
  .transform(({ series, newest, ...metric }) => ({
    ...metric,
    series: Number(series),
    newest: formatTime(newest),
  }));

export function listMetrics(reader: Reader): Promise<MetricSummary[]> {
  return reader.rows(
    metricSchema,
    (
      from,
    ) => `SELECT name, type, arg_max(unit, time_ns) AS unit, arg_max(description, time_ns) AS description,
        count(DISTINCT (service, attributes)) AS series, max(time_ns) AS newest
      FROM ${from('points')} GROUP BY name, type ORDER BY name, type LIMIT ${METRIC_NAMES_MAX}`,
    {},
  );
}

const finite = (value: number | null): number | null => (Number.isFinite(value) ? value : null);
const numberColumn = z.number().nullable().transform(finite);

const pointSchema = z.object({
  time_ns: nanoseconds,
  type: z.string(),
  unit: z.string(),
  temporality: z.number(),
  monotonic: z.boolean(),
  service: z.string(),
  attributes_text: z.string(),
  attributes: attributesColumn,
  value: numberColumn,
  count: numberColumn,
  sum: numberColumn,
  min: numberColumn,
  max: numberColumn,
  detail: z
    .string()
    .nullable()
    .transform((text) => (text === null ? null : z.json().parse(JSON.parse(text)))),
});
type PointRow = z.infer<typeof pointSchema>;

const temporalities = ['unspecified', 'delta', 'cumulative'];

export async function queryMetric(
  reader: Reader,
  name: string,
  fromNs: bigint,
  toNs: bigint,
): Promise<{ series: MetricSeries[]; truncated: boolean }> {
  const rows = await reader.rows(
    pointSchema,
    (from) => `SELECT time_ns, type, unit, temporality, monotonic, service,
        attributes AS attributes_text, attributes, value, count, sum, min, max, detail
      FROM ${from('points')} WHERE name = $name AND time_ns >= $from AND time_ns < $to
      ORDER BY time_ns LIMIT $limit`,
    { name, from: fromNs, to: toNs, limit: METRIC_POINTS_MAX + 1 },
  );
  const kept = rows.slice(0, METRIC_POINTS_MAX);
  const groups = Map.groupBy(kept, (row) => `${row.service}\n${row.type}\n${row.attributes_text}`);
  return { series: [...groups.values()].map(seriesOf), truncated: rows.length > METRIC_POINTS_MAX };
}

function seriesOf(rows: readonly PointRow[]): MetricSeries {
  const last = rows.at(-1);
  if (last === undefined) throw new Error('a group of metric points is empty');
  return {
    service: last.service,
    attributes: last.attributes,
    type: last.type,
    unit: last.unit,
    temporality: temporalities[last.temporality] ?? 'unspecified',
    monotonic: last.monotonic,
    points: rows.map(pointOf),
  };
}

function pointOf(row: PointRow): MetricPoint {
  const time = formatTime(row.time_ns);
  if (row.count === null) return { time, value: row.value };
  return { time, count: row.count, sum: row.sum, min: row.min, max: row.max, detail: row.detail };
}
