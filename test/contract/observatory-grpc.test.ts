// Goal: any OTLP/gRPC sender works, and each failure has the status that the OTLP specification names.
// Method: the OpenTelemetry SDK's own exporters, and a bare gRPC client for what they would never send.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  type Client,
  credentials,
  Metadata,
  makeGenericClientConstructor,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { context, SeverityNumber, trace } from '@opentelemetry/api';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-grpc';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { BODY_BYTES_MAX } from '#observatory/otlp/receiver.ts';
import { encodeWithProtobufjs } from '#test/support/observatory/messages.ts';
import { at, type Running, runObservatory } from '#test/support/observatory/running.ts';

const identity = (bytes: Buffer): Buffer => bytes;
const gzipAlgorithm = 2;

function exportCall(port: number, payload: Buffer, options: Record<string, number> = {}) {
  const Service = makeGenericClientConstructor(
    {
      export: {
        path: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
        requestStream: false,
        responseStream: false,
        requestSerialize: identity,
        requestDeserialize: identity,
        responseSerialize: identity,
        responseDeserialize: identity,
      },
    },
    'TraceService',
  );
  const client: Client = new Service(`127.0.0.1:${port}`, credentials.createInsecure(), {
    'grpc.max_send_message_length': -1,
    ...options,
  });
  return new Promise<{ answer?: Buffer; error?: ServiceError }>((resolve) => {
    client.makeUnaryRequest(
      '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
      identity,
      identity,
      payload,
      new Metadata(),
      { deadline: Date.now() + 5_000 },
      (error, answer) => {
        client.close();
        resolve({ ...(error === null ? {} : { error }), ...(answer === undefined ? {} : { answer }) });
      },
    );
  });
}

function someSpans(count: number, nameLength = 4): Buffer {
  const spans = Array.from({ length: count }, (_, index) => ({
    traceId: Buffer.alloc(16, 7),
    spanId: Buffer.from((index + 1).toString(16).padStart(16, '0'), 'hex'),
    name: 'x'.repeat(nameLength),
    startTimeUnixNano: '1763900000000000000',
  }));
  return Buffer.from(encodeWithProtobufjs('traces', { resourceSpans: [{ scopeSpans: [{ spans }] }] }));
}

