/**
 * Each entry's hash covers the one before it, so that the last one vouches for the whole journal. A journal is
 * verified from the first fact to the last before anything is believed of it.
 */

import { createHash, hash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { Seq, SignalKey } from '#core/ids.ts';
import { JournalError, type Snapshot } from '../port.ts';
import { faultFrom, openFile } from './file.ts';
import { KeyFilter } from './key-filter.ts';
import type { Receipt } from './receipts.ts';

export const GENESIS = '0'.repeat(64);

interface Linked {
  readonly seq: number;
  readonly count: number;
  readonly opens?: string | null | undefined;
  readonly body: string;
}

export const link = (previous: string, { seq, count, opens, body }: Linked): string =>
  hash('sha256', `${previous} ${seq} ${count} ${opens ?? ''}\n${body}`, 'hex');

export const snapshotHash = ({ seq, version, state }: Snapshot): string =>
  createHash('sha256').update(`${seq} ${version}\n`).update(state).digest('hex');

export interface Verified {
  readonly head: Seq;
  readonly hash: string;
  /** Of all receipts. */
  readonly filter: KeyFilter;
  /** The receipts that the stored index of signals does not cover. */
  readonly unindexed: readonly Receipt[];
}

/** @throws JournalError corrupt, with the number of the first fact that is not what was written */
export function verifyFile(path: string): Verified {
  const database = openFile(path, { readOnly: true, evenIfCutShort: true });
  try {
    database.exec('BEGIN');
    return verify(database);
  } finally {
    database.close();
  }
}

type EntryRow = { seq: number; count: number; hash: string; opens: string | null; body: string };

function verify(database: DatabaseSync): Verified {
  const through = Number(database.prepare('SELECT through FROM indexed').get()?.['through']);
  const select = database.prepare('SELECT seq, count, hash, opens, body FROM entry ORDER BY seq');
  const filter = new KeyFilter();
  const unindexed: Receipt[] = [];
  let previous = GENESIS;
  let next = 1;
  let indexed = 0;
  try {
    for (const row of select.iterate() as Iterable<unknown> as Iterable<EntryRow>) {
      const { seq, count, opens } = row;
      if (seq !== next) throw broken(next, `fact ${next} is missing: fact ${seq} follows fact ${next - 1}`);
      if (link(previous, row) !== row.hash)
        throw broken(seq, `the entry of fact ${seq} is not what was written`);
      previous = row.hash;
      next += count;
      if (opens === null) continue;
      const key = opens as SignalKey;
      filter.add(key);
      if (seq <= through) indexed += 1;
      else unindexed.push({ key, seq: seq as Seq });
    }
  } catch (error) {
    throw faultFrom(error, `fact ${next} cannot be read`, next as Seq);
  }
  checkEnd(database, next);
  checkIndex(database, through, indexed);
  return { head: (next - 1) as Seq, hash: previous, filter, unindexed };
}

/** Nothing else in the file may speak of facts that are not there. */
function checkEnd(database: DatabaseSync, next: number): void {
  const mentions = database.prepare(`SELECT max(
    (SELECT coalesce(max(entry), 0) FROM story),
    (SELECT coalesce(max(seq), 0) FROM snapshot),
    (SELECT max(through) FROM indexed)
  ) AS latest`);
  const latest = Number(mentions.get()?.['latest']);
  if (latest >= next) throw broken(next, `the journal ends before fact ${next}, but knows of fact ${latest}`);
}

/** A receipt that the index does not find would be taken for a new signal. */
function checkIndex(database: DatabaseSync, through: number, expected: number): void {
  const compare = database.prepare(`
    SELECT count(*) AS present, count(entry.seq) AS correct, coalesce(sum(entry.seq <= ?), 0) AS covered
    FROM signal LEFT JOIN entry ON entry.seq = signal.seq AND entry.opens = signal.key`);
  const { present, correct, covered } = compare.get(through) ?? {};
  if (present !== correct || covered !== expected) {
    const message = `the index of signals names ${correct} of ${present} right, and ${covered} of ${expected} up to fact ${through}`;
    throw new JournalError('corrupt', message);
  }
}

const broken = (seq: number, message: string): JournalError =>
  new JournalError('corrupt', message, { seq: seq as Seq });
