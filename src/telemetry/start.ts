/** Telemetry begins here, before anything else that the process does: exporting, or silent where that is what was asked for. */

import { stat } from 'node:fs/promises';
import { after, systemMicros } from './clock.ts';
import type { EndpointSettings } from './export/endpoint.ts';
import { Exporting } from './exporting.ts';
import { ProcessLogger } from './process-log.ts';
import { readTelemetrySettings } from './settings.ts';
import { type SignalKind, signals } from './signals.ts';
import type { Telemetry, TelemetryOptions } from './telemetry.ts';

export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const settings = readTelemetrySettings(options.env, options);
  if (settings.kind === 'on') {
    // The first thread to use libuv's pool gives it its priority, which must not be the worker's.
    await stat('.').catch(() => {});
    const { endpoints, metricIntervalMs, profiles } = settings.settings;
    const telemetry = new Exporting(options, metricIntervalMs);
    const goals = signals.map((signal) => goalOf(signal, endpoints[signal])).join(', ');
    telemetry.log({
      severity: 'info',
      event: 'telemetry.started',
      message: `Telemetry goes out over OTLP: ${goals}; profiles to ${profiles?.serverAddress ?? 'nowhere'}`,
    });
    if (profiles !== undefined) await telemetry.startProfiler(profiles);
    return telemetry;
  }
  const { redact, destination } = options;
  const logger = new ProcessLogger({ now: systemMicros, after, onQueued: undefined, redact, destination });
  const reason = settings.kind === 'off' ? 'off' : 'misconfigured';
  const nothing = { queued: 0, dropped: 0 };
  const silent: Telemetry = {
    status: () => ({
      export: reason,
      at: undefined,
      restarts: 0,
      processLogs: nothing,
      records: nothing,
      profiler: 'off',
    }),
    log: (record) => logger.write(record),
    record: () => {},
    watch: () => {},
    metrics: async () => undefined,
    stop: async () => logger.flush(),
    onStage: undefined,
  };
  if (settings.kind === 'wrong') {
    for (const message of settings.problems) {
      const problem = { event: 'telemetry.misconfigured', severity: 'error', message } as const;
      silent.log(problem);
      options.onProblem?.(problem);
    }
  }
  return silent;
}

const goalOf = (signal: SignalKind, endpoint: EndpointSettings | undefined): string =>
  endpoint === undefined ? `${signal} nowhere` : `${signal} to ${endpoint.url} (${endpoint.protocol})`;
