/**
 * The proof that the journal is the truth: everything folded from the first fact must be what the newest snapshot and
 * the facts after it give.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { AccountId, Seq } from '#core/ids.ts';
import type { TradingMode } from '#core/settings.ts';
import { type EngineState, emptyState } from '#core/state.ts';
import { fold, foldEntry } from '#engine/fold.ts';
import { type Journal, JournalError } from '#journal/port.ts';
import { openSqliteJournal } from '#journal/sqlite.ts';

export type Replay =
  | {
      readonly kind: 'replayed';
      readonly account: AccountId;
      readonly mode: TradingMode;
      readonly facts: Seq;
      /** Up to where the snapshot goes; 0 without one. */
      readonly snapshotSeq: Seq;
      readonly orders: number;
      readonly positions: number;
      /** The parts of the state in which the two differ. */
      readonly differences: readonly string[];
    }
  | { readonly kind: 'no_journal'; readonly path: string }
  | { readonly kind: 'unusable'; readonly error: JournalError };

export async function replay(dataDir: string): Promise<Replay> {
  const path = journalPathIn(dataDir);
  if (!existsSync(path)) return { kind: 'no_journal', path };
  let journal: Journal | undefined;
  try {
    journal = await openSqliteJournal({ path });
    return await compare(journal);
  } catch (error) {
    if (error instanceof JournalError) return { kind: 'unusable', error };
    throw error;
  } finally {
    await journal?.close();
  }
}

export const journalPathIn = (dataDir: string): string => join(dataDir, 'journal.sqlite');

async function compare(journal: Journal): Promise<Replay> {
  const { state, storedSeq } = await fold(journal);
  const anew = emptyState();
  // An engine that runs may have gone on meanwhile.
  for await (const entry of journal.read(1 as Seq)) {
    if (entry.seq > state.seq) break;
    foldEntry(anew, entry);
  }
  const parts = Object.keys(anew) as (keyof EngineState)[];
  return {
    kind: 'replayed',
    account: state.account,
    mode: state.settings.mode,
    facts: state.seq,
    snapshotSeq: storedSeq,
    orders: anew.orders.size,
    positions: anew.positions.size,
    differences: parts.filter((part) => !isDeepStrictEqual(state[part], anew[part])),
  };
}
