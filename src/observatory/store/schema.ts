/**
 * The store's tables as data: for each column its type and how a row fills it. A change here is a change of
 * `STORE_VERSION`, and a store of another version is set aside at the next start.
 */
import {
  BIGINT,
  BLOB,
  BOOLEAN,
  blobValue,
  DOUBLE,
  type DuckDBType,
  type DuckDBValue,
  INTEGER,
  VARCHAR,
} from '@duckdb/node-api';
import type { Attributes, LogRow, PointRow, Rows, SpanRow } from '../otlp/rows.ts';
import type { ProfileRow } from '../profiles/row.ts';

export const STORE_VERSION = 3;

export type TableName = keyof Rows;

interface Column<Row> {
  name: string;
  type: DuckDBType;
  of(row: Row): DuckDBValue;
}

export interface Table<Row> {
  name: TableName;
  columns: readonly Column<Row>[];
  /** SQL over the columns that is equal for a record and its re-sent copy. */
  identity: string;
}

const text = <Row>(name: string, of: (row: Row) => string | null): Column<Row> => ({
  name,
  type: VARCHAR,
  of,
});
const nanoseconds = <Row>(name: string, of: (row: Row) => bigint): Column<Row> => ({
  name,
  type: BIGINT,
  of,
});
const double = <Row>(name: string, of: (row: Row) => number | null): Column<Row> => ({
  name,
  type: DOUBLE,
  of,
});

const INTEGER_MAX = 2 ** 31 - 1;
/** Enumerations arrive as varints of any size; one that fits no integer is as good as unspecified. */
const enumeration = <Row>(name: string, of: (row: Row) => number): Column<Row> => ({
  name,
  type: INTEGER,
  of: (row) => (Math.abs(of(row)) <= INTEGER_MAX ? of(row) : 0),
});

function promoted(attributes: Attributes, key: string): string | null {
  const value = attributes[key];
  return typeof value === 'string' ? value : null;
}

function json(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'bigint' ? String(member) : member,
  );
}

/** A series is named by its attributes, so their text must not depend on the order they came in. */
function sortedJson(attributes: Attributes): string {
  return JSON.stringify(Object.fromEntries(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1))));
}

export const spansTable: Table<SpanRow> = {
  name: 'spans',
  columns: [
    nanoseconds('time_ns', (span) => span.startNs),
    nanoseconds('end_ns', (span) => span.endNs),
    text('trace_id', (span) => span.traceId),
    text('span_id', (span) => span.spanId),
    text('parent_span_id', (span) => span.parentSpanId),
    text('name', (span) => span.name),
    enumeration('kind', (span) => span.kind),
    enumeration('status_code', (span) => span.statusCode),
    text('status_message', (span) => span.statusMessage),
    text('service', (span) => span.source.service),
    text('scope', (span) => span.source.scope),
    text('resource', (span) => span.source.resource),
    text('attributes', (span) => json(span.attributes)),
    text('events', (span) => json(span.events)),
    text('links', (span) => json(span.links)),
    text('signal_id', (span) => promoted(span.attributes, 'tradeengine.signal.id')),
    text('order_id', (span) => promoted(span.attributes, 'tradeengine.order.id')),
    text('origin_trace_id', (span) => promoted(span.attributes, 'tradeengine.signal.trace_id')),
  ],
  identity: 'hash(trace_id, span_id)',
};

function factSeq(log: LogRow): bigint | null {
  const seq = log.attributes['tradeengine.fact.seq'];
  return typeof seq === 'number' && Number.isSafeInteger(seq) ? BigInt(seq) : null;
}

export const logsTable: Table<LogRow> = {
  name: 'logs',
  columns: [
    nanoseconds('time_ns', (log) => log.timeNs),
    text('trace_id', (log) => log.traceId),
    text('span_id', (log) => log.spanId),
    enumeration('severity_number', (log) => log.severityNumber),
    text('severity_text', (log) => log.severityText),
    text('event_name', (log) => log.eventName),
    text('body', (log) => log.body),
    text('service', (log) => log.source.service),
    text('scope', (log) => log.source.scope),
    text('resource', (log) => log.source.resource),
    text('attributes', (log) => json(log.attributes)),
    { name: 'fact_seq', type: BIGINT, of: factSeq },
  ],
  // A fact's record is the same whichever process sends it; any other record only when nothing differs.
  identity: `CASE WHEN fact_seq IS NOT NULL THEN hash(trace_id, span_id, fact_seq, event_name)
    ELSE hash(trace_id, span_id, event_name, body, attributes, resource, scope) END`,
};

export const pointsTable: Table<PointRow> = {
  name: 'points',
  columns: [
    nanoseconds('time_ns', (point) => point.timeNs),
    nanoseconds('start_ns', (point) => point.startNs),
    text('name', (point) => point.metric.name),
    text('description', (point) => point.metric.description),
    text('unit', (point) => point.metric.unit),
    text('type', (point) => point.metric.type),
    enumeration('temporality', (point) => point.metric.temporality),
    { name: 'monotonic', type: BOOLEAN, of: (point) => point.metric.monotonic },
    text('service', (point) => point.source.service),
    text('scope', (point) => point.source.scope),
    text('resource', (point) => point.source.resource),
    text('attributes', (point) => sortedJson(point.attributes)),
    double('value', (point) => point.value),
    double('count', (point) => point.count),
    double('sum', (point) => point.sum),
    double('min', (point) => point.min),
    double('max', (point) => point.max),
    text('detail', (point) => (point.detail === null ? null : json(point.detail))),
    text('exemplars', (point) => json(point.exemplars)),
  ],
  identity: 'hash(name, type, service, scope, resource, attributes)',
};

export const profilesTable: Table<ProfileRow> = {
  name: 'profiles',
  columns: [
    nanoseconds('time_ns', (profile) => profile.startNs),
    nanoseconds('end_ns', (profile) => profile.endNs),
    text('service', (profile) => profile.service),
    text('labels', (profile) => sortedJson(profile.labels)),
    text('types', (profile) => json(profile.types)),
    text('spans', (profile) => json(profile.spans)),
    { name: 'samples', type: BLOB, of: (profile) => blobValue(profile.samples) },
  ],
  identity: 'hash(end_ns, service, labels, types, samples)',
};

export function columnsSql<Row>(table: Table<Row>): string {
  return table.columns.map((column) => `${column.name} ${column.type}`).join(', ');
}

/** The tables of a segment; the stage in front of them has the same columns without the identity. */
export function createTablesSql(database: string): string {
  return [spansTable, logsTable, pointsTable, profilesTable]
    .map(
      (table) =>
        `CREATE TABLE ${database}.${table.name} (${columnsSql(table as Table<never>)}, identity UBIGINT);`,
    )
    .join('\n');
}
