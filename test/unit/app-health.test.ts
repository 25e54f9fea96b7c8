// Goal: /health tells of each part what is so, however little is known. Method: a table of what is known.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { healthOf, type Parts } from '#app/health.ts';
import type { Micros, Seq, Symbol } from '#core/ids.ts';
import type { Quote } from '#core/instrument.ts';

const NOW_MS = 1_790_000_000_000;
const symbols = ['BTCUSDT', 'ETHUSDT'] as Symbol[];

const quotes =
  (agesMs: Record<string, number>) =>
  (symbol: Symbol): Quote | undefined => {
    const ageMs = agesMs[symbol];
    return ageMs === undefined ? undefined : ({ atMs: NOW_MS - ageMs } as Quote);
  };

const running = { journal: { head: 7 as Seq, pending: 2 }, reconciled: true };

const nothing = { queued: 0, dropped: 0 };

function partOf(part: string, known: Partial<Parts>) {
  const parts = healthOf({
    unready: undefined,
    running: { ...running, quote: quotes({ BTCUSDT: 100, ETHUSDT: 900 }) },
    symbols,
    quoteAgeMsMax: 1_000,
    telemetry: { export: 'off', at: undefined, restarts: 0, processLogs: nothing, records: nothing },
    canaryAt: undefined,
    now: (NOW_MS * 1_000) as Micros,
    ...known,
  });
  const found = parts.find((one) => one.part === part);
  assert.ok(found);
  const { ok, detail, ageMs } = found;
  return [ok, detail, ageMs];
}

describe('the health of the exchange', () => {
  it('is as old as the oldest price', () => {
    assert.deepEqual(partOf('exchange', {}), [true, '2 symbols are quoted.', 900]);
  });

  it('names the symbols that have no recent price, and those that have none', () => {
    const late = { ...running, quote: quotes({ BTCUSDT: 1_001 }) };
    const detail = 'No price of ETHUSDT. No recent price of BTCUSDT.';
    assert.deepEqual(partOf('exchange', { running: late }), [false, detail, 1_001]);
  });

  it('has no age when nothing is known', () => {
    const silent = { ...running, quote: quotes({}) };
    assert.deepEqual(partOf('exchange', { running: silent }), [false, 'No price of BTCUSDT, ETHUSDT.', null]);
    assert.equal(partOf('exchange', { running: undefined })[2], null);
  });

  it('is not good before the engine has compared itself', () => {
    const apart = { ...running, reconciled: false, quote: quotes({ BTCUSDT: 1, ETHUSDT: 1 }) };
    const detail = 'The engine has not compared itself with it yet.';
    assert.deepEqual(partOf('exchange', { running: apart }), [false, detail, 1]);
  });
});

const micros = (ms: number): Micros => (ms * 1_000) as Micros;

function telemetryOf(change: { failingMs?: number; arrivedMs?: number; export?: 'off' | 'misconfigured' }) {
  const silent = {
    endpoint: 'http://collector:4317',
    deliveredAt: undefined,
    exported: 0,
    rejected: 0,
    failing: undefined,
    lastError: undefined,
  };
  const failing =
    change.failingMs === undefined
      ? undefined
      : { since: micros(NOW_MS - change.failingMs), error: 'UNAVAILABLE: no connection' };
  const releasedAt = micros(NOW_MS - (change.arrivedMs ?? 0));
  const canary = { fact: 4 as Seq, releasedAt, confirmedAt: releasedAt };
  return {
    export: change.export ?? ('on' as const),
    at: micros(NOW_MS - 250),
    restarts: 0,
    processLogs: nothing,
    records: nothing,
    lagFacts: 3,
    ...(change.arrivedMs === undefined ? {} : { canary }),
    signals: {
      traces: { ...silent, failing },
      metrics: silent,
      logs: silent,
      profiles: { ...silent, queued: 0, dropped: 0 },
    },
  };
}

describe('the health of telemetry', () => {
  it('is good while deliveries succeed, and says what waits', () => {
    assert.deepEqual(partOf('telemetry', { telemetry: telemetryOf({}) }), [true, '3 facts wait.', 250]);
    assert.deepEqual(partOf('telemetry', {})[1], 'Export is off.');
  });

  it('is bad while a signal does not get through, but for a collector that restarts', () => {
    assert.equal(partOf('telemetry', { telemetry: telemetryOf({ failingMs: 30_000 }) })[0], true);
    assert.deepEqual(partOf('telemetry', { telemetry: telemetryOf({ failingMs: 30_001 }) }).slice(0, 2), [
      false,
      'No traces get through: UNAVAILABLE: no connection.',
    ]);
  });

  it('is bad when the newest canary has not arrived within a minute', () => {
    const released = (ageMs: number) => ({ canaryAt: micros(NOW_MS - ageMs) });
    const older = { telemetry: telemetryOf({ arrivedMs: 400_000 }) };
    assert.equal(partOf('telemetry', { ...older, ...released(60_000) })[0], true);
    assert.deepEqual(partOf('telemetry', { ...older, ...released(60_001) }).slice(0, 2), [
      false,
      'The newest canary has not arrived at the collector.',
    ]);
    assert.equal(partOf('telemetry', { ...older, ...released(400_000) })[0], true);
  });

  it('is bad when it is misconfigured', () => {
    const telemetry = telemetryOf({ export: 'misconfigured' });
    assert.equal(partOf('telemetry', { telemetry })[0], false);
  });
});

describe('the health of the journal', () => {
  it('is good while it takes facts', () => {
    assert.deepEqual(partOf('journal', {}), [true, '7 facts, 2 entries on their way to the disk.', 0]);
  });

  it('is bad while it does not, or while too much waits for it', () => {
    const full = { code: 'journal_unavailable', detail: 'The disk is full.' } as const;
    assert.deepEqual(partOf('journal', { unready: full, running: undefined }), [false, full.detail, 0]);
    const slow = { code: 'overloaded', detail: 'Too much waits.' } as const;
    assert.equal(partOf('journal', { unready: slow })[0], false);
  });

  it('is not blamed for a defect of the engine', () => {
    const failed = { code: 'engine_failed', detail: 'A defect.' } as const;
    assert.deepEqual(partOf('journal', { unready: failed, running: undefined }), [
      false,
      'No engine runs on it.',
      0,
    ]);
  });
});
