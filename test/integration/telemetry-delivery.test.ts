/** Facts to a real gRPC collector that is well, away, refusing, slow, or wrong. */

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { status } from '@grpc/grpc-js';
import type { Entry } from '#core/facts.ts';
import type { Seq } from '#core/ids.ts';
import type { MetricSpec } from '#telemetry/catalogue/spec.ts';
import { metrics } from '#telemetry/catalogue.ts';
import { project } from '#telemetry/projection.ts';
import { Collector } from '#test/support/telemetry-collector.ts';
import { journalOf } from '#test/support/telemetry-facts.ts';
import { ArrayJournal, MemoryCursor, pumpTo, stopPumps } from '#test/support/telemetry-pump.ts';
import { until } from '#test/support/until.ts';

let fresh: Collector;

beforeEach(async () => {
  fresh = new Collector();
  await fresh.start();
});
afterEach(async () => {
  await stopPumps();
  fresh.stop();
});

const env = (extra: Record<string, string> = {}): Record<string, string> => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: fresh.endpoint,
  OTEL_EXPORTER_OTLP_TIMEOUT: '400',
  OTEL_METRIC_EXPORT_INTERVAL: '1000',
  ...extra,
});

const headOf = (entries: readonly Entry[]): number => new ArrayJournal(entries).head();

/** Every fact's log record, and every span, once by its id. */
function assertComplete(entries: readonly Entry[], { exactlyOnce }: { exactlyOnce: boolean }): void {
  const told = entries.map(project);
  const wanted = told.flatMap(({ spans }) => spans.map((span) => `${span.traceId}/${span.spanId}`));
  const got = fresh.spans.map((span) => `${span.traceId}/${span.spanId}`);
  assert.deepEqual(new Set(got), new Set(wanted));
  const seqs = fresh.logs.map((log) => Number(log.attributes['tradeengine.fact.seq']));
  assert.deepEqual(
    [...new Set(seqs)].toSorted((a, b) => a - b),
    Array.from({ length: headOf(entries) }, (_, index) => index + 1),
  );
  if (!exactlyOnce) return;
  assert.equal(got.length, wanted.length);
  assert.equal(seqs.length, headOf(entries));
}

async function deliver(entries: readonly Entry[], extra: Record<string, string> = {}) {
  const cursor = new MemoryCursor();
  const { pump, problems, ended } = pumpTo({ source: new ArrayJournal(entries), cursor, env: env(extra) });
  const finish = async (): Promise<void> => {
    await until('all facts delivered', () => pump.status.lagFacts === 0);
    pump.stop();
    await ended;
  };
  return { cursor, pump, problems, ended, finish };
}

test('every fact arrives once, with its ids, times, links and resource', async () => {
  const entries = journalOf(40);
  const { finish, cursor } = await deliver(entries, {
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,service.version=9',
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20abc',
    OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
  });
  await finish();
  assertComplete(entries, { exactlyOnce: true });
  assert.equal(cursor.state?.seq, headOf(entries));
  assert.deepEqual(fresh.resource, {
    'service.name': 'petrosa-tradeengine',
    'service.version': '9',
    'service.instance.id': 'test-1',
    'deployment.environment.name': 'test',
  });
  assert.equal(fresh.headers['authorization'], 'Basic abc');
  const root = fresh.spans.find((span) => span.name === 'signal receive');
  assert.equal(root?.parentSpanId, '00f067aa0ba902b7');
  assert.equal(root?.startNs, 1_795_458_600_000_000_000n);
  assert.equal(root?.endNs, 1_795_458_600_000_400_000n);
  assert.equal(root?.attributes['tradeengine.signal.id'], 's-0');
  const close = fresh.spans.find((span) => span.name === 'position close');
  assert.deepEqual(close?.links, [`${root?.traceId}/${root?.spanId}`]);
  const log = fresh.logs.find((one) => one.event === 'signal.accepted');
  assert.equal(log?.severity, 'INFO');
  assert.deepEqual(log?.attributes['tradeengine.checks'], ['minimum confidence: 0.8, limit 0.6']);
  assert.equal(log?.traceId, root?.traceId);
});

