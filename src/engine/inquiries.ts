/**
 * Asking the exchange what became of an order: one question at a time for each, a bounded number at once, and ever more
 * seldom while the answers bring nothing new. A question that fails is asked again; an order is denied only by two
 * answers in a row.
 */

import type { Command } from '#core/command.ts';
import { addMs, type ClientOrderId, type Micros } from '#core/ids.ts';
import { quantity } from '#core/money.ts';
import type { Order, OrderReport } from '#core/order.ts';
import type { Exchange, ReportOutcome } from '#exchange/port.ts';
import { type Clock, pause, type Timers } from './time.ts';

const CONCURRENT_MAX = 8;
/** Events are usually faster than questions: give them the first chance. */
const ASK_SOON_MS = 250;
/** The exchange's query side may lag behind its matching. */
const DENIAL_RECHECK_MS = 500;
const PAUSE_MS_MIN = 250;
const PAUSE_MS_MAX = 5_000;
/** How long answers may count an execution and not list its trades, before the order's average price is taken instead. */
const TRADES_LATE_MS_MAX = 1_000;

/** What has been asked about an order so far. */
interface Inquiry {
  pauseMs: number;
  notBefore: Micros;
  /** When an answer first counted an execution whose trades have not been listed since. */
  tradesMissingSince: Micros | undefined;
}

export interface InquiryOptions {
  readonly exchange: Pick<Exchange, 'report'>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly handle: (command: Command) => void;
  readonly orderOf: (id: ClientOrderId) => Order | undefined;
}

export class Inquiries {
  readonly #options: InquiryOptions;
  readonly #inquiries = new Map<ClientOrderId, Inquiry>();
  readonly #waiting = new Map<ClientOrderId, Order>();
  readonly #asking = new Set<ClientOrderId>();

  constructor(options: InquiryOptions) {
    this.#options = options;
  }

  /** Asks unless it is being asked already, or was asked too short a time ago. */
  ask(order: Order): void {
    const id = order.plan.clientOrderId;
    if (this.#asking.has(id) || this.#waiting.has(id)) return;
    const inquiry = this.#inquiries.get(id);
    if (inquiry !== undefined && this.#options.clock.now() < inquiry.notBefore) return;
    this.#waiting.set(id, order);
    this.#next();
  }

  askSoon(order: Order): void {
    this.#askIn(ASK_SOON_MS, order);
  }

  #askIn(delayMs: number, order: Order): void {
    const { timers, orderOf } = this.#options;
    timers.after(delayMs, () => {
      const live = orderOf(order.plan.clientOrderId);
      if (live !== undefined) this.ask(live);
    });
  }

  /** Forgets what was asked about orders that are no longer live. */
  forgetEnded(): void {
    for (const id of this.#inquiries.keys()) {
      if (this.#options.orderOf(id) === undefined) this.#inquiries.delete(id);
    }
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
    const { clock, timers, handle } = this.#options;
    const { clientOrderId } = order.plan;
    const inquiry = this.#inquiryFor(clientOrderId);
    const askedAt = clock.now();
    let outcome = await this.#report(order);
    if (outcome.kind === 'missing') {
      await pause(timers, DENIAL_RECHECK_MS);
      outcome = await this.#report(order);
    }
    inquiry.notBefore = addMs(clock.now(), inquiry.pauseMs);
    inquiry.pauseMs = Math.min(2 * inquiry.pauseMs, PAUSE_MS_MAX);
    if (outcome.kind === 'missing') handle({ type: 'record_missing', clientOrderId, askedAt });
    // Whoever asked will not ask again: there may never be another event.
    if (outcome.kind === 'failed') this.#askIn(inquiry.pauseMs, order);
    if (outcome.kind !== 'found') return;
    const { report } = outcome;
    const now = clock.now();
    const missingSince = listsItsTrades(order, report) ? undefined : (inquiry.tradesMissingSince ?? now);
    inquiry.tradesMissingSince = missingSince;
    const tradesOverdue = missingSince !== undefined && now >= addMs(missingSince, TRADES_LATE_MS_MAX);
    handle({ type: 'record_report', report, how: 'query', ...(tradesOverdue ? { tradesOverdue } : {}) });
    if (missingSince !== undefined && !tradesOverdue) this.#askIn(inquiry.pauseMs, order);
  }

  #report({ plan: { clientOrderId, symbol, book } }: Order): Promise<ReportOutcome> {
    return this.#options.exchange.report({ clientOrderId, symbol, book });
  }

  #inquiryFor(id: ClientOrderId): Inquiry {
    const known = this.#inquiries.get(id);
    if (known !== undefined) return known;
    const inquiry = { pauseMs: PAUSE_MS_MIN, notBefore: 0 as Micros, tradesMissingSince: undefined };
    this.#inquiries.set(id, inquiry);
    return inquiry;
  }
}

function listsItsTrades(order: Order, report: OrderReport): boolean {
  let known: bigint = order.filled;
  for (const trade of report.trades) {
    if (!order.tradeIds.includes(trade.tradeId)) known += quantity(trade.quantity);
  }
  return known >= quantity(report.executed);
}
