/** How the parts of the engine process are, from what is known without asking anyone. */

import type { Condition, PartHealth } from '#api/subject.ts';
import type { TelemetryReport } from '#api/views/telemetry.ts';
import { MICROS_PER_MS, type Micros, type Symbol } from '#core/ids.ts';
import type { Quote } from '#core/instrument.ts';
import type { Journal } from '#journal/port.ts';

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
  readonly telemetry: TelemetryReport;
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

function telemetryHealth({ telemetry }: Parts): PartHealth {
  const { faults, lag_facts: lag, status_age_ms: ageMs } = telemetry;
  const waits = lag === null ? 'What waits is not known yet.' : `${lag} facts wait.`;
  const state = telemetry.export === 'off' ? 'Export is off.' : waits;
  return {
    part: 'telemetry',
    ok: faults.length === 0,
    detail: faults.length === 0 ? state : faults.join(' '),
    ageMs,
  };
}
