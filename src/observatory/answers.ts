/**
 * The shapes of the API's answers: plain types, shared with the page. Times are RFC 3339 in UTC with nine decimals;
 * names that end in Ms are milliseconds.
 */

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
export type Attributes = { [key: string]: JsonValue };

export interface ErrorAnswer {
  code: 'invalid_parameter' | 'not_found' | 'busy' | 'query_timeout' | 'internal';
  message: string;
}

export type SignalOutcome =
  | 'received'
  | 'accepted'
  | 'refused'
  | 'duplicate'
  | 'submitted'
  | 'order_refused'
  | 'order_unknown'
  | 'filled'
  | 'protected';

export interface SignalSummary {
  signalId: string;
  traceId: string;
  time: string;
  strategy: string | null;
  symbol: string | null;
  action: string | null;
  decision: string | null;
  outcome: SignalOutcome;
  reason: string | null;
  /** From receipt to the exchange's answer to the order, or to the decision when no order was made. */
  latencyMs: number;
}

export interface SignalsAnswer {
  signals: SignalSummary[];
  /** For `before`, to get the page of older ones. */
  next: string | null;
}

export interface SpanNode {
  spanId: string;
  parentSpanId: string | null;
  name: string;
  service: string;
  scope: string;
  kind: string;
  start: string;
  /** From the start of the trace. */
  offsetMs: number;
  durationMs: number;
  status: string;
  statusMessage: string;
  attributes: Attributes;
  events: { time: string; offsetMs: number; name: string; attributes: Attributes }[];
  links: { traceId: string; spanId: string; attributes: Attributes }[];
}

export interface LogEntry {
  time: string;
  traceId: string | null;
  spanId: string | null;
  severity: string;
  severityText: string;
  eventName: string;
  body: string;
  service: string;
  attributes: Attributes;
}

export interface TraceAnswer {
  traceId: string;
  start: string;
  /** To the end of the last span; log records may come later. */
  durationMs: number;
  spans: SpanNode[];
  logs: (LogEntry & { offsetMs: number })[];
  /** True when there was more than an answer may hold. */
  truncated: boolean;
}

export interface FoundTrace {
  traceId: string;
  /** The name of its first span without a parent in it. */
  root: string;
  service: string;
  start: string;
  durationMs: number;
  spans: number;
}

export interface FindAnswer {
  id: string;
  /** As what the id is known. */
  kinds: ('trace' | 'span' | 'signal' | 'order')[];
  /** The trace of the story, and those in which it goes on later. */
  traces: FoundTrace[];
  signals: string[];
  orders: string[];
  truncated: boolean;
}

export interface ExemplarEntry {
  metric: string;
  unit: string;
  /** Of the series. */
  attributes: Attributes;
  time: string;
  value: number | null;
  traceId: string;
  spanId: string;
}

export interface ExemplarsAnswer {
  exemplars: ExemplarEntry[];
}

export interface LogsAnswer {
  logs: LogEntry[];
}

export interface MetricSummary {
  name: string;
  type: string;
  unit: string;
  description: string;
  series: number;
  newest: string;
}

export interface MetricsAnswer {
  metrics: MetricSummary[];
}

export type MetricPoint =
  | { time: string; value: number | null }
  | {
      time: string;
      count: number | null;
      sum: number | null;
      min: number | null;
      max: number | null;
      /** Buckets or quantiles, by type. */
      detail: JsonValue;
    };

export interface MetricSeries {
  service: string;
  attributes: Attributes;
  type: string;
  unit: string;
  temporality: string;
  monotonic: boolean;
  points: MetricPoint[];
}

export interface MetricQueryAnswer {
  name: string;
  from: string;
  to: string;
  series: MetricSeries[];
  truncated: boolean;
}

/** A profile that was sent. */
export interface ProfileSummary {
  start: string;
  durationMs: number;
  service: string;
  labels: Attributes;
  types: { type: string; unit: string; total: number }[];
  /** The spans that samples of it belong to, at most 100 of them; the trace is null where samples do not name it. */
  spans: { traceId: string | null; spanId: string; name: string; stage: string | null }[];
  spanCount: number;
}

export interface ProfilesAnswer {
  profiles: ProfileSummary[];
}

export interface FlameNode {
  name: string;
  /** Of this frame alone. */
  self: number;
  /** With all that it called. */
  total: number;
  /** The largest first. */
  children: FlameNode[];
}

export interface FlameAnswer {
  type: string;
  /** Of self and total; empty when nothing was found. */
  unit: string;
  /** How many were merged, the newest of those that fit. */
  profiles: number;
  /** The time that they cover. */
  from: string | null;
  to: string | null;
  /** Its name is empty: it stands for everything. */
  root: FlameNode;
  /** True when there were more profiles than an answer merges. */
  truncated: boolean;
}
