/** A gauge that is sampled says nothing where nothing is known: before the first sample, and when no more come. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addMs, type Micros } from '#core/ids.ts';
import { factMetrics, metrics } from '#telemetry/catalogue.ts';
import { Metrics } from '#telemetry/metrics.ts';
import { projectRuntime } from '#telemetry/runtime/projection.ts';
import type { RuntimeRecord } from '#telemetry/runtime/records.ts';
import { records } from '#test/support/telemetry-records.ts';

const AGE_MS_MAX = 30_000;
const { engine_sample: sample } = records;
const START = addMs(sample.at, -5_000);

function take(all: Metrics, ...list: RuntimeRecord[]): void {
  for (const record of list) for (const update of projectRuntime(record).metrics) all.add(update);
}

function read(all: Metrics, now: Micros): Record<string, unknown> {
  all.ageSamples(now, AGE_MS_MAX);
  return Object.fromEntries(
    all.readings().flatMap(({ name, series }) => series.map(({ value }) => [name, value])),
  );
}

/** Gauges that the telemetry worker knows by itself. */
const own = [
  'tradeengine.build.info',
  'tradeengine.journal.size',
  'tradeengine.sample.age',
  'tradeengine.telemetry.lag',
];
const gauges = (readings: Record<string, unknown>): string[] =>
  Object.keys(readings).filter((name) => metrics[name as keyof typeof metrics].instrument === 'gauge');

test('before the first sample no gauge claims that there is nothing', () => {
  const readings = read(new Metrics('1', START), sample.at);
  assert.deepEqual(gauges(readings).toSorted(), own);
  assert.equal(readings['tradeengine.sample.age'], 5);
});

test('no gauge is a total of the journal', () => {
  for (const [name, { instrument }] of Object.entries(factMetrics))
    assert.notEqual(instrument, 'gauge', name);
});

test('a sample that is too old is told no more, and its age goes on', () => {
  const all = new Metrics('1', START);
  take(all, sample, records.process_sample);
  const fresh = read(all, addMs(sample.at, AGE_MS_MAX));
  assert.equal(fresh['tradeengine.positions.open'], 2);
  assert.equal(fresh['tradeengine.engine.ready'], 1);
  assert.equal(fresh['tradeengine.sample.age'], 30);
  const old = read(all, addMs(sample.at, AGE_MS_MAX + 1_000));
  assert.deepEqual(gauges(old).toSorted(), own);
  assert.equal(old['tradeengine.sample.age'], 31);
  assert.equal(typeof old['process.cpu.time'], 'number', 'totals stay');
});

test('while no engine runs the gauges of trading age out, and the others go on', () => {
  const all = new Metrics('1', START);
  take(all, sample);
  const at = addMs(sample.at, AGE_MS_MAX + 1_000);
  take(all, { ...sample, at, ready: false, trading: [], journal: undefined });
  const readings = read(all, at);
  assert.equal(readings['tradeengine.engine.ready'], 0);
  assert.ok(!('tradeengine.positions.open' in readings));
  assert.ok(!('tradeengine.journal.facts' in readings));
  assert.equal(readings['tradeengine.sample.age'], 0);
});

test('what is not known yet is not in a sample', () => {
  const all = new Metrics('1', START);
  take(all, {
    ...sample,
    clockOffsetSeconds: undefined,
    comparisonAgeSeconds: undefined,
    streamAgesSeconds: {},
  });
  const readings = read(all, sample.at);
  for (const name of ['exchange.clock.offset', 'reconciliation.age', 'stream.age']) {
    assert.ok(!(`tradeengine.${name}` in readings), name);
  }
});
