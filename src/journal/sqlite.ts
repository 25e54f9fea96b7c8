/**
 * The journal in a SQLite file. A thread of its own writes and syncs; while it does, appends gather here and go to
 * it as the next transaction, so that one sync to the disk carries as many entries as came meanwhile.
 */

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Entry } from '#core/facts.ts';
import type { Micros, Seq, SignalKey } from '#core/ids.ts';
import { encodeEntry, type StoredEntry } from './codec.ts';
import { type Journal, JournalError, type Snapshot } from './port.ts';
import { KeyFilter } from './sqlite/key-filter.ts';
import type { Failed, FromWriter, ToWriter, WriterStart } from './sqlite/messages.ts';
import { Queries } from './sqlite/queries.ts';
import type { Receipt } from './sqlite/receipts.ts';
import { Tail } from './tail.ts';

/** Keys that are looked up in memory, not yet in the file: twelve megabytes, and the file's index grows in strides. */
const RECENT_SIGNALS_MAX = 131_072;
/** One that is being made durable and one that waits for the writer, so that the writer never waits. */
const COMMITS_UNDERWAY_MAX = 2;
/** What the writer holds dies young, and in bulk: left alone its heap grows by sixty megabytes. */
const WRITER_YOUNG_GENERATION_MB = 16;
/** A page is read and parsed in one go: a few milliseconds. */
const PAGE_ENTRIES = 256;

/** Entries that one sync to the disk made durable. */
export interface Commit {
  readonly entries: number;
  /** Of the oldest of them. */
  readonly appendedAt: Micros;
  readonly durableAt: Micros;
}

/** For whoever measures. */
export interface JournalObserver {
  readonly now: () => Micros;
  readonly onCommit: (commit: Commit) => void;
}

export interface SqliteJournalOptions {
  readonly path: string;
  readonly recentSignalsMax?: number;
  readonly observer?: JournalObserver;
}

/** @throws JournalError if the file cannot be opened, or is not what was written */
export async function openSqliteJournal(options: SqliteJournalOptions): Promise<Journal> {
  const { path, recentSignalsMax = RECENT_SIGNALS_MAX, observer } = options;
  const workerData: WriterStart = { path };
  const writer = new Worker(new URL('./sqlite/writer.ts', import.meta.url), {
    workerData,
    resourceLimits: { maxYoungGenerationSizeMb: WRITER_YOUNG_GENERATION_MB },
  });
  const message = await firstMessage(writer);
  if (message.type === 'failed') throw errorFrom(message);
  if (message.type !== 'opened') throw new Error(`the journal writer began with ${message.type}`);
  try {
    return new SqliteJournal({ writer, queries: new Queries(path), recentSignalsMax, observer, ...message });
  } catch (error) {
    await writer.terminate();
    throw error;
  }
}

async function firstMessage(writer: Worker): Promise<FromWriter> {
  const ended = once(writer, 'exit').then(([code]) => {
    throw new Error(`the journal writer ended with code ${code} before it was open`);
  });
  const [message]: FromWriter[] = await Promise.race([once(writer, 'message'), ended]);
  if (message === undefined) throw new Error('the journal writer said nothing');
  return message;
}

const errorFrom = ({ fault, message, seq }: Failed): JournalError =>
  new JournalError(fault, message, seq === undefined ? {} : { seq });

interface Opened {
  readonly writer: Worker;
  readonly queries: Queries;
  readonly recentSignalsMax: number;
  readonly observer: JournalObserver | undefined;
  readonly head: Seq;
  readonly filter: KeyFilter['bytes'];
  readonly unindexed: readonly Receipt[];
}

class SqliteJournal implements Journal {
  readonly #writer: Worker;
  readonly #queries: Queries;
  readonly #recentSignalsMax: number;
  readonly #observer: JournalObserver | undefined;
  readonly #tail: Tail;
  readonly #ended: Promise<unknown>;
  #batch: StoredEntry[] = [];
  /** When the oldest entry of the batch was appended, for the observer. */
  #batchSince: Micros | undefined;
  /** The same of each batch that the writer has. */
  readonly #underway: (Micros | undefined)[] = [];
  #sendDue = false;
  #closing: Promise<void> | undefined;
  readonly #saving: PromiseWithResolvers<void>[] = [];
  readonly #filter: KeyFilter;
  /** Receipts that are not known to be in the file's index: those that come in, and those on their way into it. */
  #recent: Map<SignalKey, Seq>;
  #indexing: ReadonlyMap<SignalKey, Seq> | undefined;

