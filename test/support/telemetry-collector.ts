/**
 * An OTLP collector over real gRPC. It decodes with a parser that shares no code with the sender, keeps what it took,
 * and misbehaves on request.
 */

import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type sendUnaryData,
  type status,
} from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import type { SignalKind } from '#telemetry/signals.ts';

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

export type Behaviour =
  | { readonly kind: 'accept' }
  | { readonly kind: 'refuse'; readonly code: status; readonly when?: (itemCount: number) => boolean }
  | { readonly kind: 'partial'; readonly rejected: number; readonly message: string }
  | { readonly kind: 'garbage' }
  | { readonly kind: 'hang' };

type Unknown = Record<string, unknown>;
const list = (value: unknown): Unknown[] => (value ?? []) as Unknown[];
const hex = (value: unknown): string => Buffer.from((value as Uint8Array | undefined) ?? []).toString('hex');

function attributesOf(pairs: unknown): Record<string, unknown> {
  return Object.fromEntries(list(pairs).map(({ key, value }) => [key, plain(value as Unknown)]));
}

function plain(value: Unknown): unknown {
  if (value['arrayValue'] !== undefined) return list((value['arrayValue'] as Unknown)['values']).map(plain);
  if (value['intValue'] !== undefined) return Number(value['intValue']);
  return value['stringValue'] ?? value['boolValue'] ?? value['doubleValue'];
}

export class Collector {
  readonly spans: CollectedSpan[] = [];
  readonly logs: CollectedLog[] = [];
  /** The newest value of each metric. */
  readonly metrics = new Map<string, CollectedMetric>();
  readonly requests: Record<SignalKind, number> = { traces: 0, metrics: 0, logs: 0 };
  resource: Record<string, unknown> = {};
  headers: Record<string, unknown> = {};
  behaviour: Record<SignalKind, Behaviour> = {
    traces: { kind: 'accept' },
    metrics: { kind: 'accept' },
    logs: { kind: 'accept' },
  };
  #server: Server | undefined;
  #port = 0;

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  behave(behaviour: Behaviour): void {
    this.behaviour = { traces: behaviour, metrics: behaviour, logs: behaviour };
  }

  /** The same port again after a stop. */
  async start(): Promise<void> {
    const server = new Server();
    this.#serve(server, 'traces', 'trace.v1.TraceService', (bytes) => this.#takeSpans(bytes));
    this.#serve(server, 'metrics', 'metrics.v1.MetricsService', (bytes) => this.#takeMetrics(bytes));
    this.#serve(server, 'logs', 'logs.v1.LogsService', (bytes) => this.#takeLogs(bytes));
    this.#port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(`127.0.0.1:${this.#port}`, ServerCredentials.createInsecure(), (error, port) =>
        error === null ? resolve(port) : reject(error),
      );
    });
    this.#server = server;
  }

  stop(): void {
    this.#server?.forceShutdown();
    this.#server = undefined;
  }

  #serve(
    server: Server,
    signal: SignalKind,
    service: string,
    decodeItems: (bytes: Buffer) => { count: number; keep: () => void },
  ): void {
    const identity = (value: Buffer): Buffer => value;
    const definition = {
      export: {
        path: `/opentelemetry.proto.collector.${service}/Export`,
        requestStream: false,
        responseStream: false,
        requestSerialize: identity,
        requestDeserialize: identity,
        responseSerialize: identity,
        responseDeserialize: identity,
      },
    } as const;
    server.addService(definition, {
      export: (call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>) => {
        this.requests[signal] += 1;
        this.headers = call.metadata.getMap();
        const { count, keep } = decodeItems(call.request);
        const behaviour = this.behaviour[signal];
        switch (behaviour.kind) {
          case 'refuse':
            if (behaviour.when?.(count) === false) break;
            answer({ code: behaviour.code, details: 'as the test asked' });
            return;
          case 'partial': {
            keep();
            const partialSuccess = { rejected: behaviour.rejected, errorMessage: behaviour.message };
            const bytes = root.lookupType('Answer').encode({ partialSuccess }).finish();
            answer(null, Buffer.from(bytes));
            return;
          }
          case 'garbage':
            answer(null, Buffer.from([0xff, 0xff, 0xff, 0xff]));
            return;
          case 'hang':
            return;
          default:
        }
        keep();
        answer(null, Buffer.alloc(0));
      },
    });
  }

  #takeSpans(bytes: Buffer) {
    const resources = list(decode('Traces', bytes)['resourceSpans']);
    const spans = resources
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
    return { count: spans.length, keep: () => this.spans.push(...spans) };
  }

  #takeLogs(bytes: Buffer) {
    const resources = list(decode('Logs', bytes)['resourceLogs']);
    const logs = resources
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
    const resource = (resources[0]?.['resource'] ?? {}) as Unknown;
    return {
      count: logs.length,
      keep: () => {
        this.resource = attributesOf(resource['attributes']);
        this.logs.push(...logs);
      },
    };
  }

  #takeMetrics(bytes: Buffer) {
    const metrics = list(decode('Metrics', bytes)['resourceMetrics'])
      .flatMap((one) => list(one['scopeMetrics']))
      .flatMap((one) => list(one['metrics']));
    return {
      count: metrics.length,
      keep: () => {
        for (const metric of metrics) this.metrics.set(String(metric['name']), metricOf(metric));
      },
    };
  }
}

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
