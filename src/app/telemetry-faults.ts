/** What is wrong with the export of telemetry, in sentences: the one judgement behind /health and the command line. */

import { addMs, type Micros } from '#core/ids.ts';
import type { TelemetryStatus } from '#telemetry/telemetry.ts';

/** The worker says how it is four times a second; it runs at the lowest priority, and takes a moment to start. */
const STATUS_MS_MAX = 10_000;
const FIRST_STATUS_MS_MAX = 30_000;
/** A collector that restarts is not a fault. */
const FAILING_MS_MAX = 30_000;
/** From a canary's release to its arrival. */
const CANARY_MS_MAX = 60_000;
/** What is refused for good is lost: that is to be seen for a while. */
const REJECTION_MS = 300_000;

export interface KnownOfTelemetry {
  readonly status: TelemetryStatus;
  /** Of the process. */
  readonly startedAt: Micros;
  /** When the engine last released a canary into the journal. */
  readonly canaryAt: Micros | undefined;
  readonly now: Micros;
}

export function telemetryFaults(known: KnownOfTelemetry): string[] {
  const { status } = known;
  if (status.export === 'misconfigured') {
    return ['Export is off: an OTEL_* or PYROSCOPE_* variable has a wrong value.'];
  }
  if (status.export === 'off') return [];
  const silence = silenceOf(known);
  // What a worker said before it fell silent is no longer so.
  if (silence !== undefined) return [silence];
  return [
    ...signalFaults(known),
    ...(status.profiler === 'failed' ? ['The process is not profiled; the log says why.'] : []),
    ...(isCanaryOverdue(known) ? ['The newest canary has not arrived at the collector.'] : []),
  ];
}

/** The newest that arrived is stored with the cursor, so that a worker that was started again knows it. */
export function isCanaryOverdue({ status, canaryAt, now }: KnownOfTelemetry): boolean {
  const { canary, lagFacts = 0 } = status;
  return (
    canaryAt !== undefined &&
    canaryAt !== canary?.releasedAt &&
    lagFacts > 0 &&
    now > addMs(canaryAt, CANARY_MS_MAX)
  );
}

function silenceOf({ status: { at, restarts }, startedAt, now }: KnownOfTelemetry): string | undefined {
  const isSilent =
    now > (at === undefined ? addMs(startedAt, FIRST_STATUS_MS_MAX) : addMs(at, STATUS_MS_MAX));
  return isSilent
    ? `The telemetry worker does not say how it is; it was restarted ${restarts} times.`
    : undefined;
}

const signalFaults = ({ status, now }: KnownOfTelemetry): string[] =>
  Object.entries(status.signals ?? {}).flatMap(([signal, { failing, rejected, rejectedAt, lastError }]) => {
    const isStuck = failing !== undefined && now > addMs(failing.since, FAILING_MS_MAX);
    const isRejected = rejectedAt !== undefined && now <= addMs(rejectedAt, REJECTION_MS);
    return [
      ...(isStuck ? [`No ${signal} get through: ${failing.error}.`] : []),
      ...(isRejected ? [`The collector rejected ${rejected} ${signal} for good: ${lastError?.error}.`] : []),
    ];
  });
