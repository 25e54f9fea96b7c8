/** How the export of telemetry is, signal by signal: what the collector has confirmed, what waits, what is wrong. */

import { z } from 'zod';

export const telemetryReport = z.strictObject({
  export: z.enum(['on', 'off', 'misconfigured']),
  faults: z.array(z.string()).describe('What is wrong and needs a person; empty while all is well.'),
  status_age_ms: z
    .int()
    .nullable()
    .describe('How old this knowledge is; null before the telemetry worker first told of it.'),
  worker_restarts: z.int().describe('How often the telemetry worker had to be started again.'),
  dropped: z
    .strictObject({ process_logs: z.int(), records: z.int(), profiles: z.int() })
    .describe('What is no fact and found a full queue.'),
  lag_facts: z
    .int()
    .nullable()
    .describe('Facts whose telemetry is not delivered; null while it is not known.'),
  canary_overdue: z.boolean().describe('Whether the newest canary should have arrived by now.'),
  canary: z
    .strictObject({ fact: z.int(), released_at: z.string(), confirmed_at: z.string() })
    .nullable()
    .describe('The newest canary that arrived: so did the telemetry of every fact before it.'),
  signals: z.array(
    z.strictObject({
      signal: z.string(),
      endpoint: z.string().nullable().describe('Null where the signal is not exported.'),
      delivered_at: z.string().nullable().describe('When a delivery was last confirmed.'),
      exported: z.int(),
      rejected: z.int(),
      failing_since: z.string().nullable().describe('Null while deliveries succeed.'),
      last_error: z.string().nullable(),
    }),
  ),
});

export type TelemetryReport = z.infer<typeof telemetryReport>;

export function telemetryText(report: TelemetryReport): string {
  const faults = report.faults.map((fault) => `Fault: ${fault}`);
  if (report.export !== 'on') return [`The export of telemetry is ${report.export}.`, ...faults].join('\n');
  const { lag_facts: lag, canary } = report;
  const waits = lag === null ? 'What waits is not known yet.' : `${lag} facts wait.`;
  const arrived =
    canary === null
      ? 'No canary has arrived since the start.'
      : `Canary ${canary.fact} of ${canary.released_at} arrived at ${canary.confirmed_at}.`;
  return [
    `The export of telemetry is on. ${waits} ${arrived}`,
    ...workerText(report),
    ...report.signals.map(signalText),
    ...faults,
  ].join('\n');
}

function workerText({ worker_restarts: restarts, dropped }: TelemetryReport): string[] {
  const lost = Object.entries(dropped)
    .filter(([, count]) => count > 0)
    .map(([item, count]) => `${count} ${item.replaceAll('_', ' ')}`);
  return [
    ...(restarts === 0 ? [] : [`The telemetry worker was started again ${restarts} times.`]),
    ...(lost.length === 0 ? [] : [`Dropped, because a queue was full: ${lost.join(', ')}.`]),
  ];
}

function signalText(status: TelemetryReport['signals'][number]): string {
  const { signal, endpoint, delivered_at, exported, rejected, failing_since, last_error } = status;
  const name = signal.padEnd('profiles'.length);
  if (endpoint === null) return `${name}  not exported`;
  const state = failing_since === null ? 'ok     ' : 'failing';
  const counts = `${exported} taken${rejected === 0 ? '' : `, ${rejected} rejected`}`;
  const last = delivered_at === null ? 'nothing delivered yet' : `last delivered ${delivered_at}`;
  const since = failing_since === null ? '' : `, failing since ${failing_since}`;
  const error = last_error === null ? '' : `\n${' '.repeat(name.length)}  last error: ${last_error}`;
  return `${name}  ${state}  ${endpoint}  ${counts}, ${last}${since}${error}`;
}
