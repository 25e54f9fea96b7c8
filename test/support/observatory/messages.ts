/** Random OTLP requests for property tests, and protobufjs as the independent reader and writer of them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import type { Signal } from '#observatory/otlp/decode.ts';

const root = protobuf.parse(readFileSync(join(import.meta.dirname, 'otlp.proto'), 'utf8')).root;

const requestTypes: Record<Signal, protobuf.Type> = {
  traces: root.lookupType('otlp.TracesRequest'),
  logs: root.lookupType('otlp.LogsRequest'),
  metrics: root.lookupType('otlp.MetricsRequest'),
};

export type Message = Record<string, unknown>;

export function encodeWithProtobufjs(signal: Signal, message: Message): Uint8Array {
  const type = requestTypes[signal];
  return type.encode(type.fromObject(message)).finish();
}

/** Every field of a payload, absent ones by their default. */
export function readWithProtobufjs(signal: Signal, payload: Uint8Array): Message {
  const type = requestTypes[signal];
  return type.toObject(type.decode(payload), { longs: String, bytes: String, defaults: true });
}

export function protobufjsAccepts(signal: Signal, payload: Uint8Array): boolean {
  try {
    requestTypes[signal].decode(payload);
    return true;
  } catch {
    return false;
  }
}

/** What protobufjs reads from a payload, in the JSON mapping of OTLP (ids in hex instead of base64). */
export function otlpJsonByProtobufjs(signal: Signal, payload: Uint8Array): unknown {
  const type = requestTypes[signal];
  const object = type.toObject(type.decode(payload), { longs: String, bytes: String, json: true });
  return withHexIds(object);
}

const idKeys = new Set(['traceId', 'spanId', 'parentSpanId']);

function withHexIds(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withHexIds);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) =>
      idKeys.has(key)
        ? [key, Buffer.from(String(member), 'base64').toString('hex')]
        : [key, withHexIds(member)],
    ),
  );
}

const text = fc.string({ unit: 'binary', maxLength: 20 });
const id = (length: number) =>
  fc
    .uint8Array({ minLength: length, maxLength: length })
    .map((bytes) => Uint8Array.of(1, ...bytes.subarray(1)));
const traceId = id(16);
const spanId = id(8);
const time = fc.bigInt(0n, 2n ** 63n - 1n).map(String);
const int64 = fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map(String);
const count = fc.bigInt(0n, 2n ** 53n).map(String);
const small = fc.integer({ min: 0, max: 5 });
const number = fc.double();
const list = <Value>(item: fc.Arbitrary<Value>) => fc.array(item, { maxLength: 3 });

const { anyValue, keyValue } = fc.letrec<{ anyValue: Message; keyValue: Message }>((tie) => ({
  anyValue: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ stringValue: text }),
    fc.record({ boolValue: fc.boolean() }),
    fc.record({ intValue: int64 }),
    fc.record({ doubleValue: number }),
    fc.record({ bytesValue: fc.uint8Array({ maxLength: 10 }) }),
    fc.constant({}),
    fc.record({ arrayValue: fc.record({ values: list(tie('anyValue')) }) }),
    fc.record({ kvlistValue: fc.record({ values: list(tie('keyValue')) }) }),
  ),
  keyValue: fc.record({ key: fc.oneof(text, fc.constant('__proto__')), value: tie('anyValue') }),
}));
const attributes = list(keyValue);

/** Every field may be absent, as on the wire. */
const message = (fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Message> =>
  fc.record(fields, { requiredKeys: [] });

const span = fc.record(
  {
    traceId,
    spanId,
    parentSpanId: spanId,
    name: text,
    kind: small,
    startTimeUnixNano: time,
    endTimeUnixNano: time,
    traceState: text,
    attributes,
    droppedAttributesCount: small,
    events: list(message({ timeUnixNano: time, name: text, attributes })),
    links: list(message({ traceId, spanId, attributes, flags: small })),
    status: message({ code: small, message: text }),
    flags: small,
  },
  { requiredKeys: ['traceId', 'spanId'] },
);

const log = fc.record(
  {
    timeUnixNano: time,
    observedTimeUnixNano: fc.bigInt(1n, 2n ** 63n - 1n).map(String),
    severityNumber: small,
    severityText: text,
    body: anyValue,
    attributes,
    flags: small,
    traceId,
    spanId,
    eventName: text,
  },
  { requiredKeys: ['observedTimeUnixNano'] },
);

const exemplars = list(
  fc.oneof(
    message({ timeUnixNano: time, asDouble: number, traceId, spanId, filteredAttributes: attributes }),
    message({ timeUnixNano: time, asInt: int64, traceId, spanId }),
  ),
);
const pointFields = { startTimeUnixNano: time, timeUnixNano: time, attributes, flags: small };
const numberPoints = list(
  fc.oneof(
    message({ ...pointFields, asDouble: number, exemplars }),
    message({ ...pointFields, asInt: int64, exemplars }),
  ),
);
const aggregate = { ...pointFields, count, sum: number, min: number, max: number, exemplars };
const buckets = message({ offset: fc.integer({ min: -99, max: 99 }), bucketCounts: list(count) });
const temporality = { aggregationTemporality: small };

const data = fc.oneof(
  fc.record({ gauge: message({ dataPoints: numberPoints }) }),
  fc.record({ sum: message({ dataPoints: numberPoints, ...temporality, isMonotonic: fc.boolean() }) }),
  fc.record({
    histogram: message({
      dataPoints: list(message({ ...aggregate, bucketCounts: list(count), explicitBounds: list(number) })),
      ...temporality,
    }),
  }),
  fc.record({
    exponentialHistogram: message({
      dataPoints: list(
        message({
          ...aggregate,
          scale: fc.integer({ min: -10, max: 20 }),
          zeroCount: count,
          positive: buckets,
          negative: buckets,
          zeroThreshold: number,
        }),
      ),
      ...temporality,
    }),
  }),
  fc.record({
    summary: message({
      dataPoints: list(
        message({
          ...pointFields,
          count,
          sum: number,
          quantileValues: list(message({ quantile: number, value: number })),
        }),
      ),
    }),
  }),
);
const metric = fc
  .tuple(fc.record({ name: fc.string({ minLength: 1 }), description: text, unit: text }), data)
  .map(([head, body]) => ({ ...head, ...body }));

const resource = message({ attributes, droppedAttributesCount: small });
const scope = message({ name: text, version: text, attributes });

export const requests: Record<Signal, fc.Arbitrary<Message>> = {
  traces: message({
    resourceSpans: list(message({ resource, scopeSpans: list(message({ scope, spans: list(span) })) })),
  }),
  logs: message({
    resourceLogs: list(message({ resource, scopeLogs: list(message({ scope, logRecords: list(log) })) })),
  }),
  metrics: message({
    resourceMetrics: list(
      message({ resource, scopeMetrics: list(message({ scope, metrics: list(metric) })) }),
    ),
  }),
};
