/**
 * An exchange behind the wires: every call that changes it is stored before its result is given back, and only then
 * do its events go out. A start from a directory continues where the last process was, however it ended.
 */
import type { Numbered, Store, StoredCall } from './store.ts';

/** An exchange that can be kept: a call given again leads to the same state and the same ledger. */
interface Kept {
  /** Plain data. */
  readonly state: object;
}

interface Listeners<Event, Entry> {
  readonly onEvent: (event: Event) => void;
  readonly onLedger: (entry: Entry) => void;
}

/** How one kind of exchange is kept. */
export interface Keeping<X extends Kept, Mutator extends keyof X, Event, Entry extends Numbered> {
  /** The calls that change it. */
  readonly mutators: readonly Mutator[];
  readonly open: (listeners: Listeners<Event, Entry>, state: X['state'] | undefined) => X;
  readonly publish: (event: Event) => void;
}

type ArgumentsOf<F> = F extends (...args: infer A) => unknown ? A : never;
type ResultOf<F> = F extends (...args: never[]) => infer R ? R : never;

const SNAPSHOT_EVERY_CALLS = 20_000;

export class DurableExchange<
  X extends Kept,
  Mutator extends keyof X & string,
  Event,
  Entry extends Numbered,
> {
  readonly #exchange: X;
  readonly #store: Store;
  readonly #keeping: Keeping<X, Mutator, Event, Entry>;
  #entries: Entry[] = [];
  #events: Event[] = [];
  #callsSinceSnapshot = 0;

  constructor(store: Store, keeping: Keeping<X, Mutator, Event, Entry>) {
    this.#store = store;
    this.#keeping = keeping;
    const stored = store.load();
    this.#exchange = keeping.open(
      {
        onEvent: (event) => void this.#events.push(event),
        onLedger: (entry) => void this.#entries.push(entry),
      },
      stored?.state,
    );
    if (stored === undefined) this.snapshot();
    else this.#replay(stored.calls);
  }

  /** For questions; whatever changes the exchange must go through `call`. */
  get view(): Omit<X, Mutator> {
    return this.#exchange;
  }

  call<M extends Mutator>(method: M, ...args: ArgumentsOf<X[M]>): ResultOf<X[M]> {
    const result = this.#apply(method, args) as ResultOf<X[M]>;
    this.#store.commit({ method, args }, this.#entries);
    this.#entries = [];
    this.#callsSinceSnapshot += 1;
    if (this.#callsSinceSnapshot >= SNAPSHOT_EVERY_CALLS) this.snapshot();
    const events = this.#events;
    this.#events = [];
    for (const event of events) this.#keeping.publish(event);
    return result;
  }

  snapshot(): void {
    this.#store.snapshot(this.#exchange.state);
    this.#callsSinceSnapshot = 0;
  }

  #apply(method: Mutator, args: readonly unknown[]): unknown {
    const act = this.#exchange[method] as (...all: unknown[]) => unknown;
    return act.apply(this.#exchange, [...args]);
  }

  #replay(calls: readonly StoredCall[]): void {
    for (const { method, args } of calls) {
      const known = this.#keeping.mutators.find((one) => one === method);
      if (known === undefined) throw new Error(`the stored call ${method} is unknown to this version`);
      this.#apply(known, args);
    }
    const [first] = this.#entries;
    const stored = first === undefined ? [] : this.#store.ledger(first.seq, this.#entries.length);
    for (const [index, entry] of this.#entries.entries()) {
      if (JSON.stringify(entry) !== stored[index]) {
        throw new Error(
          `the stored calls do not lead to ledger entry ${entry.seq}: written by another version?`,
        );
      }
    }
    this.#callsSinceSnapshot = calls.length;
    this.#entries = [];
    // Their events went out, or were lost with the process that they belonged to.
    this.#events = [];
  }
}