test('metrics arrive with every series, and totals that count the facts', async () => {
  const entries = journalOf(3);
  const open = entries.slice(0, -2);
  const { finish } = await deliver(open);
  await finish();
  const always = Object.entries<MetricSpec>(metrics).filter(([, spec]) => spec.sparse !== true);
  assert.deepEqual([...fresh.metrics.keys()].toSorted(), always.map(([name]) => name).toSorted());
  const received = fresh.metrics.get('tradeengine.signals.received');
  assert.equal(received?.monotonic, true);
  assert.deepEqual(
    received?.points.map(({ labels, value }) => [labels['tradeengine.action'], value]),
    [
      ['buy', 3],
      ['sell', 0],
      ['close', 0],
      ['hold', 0],
    ],
  );
  assert.equal(fresh.metrics.get('tradeengine.pnl.realised')?.monotonic, false);
  const latency = fresh.metrics.get('tradeengine.latency.receive_to_decide');
  assert.equal(latency?.unit, 's');
  assert.equal(latency?.points[0]?.value, 3);
  // 0.0004 s lies in the third bucket: over 0.00025 and up to 0.0005.
  assert.deepEqual(latency?.points[0]?.buckets.slice(0, 4), [0, 0, 3, 0]);
  assert.deepEqual(fresh.metrics.get('tradeengine.build.info')?.points[0]?.labels, {
    'service.version': '0.1.0',
  });
});

for (const code of [status.UNAVAILABLE, status.RESOURCE_EXHAUSTED, status.UNAUTHENTICATED, status.INTERNAL]) {
  test(`the cursor stays while the collector answers ${status[code]}, and nothing is lost after`, async () => {
    const entries = journalOf(20);
    fresh.behave({ kind: 'refuse', code });
    const { finish, cursor, pump } = await deliver(entries);
    await until('five refusals', () => fresh.requests.traces >= 5 && fresh.requests.logs >= 5);
    assert.equal(cursor.state, undefined);
    assert.match(pump.status.signals.logs.failing?.error ?? '', new RegExp(status[code]));
    assert.equal(pump.status.lagFacts, headOf(entries));
    fresh.behave({ kind: 'accept' });
    await finish();
    assertComplete(entries, { exactlyOnce: true });
    assert.equal(pump.status.signals.logs.failing, undefined);
  });
}

test('spans that were taken are not sent again while the log records still wait', async () => {
  const entries = journalOf(5);
  fresh.behaviour.logs = { kind: 'refuse', code: status.UNAVAILABLE };
  const { finish, cursor } = await deliver(entries);
  await until('several refusals', () => fresh.requests.logs >= 4);
  assert.equal(fresh.requests.traces, 1);
  assert.equal(cursor.state, undefined, 'the cursor needs both');
  fresh.behave({ kind: 'accept' });
  await finish();
  assertComplete(entries, { exactlyOnce: true });
});

test('a collector that goes away and comes back has every fact once by id', async () => {
  const entries = journalOf(600);
  const source = new ArrayJournal(entries.slice(0, 300));
  const cursor = new MemoryCursor();
  const { pump, ended } = pumpTo({ source, cursor, env: env() });
  await until('the first facts', () => pump.status.lagFacts === 0);
  fresh.stop();
  source.entries.push(...entries.slice(300));
  await until('failing', () => /UNAVAILABLE/.test(pump.status.signals.traces.failing?.error ?? ''));
  const during = cursor.state?.seq;
  await fresh.start();
  await until('caught up', () => pump.status.lagFacts === 0);
  pump.stop();
  await ended;
  assert.equal(during, headOf(entries.slice(0, 300)));
  assertComplete(entries, { exactlyOnce: true });
});

test('a collector that hangs is given up after the time-out and asked again', async () => {
  const entries = journalOf(3);
  fresh.behave({ kind: 'hang' });
  const { finish, pump } = await deliver(entries, { OTEL_EXPORTER_OTLP_TIMEOUT: '100' });
  await until('time-outs', () => fresh.requests.logs >= 3);
  assert.match(pump.status.signals.logs.failing?.error ?? '', /DEADLINE_EXCEEDED/);
  fresh.behave({ kind: 'accept' });
  await finish();
  assertComplete(entries, { exactlyOnce: true });
});

test('an answer that is not OTLP confirms nothing', async () => {
  const entries = journalOf(2);
  fresh.behave({ kind: 'garbage' });
  const { finish, cursor, pump } = await deliver(entries);
  await until('several answers', () => fresh.requests.logs >= 3);
  assert.equal(cursor.state, undefined);
  assert.match(pump.status.signals.logs.failing?.error ?? '', /not in the language of OTLP/);
  fresh.behave({ kind: 'accept' });
  await finish();
  assertComplete(entries, { exactlyOnce: true });
});

