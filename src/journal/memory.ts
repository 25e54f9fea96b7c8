/**
 * A journal in memory, for simulation and benches. When an entry becomes durable, when the process dies and when
 * the disk is full are the test's to say.
 */

import type { Entry } from '#core/facts.ts';
import type { Seq, SignalKey } from '#core/ids.ts';
import { decodeEntry, encodeEntry, lastSeq, type StoredEntry } from './codec.ts';
import { type Journal, JournalError, type Snapshot } from './port.ts';
import { Tail } from './tail.ts';

/** The disk: what outlives a journal that crashed or was closed. */
export class MemoryStore {
  readonly rows: StoredEntry[] = [];
  snapshot: Snapshot | undefined;
  /** With more entries than this the disk is full. */
  entriesMax = Number.POSITIVE_INFINITY;

  get head(): Seq {
    const last = this.rows.at(-1);
    return last === undefined ? (0 as Seq) : lastSeq(last);
  }
}

export interface MemoryJournalOptions {
  /** What is stored already. Two journals on one store are two writers. */
  readonly store?: MemoryStore;
  /** Calls `commit` when the disk is done with a write. Writes become durable in order, whatever the calls' order. */
  readonly schedule?: (commit: () => void) => void;
}

export class MemoryJournal implements Journal {
  readonly store: MemoryStore;
  readonly #schedule: (commit: () => void) => void;
  readonly #tail: Tail;
  readonly #signals = new Map<SignalKey, Seq>();
  readonly #underway: { readonly row: StoredEntry; written: boolean }[] = [];
  #crashed = false;

  constructor(options: MemoryJournalOptions = {}) {
    this.store = options.store ?? new MemoryStore();
    this.#schedule = options.schedule ?? queueMicrotask;
    this.#tail = new Tail(this.store.head);
    for (const row of this.store.rows) this.#index(row);
  }

  get head(): Seq {
    return this.#tail.head;
  }

  get pending(): number {
    return this.#tail.pending;
  }

  append(entry: Entry): Promise<void> {
    if (this.#crashed) return silence();
    const row = encodeEntry(entry);
    const durable = this.#tail.push(row.seq, row.count);
    if (durable === undefined) return Promise.reject(this.#tail.fault);
    this.#index(row);
    const write = { row, written: false };
    this.#underway.push(write);
    this.#schedule(() => {
      write.written = true;
      this.#commit();
    });
    return durable;
  }

  async *read(from: Seq): AsyncIterable<Entry> {
    for (const row of this.store.rows) if (lastSeq(row) >= from) yield decodeEntry(row.seq, row.body);
  }

  async findSignal(key: SignalKey): Promise<Seq | undefined> {
    return this.#signals.get(key);
  }

  async story(signal: Seq): Promise<Entry[]> {
    return this.store.rows
      .filter(({ signals }) => signals.includes(signal))
      .map(({ seq, body }) => decodeEntry(seq, body));
  }

  saveSnapshot(snapshot: Snapshot): Promise<void> {
    const copy = { ...snapshot, state: new Uint8Array(snapshot.state) };
    return new Promise((resolve, reject) => {
      this.#schedule(() => {
        if (this.#crashed) return;
        if (this.#tail.fault !== undefined) return reject(this.#tail.fault);
        if (copy.seq > this.store.head)
          return reject(new Error(`snapshot ${copy.seq} is ahead of the journal`));
        this.store.snapshot = copy;
        resolve();
      });
    });
  }

  async loadSnapshot(): Promise<Snapshot | undefined> {
    return this.store.snapshot;
  }

  async close(): Promise<void> {
    this.#tail.close(new JournalError('unavailable', 'the journal is closed'));
    await this.#tail.drained();
  }

  /** Ends it as kill -9 would: what is not durable is gone, and nobody hears of it. Returns the journal of the next process. */
  crash(): MemoryJournal {
    this.#crashed = true;
    return new MemoryJournal({ store: this.store, schedule: this.#schedule });
  }

  durableEntries(): Entry[] {
    return this.store.rows.map(({ seq, body }) => decodeEntry(seq, body));
  }

  #index({ opens, seq }: StoredEntry): void {
    if (opens !== undefined) this.#signals.set(opens, seq);
  }

  #commit(): void {
    if (this.#crashed) return;
    for (let next = this.#underway[0]; next?.written; next = this.#underway[0]) {
      this.#underway.shift();
      const fault = this.#refusal(next.row.seq);
      if (fault !== undefined) {
        this.#underway.length = 0;
        this.#tail.fail(fault);
        return;
      }
      this.store.rows.push(next.row);
      this.#tail.settle(1);
    }
  }

  #refusal(seq: Seq): JournalError | undefined {
    const { head, rows, entriesMax } = this.store;
    if (seq !== head + 1) {
      return new JournalError('stale_sequence', `another writer has appended up to fact ${head}`, { seq });
    }
    return rows.length < entriesMax
      ? undefined
      : new JournalError('unavailable', 'the disk is full', { seq });
  }
}

/** What a dead process hears. */
const silence = (): Promise<void> => new Promise(() => {});
