/**
 * The exchange behind the wires: every call that changes it is stored before its result is given back, and only then
 * do its events go out. A start from a directory continues where the last process was, however it ended.
 */
import { SimulatedExchange } from '../usdm/exchange.ts';
import type { LedgerEntry } from '../usdm/ledger.ts';
import type { SimulatedExchangeOptions } from '../usdm/options.ts';
import type { ExchangeQueries } from '../usdm/queries.ts';
import type { ExchangeEvent } from '../usdm/types.ts';
import type { Store, StoredCall } from './store.ts';

/** The calls that change the exchange. */
const mutators = [
  'advance',
  'setPrice',
  'releasePrice',
  'followMarket',
  'placeOrder',
  'placeOrders',
  'modifyOrder',
  'modifyOrders',
  'cancelOrder',
  'cancelOrders',
  'cancelAllOrders',
  'countdownCancelAll',
  'placeAlgoOrder',
  'cancelAlgoOrder',
  'cancelAllAlgoOrders',
  'setDualSide',
  'setLeverage',
  'setMarginType',
  'setMultiAssets',
  'setFeeBurn',
  'movePositionMargin',
  'setApiRestrictions',
] as const satisfies readonly (keyof SimulatedExchange)[];
type Mutator = (typeof mutators)[number];

const SNAPSHOT_EVERY_CALLS = 20_000;

export class DurableExchange {
  readonly #exchange: SimulatedExchange;
  readonly #store: Store;
  readonly #publish: (event: ExchangeEvent) => void;
  #entries: LedgerEntry[] = [];
  #events: ExchangeEvent[] = [];
  #callsSinceSnapshot = 0;

  constructor(
    store: Store,
    options: Omit<SimulatedExchangeOptions, 'onEvent' | 'onLedger'>,
    publish: (event: ExchangeEvent) => void,
  ) {
    this.#store = store;
    this.#publish = publish;
    const stored = store.load();
    this.#exchange = new SimulatedExchange(
      {
        ...options,
        onEvent: (event) => void this.#events.push(event),
        onLedger: (entry) => void this.#entries.push(entry),
      },
      stored?.state,
    );
    if (stored === undefined) this.snapshot();
    else this.#replay(stored.calls);
  }

  /** For questions; whatever changes the exchange must go through `call`. */
  get view(): ExchangeQueries {
    return this.#exchange;
  }

  call<M extends Mutator>(
    method: M,
    ...args: Parameters<SimulatedExchange[M]>
  ): ReturnType<SimulatedExchange[M]> {
    const result = this.#apply(method, args) as ReturnType<SimulatedExchange[M]>;
    this.#store.commit({ method, args }, this.#entries);
    this.#entries = [];
    this.#callsSinceSnapshot += 1;
    if (this.#callsSinceSnapshot >= SNAPSHOT_EVERY_CALLS) this.snapshot();
    const events = this.#events;
    this.#events = [];
    for (const event of events) this.#publish(event);
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
      const known = mutators.find((one) => one === method);
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
