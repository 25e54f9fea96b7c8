/** The whole of it: a journal in a file, the worker thread, a collector over gRPC, logs on stdout. */

import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import type { Journal } from '#journal/port.ts';
import { openSqliteJournal } from '#journal/sqlite.ts';
import type { MetricSpec } from '#telemetry/catalogue/spec.ts';
import { metrics } from '#telemetry/catalogue.ts';
import { systemMicros } from '#telemetry/clock.ts';
import { submitSpanId } from '#telemetry/identity.ts';
import type { ProcessLog } from '#telemetry/process-log.ts';
import { prometheusName } from '#telemetry/prometheus.ts';
import { startTelemetry } from '#telemetry/start.ts';
import type { Telemetry } from '#telemetry/telemetry.ts';
import { Collector } from '#test/support/telemetry-collector.ts';
import { journalOf } from '#test/support/telemetry-facts.ts';
import { ORDER, records, TRACE } from '#test/support/telemetry-records.ts';
import { until } from '#test/support/until.ts';

const ENABLED = 'OpenTelemetry logging export enabled for tradeengine';
const SPAN_KIND_CLIENT = 3;
const entries = journalOf(40);

let directory: string;
let journal: Journal;
let collector: Collector;
let lines: Record<string, unknown>[];
let workers: Worker[];
let started: Telemetry[];

const keepWorker = (message: unknown): void => void workers.push((message as { worker: Worker }).worker);
subscribe('worker_threads', keepWorker);
after(() => void unsubscribe('worker_threads', keepWorker));

beforeEach(async () => {
  lines = [];
  workers = [];
  started = [];
  directory = await mkdtemp(join(tmpdir(), 'telemetry-'));
  journal = await openSqliteJournal({ path: join(directory, 'journal.db') });
  collector = new Collector();
  await collector.start();
});

afterEach(async () => {
  await Promise.all(started.map((telemetry) => telemetry.stop(1_000)));
  await journal.close();
  collector.stop();
  await rm(directory, { recursive: true });
});

async function append(from: number, to: number): Promise<void> {
  await Promise.all(entries.slice(from, to).map((entry) => journal.append(entry)));
}

async function start(env: Record<string, string> = {}, journalName = 'journal.db'): Promise<Telemetry> {
  const telemetry = await startTelemetry({
    journalPath: join(directory, journalName),
    cursorPath: join(directory, 'telemetry', 'cursor.json'),
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, PYROSCOPE_PROFILING_ENABLED: 'false', ...env },
    version: '0.1.0',
    instanceId: 'test-1',
    redact: (text) => text.replaceAll('hunter2', '[secret]'),
    destination: { write: (line) => void lines.push(JSON.parse(line)) },
  });
  started.push(telemetry);
  return telemetry;
}

const factSeqs = (): number[] =>
  collector.logs
    .map((log) => log.attributes['tradeengine.fact.seq'])
    .filter((seq) => typeof seq === 'number')
    .toSorted((a, b) => a - b);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
const messages = (): unknown[] => lines.map((line) => line['message']);

test('facts that the journal commits reach the collector', async () => {
  const telemetry = await start();
  await append(0, 100);
  await until('delivered', () => factSeqs().length === journal.head);
  await append(100, entries.length);
  await until('delivered', () => factSeqs().length === journal.head);
  await telemetry.stop(5_000);
  assert.deepEqual(factSeqs(), upTo(journal.head));
  const status = telemetry.status();
  assert.equal(status.export, 'on');
  assert.equal(status.lagFacts, 0);
  assert.equal(status.restarts, 0);
  assert.ok((status.signals?.traces.deliveredAt ?? 0) > 0);
});

test('the line that export is enabled comes after a delivery, once, on stdout and over OTLP', async () => {
  collector.stop();
  await start();
  await until('started', () => messages().length > 0);
  await append(0, 10);
  await new Promise((resolve) => setTimeout(resolve, 600));
  assert.ok(!messages().includes(ENABLED), 'nothing was delivered yet');
  await collector.start();
  await until('enabled', () => messages().includes(ENABLED));
  await until('over OTLP', () => collector.logs.some((log) => log.body === ENABLED));
  await append(10, 20);
  await until('delivered', () => factSeqs().length === journal.head);
  assert.equal(messages().filter((message) => message === ENABLED).length, 1);
  assert.equal(collector.logs.filter((log) => log.body === ENABLED).length, 1);
});

