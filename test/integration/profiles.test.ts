/** The real profiler on this thread, the real worker, and a server that reads pprof with another library. */

import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, mock, test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import * as pprof from '@datadog/pprof';
import type { ClientOrderId, Seq, TraceId } from '#core/ids.ts';
import type { Journal } from '#journal/port.ts';
import { openSqliteJournal } from '#journal/sqlite.ts';
import { labelsOf } from '#telemetry/profiles/labels.ts';
import { startTelemetry } from '#telemetry/start.ts';
import type { Telemetry } from '#telemetry/telemetry.ts';
import { PyroscopeServer } from '#test/support/pyroscope.ts';
import { Collector } from '#test/support/telemetry-collector.ts';
import { until } from '#test/support/until.ts';

const trace = '4bf92f3577b34da6a3ce929d0e0e4736' as TraceId;
const decide = { name: 'decide', trace, signal: 7 as Seq } as const;
const submit = { name: 'submit', trace, clientOrderId: 'te-x-el1' as ClientOrderId } as const;

/** The worker has the lowest priority: a busy machine keeps it waiting. */
const ARRIVAL_MS_MAX = 30_000;

let directory: string;
let journal: Journal;
let collector: Collector;
let server: PyroscopeServer;
let lines: string[];
let telemetry: Telemetry | undefined;

beforeEach(async () => {
  lines = [];
  directory = await mkdtemp(join(tmpdir(), 'profiles-'));
  journal = await openSqliteJournal({ path: join(directory, 'journal.db') });
  collector = new Collector();
  await collector.start();
  server = new PyroscopeServer();
  await server.start();
});

afterEach(async () => {
  await telemetry?.stop(1_000);
  telemetry = undefined;
  await journal.close();
  collector.stop();
  server.stop();
  await rm(directory, { recursive: true });
});

async function start(env: Record<string, string> = {}): Promise<Telemetry> {
  telemetry = await startTelemetry({
    journalPath: join(directory, 'journal.db'),
    cursorPath: join(directory, 'cursor.json'),
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      PYROSCOPE_SERVER_ADDRESS: server.address,
      PYROSCOPE_FLUSH_INTERVAL_MS: '300',
      ...env,
    },
    version: '0.1.0',
    instanceId: 'test-1',
    redact: (text) => text,
    destination: { write: (line) => void lines.push(line) },
  });
  return telemetry;
}

function burnWhileDeciding(ms: number): void {
  const end = performance.now() + ms;
  let digest = '';
  while (performance.now() < end) digest = hash('sha256', digest, 'hex');
}

const nowNs = (): number => Date.now() * 1e6;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test('wall, CPU time and heap arrive, and the samples say in which span they were taken', async () => {
  const running = await start();
  const { onStage } = running;
  assert.ok(onStage !== undefined);
  await until(
    'a profile with both spans',
    async () => {
      onStage(decide);
      burnWhileDeciding(60);
      onStage(undefined);
      onStage(submit);
      burnWhileDeciding(60);
      onStage(undefined);
      await pause(20);
      const stages = server.walls.flatMap(({ profile }) =>
        profile.samples.map(({ labels }) => labels['stage']),
      );
      return stages.includes('decide') && stages.includes('submit') && server.heaps.length > 0;
    },
    ARRIVAL_MS_MAX,
  );
  const wall = server.walls.find(({ profile }) =>
    profile.samples.some(({ labels }) => labels['stage'] === 'decide'),
  );
  assert.deepEqual(wall?.profile.types, ['sample:count', 'wall:nanoseconds', 'cpu:nanoseconds']);
  const sample = wall.profile.samples.find(
    ({ labels, frames }) => labels['stage'] === 'decide' && frames.includes('burnWhileDeciding'),
  );
  assert.deepEqual(sample?.labels, { ...labelsOf(decide) });
  assert.ok(
    wall.profile.samples.some(({ values }) => (values[2] ?? 0) > 0),
    'some CPU time was measured',
  );
  assert.ok(
    wall.profile.samples.some(({ labels }) => Object.keys(labels).length === 0),
    'other work has no span',
  );
  assert.match(
    wall.query['name'] ?? '',
    /^petrosa-tradeengine\{.*\bservice_instance_id=test-1,service_version=0\.1\.0\}$/,
  );
  assert.equal(wall.query['format'], 'pprof');
  assert.equal(wall.path, '/ingest');
  const seconds = wall.profile.timeNs / 1e9;
  assert.ok(seconds >= Number(wall.query['from']) && seconds <= Number(wall.query['until']));
  assert.deepEqual(
    server.heaps[0]?.profile.types,
    ['objects:count', 'space:bytes'].map((type) => `inuse_${type}`),
  );
  await until('it is known to be delivered', () => (running.status().signals?.profiles.exported ?? 0) > 0);
  assert.equal(running.status().signals?.profiles.endpoint, server.address);
});

test('a server that is away for a while gets the newest profiles later, and trading hears nothing', async () => {
  server.status = 503;
  const running = await start();
  await until('it fails', () => running.status().signals?.profiles.failing);
  assert.match(running.status().signals?.profiles.failing?.error ?? '', /^503 not now$/);
  server.status = 200;
  await until('it is delivered', () => server.ingested.length > 0, 10_000);
  await until('no failure is left', () => running.status().signals?.profiles.failing === undefined);
});

test('what the server will never take is not sent again', async () => {
  server.status = 400;
  const running = await start({ PYROSCOPE_FLUSH_INTERVAL_MS: '600' });
  const rejected = await until('two are rejected', () => {
    const count = running.status().signals?.profiles.rejected ?? 0;
    return count >= 2 && count;
  });
  assert.ok(server.requests <= rejected + 2);
});

