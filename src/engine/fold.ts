/** The state from the journal: the newest whole snapshot, then every entry after it. */

import { deserialize } from 'node:v8';
import { evolve } from '#core/evolve.ts';
import type { Entry } from '#core/facts.ts';
import type { Seq } from '#core/ids.ts';
import { type EngineState, emptyState, STATE_VERSION } from '#core/state.ts';
import type { Journal } from '#journal/port.ts';

export interface Folded {
  readonly state: EngineState;
  /** Up to where the state came from a snapshot. */
  readonly storedSeq: Seq;
}

export async function fold(journal: Journal): Promise<Folded> {
  const snapshot = await journal.loadSnapshot();
  const usable = snapshot !== undefined && snapshot.version === STATE_VERSION;
  const state = usable ? (deserialize(snapshot.state) as EngineState) : emptyState();
  const storedSeq = state.seq;
  for await (const entry of journal.read((state.seq + 1) as Seq)) foldEntry(state, entry);
  return { state, storedSeq };
}

export function foldEntry(state: EngineState, entry: Entry): void {
  let seq = entry.seq;
  for (const fact of entry.facts) {
    evolve(state, fact, seq, entry.at);
    seq = (seq + 1) as Seq;
  }
}
