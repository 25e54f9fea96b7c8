/**
 * Receipts on their way into the table of signals. Keys are digests: written one by one they would touch a page
 * each, and the file would grow slower to write with its size. So they are gathered, and brought in by the order of
 * their keys, a few with each commit.
 */

import type { Seq, SignalKey } from '#core/ids.ts';

export interface Receipt {
  readonly key: SignalKey;
  readonly seq: Seq;
}

/** Keys that begin with the same two characters are neighbours in the table. */
const PREFIX_LENGTH = 2;

export class Receipts {
  #gathering = new Map<string, Receipt[]>();
  #leaving: Receipt[][] = [];
  #through: Seq | undefined;
  #last = 0 as Seq;

  add(key: SignalKey, seq: Seq): void {
    const prefix = key.slice(0, PREFIX_LENGTH);
    const bucket = this.#gathering.get(prefix);
    if (bucket === undefined) this.#gathering.set(prefix, [{ key, seq }]);
    else bucket.push({ key, seq });
    this.#last = seq;
  }

  /** From now on take() hands out what has been gathered so far. */
  release(): void {
    if (this.#through !== undefined) throw new Error(`receipts up to ${this.#through} are still to be taken`);
    // The last is the first to leave.
    this.#leaving = [...this.#gathering].sort(([a], [b]) => (a < b ? 1 : -1)).map(([, bucket]) => bucket);
    this.#through = this.#last;
    this.#gathering = new Map();
  }

  /** At least `wanted` of what was released, if there is as much; `through` comes with the last of them. */
  take(wanted: number): { receipts: Receipt[]; through: Seq | undefined } {
    const receipts: Receipt[] = [];
    if (this.#through === undefined) return { receipts, through: undefined };
    while (receipts.length < wanted) {
      const bucket = this.#leaving.pop();
      if (bucket === undefined) break;
      receipts.push(...bucket.sort((a, b) => (a.key < b.key ? -1 : 1)));
    }
    const through = this.#leaving.length === 0 ? this.#through : undefined;
    if (through !== undefined) this.#through = undefined;
    return { receipts, through };
  }
}
