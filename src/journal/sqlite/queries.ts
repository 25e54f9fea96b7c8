/** What can be asked of a journal's file while another thread writes it. */

import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { Entry } from '#core/facts.ts';
import type { Seq, SignalKey } from '#core/ids.ts';
import { decodeEntry } from '../codec.ts';
import type { Snapshot } from '../port.ts';
import { snapshotHash } from './chain.ts';
import { faultFrom, openFile } from './file.ts';

type Row = Record<string, SQLOutputValue>;

const decodeRow = ({ seq, body }: Row): Entry => decodeEntry(Number(seq) as Seq, String(body));

export class Queries {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #head: StatementSync;
  readonly #page: StatementSync;
  readonly #signal: StatementSync;
  readonly #story: StatementSync;
  readonly #snapshots: StatementSync;

  /** @throws JournalError */
  constructor(path: string) {
    this.#path = path;
    this.#database = openFile(path, { readOnly: true });
    this.#head = this.#prepare('SELECT seq + count - 1 AS head FROM entry ORDER BY seq DESC LIMIT 1');
    this.#page = this.#prepare(`SELECT seq, body FROM entry
      WHERE seq >= coalesce((SELECT max(seq) FROM entry WHERE seq <= ?1), 0) AND seq + count > ?1
      ORDER BY seq LIMIT ?2`);
    this.#signal = this.#prepare('SELECT seq FROM signal WHERE key = ?');
    this.#story = this.#prepare(`SELECT seq, body FROM entry
      WHERE seq IN (SELECT entry FROM story WHERE signal = ?) ORDER BY seq`);
    this.#snapshots = this.#prepare('SELECT seq, version, hash, state FROM snapshot ORDER BY seq DESC');
  }

  /** A damaged schema shows here. */
  #prepare(sql: string): StatementSync {
    try {
      return this.#database.prepare(sql);
    } catch (error) {
      this.#database.close();
      throw faultFrom(error, this.#path);
    }
  }

  head(): Seq {
    const [last] = this.#rows(this.#head);
    return Number(last?.['head'] ?? 0) as Seq;
  }

  /** Entries from the one that holds fact `from` on. */
  page(from: Seq, limit: number): Entry[] {
    return this.#rows(this.#page, from, limit).map(decodeRow);
  }

  /** The receipt of a signal, if it is in the index already. */
  signal(key: SignalKey): Seq | undefined {
    const [row] = this.#rows(this.#signal, key);
    return row === undefined ? undefined : (Number(row['seq']) as Seq);
  }

  story(signal: Seq): Entry[] {
    return this.#rows(this.#story, signal).map(decodeRow);
  }

  snapshot(): Snapshot | undefined {
    for (const { seq, version, hash, state } of this.#rows(this.#snapshots)) {
      if (!(state instanceof Uint8Array)) continue;
      const snapshot = { seq: Number(seq) as Seq, version: Number(version), state };
      if (snapshotHash(snapshot) === hash) return snapshot;
    }
    return undefined;
  }

  close(): void {
    this.#database.close();
  }

  #rows(statement: StatementSync, ...values: SQLInputValue[]): Row[] {
    try {
      return statement.all(...values);
    } catch (error) {
      throw faultFrom(error, this.#path);
    }
  }
}
