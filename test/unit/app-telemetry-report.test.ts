// Goal: telemetry that does not arrive is told as a fault, one that is only slow is not, and no secret is told with it.
// Method: a table of what the process knows of its telemetry.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { telemetryReport, telemetryText } from '#api/views/telemetry.ts';
import { redactorOf } from '#app/redaction.ts';
import { telemetryReportOf } from '#app/telemetry-report.ts';
import type { Micros, Seq } from '#core/ids.ts';
import type { TelemetryStatus } from '#telemetry/telemetry.ts';

const NOW_MS = 1_790_000_000_000;
const ago = (ms: number): Micros => ((NOW_MS - ms) * 1_000) as Micros;

const silent = {
  endpoint: 'http://collector:4317',
  deliveredAt: undefined,
  exported: 0,
  rejected: 0,
  rejectedAt: undefined,
  failing: undefined,
  lastError: undefined,
};
type Signal = NonNullable<TelemetryStatus['signals']>['traces'];

interface Change {
  readonly status?: Partial<TelemetryStatus>;
  readonly traces?: Partial<Signal>;
  readonly startedAt?: Micros;
  readonly canaryAt?: Micros;
}

function report({ status, traces, startedAt = ago(3_600_000), canaryAt }: Change) {
  const redactor = redactorOf(
    { values: {} as never },
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector/otlp?token=tops%2Fecret1' },
  );
  const known: TelemetryStatus = {
    export: 'on',
    at: ago(250),
    restarts: 0,
    processLogs: { queued: 0, dropped: 0 },
    records: { queued: 0, dropped: 0 },
    profiler: 'running',
    lagFacts: 3,
    signals: {
      traces: { ...silent, ...traces },
      metrics: silent,
      logs: silent,
      profiles: { ...silent, queued: 0, dropped: 0 },
    },
    ...status,
  };
  const told = telemetryReportOf({ status: known, startedAt, canaryAt, now: ago(0) }, (text) =>
    redactor.redact(text),
  );
  return telemetryReport.parse(told);
}

const faultsOf = (change: Change): readonly string[] => report(change).faults;

describe('the faults of telemetry', () => {
  it('are none while its worker speaks and deliveries succeed, nor where export is off', () => {
    assert.deepEqual(faultsOf({}), []);
    assert.deepEqual(faultsOf({ status: { export: 'off', at: undefined } }), []);
  });

  it('are there when it is misconfigured', () => {
    assert.match(String(faultsOf({ status: { export: 'misconfigured', at: undefined } })), /wrong value/);
  });

  it('are there when the worker falls silent, or never speaks, but for the time that it takes to start', () => {
    assert.deepEqual(faultsOf({ status: { at: ago(10_000) } }), []);
    assert.match(
      String(faultsOf({ status: { at: ago(10_001), restarts: 4 } })),
      /does not say how it is.* 4 times/,
    );
    const never = { status: { at: undefined } };
    assert.deepEqual(faultsOf({ ...never, startedAt: ago(30_000) }), []);
    assert.match(String(faultsOf({ ...never, startedAt: ago(30_001) })), /does not say how it is/);
  });

  it('are there while the process is not profiled, unless it is not to be', () => {
    assert.deepEqual(faultsOf({ status: { profiler: 'failed' } }), [
      'The process is not profiled; the log says why.',
    ]);
    assert.deepEqual(faultsOf({ status: { profiler: 'off' } }), []);
  });

  it('are there while a signal does not get through, but for a collector that restarts', () => {
    const failing = (ms: number) => ({ traces: { failing: { since: ago(ms), error: 'UNAVAILABLE' } } });
    assert.deepEqual(faultsOf(failing(30_000)), []);
    assert.deepEqual(faultsOf(failing(30_001)), ['No traces get through: UNAVAILABLE.']);
  });

  it('are there for a while after a rejection', () => {
    const rejected = (ms: number) => ({
      traces: { rejected: 2, rejectedAt: ago(ms), lastError: { at: ago(ms), error: 'too old' } },
    });
    assert.deepEqual(faultsOf(rejected(300_000)), ['The collector rejected 2 traces for good: too old.']);
    assert.deepEqual(faultsOf(rejected(300_001)), []);
  });

  it('are there when the newest canary has not arrived within a minute', () => {
    const canary = { fact: 4 as Seq, releasedAt: ago(400_000), confirmedAt: ago(399_000) };
    assert.equal(report({ status: { canary }, canaryAt: ago(60_000) }).canary_overdue, false);
    const overdue = report({ status: { canary }, canaryAt: ago(60_001) });
    assert.equal(overdue.canary_overdue, true);
    assert.deepEqual(overdue.faults, ['The newest canary has not arrived at the collector.']);
    assert.deepEqual(faultsOf({ status: { canary }, canaryAt: ago(400_000) }), []);
  });

  it('are none for a canary behind the cursor, which a worker that was started again does not remember', () => {
    assert.deepEqual(faultsOf({ status: { lagFacts: 0 }, canaryAt: ago(200_000) }), []);
  });
});

describe('the report of telemetry', () => {
  it('tells how old it is, how often the worker was started again, and what was dropped', () => {
    const told = report({ status: { restarts: 2, records: { queued: 0, dropped: 7 } } });
    assert.equal(told.status_age_ms, 250);
    assert.match(
      telemetryText(told),
      /started again 2 times\.\nDropped, because a queue was full: 7 records\./,
    );
  });

  it('shows its faults to whoever reads it in a terminal', () => {
    const text = telemetryText(report({ status: { at: ago(60_000) } }));
    assert.match(text, /^Fault: The telemetry worker does not say how it is/m);
  });

  it('has no secret in it: not in an address, nor in the words of a collector', () => {
    const error =
      'POST https://collector/otlp?token=tops%2Fecret1 for tops/ecret1 with Bearer abcdefghijkl: 401';
    const told = report({
      traces: {
        endpoint: 'https://user:password@collector/otlp?token=tops%2Fecret1',
        failing: { since: ago(60_000), error },
      },
    });
    assert.equal(told.signals[0]?.endpoint, 'https://[secret]@collector/otlp');
    const all = JSON.stringify(told) + telemetryText(told);
    for (const secret of ['tops', 'abcdefghijkl', 'password']) assert.ok(!all.includes(secret), secret);
    assert.match(String(told.signals[0]?.last_error), /401/);
  });
});