test('what is taken while the worker is started again is delivered by the next one', async () => {
  const workers: { worker: Worker; startedAtNs: number }[] = [];
  const keep = (message: unknown): void => {
    workers.push({ worker: (message as { worker: Worker }).worker, startedAtNs: nowNs() });
  };
  subscribe('worker_threads', keep);
  const running = await start({ PYROSCOPE_FLUSH_INTERVAL_MS: '100' });
  await until('a profile', () => server.walls.length > 0);
  await workers.find(({ worker }) => worker.threadName === 'telemetry')?.worker.terminate();
  const endedAtNs = nowNs();
  const known = workers.length;
  const startedAtNs = await until('the next worker', () => workers[known]?.startedAtNs);
  unsubscribe('worker_threads', keep);
  // Nothing more is taken, so that on a busy machine nothing newer takes the place of what waits.
  await running.stop(ARRIVAL_MS_MAX);
  assert.ok(
    server.walls.some(
      ({ profile: { timeNs, durationNs } }) => timeNs > endedAtNs && timeNs + durationNs < startedAtNs,
    ),
  );
});

/** With a worker that hears nothing of what it is sent. */
async function startDeaf() {
  const workers: Worker[] = [];
  const keep = (message: unknown): void => void workers.push((message as { worker: Worker }).worker);
  subscribe('worker_threads', keep);
  const running = await start({ PYROSCOPE_FLUSH_INTERVAL_MS: '100' });
  unsubscribe('worker_threads', keep);
  const worker = workers.find(({ threadName }) => threadName === 'telemetry');
  assert.ok(worker !== undefined);
  const swallowed: string[] = [];
  const { mock: swallow } = mock.method(worker, 'postMessage', ({ type }: { type: string }) =>
    swallowed.push(type),
  );
  return { running, swallowed, restore: () => swallow.restore() };
}

test('a worker that takes nothing is sent one message of profiles, and of questions, and no more', async () => {
  const { running, swallowed, restore } = await startDeaf();
  await until('a profile', () => swallowed.includes('profiles'));
  await Promise.all([running.metrics(), pause(1_000)]);
  await running.metrics();
  restore();
  const count = (type: string): number => swallowed.filter((one) => one === type).length;
  assert.deepEqual([count('profiles'), count('read_metrics')], [1, 1]);
});

test('a profile that cannot be taken is told of once, and later ones are taken', async () => {
  const running = await start({ PYROSCOPE_FLUSH_INTERVAL_MS: '100' });
  assert.equal(running.status().profiler, 'running');
  const failing = mock.method(pprof.heap, 'profileV2', () => {
    throw new Error('no profile');
  });
  await until('it fails', () => failing.mock.callCount() >= 3);
  assert.equal(running.status().profiler, 'failed');
  running.onStage?.(decide);
  running.onStage?.(undefined);
  failing.mock.restore();
  server.ingested.length = 0;
  await until('it runs again', () => running.status().profiler === 'running');
  await until('a heap', () => server.heaps.length > 0, ARRIVAL_MS_MAX);
  const told = lines.filter((line) => line.includes('telemetry.profiler_failed'));
  assert.equal(told.length, 1);
});

test('a profiler of which only one half can be started leaves none running', async () => {
  const broken = mock.method(pprof.heap, 'start', () => {
    throw new Error('no heap');
  });
  const running = await start({ PYROSCOPE_FLUSH_INTERVAL_MS: '100' });
  assert.equal(running.status().profiler, 'failed');
  assert.equal(pprof.time.isStarted(), false);
  broken.mock.restore();
  await until('the next attempt', () => running.status().profiler === 'running' && pprof.time.isStarted());
});

test('a profiler and a worker that both do not end share one deadline', async () => {
  const { running } = await startDeaf();
  const endless = { encodeAsync: () => new Promise<Uint8Array>(() => {}) };
  const stuck = mock.method(pprof.heap, 'profileV2', () => endless);
  const before = performance.now();
  await running.stop(2_000);
  const tookMs = performance.now() - before;
  stuck.mock.restore();
  telemetry = undefined;
  pprof.heap.stop();
  if (pprof.time.isStarted()) pprof.time.stop();
  assert.ok(tookMs < 2_600, `stopped after ${tookMs} ms`);
});

test('the last profiles are delivered at the end', async () => {
  const running = await start({ PYROSCOPE_FLUSH_INTERVAL_MS: '60000' });
  running.onStage?.(decide);
  burnWhileDeciding(50);
  running.onStage?.(undefined);
  await running.stop(ARRIVAL_MS_MAX);
  assert.equal(server.walls.length, 1);
  assert.equal(server.heaps.length, 1);
  running.onStage?.(decide);
});

test('the password is sent and told nowhere', async () => {
  await start({ PYROSCOPE_BASIC_AUTH_USER: 'user', PYROSCOPE_BASIC_AUTH_PASSWORD: 'canary-word' });
  await until('a profile', () => server.ingested[0]);
  assert.equal(server.ingested[0]?.headers.authorization, `Basic ${btoa('user:canary-word')}`);
  const told = [...lines, ...collector.logs.map((log) => JSON.stringify(log))].join();
  assert.doesNotMatch(told, /canary-word/);
  assert.ok(!told.includes(btoa('user:canary-word')));
});

test('it is off when it is switched off, and when telemetry is', async () => {
  assert.equal((await start({ PYROSCOPE_PROFILING_ENABLED: 'false' })).onStage, undefined);
  await telemetry?.stop(1_000);
  assert.equal((await start({ OTEL_SDK_DISABLED: 'true' })).onStage, undefined);
  assert.equal(server.requests, 0);
});
