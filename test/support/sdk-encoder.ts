/** The encoder as the OpenTelemetry SDK for JavaScript has it: the oracle of our own, and what its speed is held against. */

import { SeverityNumber, SpanKind, SpanStatusCode, TraceFlags, ValueType } from '@opentelemetry/api';
import {
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { AggregationTemporality, DataPointType, type MetricData } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { Micros } from '#core/ids.ts';
import { allowed, typed } from '#telemetry/attributes.ts';
import { boundsOf } from '#telemetry/catalogue/spec.ts';
import type { MetricReading } from '#telemetry/metrics.ts';
import type { LogData, Severity, SpanData, SpanRef } from '#telemetry/projected.ts';
import type { Resource as OwnResource } from '#telemetry/resource.ts';

type HrTime = [number, number];

const MICROS_PER_SECOND = 1_000_000;
const NANOS_PER_MICRO = 1000;

const scope = { name: 'petrosa-tradeengine' };
const spanKinds = {
  internal: SpanKind.INTERNAL,
  consumer: SpanKind.CONSUMER,
  client: SpanKind.CLIENT,
  server: SpanKind.SERVER,
};
const severities: Record<Severity, SeverityNumber> = {
  debug: SeverityNumber.DEBUG,
  info: SeverityNumber.INFO,
  warn: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
  fatal: SeverityNumber.FATAL,
};

export class SdkEncoder {
  readonly #resource: Resource;

  constructor(resource: OwnResource) {
    this.#resource = resourceFromAttributes(resource);
  }

  spans(spans: readonly SpanData[]): Uint8Array {
    return present(
      ProtobufTraceSerializer.serializeRequest(spans.map((span) => readableSpan(span, this.#resource))),
    );
  }

  logs(logs: readonly LogData[]): Uint8Array {
    return present(
      ProtobufLogsSerializer.serializeRequest(logs.map((log) => readableLog(log, this.#resource))),
    );
  }

  metrics(readings: readonly MetricReading[], at: Micros): Uint8Array {
    const metrics = readings.map((reading) => metricData(reading, at));
    return present(
      ProtobufMetricsSerializer.serializeRequest({
        resource: this.#resource,
        scopeMetrics: [{ scope, metrics }],
      }),
    );
  }
}

function present(bytes: Uint8Array | undefined): Uint8Array {
  if (bytes === undefined) throw new Error('the OTLP serialiser gave no bytes');
  return bytes;
}

const hrTime = (at: Micros): HrTime => [
  Math.floor(at / MICROS_PER_SECOND),
  (at % MICROS_PER_SECOND) * NANOS_PER_MICRO,
];

const spanContext = ({ traceId, spanId }: SpanRef, isRemote = false) => ({
  traceId,
  spanId,
  traceFlags: TraceFlags.SAMPLED,
  isRemote,
});

function readableSpan(span: SpanData, resource: Resource): ReadableSpan {
  const { traceId, parentSpanId } = span;
  const context = spanContext(span);
  // Clocks may step back; a span may not.
  const end = Math.max(span.start, span.end) as Micros;
  return {
    name: span.name,
    kind: spanKinds[span.kind],
    spanContext: () => context,
    ...(parentSpanId === undefined
      ? {}
      : { parentSpanContext: spanContext({ traceId, spanId: parentSpanId }, span.parentIsRemote) }),
    startTime: hrTime(span.start),
    endTime: hrTime(end),
    duration: hrTime((end - span.start) as Micros),
    ended: true,
    status:
      span.error === undefined
        ? { code: SpanStatusCode.UNSET }
        : { code: SpanStatusCode.ERROR, message: span.error },
    attributes: mutable(span.attributes),
    links: (span.links ?? []).map((link) => ({ context: spanContext(link) })),
    events: [],
    resource,
    instrumentationScope: scope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

function readableLog(log: LogData, resource: Resource): ReadableLogRecord {
  const time = hrTime(log.at);
  return {
    hrTime: time,
    hrTimeObserved: time,
    ...(log.span === undefined ? {} : { spanContext: spanContext(log.span) }),
    severityNumber: severities[log.severity],
    severityText: log.severity.toUpperCase(),
    body: log.body,
    eventName: log.event,
    attributes: mutable(log.attributes),
    resource,
    instrumentationScope: scope,
    droppedAttributesCount: 0,
  };
}

/** The SDK's types want attribute lists that could be written to. */
const mutable = (values: Readonly<Record<string, unknown>>) =>
  allowed(values) as Record<string, string | number | boolean | string[]>;

/** Labels are kept as text; those that are numbers go out as numbers, as on spans. */
const labelled = (labels: Readonly<Record<string, string>>): Record<string, string | number> =>
  Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, typed(name, value)]));

function metricData({ name, spec, since, series }: MetricReading, at: Micros): MetricData {
  const times = { startTime: hrTime(since), endTime: hrTime(at) };
  const common = {
    descriptor: { name, description: spec.meaning, unit: spec.unit, valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
  if (spec.instrument === 'histogram') {
    return {
      ...common,
      dataPointType: DataPointType.HISTOGRAM,
      dataPoints: series.map(({ labels, value }) => {
        if (typeof value === 'number') throw new Error(`histogram ${name} holds a number`);
        const { count, sum, buckets } = value;
        return {
          ...times,
          attributes: labelled(labels),
          value: { count, sum, buckets: { boundaries: [...boundsOf(spec)], counts: buckets } },
        };
      }),
    };
  }
  const dataPoints = series.map(({ labels, value }) => {
    if (typeof value !== 'number') throw new Error(`${spec.instrument} ${name} holds a histogram`);
    return { ...times, attributes: labelled(labels), value };
  });
  if (spec.instrument === 'gauge') return { ...common, dataPointType: DataPointType.GAUGE, dataPoints };
  return {
    ...common,
    dataPointType: DataPointType.SUM,
    isMonotonic: spec.instrument === 'counter',
    dataPoints,
  };
}
