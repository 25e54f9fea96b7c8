/**
 * The orders that live and those that ended lately, in memory: warmed from the journal's tail, then fed with every
 * entry that becomes durable.
 */

import type { Entry } from '#core/facts.ts';
import type { ClientOrderId, Seq } from '#core/ids.ts';
import type { Order } from '#core/order.ts';
import type { Journal } from '#journal/port.ts';
import type { OrderHistory } from './views/order.ts';
import { type OrderFilter, Orders } from './views/orders.ts';

const ENDED_ORDERS_MAX = 2_000;
const TAIL_FACTS = 10_000;

export class RecentOrders {
  readonly #orders = new Orders(ENDED_ORDERS_MAX);
  #seq = 0 as Seq;
  #meanwhile: Entry[] | undefined;

  readonly apply = (entry: Entry): void => {
    if (entry.seq <= this.#seq) return;
    this.#seq = entry.seq;
    this.#orders.apply(entry);
    this.#meanwhile?.push(entry);
  };

  /** Takes in what the journal holds beyond what is known, or its tail. Before the engine appends to it. */
  async warm(journal: Journal): Promise<void> {
    const from = Math.max(1, this.#seq + 1, journal.head - TAIL_FACTS) as Seq;
    for await (const entry of journal.read(from)) this.apply(entry);
  }

  /** Takes in live orders that were planned before the tail. */
  async adopt(journal: Journal, live: ReadonlyMap<ClientOrderId, Order>): Promise<void> {
    const missing = [...live].filter(([id]) => this.#orders.get(id) === undefined);
    if (missing.length === 0) return;
    this.#meanwhile = [];
    const entries = new Map<Seq, Entry>();
    for (const signal of new Set(missing.map(([, order]) => order.story.signal))) {
      for (const entry of await journal.story(signal)) entries.set(entry.seq, entry);
    }
    for (const entry of this.#meanwhile) entries.set(entry.seq, entry);
    this.#meanwhile = undefined;
    const older = new Orders();
    for (const seq of [...entries.keys()].sort((a, b) => a - b)) {
      const entry = entries.get(seq);
      if (entry !== undefined) older.apply(entry);
    }
    const ids = new Set(missing.map(([id]) => id));
    this.#orders.prepend(older.all().filter(({ planned }) => ids.has(planned.order.clientOrderId)));
  }

  get(id: ClientOrderId): OrderHistory | undefined {
    return this.#orders.get(id);
  }

  newest(filter: OrderFilter, limit: number): OrderHistory[] {
    return this.#orders.newest(filter, limit);
  }
}
