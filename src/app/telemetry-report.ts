/** What the telemetry knows of itself, as the API shows it: with what is wrong, and without any secret. */

import type { TelemetryReport } from '#api/views/telemetry.ts';
import { showTime } from '#api/views/text.ts';
import { MICROS_PER_MS, type Micros } from '#core/ids.ts';
import type { TelemetryStatus } from '#telemetry/telemetry.ts';
import { isCanaryOverdue, type KnownOfTelemetry, telemetryFaults } from './telemetry-faults.ts';

type Signals = NonNullable<TelemetryStatus['signals']>;

/** @param redact takes secrets out of a text: errors are the collector's own words */
export function telemetryReportOf(
  known: KnownOfTelemetry,
  redact: (text: string) => string,
): TelemetryReport {
  const { status, now } = known;
  const { at, canary, signals, processLogs, records } = status;
  return {
    export: status.export,
    faults: telemetryFaults(known).map(redact),
    status_age_ms: at === undefined ? null : Math.max(0, Math.round((now - at) / MICROS_PER_MS)),
    worker_restarts: status.restarts,
    dropped: {
      process_logs: processLogs.dropped,
      records: records.dropped,
      profiles: signals?.profiles.dropped ?? 0,
    },
    lag_facts: status.lagFacts ?? null,
    canary_overdue: isCanaryOverdue(known),
    canary:
      canary === undefined
        ? null
        : {
            fact: canary.fact,
            released_at: showTime(canary.releasedAt),
            confirmed_at: showTime(canary.confirmedAt),
          },
    signals: signals === undefined ? [] : signalsOf(signals, redact),
  };
}

const signalsOf = (signals: Signals, redact: (text: string) => string): TelemetryReport['signals'] =>
  Object.entries(signals).map(([signal, { endpoint, ...status }]) => {
    const error = status.failing?.error ?? status.lastError?.error;
    return {
      signal,
      endpoint: endpoint === undefined ? null : redact(withoutQuery(endpoint)),
      delivered_at: timeOf(status.deliveredAt),
      exported: status.exported,
      rejected: status.rejected,
      failing_since: timeOf(status.failing?.since),
      last_error: error === undefined ? null : redact(error),
    };
  });

const withoutQuery = (endpoint: string): string => endpoint.replace(/[?#].*$/, '');

const timeOf = (at: Micros | undefined): string | null => (at === undefined ? null : showTime(at));
