/** OTLP requests as a test sees them, read by a parser that shares no code with the sender. */

import protobuf from 'protobufjs';

/** From https://github.com/open-telemetry/opentelemetry-proto, the parts that are looked at here. */
const proto = `
syntax = "proto3";
message AnyValue { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3;
  double double_value = 4; ArrayValue array_value = 5; } }
message ArrayValue { repeated AnyValue values = 1; }
message KeyValue { string key = 1; AnyValue value = 2; }
message Resource { repeated KeyValue attributes = 1; }
message Link { bytes trace_id = 1; bytes span_id = 2; }
message Status { string message = 2; int32 code = 3; }
message Span { bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5; int32 kind = 6;
  fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8; repeated KeyValue attributes = 9;
  repeated Link links = 13; Status status = 15; fixed32 flags = 16; }
message ScopeSpans { repeated Span spans = 2; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
message Traces { repeated ResourceSpans resource_spans = 1; }
message LogRecord { fixed64 time_unix_nano = 1; int32 severity_number = 2; string severity_text = 3; AnyValue body = 5;
  repeated KeyValue attributes = 6; bytes trace_id = 9; bytes span_id = 10; string event_name = 12; }
message ScopeLogs { repeated LogRecord log_records = 2; }
message ResourceLogs { Resource resource = 1; repeated ScopeLogs scope_logs = 2; }
message Logs { repeated ResourceLogs resource_logs = 1; }
message NumberPoint { repeated KeyValue attributes = 7; fixed64 start_time_unix_nano = 2; fixed64 time_unix_nano = 3;
  double as_double = 4; }
message HistogramPoint { repeated KeyValue attributes = 9; fixed64 start_time_unix_nano = 2;
  fixed64 time_unix_nano = 3; fixed64 count = 4; double sum = 5; repeated fixed64 bucket_counts = 6;
  repeated double explicit_bounds = 7; }
message Gauge { repeated NumberPoint data_points = 1; }
message Sum { repeated NumberPoint data_points = 1; int32 aggregation_temporality = 2; bool is_monotonic = 3; }
message Histogram { repeated HistogramPoint data_points = 1; int32 aggregation_temporality = 2; }
message Metric { string name = 1; string description = 2; string unit = 3; Gauge gauge = 5; Sum sum = 7;
  Histogram histogram = 9; }
message ScopeMetrics { repeated Metric metrics = 2; }
message ResourceMetrics { Resource resource = 1; repeated ScopeMetrics scope_metrics = 2; }
message Metrics { repeated ResourceMetrics resource_metrics = 1; }
message PartialSuccess { int64 rejected = 1; string error_message = 2; }
message Answer { PartialSuccess partial_success = 1; }
`;

const root = protobuf.parse(proto).root;
const decode = (type: string, bytes: Uint8Array): Record<string, unknown> => {
  const message = root.lookupType(type);
  return message.toObject(message.decode(bytes), { longs: String, bytes: Buffer });
};

export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  /** As in the protocol: 2 is a server, 3 a client. */
  readonly kind: number;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly error: boolean;
  readonly links: readonly string[];
  readonly attributes: Readonly<Record<string, unknown>>;
}
export interface CollectedLog {
  readonly traceId: string;
  readonly spanId: string;
  readonly event: string;
  readonly severity: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}
export interface CollectedMetric {
  readonly unit: string;
  readonly monotonic: boolean | undefined;
  readonly points: readonly CollectedPoint[];
}
export interface CollectedPoint {
  readonly labels: Readonly<Record<string, unknown>>;
  readonly value: number;
  readonly buckets: readonly number[];
}

type Unknown = Record<string, unknown>;
const list = (value: unknown): Unknown[] => (value ?? []) as Unknown[];
/** OTLP's JSON has ids in hexadecimal digits already. */
const hex = (value: unknown): string =>
  typeof value === 'string' ? value : Buffer.from((value as Uint8Array | undefined) ?? []).toString('hex');

function attributesOf(pairs: unknown): Record<string, unknown> {
  return Object.fromEntries(list(pairs).map(({ key, value }) => [key, plain(value as Unknown)]));
}

function plain(value: Unknown): unknown {
  if (value['arrayValue'] !== undefined) return list((value['arrayValue'] as Unknown)['values']).map(plain);
  if (value['intValue'] !== undefined) return Number(value['intValue']);
  return value['stringValue'] ?? value['boolValue'] ?? value['doubleValue'];
}

/** The spans of a request, as protobufjs or OTLP's JSON gives it. */
export const spansOf = (request: Unknown): CollectedSpan[] =>
  list(request['resourceSpans'])
    .flatMap((one) => list(one['scopeSpans']))
    .flatMap((one) => list(one['spans']))
    .map((span) => ({
      traceId: hex(span['traceId']),
      spanId: hex(span['spanId']),
      parentSpanId: hex(span['parentSpanId']),
      name: String(span['name']),
      kind: Number(span['kind']),
      startNs: BigInt(String(span['startTimeUnixNano'])),
      endNs: BigInt(String(span['endTimeUnixNano'])),
      error: ((span['status'] ?? {}) as Unknown)['code'] === 2,
      links: list(span['links']).map((link) => `${hex(link['traceId'])}/${hex(link['spanId'])}`),
      attributes: attributesOf(span['attributes']),
    }));

export const logsOf = (request: Unknown): CollectedLog[] =>
  list(request['resourceLogs'])
    .flatMap((one) => list(one['scopeLogs']))
    .flatMap((one) => list(one['logRecords']))
    .map((log) => ({
      traceId: hex(log['traceId']),
      spanId: hex(log['spanId']),
      event: String(log['eventName']),
      severity: String(log['severityText']),
      body: String(plain(log['body'] as Unknown)),
      attributes: attributesOf(log['attributes']),
    }));

export const spansIn = (bytes: Uint8Array): CollectedSpan[] => spansOf(decode('Traces', bytes));

export function logsIn(bytes: Uint8Array): { resource: Record<string, unknown>; logs: CollectedLog[] } {
  const request = decode('Logs', bytes);
  const resource = (list(request['resourceLogs'])[0]?.['resource'] ?? {}) as Unknown;
  return { resource: attributesOf(resource['attributes']), logs: logsOf(request) };
}

export function metricsIn(bytes: Uint8Array): Map<string, CollectedMetric> {
  const metrics = list(decode('Metrics', bytes)['resourceMetrics'])
    .flatMap((one) => list(one['scopeMetrics']))
    .flatMap((one) => list(one['metrics']));
  return new Map(metrics.map((metric) => [String(metric['name']), metricOf(metric)]));
}

/** What a collector answers that took a request but for some of its items. */
export const partialAnswer = (rejected: number, errorMessage: string): Buffer =>
  Buffer.from(root.lookupType('Answer').encode({ partialSuccess: { rejected, errorMessage } }).finish());

function metricOf(metric: Unknown): CollectedMetric {
  const sum = metric['sum'] as Unknown | undefined;
  const data = sum ?? ((metric['gauge'] ?? metric['histogram']) as Unknown);
  return {
    unit: String(metric['unit']),
    monotonic: sum === undefined ? undefined : sum['isMonotonic'] === true,
    points: list(data['dataPoints']).map((point) => ({
      labels: attributesOf(point['attributes']),
      value: Number(point['asDouble'] ?? point['count'] ?? 0),
      buckets: ((point['bucketCounts'] ?? []) as string[]).map(Number),
    })),
  };
}
