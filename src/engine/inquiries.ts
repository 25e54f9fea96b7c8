/**
 * Asking the exchange what became of an order: one question at a time for each, a bounded number at once. An order
 * of unknown fate counts as not placed only when the exchange denies it twice after the time when it could still
 * have accepted it.
 */

import type { Command } from '#core/command.ts';
import type { ClientOrderId } from '#core/ids.ts';
import type { Order } from '#core/order.ts';
import type { Exchange } from '#exchange/port.ts';
import { type Clock, pause, type Timers } from './time.ts';

const CONCURRENT_MAX = 8;
/** Events are usually faster than questions: give them the first chance. */
const ASK_SOON_MS = 250;
/** The exchange's query side may lag behind its matching. */
const DENIAL_RECHECK_MS = 500;
const RETRY_MS = 500;

export interface InquiryOptions {
  readonly exchange: Exchange;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly handle: (command: Command) => void;
  readonly isLive: (id: ClientOrderId) => boolean;
}

export class Inquiries {
  readonly #exchange: Exchange;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #handle: (command: Command) => void;
  readonly #isLive: (id: ClientOrderId) => boolean;
  readonly #waiting = new Map<ClientOrderId, Order>();
  readonly #asking = new Set<ClientOrderId>();

  constructor(options: InquiryOptions) {
    this.#exchange = options.exchange;
    this.#clock = options.clock;
    this.#timers = options.timers;
    this.#handle = options.handle;
    this.#isLive = options.isLive;
  }

  ask(order: Order): void {
    const id = order.plan.clientOrderId;
    if (this.#asking.has(id) || this.#waiting.has(id)) return;
    this.#waiting.set(id, order);
    this.#next();
  }

  askSoon(order: Order): void {
    this.#askIn(ASK_SOON_MS, order);
  }

  #askIn(delayMs: number, order: Order): void {
    this.#timers.after(delayMs, () => {
      if (this.#isLive(order.plan.clientOrderId)) this.ask(order);
    });
  }

  #next(): void {
    for (const [id, order] of this.#waiting) {
      if (this.#asking.size >= CONCURRENT_MAX) return;
      this.#waiting.delete(id);
      this.#asking.add(id);
      void this.#inquire(order).finally(() => {
        this.#asking.delete(id);
        this.#next();
      });
    }
  }

  async #inquire(order: Order): Promise<void> {
    const { clientOrderId, symbol, book } = order.plan;
    const ref = { clientOrderId, symbol, book };
    const askedAt = this.#clock.now();
    let outcome = await this.#exchange.report(ref);
    if (outcome.kind === 'missing' && order.phase === 'unknown') {
      await pause(this.#timers, DENIAL_RECHECK_MS);
      outcome = await this.#exchange.report(ref);
    }
    if (outcome.kind === 'found')
      this.#handle({ type: 'record_report', report: outcome.report, how: 'query' });
    if (outcome.kind === 'failed') this.#askIn(RETRY_MS, order);
    if (outcome.kind === 'missing') this.#handle({ type: 'record_missing', clientOrderId, askedAt });
  }
}
