/** What the telemetry knows of itself, as the API shows it. */

import type { TelemetryReport } from '#api/views/telemetry.ts';
import { showTime } from '#api/views/text.ts';
import type { Micros } from '#core/ids.ts';
import type { TelemetryStatus } from '#telemetry/start.ts';

export function telemetryReportOf({
  export: mode,
  lagFacts,
  canary,
  signals,
}: TelemetryStatus): TelemetryReport {
  return {
    export: mode,
    lag_facts: lagFacts ?? null,
    canary:
      canary === undefined
        ? null
        : {
            fact: canary.fact,
            released_at: showTime(canary.releasedAt),
            confirmed_at: showTime(canary.confirmedAt),
          },
    signals: Object.entries(signals ?? {}).map(([signal, status]) => ({
      signal,
      endpoint: status.endpoint ?? null,
      delivered_at: timeOf(status.deliveredAt),
      exported: status.exported,
      rejected: status.rejected,
      failing_since: timeOf(status.failing?.since),
      last_error: status.failing?.error ?? status.lastError?.error ?? null,
    })),
  };
}

const timeOf = (at: Micros | undefined): string | null => (at === undefined ? null : showTime(at));
