/** Profiles: the newest that fit, and the flame graph of their samples, of one span or trace where that is asked for. */
import { DuckDBBlobValue } from '@duckdb/node-api';
import { z } from 'zod';
import type { FlameAnswer, ProfileSummary } from '../answers.ts';
import { type ProfiledSpan, unpackSamples } from '../profiles/row.ts';
import type { Reader } from '../store/reader.ts';
import { formatTime, msBetween } from '../time.ts';
import { attributesColumn, nanoseconds } from './columns.ts';
import { Conditions } from './conditions.ts';
import { Flame } from './flame.ts';

export interface ProfileFilter {
  service?: string | undefined;
  type?: string | undefined;
  spanId?: string | undefined;
  traceId?: string | undefined;
  fromNs?: bigint | undefined;
  toNs?: bigint | undefined;
}

const SPANS_SHOWN_MAX = 100;

const typesColumn = z
  .string()
  .transform((text) =>
    z.array(z.object({ type: z.string(), unit: z.string(), total: z.number() })).parse(JSON.parse(text)),
  );

const spansColumn = z
  .string()
  .transform((text): ProfiledSpan[] =>
    z
      .array(z.object({ traceId: z.string(), spanId: z.string(), name: z.string(), stage: z.string() }))
      .parse(JSON.parse(text)),
  );

const summarySchema = z.object({
  time_ns: nanoseconds,
  end_ns: nanoseconds,
  service: z.string(),
  labels: attributesColumn,
  types: typesColumn,
  spans: spansColumn,
});

export async function listProfiles(
  reader: Reader,
  filter: ProfileFilter,
  limit: number,
): Promise<ProfileSummary[]> {
  const where = conditionsOf(filter);
  const rows = await reader.rows(
    summarySchema,
    (from) => `SELECT time_ns, end_ns, service, labels, types, spans FROM ${from('profiles')} ${where.sql}
      ORDER BY time_ns DESC LIMIT $limit`,
    { ...where.values, limit },
  );
  return rows.map((row) => ({
    start: formatTime(row.time_ns),
    durationMs: msBetween(row.time_ns, row.end_ns),
    service: row.service,
    labels: row.labels,
    types: row.types,
    // The spans that were asked for are not to be among those left out.
    spans: row.spans
      .toSorted((a, b) => Number(isWanted(b, filter)) - Number(isWanted(a, filter)))
      .slice(0, SPANS_SHOWN_MAX)
      .map(({ traceId, spanId, name, stage }) => ({
        traceId: traceId === '' ? null : traceId,
        spanId,
        name,
        stage: stage === '' ? null : stage,
      })),
    spanCount: row.spans.length,
  }));
}

const flameSchema = z.object({
  time_ns: nanoseconds,
  end_ns: nanoseconds,
  types: typesColumn,
  spans: spansColumn,
  samples: z.instanceof(DuckDBBlobValue),
});

export async function flameOf(
  reader: Reader,
  filter: ProfileFilter & { type: string },
  limit: number,
): Promise<FlameAnswer> {
  const where = conditionsOf(filter);
  const rows = await reader.rows(
    flameSchema,
    (from) => `SELECT time_ns, end_ns, types, spans, samples FROM ${from('profiles')} ${where.sql}
      ORDER BY time_ns DESC LIMIT $limit`,
    { ...where.values, limit: limit + 1 },
  );
  const newest = rows.slice(0, limit);
  const unit = newest[0]?.types.find(({ type }) => type === filter.type)?.unit ?? '';
  // What is measured otherwise under the same name cannot be added up.
  const merged = newest.filter(({ types }) => indexOf(types, filter.type, unit) !== -1);
  const flame = new Flame();
  for (const { types, spans, samples } of merged) {
    const counts = isNarrow(filter)
      ? (index: number) => spans[index] !== undefined && isWanted(spans[index], filter)
      : () => true;
    flame.add(unpackSamples(samples.bytes), indexOf(types, filter.type, unit), counts);
  }
  const ends = merged.map(({ end_ns }) => end_ns).sort((a, b) => (a < b ? -1 : 1));
  const [oldest, latest] = [merged.at(-1)?.time_ns, ends.at(-1)];
  return {
    type: filter.type,
    unit,
    profiles: merged.length,
    from: oldest === undefined ? null : formatTime(oldest),
    to: latest === undefined ? null : formatTime(latest),
    root: flame.tree(),
    truncated: rows.length > limit,
  };
}

const indexOf = (types: z.infer<typeof typesColumn>, wanted: string, unit: string): number =>
  types.findIndex((one) => one.type === wanted && one.unit === unit);

const isNarrow = ({ spanId, traceId }: ProfileFilter): boolean =>
  spanId !== undefined || traceId !== undefined;

const isWanted = (span: ProfiledSpan, { spanId, traceId }: ProfileFilter): boolean =>
  (spanId === undefined || span.spanId === spanId) && (traceId === undefined || span.traceId === traceId);

/** What is kept as JSON is found by its text: ids and names are written there as they are here. */
function conditionsOf({ service, type, spanId, traceId, fromNs, toNs }: ProfileFilter): Conditions {
  const member = (name: string, value: string | undefined) =>
    value === undefined ? undefined : `"${name}":${JSON.stringify(value)}`;
  return new Conditions()
    .given('service = $service', 'service', service)
    .given('contains(types, $type)', 'type', member('type', type))
    .given('contains(spans, $span)', 'span', member('spanId', spanId))
    .given('contains(spans, $trace)', 'trace', member('traceId', traceId))
    .given('time_ns >= $from', 'from', fromNs)
    .given('time_ns < $to', 'to', toNs);
}
