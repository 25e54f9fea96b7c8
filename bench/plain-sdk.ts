/**
 * The same facts told by the OpenTelemetry SDK for JavaScript as it comes: inline in the trading thread, batch processors
 * and OTLP/gRPC exporters with their defaults. What our pipeline is held against. The texts and attributes are the
 * projection's, so that both tell the same.
 */

import {
  type Attributes,
  type Context,
  type Counter,
  type Gauge,
  type Histogram,
  type Meter,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
  type UpDownCounter,
} from '@opentelemetry/api';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-grpc';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Entry } from '#core/facts.ts';
import { MICROS_PER_MS, type Micros } from '#core/ids.ts';
import { boundsOf, type MetricSpec } from '#telemetry/catalogue/spec.ts';
import { type MetricUpdate, metrics } from '#telemetry/catalogue.ts';
import type { LogData, SpanData, SpanRef } from '#telemetry/projected.ts';
import { project } from '#telemetry/projection.ts';

const kinds = {
  internal: SpanKind.INTERNAL,
  consumer: SpanKind.CONSUMER,
  client: SpanKind.CLIENT,
  server: SpanKind.SERVER,
};
const SCOPE = 'petrosa-tradeengine';
type Instrument = Counter | UpDownCounter | Gauge | Histogram;

export class PlainSdk {
  readonly #tracers: TracerProvider;
  readonly #loggers: LoggerProvider;
  readonly #meters: MeterProvider;
  readonly #instruments = new Map<string, Instrument>();

  constructor(url: string) {
    const resource = resourceFromAttributes({ 'service.name': SCOPE });
    this.#tracers = new TracerProvider({
      resource,
      spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url }) })],
    });
    this.#loggers = new LoggerProvider({
      resource,
      processors: [new BatchLogRecordProcessor({ exporter: new OTLPLogExporter({ url }) })],
    });
    this.#meters = new MeterProvider({
      resource,
      readers: [new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter({ url }) })],
    });
    const meter = this.#meters.getMeter(SCOPE);
    for (const [name, spec] of Object.entries(metrics))
      this.#instruments.set(name, instrumentOf(meter, name, spec));
  }

  tell(entry: Entry): void {
    const told = project(entry);
    for (const span of told.spans) this.#span(span);
    for (const log of told.logs) this.#log(log);
    for (const update of told.metrics) this.#measure(update);
  }

  async stop(): Promise<void> {
    await Promise.allSettled([this.#tracers.shutdown(), this.#loggers.shutdown(), this.#meters.shutdown()]);
  }

  #span({ name, kind, traceId, parentSpanId, start, end, attributes, error, links = [] }: SpanData): void {
    const parent = parentSpanId === undefined ? ROOT_CONTEXT : contextOf({ traceId, spanId: parentSpanId });
    const span = this.#tracers.getTracer(SCOPE).startSpan(
      name,
      {
        kind: kinds[kind],
        startTime: hrTime(start),
        attributes: attributes as Attributes,
        links: links.map((link) => ({ context: { ...link, traceFlags: TraceFlags.SAMPLED } })),
      },
      parent,
    );
    if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: error });
    span.end(hrTime(end));
  }

  #log({ at, severity, event, body, attributes, span }: LogData): void {
    this.#loggers.getLogger(SCOPE).emit({
      timestamp: hrTime(at),
      eventName: event,
      severityText: severity.toUpperCase(),
      body,
      attributes: attributes as Attributes,
      context: span === undefined ? ROOT_CONTEXT : contextOf(span),
    });
  }

  #measure({ metric, value, labels }: MetricUpdate): void {
    const instrument = this.#instruments.get(metric);
    if (instrument === undefined) throw new Error(`metric ${metric} is not in the catalogue`);
    if ('add' in instrument) instrument.add(value, labels as Attributes);
    else instrument.record(value, labels as Attributes);
  }
}

const contextOf = (ref: SpanRef): Context =>
  trace.setSpanContext(ROOT_CONTEXT, { ...ref, traceFlags: TraceFlags.SAMPLED });

const hrTime = (at: Micros): [number, number] => {
  const perSecond = MICROS_PER_MS * 1000;
  return [Math.floor(at / perSecond), (at % perSecond) * 1000];
};

function instrumentOf(meter: Meter, name: string, spec: MetricSpec): Instrument {
  const { instrument, unit, meaning } = spec;
  const options = { unit, description: meaning };
  switch (instrument) {
    case 'counter':
      return meter.createCounter(name, options);
    case 'sum':
      return meter.createUpDownCounter(name, options);
    case 'gauge':
      return meter.createGauge(name, options);
    case 'histogram':
      return meter.createHistogram(name, {
        ...options,
        advice: { explicitBucketBoundaries: [...boundsOf(spec)] },
      });
  }
}