  constructor({ writer, queries, recentSignalsMax, observer, head, filter, unindexed }: Opened) {
    this.#observer = observer;
    this.#writer = writer;
    this.#queries = queries;
    this.#recentSignalsMax = recentSignalsMax;
    this.#tail = new Tail(head);
    this.#filter = new KeyFilter(filter);
    this.#recent = new Map(unindexed.map(({ key, seq }) => [key, seq]));
    writer.on('message', (message: FromWriter) => this.#hear(message));
    writer.on('error', (cause) => {
      this.#fail(new JournalError('unavailable', 'the journal writer failed', { cause }));
    });
    this.#ended = new Promise((resolve) => writer.on('exit', resolve));
    void this.#ended.then(() => this.#fail(new JournalError('unavailable', 'the journal writer has ended')));
  }

  get head(): Seq {
    return this.#tail.head;
  }

  get pending(): number {
    return this.#tail.pending;
  }

  append(entry: Entry): Promise<void> {
    const stored = encodeEntry(entry);
    const durable = this.#tail.push(stored.seq, stored.count);
    if (durable === undefined) return Promise.reject(this.#tail.fault);
    if (stored.opens !== undefined) {
      this.#filter.add(stored.opens);
      this.#recent.set(stored.opens, stored.seq);
    }
    if (this.#batch.length === 0) this.#batchSince = this.#observer?.now();
    this.#batch.push(stored);
    if (!this.#sendDue) {
      this.#sendDue = true;
      // What is appended in the same breath goes along.
      queueMicrotask(() => this.#send());
    }
    return durable;
  }

  async *read(from: Seq): AsyncIterable<Entry> {
    let next = from;
    for (;;) {
      const page = this.#queries.page(next, PAGE_ENTRIES);
      yield* page;
      const last = page.at(-1);
      if (last === undefined) return;
      next = (last.seq + last.facts.length) as Seq;
    }
  }

  async findSignal(key: SignalKey): Promise<Seq | undefined> {
    if (!this.#filter.mayHold(key)) return undefined;
    return this.#recent.get(key) ?? this.#indexing?.get(key) ?? this.#queries.signal(key);
  }

  async story(signal: Seq): Promise<Entry[]> {
    return this.#queries.story(signal);
  }

  async saveSnapshot(snapshot: Snapshot): Promise<void> {
    if (this.#tail.fault !== undefined) throw this.#tail.fault;
    if (snapshot.seq > this.#queries.head())
      throw new Error(`snapshot ${snapshot.seq} is ahead of the journal`);
    const saved = Promise.withResolvers<void>();
    this.#saving.push(saved);
    this.#say({ type: 'save', snapshot });
    await saved.promise;
  }

  async loadSnapshot(): Promise<Snapshot | undefined> {
    return this.#queries.snapshot();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#tail.close(new JournalError('unavailable', 'the journal is closed'));
    await this.#tail.drained();
    this.#queries.close();
    this.#say({ type: 'close' });
    await this.#ended;
  }

  #send(): void {
    this.#sendDue = false;
    const entries = this.#batch;
    if (entries.length === 0 || this.#underway.length === COMMITS_UNDERWAY_MAX) return;
    this.#underway.push(this.#batchSince);
    this.#batch = [];
    const index = this.#indexing === undefined && this.#recent.size >= this.#recentSignalsMax;
    if (index) {
      this.#indexing = this.#recent;
      this.#recent = new Map();
    }
    this.#say({ type: 'commit', entries, index });
  }

  #hear(message: FromWriter): void {
    switch (message.type) {
      case 'committed': {
        const appendedAt = this.#underway.shift();
        if (message.indexed) this.#indexing = undefined;
        this.#send();
        this.#tail.settle(message.entries);
        // Last, for what listens must not come between.
        this.#tellCommit(message.entries, appendedAt);
        return;
      }
      case 'saved':
        this.#saving.shift()?.resolve();
        return;
      case 'failed':
        this.#fail(errorFrom(message));
        return;
      case 'opened':
        throw new Error('the journal writer opened twice');
    }
  }

  #tellCommit(entries: number, appendedAt: Micros | undefined): void {
    if (this.#observer === undefined || appendedAt === undefined) return;
    const { now, onCommit } = this.#observer;
    onCommit({ entries, appendedAt, durableAt: now() });
  }

  #fail(fault: JournalError): void {
    this.#tail.fail(fault);
    for (const saving of this.#saving.splice(0)) saving.reject(fault);
  }

  #say(message: ToWriter): void {
    this.#writer.postMessage(message);
  }
}
