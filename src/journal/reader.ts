/** Follows a journal that another thread or process writes: what is durable, and nothing of what is on its way. */

import { existsSync, statSync } from 'node:fs';
import type { Entry } from '#core/facts.ts';
import type { Seq } from '#core/ids.ts';
import { Queries } from './sqlite/queries.ts';

export interface JournalReader {
  /** The entries from the one that holds fact `from` on, at most `limit`. @throws JournalError */
  readBatch(from: Seq, limit: number): Entry[];
  /** The number of the last durable fact; 0 for a journal that is empty or does not exist yet. */
  head(): Seq;
  /** What the file takes, with its write-ahead log. */
  bytes(): number;
  close(): void;
}

export function openJournalReader(path: string): JournalReader {
  let queries: Queries | undefined;
  const opened = (): Queries | undefined => {
    if (queries === undefined && existsSync(path)) queries = new Queries(path);
    return queries;
  };
  return {
    readBatch: (from, limit) => opened()?.page(from, limit) ?? [],
    head: () => opened()?.head() ?? (0 as Seq),
    bytes: () => sizeOf(path) + sizeOf(`${path}-wal`),
    close: () => queries?.close(),
  };
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
