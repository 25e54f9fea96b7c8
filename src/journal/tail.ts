/** The end of a journal: the entries on their way to the store, in order, and the first failure, which is the last. */

import type { Seq } from '#core/ids.ts';
import { JournalError } from './port.ts';

/** Far above where an engine stops taking signals: whoever gets here no longer looks at `pending`. */
export const PENDING_ENTRIES_MAX = 100_000;

export class Tail {
  readonly #waiting: PromiseWithResolvers<void>[] = [];
  #head: Seq;
  #fault: JournalError | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(head: Seq) {
    this.#head = head;
  }

  get head(): Seq {
    return this.#head;
  }

  get pending(): number {
    return this.#waiting.length;
  }

  /** Takes an entry's number and count; the promise settles with the entry. Undefined if it is refused: see fault. */
  push(seq: Seq, count: number): Promise<void> | undefined {
    if (this.#fault === undefined && seq !== this.#head + 1) {
      this.close(new JournalError('stale_sequence', `fact ${seq} cannot follow fact ${this.#head}`, { seq }));
    } else if (this.#waiting.length >= PENDING_ENTRIES_MAX) {
      this.close(
        new JournalError('unavailable', `${PENDING_ENTRIES_MAX} entries wait for the store`, { seq }),
      );
    }
    if (this.#fault !== undefined) return undefined;
    const waiting = Promise.withResolvers<void>();
    this.#waiting.push(waiting);
    this.#head = (seq + count - 1) as Seq;
    this.#last = waiting.promise;
    return waiting.promise;
  }

  get fault(): JournalError | undefined {
    return this.#fault;
  }

  /** The oldest entries have become durable. */
  settle(entries: number): void {
    for (const waiting of this.#waiting.splice(0, entries)) waiting.resolve();
  }

  /** Nothing more is taken; what waits still may become durable. */
  close(fault: JournalError): void {
    this.#fault ??= fault;
  }

  /** The store has failed: what waits will not become durable. */
  fail(fault: JournalError): void {
    this.close(fault);
    for (const waiting of this.#waiting.splice(0)) waiting.reject(fault);
  }

  /** Resolves when nothing waits. */
  async drained(): Promise<void> {
    await this.#last.catch(() => {});
  }
}
