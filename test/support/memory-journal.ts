/** temporary */
import { type Entry, signalOf } from '#core/facts.ts';
import type { Seq, SignalKey } from '#core/ids.ts';
import { type Journal, JournalError, type Snapshot } from '#journal/port.ts';

interface Options {
  readonly schedule: (commit: () => void) => void;
}
interface Row {
  seq: Seq;
  end: number;
  body: string;
  durable: boolean;
}

export class MemoryJournal implements Journal {
  readonly #options: Options;
  #rows: Row[];
  #snapshot: Snapshot | undefined;
  readonly #keys = new Map<SignalKey, Seq>();
  #dead = false;
  #tail: Promise<void> = Promise.resolve();
  head = 0 as Seq;
  pending = 0;
  constructor(options: Options, rows: Row[] = [], snapshot?: Snapshot) {
    this.#options = options;
    this.#rows = rows;
    this.#snapshot = snapshot;
    for (const row of rows) {
      const e = JSON.parse(row.body) as Entry;
      this.#learn(e);
      this.head = row.end as Seq;
    }
  }
  #learn(e: Entry) {
    for (const f of e.facts) if (f.type === 'signal.received') this.#keys.set(f.key, f.signal);
  }
  crash(): MemoryJournal {
    this.#dead = true;
    return new MemoryJournal(
      this.#options,
      this.#rows.filter((r) => r.durable),
      this.#snapshot,
    );
  }
  durableEntries(): Entry[] {
    return this.#rows.filter((r) => r.durable).map((r) => JSON.parse(r.body));
  }
  append(entry: Entry): Promise<void> {
    if (this.#dead) return new Promise(() => {});
    if (entry.seq !== this.head + 1) return Promise.reject(new JournalError('stale_sequence', 'stale'));
    const row: Row = {
      seq: entry.seq,
      end: entry.seq + entry.facts.length - 1,
      body: JSON.stringify(entry),
      durable: false,
    };
    this.#rows.push(row);
    this.#learn(entry);
    this.head = row.end as Seq;
    this.pending += 1;
    const before = this.#tail;
    this.#tail = new Promise<void>((resolve) =>
      this.#options.schedule(() => {
        void before.then(() => {
          if (this.#dead) return;
          row.durable = true;
          this.pending -= 1;
          resolve();
        });
      }),
    );
    return this.#tail;
  }
  async *read(from: Seq): AsyncIterable<Entry> {
    for (const r of this.#rows) if (r.durable && r.end >= from) yield JSON.parse(r.body) as Entry;
  }
  async findSignal(key: SignalKey) {
    return this.#keys.get(key);
  }
  async story(signal: Seq) {
    return this.durableEntries().filter((e) => e.facts.some((f) => signalOf(f) === signal));
  }
  async saveSnapshot(s: Snapshot) {
    if (!this.#dead) this.#snapshot = s;
  }
  async loadSnapshot() {
    return this.#snapshot;
  }
  async close() {}
}
