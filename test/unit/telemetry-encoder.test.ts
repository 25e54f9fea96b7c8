/**
 * Goal: what leaves the process says the same as what the OpenTelemetry SDK would have sent, whatever the facts hold.
 * Method: random spans, log records and metrics are written by our encoder and by the SDK's serialisers, and both are
 * read by protobufjs with OTLP's own messages.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Micros, TraceId } from '#core/ids.ts';
import { attributes } from '#telemetry/attributes.ts';
import { spans as spanNames } from '#telemetry/catalogue.ts';
import { Metrics } from '#telemetry/metrics.ts';
import { Encoder } from '#telemetry/otlp/encoder.ts';
import type { LogData, SpanData } from '#telemetry/projected.ts';
import { project } from '#telemetry/projection.ts';
import { readWithProtobufjs } from '#test/support/observatory/messages.ts';
import { SdkEncoder } from '#test/support/sdk-encoder.ts';
import { journalOf } from '#test/support/telemetry-facts.ts';

const resource = {
  'service.name': 'petrosa-tradeengine',
  'deployment.environment.name': 'tést',
  'process.pid': 4_711,
};
const own = new Encoder(resource);
const sdk = new SdkEncoder(resource);

const hex = (digits: number) =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: digits, maxLength: digits })
    .map((all) => all.join(''));
const time = fc.integer({ min: 1, max: 2 ** 52 }).map((micros) => micros as Micros);
const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ maxLength: 20 }));
const ref = fc.record({ traceId: hex(32).map((id) => id as TraceId), spanId: hex(16) });
// Whole numbers beyond 2^53 have been rounded: the SDK sends them as integers all the same, we as the doubles they are.
const double = fc.double().filter((one) => !Number.isInteger(one) || Number.isSafeInteger(one));
const value = fc.oneof(text, fc.maxSafeInteger(), double, fc.boolean(), fc.array(text, { maxLength: 3 }));
const names = fc.oneof(
  fc.constantFrom(...Object.keys(attributes)),
  fc.constantFrom('api.secret', '__proto__', 'toString'),
);
const values = fc.dictionary(names, value, { maxKeys: 6 }).map((all) => all as SpanData['attributes']);

const span: fc.Arbitrary<SpanData> = fc
  .record({
    ref,
    name: fc.constantFrom(...(Object.keys(spanNames) as (keyof typeof spanNames)[])),
    kind: fc.constantFrom('internal', 'consumer', 'client', 'server'),
    parentSpanId: fc.option(hex(16), { nil: undefined }),
    start: time,
    end: time,
    attributes: values,
    error: fc.option(text, { nil: undefined }),
    links: fc.array(ref, { maxLength: 2 }),
  })
  .chain(({ ref: { traceId, spanId }, ...rest }) =>
    // Only a span that has a parent can have a remote one.
    fc.boolean().map((remote) => ({
      ...rest,
      traceId,
      spanId,
      parentIsRemote: remote && rest.parentSpanId !== undefined,
    })),
  );

const log: fc.Arbitrary<LogData> = fc.record({
  at: time,
  severity: fc.constantFrom('debug', 'info', 'warn', 'error', 'fatal'),
  event: text,
  body: text,
  attributes: values,
  span: fc.option(ref, { nil: undefined }),
});

/** A status that says nothing is as good as none. */
const plain = (read: unknown): unknown =>
  JSON.parse(
    JSON.stringify(read, (key, part: unknown) =>
      key === 'status' && (part as { code: number } | null)?.code === 0 ? null : part,
    ),
  );

test('spans are what the SDK would send', () => {
  fc.assert(
    fc.property(fc.array(span, { maxLength: 5, minLength: 1 }), (spans) => {
      const read = plain(readWithProtobufjs('traces', own.spans(spans)));
      assert.deepEqual(read, plain(readWithProtobufjs('traces', sdk.spans(spans))));
    }),
    { numRuns: 300 },
  );
});

