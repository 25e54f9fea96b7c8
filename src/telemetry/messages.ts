/** What the trading thread and the telemetry worker say to each other. */

import type { Micros } from '#core/ids.ts';
import type { DefaultEndpoints } from './export/endpoint.ts';
import type { Chunk } from './outbox.ts';
import type { TelemetryProblem } from './problem.ts';
import type { TakenProfile } from './profiles/profiler.ts';
import type { ProfileStatus } from './profiles/queue.ts';
import type { LogData } from './projected.ts';
import type { PumpStatus } from './pump.ts';
import type { RuntimeRecord } from './runtime/records.ts';
import type { Environment } from './variables.ts';

export interface WorkerStart {
  readonly journalPath: string;
  readonly cursorPath: string;
  readonly env: Environment;
  readonly defaultEndpoints: DefaultEndpoints | undefined;
  readonly version: string;
  readonly instanceId: string;
}

export interface WorkerStatus extends Omit<PumpStatus, 'signals'> {
  readonly signals: PumpStatus['signals'] & { readonly profiles: ProfileStatus };
}

export type ToWorker =
  /** One message of logs, one of records and one of profiles is answered before the next of its kind is sent. */
  | { readonly type: 'logs'; readonly logs: Chunk<LogData> }
  | { readonly type: 'records'; readonly records: Chunk<RuntimeRecord> }
  | { readonly type: 'profiles'; readonly profiles: Chunk<TakenProfile> }
  /** Is answered with the values of all metrics. */
  | { readonly type: 'read_metrics' }
  /** Delivers what is there, tries nothing twice, and ends. */
  | {
      readonly type: 'stop';
      readonly logs: Chunk<LogData>;
      readonly records: Chunk<RuntimeRecord>;
      readonly profiles: Chunk<TakenProfile>;
    };

export type FromWorker =
  | { readonly type: 'status'; readonly at: Micros; readonly status: WorkerStatus }
  | { readonly type: 'logs_done' }
  | { readonly type: 'records_done' }
  | { readonly type: 'profiles_done' }
  | { readonly type: 'metrics'; readonly text: string }
  | { readonly type: 'problem'; readonly problem: TelemetryProblem };
