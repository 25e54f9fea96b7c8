/**
 * The rows that every decoder produces and the store keeps: spans, log records, metric points and profiles, free of
 * the protocol's nesting.
 */
import type { ProfileRow } from '../profiles/row.ts';

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
export type Attributes = { [key: string]: JsonValue };

/** What sent a row. One object is shared by all rows of a resource and scope, so its JSON is written once. */
export interface Source {
  service: string;
  resource: string;
  scope: string;
}

export interface SpanEvent {
  timeNs: bigint;
  name: string;
  attributes: Attributes;
}

export interface SpanLink {
  traceId: string;
  spanId: string;
  attributes: Attributes;
}

export interface SpanRow {
  source: Source;
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  kind: number;
  startNs: bigint;
  endNs: bigint;
  statusCode: number;
  statusMessage: string;
  attributes: Attributes;
  events: SpanEvent[];
  links: SpanLink[];
}

export interface LogRow {
  source: Source;
  timeNs: bigint;
  traceId: string;
  spanId: string;
  severityNumber: number;
  severityText: string;
  eventName: string;
  body: string;
  attributes: Attributes;
}

export type MetricType = 'gauge' | 'sum' | 'histogram' | 'exponential_histogram' | 'summary' | 'unknown';

export interface Exemplar {
  timeNs: bigint;
  traceId: string;
  spanId: string;
  value: number;
}

/** What a point of an aggregating type holds beside count, sum, min and max. */
type PointDetail =
  | { bounds: number[]; counts: number[] }
  | { scale: number; zeroCount: number; positive: ExponentialBuckets; negative: ExponentialBuckets }
  | { quantiles: { quantile: number; value: number }[] };

export interface ExponentialBuckets {
  offset: number;
  counts: number[];
}

export interface MetricHead {
  name: string;
  description: string;
  unit: string;
  type: MetricType;
  temporality: number;
  monotonic: boolean;
}

export interface PointRow {
  source: Source;
  /** Shared by the points of a metric: its fields may come after them on the wire. */
  metric: MetricHead;
  startNs: bigint;
  timeNs: bigint;
  value: number | null;
  count: number | null;
  sum: number | null;
  min: number | null;
  max: number | null;
  detail: PointDetail | null;
  exemplars: Exemplar[];
  attributes: Attributes;
}

export interface Rows {
  spans: SpanRow[];
  logs: LogRow[];
  points: PointRow[];
  profiles: ProfileRow[];
}

export const noRows = (): Rows => ({ spans: [], logs: [], points: [], profiles: [] });

export function emptySource(): Source {
  return { service: '', resource: '{}', scope: '' };
}

/** Attributes come from outside: without a prototype, a key such as __proto__ is a key like any other. */
export function emptyAttributes(): Attributes {
  return Object.create(null);
}

export function serviceOf(resource: Attributes): string {
  const name = resource['service.name'];
  return typeof name === 'string' ? name : 'unknown_service';
}

export function emptySpan(source: Source): SpanRow {
  return {
    source,
    traceId: '',
    spanId: '',
    parentSpanId: '',
    name: '',
    kind: 0,
    startNs: 0n,
    endNs: 0n,
    statusCode: 0,
    statusMessage: '',
    attributes: emptyAttributes(),
    events: [],
    links: [],
  };
}

export function emptyLog(source: Source): LogRow {
  return {
    source,
    timeNs: 0n,
    traceId: '',
    spanId: '',
    severityNumber: 0,
    severityText: '',
    eventName: '',
    body: '',
    attributes: emptyAttributes(),
  };
}

export function emptyMetric(): MetricHead {
  return { name: '', description: '', unit: '', type: 'unknown', temporality: 0, monotonic: false };
}

export function emptyPoint(source: Source, metric: MetricHead): PointRow {
  return {
    source,
    metric,
    startNs: 0n,
    timeNs: 0n,
    value: null,
    count: null,
    sum: null,
    min: null,
    max: null,
    detail: null,
    exemplars: [],
    attributes: emptyAttributes(),
  };
}

/** JSON has no NaN and no infinities: they are kept as words. */
export function jsonNumber(value: number): JsonValue {
  return Number.isFinite(value) ? value : String(value);
}

/** A log body is text to read and to search; a structured one becomes its JSON. */
export function bodyText(body: JsonValue): string {
  if (body === null) return '';
  return typeof body === 'string' ? body : JSON.stringify(body);
}
