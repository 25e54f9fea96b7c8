/**
 * The journal as the pump reads it. What cannot be read is told once, in words, and tried again: metrics, process logs
 * and profiles need no facts, and it is they that tell of a journal that needs a person.
 */

import type { Entry } from '#core/facts.ts';
import type { Seq } from '#core/ids.ts';
import type { Report } from './problem.ts';

/** The journal as this module needs it: its durable entries, in order. Each may throw what it has against the file. */
export interface FactSource {
  /** Entries from the one that holds fact `from` on, at most `limit` of them. */
  readBatch(from: Seq, limit: number): Entry[];
  /** The number of the last fact; 0 for an empty journal. */
  head(): Seq;
  /** What it takes on the disk. */
  bytes(): number;
  close(): void;
}

export class JournalTail {
  readonly #source: FactSource;
  readonly #report: Report;
  #unreadable = false;
  #head = 0 as Seq;
  #bytes = 0;

  constructor(source: FactSource, report: Report) {
    this.#source = source;
    this.#report = report;
  }

  /** As far as it is known. */
  get head(): Seq {
    this.#head = orElse(this.#head, () => this.#source.head());
    return this.#head;
  }

  get bytes(): number {
    this.#bytes = orElse(this.#bytes, () => this.#source.bytes());
    return this.#bytes;
  }

  /** Undefined where they cannot be read. */
  read(from: Seq, limit: number): Entry[] | undefined {
    // One entry that cannot be read must not keep those before it from being told.
    const entries = orElse(undefined, () => this.#source.readBatch(from, limit)) ?? this.#readOne(from);
    if (entries !== undefined) this.#unreadable = false;
    return entries;
  }

  close(): void {
    this.#source.close();
  }

  #readOne(from: Seq): Entry[] | undefined {
    try {
      return this.#source.readBatch(from, 1);
    } catch (error) {
      if (this.#unreadable) return undefined;
      this.#unreadable = true;
      this.#report({
        event: 'telemetry.journal_unreadable',
        severity: 'error',
        message: `The journal cannot be read from fact ${from} on: ${error instanceof Error ? error.message : String(error)}. It is tried again and again; all that is no fact is told meanwhile.`,
      });
      return undefined;
    }
  }
}

function orElse<T>(fallback: T, read: () => T): T {
  try {
    return read();
  } catch {
    return fallback;
  }
}
