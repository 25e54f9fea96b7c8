/** A pump in this thread, from an array of entries to a collector, with short waits. */

import type { Entry } from '#core/facts.ts';
import type { Micros, Seq } from '#core/ids.ts';
import { sleepUntilWoken, systemMicros } from '#telemetry/clock.ts';
import type { Cursor, CursorState, LoadedCursor } from '#telemetry/cursor.ts';
import { exporterFor } from '#telemetry/export/exporter-for.ts';
import type { FactSource } from '#telemetry/journal-tail.ts';
import { Encoder } from '#telemetry/otlp/encoder.ts';
import type { TelemetryProblem } from '#telemetry/problem.ts';
import { Pump } from '#telemetry/pump.ts';
import { Sender } from '#telemetry/sender.ts';
import { readTelemetrySettings } from '#telemetry/settings.ts';
import type { Environment } from '#telemetry/variables.ts';

export class ArrayJournal implements FactSource {
  readonly entries: Entry[];
  /** The most entries that were asked for at once. */
  limitMax = 0;

  constructor(entries: readonly Entry[] = []) {
    this.entries = [...entries];
  }

  readBatch(from: Seq, limit: number): Entry[] {
    this.limitMax = Math.max(this.limitMax, limit);
    const first = this.entries.findIndex((entry) => entry.seq + entry.facts.length > from);
    return first === -1 ? [] : this.entries.slice(first, first + limit);
  }

  head(): Seq {
    const last = this.entries.at(-1);
    return (last === undefined ? 0 : last.seq + last.facts.length - 1) as Seq;
  }

  bytes(): number {
    return 0;
  }

  close(): void {}
}

export class MemoryCursor implements Cursor {
  state: CursorState | undefined;
  load(): LoadedCursor {
    return this.state === undefined ? { kind: 'none' } : { kind: 'stored', state: this.state };
  }
  save(state: CursorState): void {
    this.state = structuredClone(state);
  }
}

export interface PumpOptions {
  readonly source: FactSource;
  readonly cursor: Cursor;
  readonly env: Environment;
  readonly now?: () => Micros;
}

/** Waits are this many times shorter than in production. */
const HURRY = 20;

export function pumpTo({ source, cursor, env, now = systemMicros }: PumpOptions) {
  const read = readTelemetrySettings(env, { version: '0.1.0', instanceId: 'test-1' });
  if (read.kind !== 'on') throw new Error(`export is ${JSON.stringify(read)}`);
  const { endpoints, resource, metricIntervalMs } = read.settings;
  const problems: TelemetryProblem[] = [];
  const report = (problem: TelemetryProblem): void => void problems.push(problem);
  const waitsMs: number[] = [];
  const sleep = (ms: number, wake: AbortSignal): Promise<void> => {
    waitsMs.push(ms);
    return sleepUntilWoken(ms / HURRY, wake);
  };
  const pump = new Pump({
    source,
    cursor,
    encoder: new Encoder(resource),
    version: '0.1.0',
    metricIntervalMs,
    now,
    sleep,
    report,
    sender: (signal, metrics) => {
      const endpoint = endpoints[signal];
      const exporter = endpoint === undefined ? undefined : exporterFor(signal, endpoint, Date.now);
      return new Sender({ signal, exporter, metrics, now, sleep, report });
    },
  });
  const ended = pump.run().then(() => pump.close());
  running.push({ pump, ended });
  return { pump, problems, waitsMs, ended };
}

const running: { pump: Pump; ended: Promise<void> }[] = [];

/** Ends the pumps that a failed test left behind. */
export async function stopPumps(): Promise<void> {
  for (const { pump } of running) pump.stop();
  await Promise.all(running.splice(0).map(({ ended }) => ended));
}
