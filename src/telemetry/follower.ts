/** Goes through the facts of the journal in order and at a bounded rate, past a batch only once that was taken. */

import { MICROS_PER_MS, type Micros, type Seq } from '#core/ids.ts';
import type { Batch, Canary, Tape } from './tape.ts';

/** How far a follower has come, as it is stored. */
export interface Progress {
  /** The last fact that was taken. */
  readonly seq: Seq;
  /** The newest that was taken; a rejected one is not. */
  readonly canary?: ConfirmedCanary | undefined;
}

export interface ConfirmedCanary extends Canary {
  readonly confirmedAt: Micros;
}

export interface FollowerParts {
  readonly tape: Tape;
  /** Resolves when the batch is done with: taken whole, or given up. `stopped` if it is still to be told. */
  readonly take: (batch: Batch) => Promise<'taken' | 'given_up' | 'stopped'>;
  readonly onProgress: () => void;
  readonly now: () => Micros;
  /** Returns early when the signal aborts. */
  readonly sleep: (ms: number, wake: AbortSignal) => Promise<void>;
}

export const IDLE_DELAY_MS = 100;
export const UNREADABLE_DELAY_MS = 1_000;
/** Catching up must not take the machine from trading. */
const FACTS_PER_SECOND_MAX = 20_000;

export class Follower {
  readonly #parts: FollowerParts;
  progress: Progress;

  constructor(parts: FollowerParts, progress: Progress) {
    this.#parts = parts;
    this.progress = progress;
  }

  /** Ends after the request to stop, when all facts are taken or a batch is not. */
  async run(stopping: AbortSignal): Promise<void> {
    const { tape, take, onProgress, now, sleep } = this.#parts;
    for (;;) {
      const startedAt = now();
      const { seq, canary } = this.progress;
      const batch = tape.from((seq + 1) as Seq);
      if (batch === 'none' || batch === 'unreadable') {
        if (stopping.aborted) return;
        await sleep(batch === 'none' ? IDLE_DELAY_MS : UNREADABLE_DELAY_MS, stopping);
        continue;
      }
      const outcome = await take(batch);
      if (outcome === 'stopped') return;
      const arrived = outcome === 'taken' ? batch.canary : undefined;
      this.progress = {
        seq: batch.last,
        canary: arrived === undefined ? canary : { ...arrived, confirmedAt: now() },
      };
      onProgress();
      // The clock may have stepped back meanwhile.
      const elapsedMs = Math.max(0, (now() - startedAt) / MICROS_PER_MS);
      const factCount = batch.last - batch.first + 1;
      await sleep(Math.max(0, (factCount / FACTS_PER_SECOND_MAX) * 1000 - elapsedMs), stopping);
    }
  }
}
