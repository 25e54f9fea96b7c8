/**
 * OTLP/JSON: the same requests in protobuf's JSON mapping, with ids in hex. Unknown fields are ignored, as the
 * specification asks of a receiver.
 */
import { z } from 'zod';
import { anyValue, enumNumber, hexId, keyValues, repeated, text, uint64 } from './json-fields.ts';
import { metricSchema, pointsOfMetric } from './json-metrics.ts';
import {
  type Attributes,
  bodyText,
  emptyAttributes,
  type LogRow,
  type PointRow,
  type Source,
  type SpanRow,
  serviceOf,
} from './rows.ts';

const resource = z
  .object({ attributes: keyValues })
  .nullish()
  .transform((value) => value?.attributes ?? emptyAttributes());

const scope = z
  .object({ name: text })
  .nullish()
  .transform((value) => value?.name ?? '');

const spanSchema = z.object({
  traceId: hexId,
  spanId: hexId,
  parentSpanId: hexId,
  name: text,
  kind: enumNumber,
  startTimeUnixNano: uint64,
  endTimeUnixNano: uint64,
  attributes: keyValues,
  events: repeated(z.object({ timeUnixNano: uint64, name: text, attributes: keyValues })),
  links: repeated(z.object({ traceId: hexId, spanId: hexId, attributes: keyValues })),
  status: z.object({ code: enumNumber, message: text }).nullish(),
});

const logSchema = z.object({
  timeUnixNano: uint64,
  observedTimeUnixNano: uint64,
  severityNumber: enumNumber,
  severityText: text,
  body: anyValue,
  attributes: keyValues,
  traceId: hexId,
  spanId: hexId,
  eventName: text,
});

const tracesSchema = z.object({
  resourceSpans: repeated(
    z.object({ resource, scopeSpans: repeated(z.object({ scope, spans: repeated(spanSchema) })) }),
  ),
});

const logsSchema = z.object({
  resourceLogs: repeated(
    z.object({ resource, scopeLogs: repeated(z.object({ scope, logRecords: repeated(logSchema) })) }),
  ),
});

const metricsSchema = z.object({
  resourceMetrics: repeated(
    z.object({ resource, scopeMetrics: repeated(z.object({ scope, metrics: repeated(metricSchema) })) }),
  ),
});

function sourceOf(attributes: Attributes, scopeName: string): Source {
  return { service: serviceOf(attributes), resource: JSON.stringify(attributes), scope: scopeName };
}

export function readTracesJson(request: unknown): SpanRow[] {
  return tracesSchema.parse(request).resourceSpans.flatMap((entry) =>
    entry.scopeSpans.flatMap((group) => {
      const source = sourceOf(entry.resource, group.scope);
      return group.spans.map((span) => spanRow(source, span));
    }),
  );
}

function spanRow(source: Source, span: z.infer<typeof spanSchema>): SpanRow {
  return {
    source,
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    name: span.name,
    kind: span.kind,
    startNs: span.startTimeUnixNano,
    endNs: span.endTimeUnixNano,
    statusCode: span.status?.code ?? 0,
    statusMessage: span.status?.message ?? '',
    attributes: span.attributes,
    events: span.events.map(({ timeUnixNano, name, attributes }) => ({
      timeNs: timeUnixNano,
      name,
      attributes,
    })),
    links: span.links,
  };
}

export function readLogsJson(request: unknown): LogRow[] {
  return logsSchema.parse(request).resourceLogs.flatMap((entry) =>
    entry.scopeLogs.flatMap((group) => {
      const source = sourceOf(entry.resource, group.scope);
      return group.logRecords.map((log) => ({
        source,
        timeNs: log.timeUnixNano === 0n ? log.observedTimeUnixNano : log.timeUnixNano,
        traceId: log.traceId,
        spanId: log.spanId,
        severityNumber: log.severityNumber,
        severityText: log.severityText,
        eventName: log.eventName,
        body: bodyText(log.body),
        attributes: log.attributes,
      }));
    }),
  );
}

export function readMetricsJson(request: unknown): PointRow[] {
  return metricsSchema.parse(request).resourceMetrics.flatMap((entry) =>
    entry.scopeMetrics.flatMap((group) => {
      const source = sourceOf(entry.resource, group.scope);
      return group.metrics.flatMap((metric) => pointsOfMetric(source, metric));
    }),
  );
}