test('log records are what the SDK would send', () => {
  fc.assert(
    fc.property(fc.array(log, { maxLength: 5, minLength: 1 }), (logs) => {
      assert.deepEqual(
        readWithProtobufjs('logs', own.logs(logs)),
        readWithProtobufjs('logs', sdk.logs(logs)),
      );
    }),
    { numRuns: 300 },
  );
});

test('metrics are what the SDK would send', () => {
  const metrics = new Metrics('0.1.0', 1 as Micros);
  for (const update of journalOf(3).flatMap((entry) => project(entry).metrics)) metrics.add(update);
  // The SDK has none.
  metrics.forgetExemplars();
  fc.assert(
    fc.property(time, fc.double({ noNaN: true }), (at, lag) => {
      metrics.add({ metric: 'tradeengine.telemetry.lag', value: lag, labels: {} });
      const read = readWithProtobufjs('metrics', own.metrics(metrics.readings(), at));
      assert.deepEqual(read, readWithProtobufjs('metrics', sdk.metrics(metrics.readings(), at)));
    }),
    { numRuns: 20 },
  );
});

test('a histogram names the span of the newest value of each bucket, until it is told to forget', () => {
  const metrics = new Metrics('0.1.0', 1 as Micros);
  const measured = (value: number, at: number) => ({
    metric: 'tradeengine.latency.receive_to_decide' as const,
    value,
    labels: {},
    exemplar: { traceId: 'a'.repeat(32) as TraceId, spanId: `${at}`.padStart(16, '0'), at: at as Micros },
  });
  for (const one of [measured(0.003, 5), measured(0.004, 6), measured(0.3, 7)]) metrics.add(one);
  const exemplars = () =>
    [...exemplarsIn(own.metrics(metrics.readings(), 9 as Micros))].map(
      ({ asDouble, timeUnixNano, spanId }) => [
        asDouble,
        timeUnixNano,
        Buffer.from(spanId, 'base64').toString('hex'),
      ],
    );
  assert.deepEqual(exemplars(), [
    [0.004, '6000', '0000000000000006'],
    [0.3, '7000', '0000000000000007'],
  ]);
  metrics.forgetExemplars();
  assert.deepEqual(exemplars(), []);
});

interface WireExemplar {
  readonly asDouble: number;
  readonly timeUnixNano: string;
  readonly spanId: string;
}

/** Wherever they stand in the request. */
function* exemplarsIn(bytes: Uint8Array): Generator<WireExemplar> {
  const parts: unknown[] = [readWithProtobufjs('metrics', bytes)];
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    if (typeof part !== 'object' || part === null) continue;
    if ('asDouble' in part && 'spanId' in part) yield part as WireExemplar;
    else parts.push(...Object.values(part).reverse());
  }
}

test('a whole journal is what the SDK would send', () => {
  const told = journalOf(50).map(project);
  const spans = told.flatMap((one) => one.spans);
  const logs = told.flatMap((one) => one.logs);
  assert.deepEqual(
    plain(readWithProtobufjs('traces', own.spans(spans))),
    plain(readWithProtobufjs('traces', sdk.spans(spans))),
  );
  assert.deepEqual(readWithProtobufjs('logs', own.logs(logs)), readWithProtobufjs('logs', sdk.logs(logs)));
});

test('an attribute that is not declared does not leave the process, and a long value is cut', () => {
  const canary = { 'api.secret': 'canary', 'tradeengine.symbol': 'x'.repeat(5_000), 'error.message': 'ok' };
  const bytes = own.logs([
    { at: 1 as Micros, severity: 'info', event: 'e', body: 'b', attributes: canary, span: undefined },
  ]);
  assert.doesNotMatch(Buffer.from(bytes).toString('latin1'), /canary|secret|x{4097}/);
  assert.match(Buffer.from(bytes).toString('latin1'), /x{4096}/);
});