test('a partial success is counted, reported once, and not sent again', async () => {
  const entries = journalOf(300);
  fresh.behaviour.logs = { kind: 'partial', rejected: 2, message: 'attribute too long' };
  const { finish, pump, problems } = await deliver(entries);
  await finish();
  assertComplete(entries, { exactlyOnce: true });
  assert.ok(fresh.requests.logs > 2);
  assert.equal(pump.status.signals.logs.rejected, fresh.requests.logs * 2);
  assert.equal(problems.filter((one) => one.event === 'telemetry.rejected').length, 1);
  assert.match(problems[0]?.message ?? '', /rejected 2 items of logs.*attribute too long/);
});

test('a request that is refused for good is taken apart: only the item at fault is given up', async () => {
  const entries = journalOf(4);
  let refusals = 0;
  fresh.behaviour.traces = {
    kind: 'refuse',
    code: status.INVALID_ARGUMENT,
    // Everything in one request is refused, then its halves, down to one single span.
    when: (count) => {
      const refused = count > 1 ? refusals < 3 : refusals === 3;
      if (refused) refusals += 1;
      return refused;
    },
  };
  const { finish, pump, problems } = await deliver(entries);
  await finish();
  const wanted = entries.flatMap((entry) => project(entry).spans).length;
  assert.equal(pump.status.signals.traces.rejected, wanted - fresh.spans.length);
  assert.ok(pump.status.signals.traces.rejected <= 1);
  assert.ok(problems.length <= 1);
});

test('a collector that takes only small requests gets small requests', async () => {
  const entries = journalOf(30);
  fresh.behave({ kind: 'refuse', code: status.RESOURCE_EXHAUSTED, when: (count) => count > 20 });
  const { finish } = await deliver(entries);
  await finish();
  assertComplete(entries, { exactlyOnce: true });
});

test('a restart goes on from the cursor: totals continue and no fact is sent twice', async () => {
  const entries = journalOf(30);
  const source = new ArrayJournal(entries.slice(0, 77));
  const cursor = new MemoryCursor();
  const first = pumpTo({ source, cursor, env: env() });
  await until('delivered', () => first.pump.status.lagFacts === 0);
  first.pump.stop();
  await first.ended;
  source.entries.push(...entries.slice(77));
  const second = pumpTo({ source, cursor, env: env() });
  await until('delivered', () => second.pump.status.lagFacts === 0);
  second.pump.stop();
  await second.ended;
  assertComplete(entries, { exactlyOnce: true });
  assert.equal(fresh.metrics.get('tradeengine.signals.received')?.points[0]?.value, 30);
});

test('a cursor of another journal is not used', async () => {
  const entries = journalOf(2);
  const cursor = new MemoryCursor();
  cursor.state = {
    origin: entries[0]?.at ?? assert.fail(),
    seq: 9_999 as Seq,
    since: entries[0]?.at ?? assert.fail(),
    totals: {},
  };
  const { pump, problems, ended } = pumpTo({ source: new ArrayJournal(entries), cursor, env: env() });
  await until('delivered', () => pump.status.lagFacts === 0);
  pump.stop();
  await ended;
  assertComplete(entries, { exactlyOnce: true });
  assert.deepEqual(
    problems.map((one) => one.event),
    ['telemetry.cursor_reset'],
  );
});

test('memory holds one batch: the journal is never asked for more', async () => {
  const source = new ArrayJournal(journalOf(1_000));
  const { pump, ended } = pumpTo({ source, cursor: new MemoryCursor(), env: env() });
  await until('delivered', () => pump.status.lagFacts === 0);
  pump.stop();
  await ended;
  assert.ok(source.limitMax <= 256);
});

test('a signal that is not exported is not waited for', async () => {
  const entries = journalOf(3);
  const { finish, pump } = await deliver(entries, { OTEL_LOGS_EXPORTER: 'none' });
  await finish();
  assert.equal(fresh.requests.logs, 0);
  assert.ok(fresh.spans.length > 0);
  assert.equal(pump.status.signals.logs.endpoint, undefined);
});

test('the number of series is the same after one signal and after many', async () => {
  const count = (): number =>
    [...fresh.metrics.values()].reduce((sum, metric) => sum + metric.points.length, 0);
  const few = await deliver(journalOf(1));
  await few.finish();
  const before = count();
  const many = await deliver(journalOf(2_000));
  await many.finish();
  assert.equal(count(), before);
  assert.ok(before < 400, `${before} series`);
});
