/** What ends by the clock: orders with a date, and the countdown that cancels all orders of a symbol. */
import type { ConditionalDesk } from './conditional-desk.ts';
import type { Executions } from './executions.ts';
import { isOpen } from './order.ts';
import type { Reporter } from './reporter.ts';
import type { Floor } from './state.ts';
import { listingOf } from './state.ts';
import { expiryReason } from './user-events.ts';

export class Deadlines {
  readonly #floor: Floor;
  readonly #report: Reporter;
  readonly #executions: Executions;
  readonly #conditionals: ConditionalDesk;

  constructor(floor: Floor, report: Reporter, executions: Executions, conditionals: ConditionalDesk) {
    this.#floor = floor;
    this.#report = report;
    this.#executions = executions;
    this.#conditionals = conditionals;
  }

  /** Zero stops the countdown. */
  countDown(symbol: string, countdownMs: number): void {
    const { state } = this.#floor;
    const atMs = countdownMs === 0 ? undefined : state.nowMs + countdownMs;
    listingOf(state, symbol).cancelAllAtMs = atMs;
    const value = atMs === undefined ? 'none' : String(atMs);
    this.#report.record(symbol, { kind: 'settings', symbol, setting: 'cancel_all_at', value });
  }

  enforce(): void {
    const { nowMs, listings } = this.#floor.state;
    for (const listing of listings.values()) {
      const { book, algos } = listing;
      const isCounted = listing.cancelAllAtMs !== undefined && nowMs >= listing.cancelAllAtMs;
      if (isCounted) listing.cancelAllAtMs = undefined;
      for (const order of [...book.bids, ...book.asks]) {
        if (!isOpen(order)) continue;
        if (isCounted) this.#executions.cancel(order);
        else if (isPast(order.goodTillMs, nowMs)) this.#executions.expire(order, expiryReason.none);
      }
      for (const algo of [...algos]) {
        if (isPast(algo.goodTillMs, nowMs)) this.#conditionals.expire(algo);
      }
    }
  }
}

const isPast = (goodTillMs: number, nowMs: number): boolean => goodTillMs > 0 && nowMs >= goodTillMs;