test('process logs go to stdout as JSON and over OTLP, without attributes that are not declared', async () => {
  const telemetry = await start();
  const record = {
    severity: 'warn',
    event: 'engine.stopping',
    message: 'Stopping.',
    attributes: { 'tradeengine.symbol': 'BTCUSDT', 'api.secret': 'canary' },
    span: { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' },
  };
  telemetry.log(record as unknown as ProcessLog);
  await telemetry.stop(5_000);
  const line = lines.find((one) => one['message'] === 'Stopping.');
  assert.equal(line?.['level'], 'warn');
  assert.equal(line?.['trace_id'], record.span.traceId);
  assert.equal(line?.['tradeengine.symbol'], 'BTCUSDT');
  const log = collector.logs.find((one) => one.body === 'Stopping.');
  assert.equal(log?.severity, 'WARN');
  assert.equal(log?.event, 'engine.stopping');
  assert.equal(log?.spanId, record.span.spanId);
  assert.deepEqual(log?.attributes, { 'tradeengine.symbol': 'BTCUSDT' });
  assert.doesNotMatch(JSON.stringify(lines), /canary/);
});

test('a worker that dies is started again, is reported, and leaves no fact out', async () => {
  const telemetry = await start();
  await append(0, 140);
  await until('delivered', () => factSeqs().length === journal.head);
  await until('cursor known', () => telemetry.status().lagFacts === 0);
  const worker = workers.find((one) => one.threadName === 'telemetry');
  assert.ok(worker !== undefined);
  await worker.terminate();
  await append(140, entries.length);
  await until('delivered', () => new Set(factSeqs()).size === journal.head);
  assert.deepEqual(factSeqs(), upTo(journal.head), 'and none twice');
  assert.equal(telemetry.status().restarts, 1);
  assert.ok(lines.some((line) => line['event'] === 'telemetry.worker_stopped'));
});

test('a journal that cannot be read is told over OTLP, and with it all that is no fact', async () => {
  await writeFile(join(directory, 'broken.db'), 'no journal');
  const telemetry = await start({ OTEL_METRIC_EXPORT_INTERVAL: '100' }, 'broken.db');
  telemetry.log({ severity: 'fatal', event: 'engine.journal_unusable', message: 'This needs a person.' });
  await until('told', () => collector.logs.some(({ event }) => event === 'engine.journal_unusable'));
  await until('why', () => collector.logs.some(({ event }) => event === 'telemetry.journal_unreadable'));
  await until('metrics', () => collector.requests.metrics > 1);
  await telemetry.stop(5_000);
  assert.equal(telemetry.status().restarts, 0);
  assert.equal(collector.logs.filter(({ event }) => event === 'telemetry.journal_unreadable').length, 1);
});

test('a stop against a collector that swallows everything keeps its deadline', async () => {
  const sockets = new Set<import('node:net').Socket>();
  const blackHole = createServer((socket) => void sockets.add(socket.on('error', () => {})));
  await new Promise<void>((resolve) => blackHole.listen(0, '127.0.0.1', resolve));
  const address = blackHole.address();
  assert.ok(typeof address === 'object' && address !== null);
  const telemetry = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${address.port}` });
  await append(0, 20);
  await until('read', () => (telemetry.status().lagFacts ?? 0) > 0);
  const before = performance.now();
  await telemetry.stop(700);
  const tookMs = performance.now() - before;
  for (const socket of sockets) socket.destroy();
  blackHole.close();
  assert.ok(tookMs < 1_500, `stopped after ${tookMs} ms`);
  // What was not delivered is delivered by the next start.
  await start();
  await until('delivered', () => factSeqs().length === journal.head);
  assert.deepEqual(factSeqs(), upTo(journal.head));
});

test('a stop while the collector is away does not wait for it', async () => {
  collector.stop();
  const telemetry = await start();
  await append(0, 20);
  await until('failing', () => telemetry.status().signals?.logs.failing !== undefined);
  const before = performance.now();
  await telemetry.stop(5_000);
  assert.ok(performance.now() - before < 2_500);
});

test('a stop delivers what was committed before it', async () => {
  const telemetry = await start();
  await append(0, entries.length);
  await telemetry.stop(5_000);
  assert.deepEqual(factSeqs(), upTo(journal.head));
  assert.equal(collector.metrics.get('tradeengine.signals.received')?.points[0]?.value, 40);
});

test('the worker has the lowest priority, and no other thread has', {
  skip: process.platform !== 'linux',
}, async () => {
  await start();
  await append(0, 10);
  await until('delivered', () => factSeqs().length === journal.head);
  const threads = await readdir('/proc/self/task');
  const niceOf = async (id: string): Promise<number> => {
    const stat = await readFile(`/proc/self/task/${id}/stat`, 'utf8');
    // The name may hold blanks; nice is the 17th field after it.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
  };
  const lowered = (await Promise.all(threads.map(niceOf))).filter((nice) => nice === 19);
  assert.equal(lowered.length, 1);
  assert.notEqual(await niceOf(String(process.pid)), 19);
});

test('export can be turned off: logs still go to stdout, and nothing is sent', async () => {
  const telemetry = await start({ OTEL_SDK_DISABLED: 'true' });
  await append(0, 10);
  telemetry.log({ severity: 'info', event: 'engine.listening', message: 'Started.' });
  assert.equal(telemetry.status().export, 'off');
  assert.deepEqual(messages(), ['Started.']);
  assert.equal(workers.filter((one) => one.threadName === 'telemetry').length, 0);
  await telemetry.stop(100);
});

test('variables that cannot be used turn export off and are named', async () => {
  const telemetry = await start({
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_METRIC_EXPORT_INTERVAL: 'x',
  });
  assert.equal(telemetry.status().export, 'misconfigured');
  assert.ok(messages().some((message) => /OTEL_EXPORTER_OTLP_PROTOCOL is http\/json/.test(String(message))));
  assert.ok(messages().some((message) => /OTEL_METRIC_EXPORT_INTERVAL is x/.test(String(message))));
});

test('what the parts tell of their work becomes spans and metrics, with what the process says of itself', async () => {
  const telemetry = await start();
  telemetry.record(records.client_request);
  telemetry.record(records.commit);
  telemetry.watch(() => ({ ...records.engine_sample, at: systemMicros() }));
  await until('the span', () => collector.spans.length > 0);
  await telemetry.stop(5_000);
  const [span] = collector.spans;
  assert.deepEqual([span?.name, span?.kind, span?.error], ['POST /fapi/v1/order', SPAN_KIND_CLIENT, false]);
  assert.equal(span?.parentSpanId, submitSpanId(TRACE, ORDER));
  assert.equal((span?.endNs ?? 0n) - (span?.startNs ?? 0n), 4_000_000n);
  assert.equal(span?.attributes['http.response.status_code'], 200);
  const pointOf = (name: string) => collector.metrics.get(name)?.points[0];
  assert.deepEqual(pointOf('http.client.request.duration')?.labels, {
    'http.request.method': 'POST',
    'url.template': '/fapi/v1/order',
    'http.response.status_code': 200,
    'network.protocol.name': 'http',
    'server.address': 'fapi.binance.com',
    'server.port': 443,
  });
  assert.equal(
    pointOf('tradeengine.journal.commit.entries')?.buckets[2],
    1,
    'three entries are over 2, and up to 4',
  );
  assert.equal(pointOf('tradeengine.exchange.weight.used')?.value, 120);
  assert.ok((pointOf('process.memory.usage')?.value ?? 0) > 10_000_000);
  assert.ok((pointOf('tradeengine.process.active_resources')?.value ?? 0) > 0);
  assert.ok((pointOf('tradeengine.journal.size')?.value ?? 0) > 0);
});

test('Prometheus is shown the values that go out over OTLP', async () => {
  const telemetry = await start();
  await append(0, 60);
  telemetry.record(records.server_request);
  await until('all told', () => telemetry.status().lagFacts === 0 && telemetry.status().records.queued === 0);
  const [text, again] = await Promise.all([telemetry.metrics(), telemetry.metrics()]);
  assert.equal(again, text);
  await telemetry.stop(5_000);
  const valueOf = (name: string): number =>
    Number(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'm').exec(text ?? '')?.[1]);
  assert.ok(valueOf('tradeengine_fills_total') > 0);
  for (const [name, spec] of Object.entries<MetricSpec>(metrics)) {
    const point = collector.metrics.get(name)?.points[0];
    // Telemetry's own figures go on until the end, and so does an age.
    if (point === undefined || /^tradeengine\.(?:telemetry\.|sample\.age)/.test(name)) continue;
    const shown = prometheusName(name, spec);
    assert.equal(valueOf(spec.instrument === 'histogram' ? `${shown}_count` : shown), point.value, name);
  }
});

test('while the worker is away nobody waits for metrics for long', async () => {
  const telemetry = await start();
  await workers.find((one) => one.threadName === 'telemetry')?.terminate();
  const before = performance.now();
  assert.equal(await telemetry.metrics(), undefined);
  assert.ok(performance.now() - before < 1_000);
});

test('records that find the queue full are dropped and counted, and trading does not wait', async () => {
  const telemetry = await start();
  for (let count = 0; count < 20_000; count += 1) telemetry.record(records.commit);
  assert.ok(telemetry.status().records.queued <= 8_192);
  const { dropped } = telemetry.status().records;
  assert.ok(dropped >= 20_000 - 8_192);
  await until('taken', () => telemetry.status().records.queued === 0);
  await telemetry.stop(5_000);
  const drops = collector.metrics.get('tradeengine.telemetry.dropped')?.points ?? [];
  assert.equal(drops.find(({ labels }) => labels['tradeengine.telemetry.item'] === 'record')?.value, dropped);
});

test('a problem that repeats is told a few times at once, and the rest of it before the end', async () => {
  const telemetry = await start();
  for (let turn = 1; turn <= 40; turn += 1) {
    telemetry.log({ severity: 'warn', event: 'exchange.stream_lost', message: `Lost ${turn}.` });
  }
  await telemetry.stop(5_000);
  const lost = collector.logs.filter((log) => log.event === 'exchange.stream_lost').map((log) => log.body);
  assert.deepEqual(lost.slice(0, 2), ['Lost 1.', 'Lost 2.']);
  assert.equal(lost.at(-1), 'Lost 40. ... and 34 more like it in 60 s');
  assert.equal(lost.length, 6);
});
