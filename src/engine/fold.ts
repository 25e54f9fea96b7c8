/** The state from the journal: the newest whole snapshot, then every entry after it. And the snapshot of a state. */

import { deserialize, serialize } from 'node:v8';
import { evolve } from '#core/evolve.ts';
import type { Entry } from '#core/facts.ts';
import type { Seq } from '#core/ids.ts';
import { type EngineState, emptyState, STATE_VERSION } from '#core/state.ts';
import type { Journal, Snapshot } from '#journal/port.ts';

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

/** In one piece, so that an order that is found in two places stays one order. */
export const snapshotOf = (state: EngineState): Snapshot => ({
  version: STATE_VERSION,
  seq: state.seq,
  state: serialize(state),
});

export function foldEntry(state: EngineState, entry: Entry): void {
  let seq = entry.seq;
  for (const fact of entry.facts) {
    evolve(state, fact, seq, entry.at);
    seq = (seq + 1) as Seq;
  }
}
