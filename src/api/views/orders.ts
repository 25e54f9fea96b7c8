/** Orders by id, from the entries that tell of them; with a bound on those that have ended. */

import type { Entry, OrderPlanned } from '#core/facts.ts';
import type { ClientOrderId } from '#core/ids.ts';
import { continueHistory, hasEnded, type OrderHistory, type OrderStatus, startHistory } from './order.ts';

export interface OrderFilter {
  readonly symbol?: string | undefined;
  readonly strategy?: string | undefined;
  readonly status?: OrderStatus | undefined;
}

export class Orders {
  readonly #endedMax: number;
  /** Oldest first. */
  readonly #histories = new Map<ClientOrderId, OrderHistory>();
  readonly #latestOfIntent = new Map<string, ClientOrderId>();
  readonly #ended = new Set<ClientOrderId>();

  constructor(endedMax: number = Number.POSITIVE_INFINITY) {
    this.#endedMax = endedMax;
  }

  apply({ at, facts }: Entry): void {
    for (const fact of facts) {
      if (fact.type === 'order.planned') {
        this.#add(fact, at);
        continue;
      }
      if (!('clientOrderId' in fact)) continue;
      const history = this.#histories.get(fact.clientOrderId);
      if (history === undefined) continue;
      continueHistory(history, fact, at);
      if (hasEnded(history)) this.#end(fact.clientOrderId);
    }
  }

  get(id: ClientOrderId): OrderHistory | undefined {
    return this.#histories.get(id);
  }

  /** Puts complete histories of orders older than all others in front. */
  prepend(older: readonly OrderHistory[]): void {
    const newer = [...this.#histories];
    this.#histories.clear();
    for (const history of older) this.#histories.set(history.planned.order.clientOrderId, history);
    for (const [id, history] of newer) this.#histories.set(id, history);
  }

  /** Oldest first. */
  all(): OrderHistory[] {
    return [...this.#histories.values()];
  }

  newest(filter: OrderFilter, limit: number): OrderHistory[] {
    return this.all()
      .reverse()
      .filter(
        ({ planned, status }) =>
          (filter.symbol === undefined || planned.order.symbol === filter.symbol) &&
          (filter.strategy === undefined || planned.strategyId === filter.strategy) &&
          (filter.status === undefined || status === filter.status),
      )
      .slice(0, limit);
  }

  #add(fact: OrderPlanned, at: Entry['at']): void {
    const { clientOrderId } = fact.order;
    const intent = clientOrderId.slice(0, -String(fact.attempt).length);
    const earlier = this.#latestOfIntent.get(intent);
    const replaced = earlier === undefined ? undefined : this.#histories.get(earlier);
    if (replaced?.status === 'waiting') {
      replaced.status = 'retried';
      this.#end(replaced.planned.order.clientOrderId);
    }
    this.#latestOfIntent.set(intent, clientOrderId);
    this.#histories.set(clientOrderId, startHistory(fact, at));
  }

  #end(id: ClientOrderId): void {
    this.#ended.add(id);
    for (const oldest of this.#ended) {
      if (this.#ended.size <= this.#endedMax) return;
      this.#ended.delete(oldest);
      this.#forget(oldest);
    }
  }

  #forget(id: ClientOrderId): void {
    const history = this.#histories.get(id);
    if (history === undefined) return;
    this.#histories.delete(id);
    const intent = id.slice(0, -String(history.planned.attempt).length);
    if (this.#latestOfIntent.get(intent) === id) this.#latestOfIntent.delete(intent);
  }
}
