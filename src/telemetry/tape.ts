/**
 * The journal as telemetry, batch by batch. The newest batches are held, so that followers who are in step share the
 * reading and the projection of each.
 */

import type { Entry } from '#core/facts.ts';
import type { Micros, Seq } from '#core/ids.ts';
import type { JournalTail } from './journal-tail.ts';
import type { LogData, Measured, SpanData } from './projected.ts';
import { project } from './projection.ts';

export interface Canary {
  readonly fact: Seq;
  readonly releasedAt: Micros;
}

export interface Batch {
  readonly first: Seq;
  readonly last: Seq;
  readonly spans: readonly SpanData[];
  readonly logs: readonly LogData[];
  readonly updates: readonly Measured[];
  /** The newest in it. */
  readonly canary: Canary | undefined;
}

/** Returns undefined, and tells of it, where the work throws. */
export type Attempt = <T>(what: string, work: () => T) => T | undefined;

const BATCH_ENTRIES_MAX = 256;
const BATCHES_HELD_MAX = 4;

export class Tape {
  readonly #journal: JournalTail;
  readonly #attempt: Attempt;
  readonly #held: Batch[] = [];

  constructor(journal: JournalTail, attempt: Attempt) {
    this.#journal = journal;
    this.#attempt = attempt;
  }

  /** The batch that begins with fact `first`. */
  from(first: Seq): Batch | 'none' | 'unreadable' {
    const held = this.#held.find((batch) => batch.first === first);
    if (held !== undefined) return held;
    const entries = this.#journal.read(first, BATCH_ENTRIES_MAX);
    if (entries === undefined) return 'unreadable';
    const last = entries.at(-1);
    if (last === undefined) return 'none';
    const batch = this.#project(first, last, entries);
    this.#held.push(batch);
    if (this.#held.length > BATCHES_HELD_MAX) this.#held.shift();
    return batch;
  }

  #project(first: Seq, last: Entry, entries: readonly Entry[]): Batch {
    const spans: SpanData[] = [];
    const logs: LogData[] = [];
    const updates: Measured[] = [];
    for (const entry of entries) {
      const projected = this.#attempt(`The entry of fact ${entry.seq}`, () => project(entry));
      if (projected === undefined) continue;
      spans.push(...projected.spans);
      logs.push(...projected.logs);
      updates.push(...projected.metrics);
    }
    const canary = entries.map(canaryIn).findLast((one) => one !== undefined);
    return { first, last: (last.seq + last.facts.length - 1) as Seq, spans, logs, updates, canary };
  }
}

function canaryIn({ seq, at, facts }: Entry): Canary | undefined {
  const index = facts.findIndex(({ type }) => type === 'telemetry.canary');
  return index === -1 ? undefined : { fact: (seq + index) as Seq, releasedAt: at };
}
