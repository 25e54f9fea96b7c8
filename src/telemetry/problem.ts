/** What goes wrong with telemetry, in words, for the log and for whoever started it. Never a reason to stop trading. */

import type { ProcessEvent } from './catalogue/process-events.ts';
import type { Severity } from './projected.ts';

export interface TelemetryProblem {
  readonly event: ProcessEvent;
  readonly severity: Severity;
  readonly message: string;
}
export type Report = (problem: TelemetryProblem) => void;
