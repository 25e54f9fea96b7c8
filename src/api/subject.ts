/** What the API shows: one account's engine, as the composition root gives it. The engine may be down at any moment. */

import type { AccountId, Symbol } from '#core/ids.ts';
import type { Quote } from '#core/instrument.ts';
import type { EngineState } from '#core/state.ts';
import type { Unready } from '#engine/engine.ts';
import type { Journal } from '#journal/port.ts';
import { ProblemError } from './problems.ts';
import type { RecentOrders } from './recent-orders.ts';
import type { TelemetryReport } from './views/telemetry.ts';

export interface Condition {
  readonly code: Unready;
  /** In words, for people. */
  readonly detail: string;
}

/** One part of the process, as it was last seen. */
export interface PartHealth {
  readonly part: string;
  readonly ok: boolean;
  readonly detail: string;
  /** How old this knowledge is; null while there is none. */
  readonly ageMs: number | null;
}

export interface Balance {
  readonly asset: string;
  readonly wallet: string;
  readonly available: string;
  readonly unrealised: string;
}

export interface Subject {
  readonly account: AccountId;
  readonly version: string;
  readonly recentOrders: RecentOrders;
  /** Why signals are not taken right now. */
  readonly unready: Condition | undefined;
  readonly state: Readonly<EngineState> | undefined;
  readonly journal: Journal | undefined;
  /** All metrics as text for Prometheus; undefined while nobody counts. */
  readonly metrics: () => Promise<string | undefined>;
  readonly health: () => readonly PartHealth[];
  readonly telemetry: () => TelemetryReport;
  readonly quote: (symbol: Symbol) => Quote | undefined;
  readonly balance: () => Promise<Balance | undefined>;
}

/** The state, as long as there is an engine that keeps it. @throws ProblemError */
export function stateOf({ state, unready }: Subject): Readonly<EngineState> {
  if (state === undefined) throw new ProblemError(unready?.code ?? 'not_reconciled', unready?.detail);
  return state;
}
