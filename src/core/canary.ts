/** A fact for the sake of telemetry alone: what becomes of it shows whether facts arrive where they are told. */

import type { Fact } from './facts.ts';
import { addMs, type Micros } from './ids.ts';
import type { EngineState } from './state.ts';

const CANARY_INTERVAL_MS = 5 * 60_000;

/** One after each start, then one in every interval. */
export function decideCanary({ canaryAt }: EngineState, at: Micros): Fact[] {
  const due = canaryAt === undefined || at >= addMs(canaryAt, CANARY_INTERVAL_MS);
  return due ? [{ type: 'telemetry.canary' }] : [];
}
