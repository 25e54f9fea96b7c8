/**
 * The thread that writes a journal's file: verifies it, then makes one transaction of each message. After a failure
 * it lets go of the file, for an entry that is missing in the middle would be worse than none.
 */

import type { DatabaseSync } from 'node:sqlite';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { Seq } from '#core/ids.ts';
import type { StoredEntry } from '../codec.ts';
import { JournalError, type Snapshot } from '../port.ts';
import { GENESIS, link, snapshotHash, verifyFile } from './chain.ts';
import { createIfAbsent, faultFrom, openFile } from './file.ts';
import type { FromWriter, ToWriter, WriterStart } from './messages.ts';
import { type Receipt, Receipts } from './receipts.ts';

/** An entry opens at most one signal, so that the index catches up with what is gathered for it. */
const RECEIPTS_PER_ENTRY = 2;
const SNAPSHOTS_KEPT = 2;

const prepareAll = (database: DatabaseSync) => ({
  last: database.prepare('SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1'),
  entry: database.prepare('INSERT INTO entry (seq, count, hash, opens, body) VALUES (?, ?, ?, ?, ?)'),
  story: database.prepare('INSERT INTO story (signal, entry) VALUES (?, ?)'),
  // What was brought in shortly before a crash comes again.
  signal: database.prepare(`INSERT INTO signal (key, seq) VALUES (?, ?)
    ON CONFLICT (key) DO UPDATE SET seq = excluded.seq WHERE seq = excluded.seq`),
  indexed: database.prepare('UPDATE indexed SET through = ?'),
  save: database.prepare('INSERT OR REPLACE INTO snapshot (seq, version, hash, state) VALUES (?, ?, ?, ?)'),
  forget: database.prepare(`DELETE FROM snapshot WHERE seq NOT IN
    (SELECT seq FROM snapshot ORDER BY seq DESC LIMIT ${SNAPSHOTS_KEPT})`),
});

class Writer {
  readonly #database: DatabaseSync;
  readonly #statements: ReturnType<typeof prepareAll>;
  readonly #receipts = new Receipts();
  /** Of the last entry, and so of all of them. */
  #hash: string;

  constructor(path: string, from: string, unindexed: readonly Receipt[]) {
    this.#database = openFile(path);
    this.#database.exec('PRAGMA synchronous = FULL');
    this.#statements = prepareAll(this.#database);
    this.#hash = from;
    for (const { key, seq } of unindexed) this.#receipts.add(key, seq);
  }

  /** Returns whether the index has caught up. */
  commit(entries: readonly StoredEntry[], index: boolean): boolean {
    return this.#transact(() => {
      this.#checkIsLast(entries[0]?.seq);
      for (const entry of entries) this.#insert(entry);
      if (index) this.#receipts.release();
      return this.#bringIn(entries.length * RECEIPTS_PER_ENTRY);
    });
  }

  save(snapshot: Snapshot): void {
    const { seq, version, state } = snapshot;
    this.#transact(() => {
      this.#statements.save.run(seq, version, snapshotHash(snapshot), state);
      this.#statements.forget.run();
    });
  }

  close(): void {
    this.#database.close();
  }

  #transact<T>(work: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE');
    const result = work();
    this.#database.exec('COMMIT');
    return result;
  }

  /** Holds until the transaction ends: nobody else can write in it. */
  #checkIsLast(seq: Seq | undefined): void {
    const last = this.#statements.last.get();
    if ((last?.['hash'] ?? GENESIS) === this.#hash) return;
    const message = `fact ${seq} is not the next: another writer has appended up to entry ${last?.['seq']}`;
    throw new JournalError('stale_sequence', message, seq === undefined ? {} : { seq });
  }

  #insert(entry: StoredEntry): void {
    const { seq, count, opens, body, signals } = entry;
    this.#hash = link(this.#hash, entry);
    this.#statements.entry.run(seq, count, this.#hash, opens ?? null, body);
    for (const signal of signals) this.#statements.story.run(signal, seq);
    if (opens !== undefined) this.#receipts.add(opens, seq);
  }

  #bringIn(wanted: number): boolean {
    const { receipts, through } = this.#receipts.take(wanted);
    for (const { key, seq } of receipts) {
      const { changes } = this.#statements.signal.run(key, seq);
      if (changes === 0) throw new JournalError('corrupt', `signal ${key} was received twice`, { seq });
    }
    if (through !== undefined) this.#statements.indexed.run(through);
    return through !== undefined;
  }
}

if (parentPort === null) throw new Error('the journal writer is a thread, not a program');
const port: MessagePort = parentPort;
const { path } = workerData as WriterStart;
let writer: Writer | undefined;
let failed = false;
const say = (message: FromWriter, moved: ArrayBuffer[] = []): void => port.postMessage(message, moved);

function attempt(work: () => void): void {
  try {
    work();
  } catch (error) {
    failed = true;
    const { fault, message, seq } = faultFrom(error, path);
    // An open transaction is undone by this.
    writer?.close();
    say({ type: 'failed', fault, message, seq });
    port.close();
  }
}

attempt(() => {
  createIfAbsent(path);
  const { head, hash, filter, unindexed } = verifyFile(path);
  writer = new Writer(path, hash, unindexed);
  say({ type: 'opened', head, filter: filter.bytes, unindexed }, [filter.bytes.buffer]);
});

port.on('message', (message: ToWriter) => {
  // What was sent before the failure was heard of.
  if (!failed) attempt(() => answer(message));
});

function answer(message: ToWriter): void {
  if (writer === undefined)
    throw new Error(`the journal writer was given a ${message.type} before it was open`);
  switch (message.type) {
    case 'commit': {
      const indexed = writer.commit(message.entries, message.index);
      say({ type: 'committed', entries: message.entries.length, indexed });
      return;
    }
    case 'save':
      writer.save(message.snapshot);
      say({ type: 'saved' });
      return;
    case 'close':
      writer.close();
      port.close();
  }
}
