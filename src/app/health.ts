/** How the parts of the engine process are, from what is known without asking anyone. */

import type { Condition, PartHealth } from '#api/subject.ts';
import { addMs, MICROS_PER_MS, type Micros, type Symbol } from '#core/ids.ts';
import type { Quote } from '#core/instrument.ts';
import type { Journal } from '#journal/port.ts';
import type { TelemetryStatus } from '#telemetry/start.ts';

/** A collector that restarts is not a fault. */
const FAILING_MS_MAX = 30_000;
/** From a canary's release to its arrival. */
const CANARY_MS_MAX = 60_000;

/** What a running engine is made of. */
export interface RunningParts {
  readonly journal: Pick<Journal, 'head' | 'pending'>;
  readonly reconciled: boolean;
  readonly quote: (symbol: Symbol) => Quote | undefined;
}

export interface Parts {
  /** Why no signals are taken right now. */
  readonly unready: Condition | undefined;
  readonly running: RunningParts | undefined;
  readonly symbols: readonly Symbol[];
  readonly quoteAgeMsMax: number;
  readonly telemetry: TelemetryStatus;
  /** When the engine last released a canary into the journal. */
  readonly canaryAt: Micros | undefined;
  readonly now: Micros;
}

export function healthOf(parts: Parts): PartHealth[] {
  const { unready } = parts;
  return [
    {
      part: 'engine',
      ok: unready === undefined,
      detail: unready?.detail ?? 'It takes signals.',
      ageMs: 0,
    },
    journalHealth(parts),
    exchangeHealth(parts),
    telemetryHealth(parts),
  ];
}

function journalHealth({ unready, running }: Parts): PartHealth {
  const part = 'journal';
  const { code, detail } = unready ?? {};
  if (code === 'journal_unavailable') return { part, ok: false, detail: detail ?? '', ageMs: 0 };
  if (running === undefined) return { part, ok: false, detail: 'No engine runs on it.', ageMs: 0 };
  const { head, pending } = running.journal;
  return {
    part,
    ok: code !== 'overloaded',
    detail: `${head} facts, ${pending} entries on their way to the disk.`,
    ageMs: 0,
  };
}

/** As old as the oldest of the prices that it is known by. */
function exchangeHealth({ running, symbols, quoteAgeMsMax, now }: Parts): PartHealth {
  const part = 'exchange';
  if (running === undefined) return { part, ok: false, detail: 'No engine is connected to it.', ageMs: null };
  const missing: Symbol[] = [];
  const late: Symbol[] = [];
  let ageMs: number | null = null;
  for (const symbol of symbols) {
    const quote = running.quote(symbol);
    if (quote === undefined) {
      missing.push(symbol);
      continue;
    }
    const quoteAgeMs = now / MICROS_PER_MS - quote.atMs;
    if (quoteAgeMs > quoteAgeMsMax) late.push(symbol);
    ageMs = Math.max(ageMs ?? 0, quoteAgeMs);
  }
  const faults = [
    ...(missing.length === 0 ? [] : [`No price of ${missing.join(', ')}.`]),
    ...(late.length === 0 ? [] : [`No recent price of ${late.join(', ')}.`]),
    ...(running.reconciled ? [] : ['The engine has not compared itself with it yet.']),
  ];
  return {
    part,
    ok: faults.length === 0,
    detail: faults.length === 0 ? `${symbols.length} symbols are quoted.` : faults.join(' '),
    ageMs,
  };
}

function telemetryHealth({ telemetry, canaryAt, now }: Parts): PartHealth {
  const { at } = telemetry;
  const fault = telemetryFault(telemetry, canaryAt, now);
  const state = telemetry.export === 'off' ? 'Export is off.' : `${telemetry.lagFacts ?? 0} facts wait.`;
  return {
    part: 'telemetry',
    ok: fault === undefined,
    detail: fault ?? state,
    ageMs: at === undefined ? null : (now - at) / MICROS_PER_MS,
  };
}

function telemetryFault(
  { export: mode, signals, canary }: TelemetryStatus,
  canaryAt: Micros | undefined,
  now: Micros,
): string | undefined {
  if (mode === 'misconfigured') return 'Export is off: an OTEL_* or PYROSCOPE_* variable has a wrong value.';
  if (mode === 'off') return undefined;
  const failing = Object.entries(signals ?? {}).filter(
    ([, { failing: failure }]) => failure !== undefined && now > addMs(failure.since, FAILING_MS_MAX),
  );
  if (failing.length > 0) {
    return failing.map(([signal, status]) => `No ${signal} get through: ${status.failing?.error}.`).join(' ');
  }
  const overdue =
    canaryAt !== undefined && canaryAt !== canary?.releasedAt && now > addMs(canaryAt, CANARY_MS_MAX);
  return overdue ? 'The newest canary has not arrived at the collector.' : undefined;
}
