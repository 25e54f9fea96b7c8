/** What the pump makes of facts, over real gRPC: metrics, the cursor, bounds. Each fault of a collector is in test/contract. */

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { Entry } from '#core/facts.ts';
import type { Seq } from '#core/ids.ts';
import type { MetricSpec } from '#telemetry/catalogue/spec.ts';
import { metrics } from '#telemetry/catalogue.ts';
import { assertComplete, headOf } from '#test/support/collected-facts.ts';
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
  OTEL_METRIC_EXPORT_INTERVAL: '1000',
  ...extra,
});

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

test('metrics arrive with every series, and totals that count the facts', async () => {
  const entries = journalOf(3);
  const open = entries.slice(0, -2);
  const { finish } = await deliver(open);
  await finish();
  const always = Object.entries<MetricSpec>(metrics).filter(
    ([, spec]) => spec.sparse !== true && spec.sampled !== true,
  );
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

for (const held of ['traces', 'logs'] as const) {
  const other = held === 'traces' ? 'logs' : 'traces';

  test(`while the collector does not take ${held}, the ${other} and the metrics go on, and each fact is told once`, async () => {
    const entries = journalOf(30);
    const source = new ArrayJournal(entries.slice(0, 77));
    const cursor = new MemoryCursor();
    fresh.behaviour[held] = { kind: 'refuse', why: 'UNAVAILABLE' };
    const first = pumpTo({ source, cursor, env: env() });
    await until('several refusals', () => fresh.requests[held] >= 4);
    source.entries.push(...entries.slice(77));
    const received = () => fresh.metrics.get('tradeengine.signals.received')?.points[0]?.value;
    await until('the others', () => cursor.state?.[other].seq === source.head() && received() === 30);
    assert.equal(cursor.state?.[held].seq, 0);
    assert.equal(first.pump.status.lagFacts, source.head());
    first.pump.stop();
    await first.ended;

    fresh.behave({ kind: 'accept' });
    const second = pumpTo({ source, cursor, env: env() });
    await until('delivered', () => second.pump.status.lagFacts === 0);
    second.pump.stop();
    await second.ended;
    assertComplete(fresh, entries);
    assert.equal(received(), 30);
  });
}

test('what is counted is stored before it is told, whether or not anything is delivered', async () => {
  const entries = journalOf(5);
  const cursor = new MemoryCursor();
  fresh.behaviour.traces = { kind: 'hang' };
  fresh.behaviour.logs = { kind: 'hang' };
  const { pump } = pumpTo({ source: new ArrayJournal(entries), cursor, env: env() });
  const received = (readings: ReturnType<typeof pump.readings>) =>
    readings.find(({ name }) => name === 'tradeengine.signals.received')?.series[0]?.value;
  await until('counted', () => received(pump.readings()) === 5);
  assert.equal(cursor.state?.counted, headOf(entries));
  assert.equal(cursor.state?.totals['tradeengine.signals.received buy'], 5);
  fresh.stop();
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
  assertComplete(fresh, entries);
  assert.equal(fresh.metrics.get('tradeengine.signals.received')?.points[0]?.value, 30);
});

test('a cursor of another journal is not used', async () => {
  const entries = journalOf(2);
  const cursor = new MemoryCursor();
  cursor.state = {
    origin: entries[0]?.at ?? assert.fail(),
    counted: 9_999 as Seq,
    traces: { seq: 9_999 as Seq },
    logs: { seq: 9_999 as Seq },
    since: entries[0]?.at ?? assert.fail(),
    totals: {},
  };
  const { pump, problems, ended } = pumpTo({ source: new ArrayJournal(entries), cursor, env: env() });
  await until('delivered', () => pump.status.lagFacts === 0);
  pump.stop();
  await ended;
  assertComplete(fresh, entries);
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
  const many = await deliver(journalOf(500));
  await many.finish();
  assert.equal(count(), before);
  assert.ok(before < 400, `${before} series`);
});
