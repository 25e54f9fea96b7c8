/** What the process has of its telemetry, whether anything is exported or not. */

import type { DestinationStream } from 'pino';
import type { Micros } from '#core/ids.ts';
import type { EngineStage } from '#engine/stage.ts';
import type { DefaultEndpoints } from './export/endpoint.ts';
import type { WorkerStatus } from './messages.ts';
import type { TelemetryProblem } from './problem.ts';
import type { ProcessLog } from './process-log.ts';
import type { ProfilerState } from './profiles/profiler.ts';
import type { RuntimeRecord } from './runtime/records.ts';
import type { Environment } from './variables.ts';

export interface TelemetryOptions {
  readonly journalPath: string;
  /** Where the worker remembers how far it has come; in the data directory. */
  readonly cursorPath: string;
  readonly env: Environment;
  /** Where telemetry goes unless a variable says otherwise. */
  readonly defaultEndpoints?: DefaultEndpoints;
  readonly version: string;
  readonly instanceId: string;
  readonly onProblem?: (problem: TelemetryProblem) => void;
  /** Takes secrets out of what the process says of itself. */
  readonly redact: (text: string) => string;
  /** Where process logs go. */
  readonly destination: DestinationStream;
}

export interface TelemetryStatus extends Partial<WorkerStatus> {
  readonly export: 'on' | 'off' | 'misconfigured';
  /** When the worker last told its status. */
  readonly at: Micros | undefined;
  /** How often the worker had to be started again. */
  readonly restarts: number;
  readonly processLogs: { readonly queued: number; readonly dropped: number };
  readonly records: { readonly queued: number; readonly dropped: number };
  readonly profiler: ProfilerState | 'off';
}

export interface Telemetry {
  status(): TelemetryStatus;
  log(record: ProcessLog): void;
  /** To be told what this thread is doing, where it is profiled: costs some ten nanoseconds. */
  readonly onStage: ((stage: EngineStage | undefined) => void) | undefined;
  /** Takes note of what a part of the process has done. */
  record(record: RuntimeRecord): void;
  /** Asks for a record now and at every metric interval. */
  watch(look: () => RuntimeRecord): void;
  /** What OTLP exports, as text for Prometheus; undefined where nothing is exported or the worker does not answer. */
  metrics(): Promise<string | undefined>;
  /** Delivers what is there if the collector takes it; facts that are not delivered are sent after the next start. */
  stop(deadlineMs: number): Promise<void>;
}
