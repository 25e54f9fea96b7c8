/** The catalogue's bounds, the totals and the stored cursor. */

import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Micros, Seq } from '#core/ids.ts';
import { refusals } from '#core/refusal.ts';
import { attributes } from '#telemetry/attributes.ts';
import { isProcessLabel, type MetricSpec } from '#telemetry/catalogue/spec.ts';
import { factEvents, metrics, processEvents, spans } from '#telemetry/catalogue.ts';
import { type CursorState, FileCursor } from '#telemetry/cursor.ts';
import { telemetryDocs } from '#telemetry/docs.ts';
import { Metrics } from '#telemetry/metrics.ts';
import { project } from '#telemetry/projection.ts';
import { prometheusName } from '#telemetry/prometheus.ts';
import { at, journalOf } from '#test/support/telemetry-facts.ts';

const seriesCount = (all: Metrics): number =>
  all.readings().reduce((sum, { series }) => sum + series.length, 0);

const valueOf = (all: Metrics, name: string, label?: string): unknown =>
  all
    .readings()
    .find((reading) => reading.name === name)
    ?.series.find(({ labels }) => label === undefined || Object.values(labels).includes(label))?.value;

function told(storyCount: number): Metrics {
  const all = new Metrics('1', at(0));
  for (const entry of journalOf(storyCount)) for (const update of project(entry).metrics) all.add(update);
  return all;
}

test('no label is an id: every label that differs in a process has a closed list of values', () => {
  for (const { labels } of Object.values<MetricSpec>(metrics)) {
    for (const label of labels) assert.ok(isProcessLabel(label) || 'values' in attributes[label]);
  }
});

test('every refusal reason is a label value', () => {
  const { values } = attributes['tradeengine.refusal.reason'];
  assert.deepEqual(values, Object.keys(refusals));
});

test('the number of series does not grow with signals', () => {
  assert.equal(seriesCount(told(500)), seriesCount(new Metrics('1', at(0))));
});

test('a value outside of its list falls into one series for others', () => {
  const all = new Metrics('1', at(0));
  const before = seriesCount(all);
  for (const action of ['x', 'y', 'z']) {
    const labels = { 'tradeengine.action': action as 'buy' };
    all.add({ metric: 'tradeengine.signals.received', value: 1, labels });
  }
  assert.equal(seriesCount(all), before + 1);
  assert.equal(valueOf(all, 'tradeengine.signals.received', '_OTHER'), 3);
});

test('a latency falls into the bucket whose bound it does not exceed', () => {
  const all = new Metrics('1', at(0));
  for (const value of [0.0001, 0.000101, 60, 61]) {
    all.add({ metric: 'tradeengine.latency.receive_to_decide', value, labels: {} });
  }
  const histogram = valueOf(all, 'tradeengine.latency.receive_to_decide') as { buckets: number[] };
  assert.deepEqual(
    [histogram.buckets[0], histogram.buckets[1], histogram.buckets.at(-2), histogram.buckets.at(-1)],
    [1, 1, 1, 1],
  );
});

test('restored totals go on as if nothing had happened; gauges do not', () => {
  const all = told(3);
  all.add({ metric: 'tradeengine.telemetry.lag', value: 9, labels: {} });
  const restored = new Metrics('1', at(9), { since: at(0), totals: structuredClone(all.totals()) });
  for (const update of journalOf(1).flatMap((entry) => project(entry).metrics)) restored.add(update);
  assert.equal(valueOf(restored, 'tradeengine.signals.received', 'buy'), 4);
  const { count } = valueOf(restored, 'tradeengine.latency.receive_to_decide') as { count: number };
  assert.equal(count, 4);
  assert.equal(valueOf(restored, 'tradeengine.telemetry.lag'), 0);
});

const cursorState: CursorState = {
  origin: 1 as Micros,
  counted: 7 as Seq,
  traces: { seq: 6 as Seq },
  logs: { seq: 5 as Seq },
  since: 2 as Micros,
  totals: told(1).totals(),
};

function stateIn(path: string): CursorState | undefined {
  const loaded = new FileCursor(path).load();
  return loaded.kind === 'stored' ? loaded.state : undefined;
}

test('the cursor comes back as it was saved, in the one file that it was given', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'telemetry-cursor-'));
  const path = join(directory, 'deep', 'telemetry.cursor');
  const cursor = new FileCursor(path);
  assert.deepEqual(cursor.load(), { kind: 'none' });
  for (const seq of [8, 9, 10] as Seq[]) {
    cursor.save({ ...cursorState, counted: seq });
    assert.deepEqual(stateIn(path), { ...cursorState, counted: seq });
  }
  const another = new FileCursor(path);
  another.save({ ...cursorState, counted: 11 as Seq });
  assert.equal(stateIn(path)?.counted, 11, 'a restart goes on where the last life was');
  assert.deepEqual(await readdir(join(directory, 'deep')), ['telemetry.cursor']);
  await rm(directory, { recursive: true });
});

test('a write that was cut short leaves the cursor before it, wherever it was cut', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'telemetry-cursor-'));
  const path = join(directory, 'telemetry.cursor');
  const cursor = new FileCursor(path);
  cursor.save({ ...cursorState, counted: 8 as Seq });
  cursor.save({ ...cursorState, counted: 9 as Seq });
  const before = await readFile(path);
  cursor.save({ ...cursorState, counted: 10 as Seq });
  const after = await readFile(path);
  const differing = [...after.keys()].filter((at) => after[at] !== before[at]);
  for (const at of [differing[0], differing[Math.floor(differing.length / 2)], differing.at(-1)]) {
    assert.ok(at !== undefined);
    // What comes before the cut is new, the rest is as it was.
    await writeFile(path, Buffer.concat([after.subarray(0, at), before.subarray(at)]));
    assert.equal(stateIn(path)?.counted, 9, `cut at ${at}`);
  }
  await rm(directory, { recursive: true });
});

test('what is no cursor is not used, and is written over', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'telemetry-cursor-'));
  const path = join(directory, 'telemetry.cursor');
  for (const text of ['', '{', 'null', '{"version":1,"seq":3}', 'x'.repeat(512 * 1024)]) {
    await writeFile(path, text);
    const cursor = new FileCursor(path);
    assert.equal(cursor.load().kind, 'unusable', text.slice(0, 30));
    cursor.save(cursorState);
    assert.deepEqual(stateIn(path), cursorState);
  }
  await rm(directory, { recursive: true });
});

test('the documents name everything that is declared', () => {
  const text = telemetryDocs();
  for (const names of [metrics, spans, factEvents, processEvents, attributes]) {
    for (const name of Object.keys(names)) assert.ok(text.includes(`\`${name}\``), name);
  }
  const named = (name: keyof typeof metrics): string => prometheusName(name, metrics[name]);
  assert.equal(named('tradeengine.signals.received'), 'tradeengine_signals_received_total');
  assert.equal(named('tradeengine.latency.submit_to_ack'), 'tradeengine_latency_submit_to_ack_seconds');
  assert.equal(named('tradeengine.positions.open'), 'tradeengine_positions_open');
});
