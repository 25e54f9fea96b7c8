/** How the parts of the engine process are, from what is known without asking anyone. */

import type { PartHealth } from '#api/subject.ts';
import { MICROS_PER_MS, type Micros, type Symbol } from '#core/ids.ts';
import type { Exchange } from '#exchange/port.ts';
import type { Journal } from '#journal/port.ts';
import type { TelemetryStatus } from '#telemetry/start.ts';
import type { Keeper } from './keeper.ts';

interface Parts {
  readonly keeper: Keeper;
  readonly symbols: readonly Symbol[];
  readonly quoteAgeMsMax: number;
  readonly telemetry: TelemetryStatus;
  readonly now: Micros;
}

export function healthOf({ keeper, symbols, quoteAgeMsMax, telemetry, now }: Parts): PartHealth[] {
  const { unready, running } = keeper;
  return [
    {
      part: 'engine',
      ok: unready === undefined,
      detail: unready?.detail ?? 'It takes signals.',
      ageMs: 0,
    },
    ...(running === undefined
      ? []
      : [journalHealth(running.journal), marketHealth(running.exchange, symbols, quoteAgeMsMax, now)]),
    telemetryHealth(telemetry, now),
  ];
}

const journalHealth = (journal: Journal): PartHealth => ({
  part: 'journal',
  ok: true,
  detail: `${journal.head} facts, ${journal.pending} entries on their way to the disk.`,
  ageMs: 0,
});

function marketHealth(
  exchange: Exchange,
  symbols: readonly Symbol[],
  quoteAgeMsMax: number,
  now: Micros,
): PartHealth {
  const nowMs = now / MICROS_PER_MS;
  const ages = symbols.map((symbol) => nowMs - (exchange.quote(symbol)?.atMs ?? 0));
  const late = symbols.filter((_, index) => (ages[index] ?? Number.POSITIVE_INFINITY) > quoteAgeMsMax);
  return {
    part: 'market_data',
    ok: late.length === 0,
    detail:
      late.length === 0 ? `${symbols.length} symbols are quoted.` : `No recent price of ${late.join(', ')}.`,
    ageMs: Math.min(...ages),
  };
}

function telemetryHealth(status: TelemetryStatus, now: Micros): PartHealth {
  const { at, restarts } = status;
  const details = {
    on: `Export is on; the worker was started again ${restarts} times.`,
    off: 'Export is off.',
    misconfigured: 'Export is off: an OTEL_* variable has a wrong value.',
  };
  return {
    part: 'telemetry',
    ok: status.export !== 'misconfigured',
    detail: details[status.export],
    ageMs: at === undefined ? 0 : (now - at) / MICROS_PER_MS,
  };
}