describe('OTLP/gRPC receiver', () => {
  let running: Running;
  before(async () => {
    running = await runObservatory();
  });
  after(() => running.stop());

  it('stores what the OpenTelemetry SDK exports: spans, their logs, and metrics of each kind', async () => {
    const url = `http://127.0.0.1:${running.ports.otlpGrpc}`;
    const resource = resourceFromAttributes({ 'service.name': 'sdk-test', 'service.version': '1.2.3' });
    const tracers = new TracerProvider({
      resource,
      spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url }) })],
    });
    const loggers = new LoggerProvider({
      resource,
      processors: [new BatchLogRecordProcessor({ exporter: new OTLPLogExporter({ url }) })],
    });
    const meters = new MeterProvider({
      resource,
      readers: [new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter({ url }) })],
    });

    const tracer = tracers.getTracer('test');
    const parent = tracer.startSpan('signal receive', { attributes: { 'tradeengine.signal.id': 'sdk-1' } });
    const inside = trace.setSpan(context.active(), parent);
    const child = tracer.startSpan('signal decide', { attributes: { ratio: 0.5, tags: ['a', 'b'] } }, inside);
    child.addEvent('checked', { check: 'exposure' });
    child.end();
    parent.end();
    loggers.getLogger('test').emit({
      eventName: 'signal.received',
      body: 'Signal sdk-1 was received.',
      severityNumber: SeverityNumber.WARN,
      severityText: 'WARN',
      attributes: { 'tradeengine.fact.seq': 7 },
      context: inside,
    });
    const meter = meters.getMeter('test');
    meter
      .createCounter('signals', { unit: '{signal}', description: 'Signals received.' })
      .add(3, { symbol: 'BTCUSDT' });
    meter.createHistogram('latency', { unit: 's' }).record(0.25);
    meter.createGauge('equity').record(1_000.5);
    await Promise.all([tracers.shutdown(), loggers.shutdown(), meters.shutdown()]);

    const { traceId } = parent.spanContext();
    const { body } = await running.get(`/api/traces/${traceId}`);
    assert.deepEqual(
      [at(body, 'spans', 0, 'name'), at(body, 'spans', 1, 'name'), at(body, 'spans', 1, 'parentSpanId')],
      ['signal receive', 'signal decide', parent.spanContext().spanId],
    );
    assert.deepEqual(at(body, 'spans', 1, 'attributes'), { ratio: 0.5, tags: ['a', 'b'] });
    assert.equal(at(body, 'spans', 1, 'events', 0, 'name'), 'checked');
    assert.equal(at(body, 'spans', 0, 'service'), 'sdk-test');
    assert.equal(at(body, 'logs', 0, 'eventName'), 'signal.received');
    assert.equal(at(body, 'logs', 0, 'severity'), 'warn');

    const metrics = (await running.get('/api/metrics')).body;
    const rows = at(metrics, 'metrics');
    assert.ok(Array.isArray(rows));
    assert.deepEqual(
      rows.map((row) => [at(row, 'name'), at(row, 'type'), at(row, 'unit'), at(row, 'series')]),
      [
        ['equity', 'gauge', '', 1],
        ['latency', 'histogram', 's', 1],
        ['signals', 'sum', '{signal}', 1],
      ],
    );
    const signals = (await running.get('/api/metrics/query?name=signals')).body;
    assert.deepEqual(at(signals, 'series', 0, 'attributes'), { symbol: 'BTCUSDT' });
    assert.equal(at(signals, 'series', 0, 'points', 0, 'value'), 3);
    assert.equal(at(signals, 'series', 0, 'monotonic'), true);
  });

  it('answers INVALID_ARGUMENT to garbage and goes on receiving', async () => {
    const { error } = await exportCall(running.ports.otlpGrpc, Buffer.from('this is no protobuf'));
    assert.equal(error?.code, status.INVALID_ARGUMENT);
    assert.match(error.details, /^traces request in protobuf: /);
    assert.ok(error.metadata.get('grpc-status-details-bin').length > 0);
    assert.equal((await exportCall(running.ports.otlpGrpc, someSpans(1))).error, undefined);
  });

  it('takes gzip, an empty request, and reports partial success', async () => {
    const port = running.ports.otlpGrpc;
    const zipped = await exportCall(port, someSpans(100, 500), {
      'grpc.default_compression_algorithm': gzipAlgorithm,
    });
    assert.equal(zipped.error, undefined);
    assert.deepEqual((await exportCall(port, Buffer.alloc(0))).answer, Buffer.alloc(0));
    const spans = [{ traceId: Buffer.alloc(16), spanId: Buffer.alloc(8), name: 'no ids' }];
    const bad = Buffer.from(encodeWithProtobufjs('traces', { resourceSpans: [{ scopeSpans: [{ spans }] }] }));
    const { answer } = await exportCall(port, bad);
    assert.match(String(answer), /a span without a valid trace id/);
  });

  it('answers RESOURCE_EXHAUSTED to a message that is too large', async () => {
    const { error } = await exportCall(running.ports.otlpGrpc, someSpans(1, BODY_BYTES_MAX));
    assert.equal(error?.code, status.RESOURCE_EXHAUSTED);
  });

  it('answers RESOURCE_EXHAUSTED with a delay while the queue of the store is full', async () => {
    const narrow = await runObservatory({ limits: { queueRowsMax: 10, lingerMs: 300 } });
    try {
      const calls = await Promise.all([1, 2, 3].map(() => exportCall(narrow.ports.otlpGrpc, someSpans(8))));
      const refused = calls.flatMap(({ error }) => (error === undefined ? [] : [error]));
      assert.deepEqual(
        refused.map((error) => error.code),
        [status.RESOURCE_EXHAUSTED, status.RESOURCE_EXHAUSTED],
      );
      const details = refused[0]?.metadata.get('grpc-status-details-bin')[0];
      assert.match(String(details), /google\.rpc\.RetryInfo/);
      assert.equal(narrow.usage().storedRows, 8);
      assert.equal(narrow.usage().refusedRows, 16);
    } finally {
      await narrow.stop();
    }
  });
});
