// Goal: /health tells of each part what is so, however little is known. Method: a table of what is known.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TelemetryReport } from '#api/views/telemetry.ts';
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

const off: TelemetryReport = {
  export: 'off',
  faults: [],
  status_age_ms: null,
  worker_restarts: 0,
  dropped: { process_logs: 0, records: 0, profiles: 0 },
  lag_facts: null,
  canary_overdue: false,
  canary: null,
  signals: [],
};

function partOf(part: string, known: Partial<Parts>) {
  const parts = healthOf({
    unready: undefined,
    running: { ...running, quote: quotes({ BTCUSDT: 100, ETHUSDT: 900 }) },
    symbols,
    quoteAgeMsMax: 1_000,
    telemetry: off,
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

describe('the health of telemetry', () => {
  const on = { ...off, export: 'on', status_age_ms: 250, lag_facts: 3 } as const;

  it('is good without a fault, and says what waits', () => {
    assert.deepEqual(partOf('telemetry', { telemetry: on }), [true, '3 facts wait.', 250]);
    assert.deepEqual(partOf('telemetry', {}), [true, 'Export is off.', null]);
    const young = { ...on, lag_facts: null };
    assert.equal(partOf('telemetry', { telemetry: young })[1], 'What waits is not known yet.');
  });

  it('is bad with one', () => {
    const faults = ['No traces get through: UNAVAILABLE.', 'No logs get through: UNAVAILABLE.'];
    const telemetry = { ...on, faults };
    assert.deepEqual(partOf('telemetry', { telemetry }), [false, faults.join(' '), 250]);
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
