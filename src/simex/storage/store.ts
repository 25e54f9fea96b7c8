/**
 * Keeps the exchange across restarts of its process: the calls that changed it since the last snapshot of its state,
 * and the whole ledger. The core is deterministic, so state is the snapshot plus the calls made again.
 *
 * One transaction per call, before its answer leaves, survives SIGKILL. It is not flushed to the disk: this is a
 * simulator, and a power cut may cost it its last moments.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { StatementSync } from 'node:sqlite';
import { DatabaseSync } from 'node:sqlite';
import { deserialize, serialize } from 'node:v8';

export interface StoredCall {
  readonly method: string;
  readonly args: readonly unknown[];
}

export interface Stored {
  readonly state: object;
  /** Made after the state was stored, in order. */
  readonly calls: readonly StoredCall[];
}

/** Changes when stored states of an earlier version can no longer be read. */
const LAYOUT_VERSION = 4;

export interface Numbered {
  readonly seq: number;
}

export class Store {
  readonly #database: DatabaseSync;
  readonly #insertCall: StatementSync;
  readonly #insertEntry: StatementSync;
  readonly #selectEntries: StatementSync;
  readonly #countEntries: StatementSync;

  /** Without a directory everything stays in memory. */
  constructor(directory: string | undefined, name: string) {
    if (directory !== undefined) mkdirSync(directory, { recursive: true });
    this.#database = new DatabaseSync(
      directory === undefined ? ':memory:' : join(directory, `${name}.sqlite`),
    );
    // The exclusive lock keeps a second process away from the same directory.
    this.#database.exec(`
      PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = OFF;
      CREATE TABLE IF NOT EXISTS snapshot (only INTEGER PRIMARY KEY CHECK (only = 1), layout INTEGER, state BLOB);
      CREATE TABLE IF NOT EXISTS call (seq INTEGER PRIMARY KEY, body BLOB NOT NULL);
      CREATE TABLE IF NOT EXISTS ledger (seq INTEGER PRIMARY KEY, body TEXT NOT NULL);
    `);
    this.#insertCall = this.#database.prepare('INSERT INTO call (body) VALUES (?)');
    this.#insertEntry = this.#database.prepare('INSERT INTO ledger (seq, body) VALUES (?, ?)');
    this.#selectEntries = this.#database.prepare(
      'SELECT body FROM ledger WHERE seq >= ? ORDER BY seq LIMIT ?',
    );
    this.#countEntries = this.#database.prepare('SELECT coalesce(max(seq), 0) AS length FROM ledger');
  }

  load(): Stored | undefined {
    const row = this.#database.prepare('SELECT layout, state FROM snapshot').get();
    if (row === undefined) return undefined;
    const { layout, state } = row;
    if (layout !== LAYOUT_VERSION || !(state instanceof Uint8Array)) {
      throw new Error(`the stored exchange has layout ${layout}, this version reads ${LAYOUT_VERSION}`);
    }
    const calls = this.#database
      .prepare('SELECT body FROM call ORDER BY seq')
      .all()
      .map(({ body }) => {
        if (!(body instanceof Uint8Array)) throw new Error('a stored call is not a blob');
        return deserialize(body) as StoredCall;
      });
    return { state: deserialize(state) as object, calls };
  }

  commit(call: StoredCall, entries: readonly Numbered[]): void {
    this.#database.exec('BEGIN');
    this.#insertCall.run(serialize(call));
    for (const entry of entries) this.#insertEntry.run(entry.seq, JSON.stringify(entry));
    this.#database.exec('COMMIT');
  }

  /** Replaces the snapshot; the calls before it are no longer needed. */
  snapshot(state: object): void {
    this.#database.exec('BEGIN');
    this.#database
      .prepare('INSERT OR REPLACE INTO snapshot (only, layout, state) VALUES (1, ?, ?)')
      .run(LAYOUT_VERSION, serialize(state));
    this.#database.exec('DELETE FROM call');
    this.#database.exec('COMMIT');
  }

  /** Ledger entries from a number on, each as its JSON text. */
  ledger(from: number, limit: number): string[] {
    return this.#selectEntries.all(from, limit).map(({ body }) => String(body));
  }

  ledgerLength(): number {
    return Number(this.#countEntries.get()?.['length'] ?? 0);
  }

  close(): void {
    this.#database.close();
  }
}
