/** What a fact becomes: one log record, its spans and its metric updates, free of any protocol. */

import type { Entry, Fact, FactType } from '#core/facts.ts';
import { MICROS_PER_MS, type Micros, type Seq, type TraceId } from '#core/ids.ts';
import type { AttributeValues } from './attributes.ts';
import { type MetricUpdate, metrics, type SpanName } from './catalogue.ts';

export type Severity = 'debug' | 'info' | 'warn' | 'error' | 'fatal';

export interface SpanRef {
  readonly traceId: TraceId;
  readonly spanId: string;
}

export interface SpanData extends SpanRef {
  readonly name: SpanName;
  readonly kind: 'internal' | 'consumer' | 'client' | 'server';
  readonly parentSpanId?: string | undefined;
  /** The parent is a span of the publisher. */
  readonly parentIsRemote?: boolean;
  readonly start: Micros;
  readonly end: Micros;
  readonly attributes: AttributeValues;
  /** What went wrong, on spans of failed operations. */
  readonly error?: string | undefined;
  readonly links?: readonly SpanRef[] | undefined;
}

export interface LogData {
  readonly at: Micros;
  readonly severity: Severity;
  readonly event: string;
  readonly body: string;
  readonly attributes: AttributeValues;
  readonly span: SpanRef | undefined;
}

/** The span in which a value was measured: the way from a metric to a trace. */
export interface Exemplar extends SpanRef {
  readonly at: Micros;
}

export type Measured = MetricUpdate & {
  readonly exemplar?: Exemplar;
  /** Of what a sample tells: when that was taken. */
  readonly sampledAt?: Micros;
};

/** Values of histograms with the span in which they were measured; what is only counted needs none. */
export const measuredIn = (
  span: SpanRef | undefined,
  at: Micros,
  updates: readonly MetricUpdate[],
): Measured[] =>
  updates.map((update) =>
    span === undefined || metrics[update.metric].instrument !== 'histogram'
      ? update
      : { ...update, exemplar: { traceId: span.traceId, spanId: span.spanId, at } },
  );

export interface Projected {
  readonly spans: readonly SpanData[];
  readonly logs: readonly LogData[];
  readonly metrics: readonly Measured[];
}

/** What the telemetry of one fact says; the projection adds number and time. */
export interface FactTelemetry {
  readonly severity?: Severity;
  readonly body: string;
  readonly attributes: AttributeValues;
  /** The span that the log record belongs to. */
  readonly span?: SpanRef;
  readonly spans?: readonly SpanData[];
  readonly metrics?: readonly MetricUpdate[];
}

/** Where a fact stands: its number, its time, and the facts that were committed with it. */
export interface Context {
  readonly seq: Seq;
  readonly at: Micros;
  readonly entry: Entry;
}

export type FactOf<T extends FactType> = Extract<Fact, { type: T }>;
export type Projections<T extends FactType> = {
  readonly [K in T]: (fact: FactOf<K>, context: Context) => FactTelemetry;
};

const MICROS_PER_SECOND = 1_000_000;

/** Clocks may step back; a latency is never negative. */
export const secondsBetween = (from: Micros, to: Micros): number =>
  Math.max(0, to - from) / MICROS_PER_SECOND;

/** 2026-11-23T18:30:00.123456Z */
export function showTime(at: Micros | undefined): string | undefined {
  if (at === undefined) return undefined;
  const micros = String(at % MICROS_PER_MS).padStart(3, '0');
  return `${new Date(Math.floor(at / MICROS_PER_MS)).toISOString().slice(0, -1)}${micros}Z`;
}
