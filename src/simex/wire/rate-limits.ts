/**
 * Request weight by address and order count of the account, in windows of the clock as the exchange counts them.
 * Who goes on after a 429 is banned (418): two minutes first, each time twice as long, at most three days.
 */
import * as refusals from '../usdm/refusals.ts';
import type { Refusal } from '../usdm/types.ts';

export interface RateLimitOptions {
  readonly weightPerMinute: number;
  readonly ordersPerTenSeconds: number;
  readonly ordersPerMinute: number;
}

/** The limits that the exchange publishes in exchangeInfo. */
export const publishedLimits: RateLimitOptions = {
  weightPerMinute: 2400,
  ordersPerTenSeconds: 300,
  ordersPerMinute: 1200,
};

/** For load tests: everything is counted, nothing is refused. */
export const countedOnly: RateLimitOptions = {
  weightPerMinute: Number.MAX_SAFE_INTEGER,
  ordersPerTenSeconds: Number.MAX_SAFE_INTEGER,
  ordersPerMinute: Number.MAX_SAFE_INTEGER,
};

interface Throttled {
  readonly status: 429 | 418;
  readonly retryAfterSeconds: number;
  readonly refusal: Refusal;
}

interface Caller {
  windowStartMs: number;
  weight: number;
  /** Requests refused in this window. */
  refused: number;
  bans: number;
  bannedUntilMs: number;
}

const MINUTE_MS = 60_000;
const TEN_SECONDS_MS = 10_000;
const REFUSED_BEFORE_BAN_MAX = 20;
const FIRST_BAN_MS = 2 * MINUTE_MS;
const LONGEST_BAN_MS = 3 * 24 * 60 * MINUTE_MS;
const CALLERS_MAX = 1000;

const secondsUntil = (untilMs: number, nowMs: number): number => Math.ceil((untilMs - nowMs) / 1000);

class WindowCount {
  readonly #lengthMs: number;
  #startMs = 0;
  #count = 0;

  constructor(lengthMs: number) {
    this.#lengthMs = lengthMs;
  }

  at(nowMs: number): number {
    return nowMs >= this.#startMs + this.#lengthMs ? 0 : this.#count;
  }

  add(nowMs: number): void {
    this.#count = this.at(nowMs) + 1;
    this.#startMs = nowMs - (nowMs % this.#lengthMs);
  }

  endMs(nowMs: number): number {
    return nowMs - (nowMs % this.#lengthMs) + this.#lengthMs;
  }
}

export class RateLimits {
  readonly #limits: RateLimitOptions;
  readonly #callers = new Map<string, Caller>();
  readonly #tenSeconds = new WindowCount(TEN_SECONDS_MS);
  readonly #minute = new WindowCount(MINUTE_MS);

  constructor(limits: RateLimitOptions) {
    this.#limits = limits;
  }

  /** Counts a request; says how to refuse it if it is one too many. */
  request(address: string, weight: number, nowMs: number): Throttled | undefined {
    const caller = this.#callerAt(address, nowMs);
    if (nowMs < caller.bannedUntilMs) return bannedUntil(caller.bannedUntilMs, nowMs);
    caller.weight += weight;
    if (caller.weight <= this.#limits.weightPerMinute) return undefined;
    caller.refused += 1;
    if (caller.refused > REFUSED_BEFORE_BAN_MAX) {
      caller.bannedUntilMs = nowMs + Math.min(FIRST_BAN_MS * 2 ** caller.bans, LONGEST_BAN_MS);
      caller.bans += 1;
      return bannedUntil(caller.bannedUntilMs, nowMs);
    }
    return {
      status: 429,
      retryAfterSeconds: secondsUntil(caller.windowStartMs + MINUTE_MS, nowMs),
      refusal: refusals.tooManyRequests(this.#limits.weightPerMinute),
    };
  }

  /** None where there is no limit: clients would slow down for one that is not there. */
  usedWeight(address: string, nowMs: number): number | undefined {
    return this.#limits === countedOnly ? undefined : this.#callerAt(address, nowMs).weight;
  }

  order(nowMs: number): Throttled | undefined {
    const { ordersPerTenSeconds, ordersPerMinute } = this.#limits;
    const tooMany = (window: WindowCount, limit: number, interval: string): Throttled => ({
      status: 429,
      retryAfterSeconds: secondsUntil(window.endMs(nowMs), nowMs),
      refusal: refusals.tooManyOrders(limit, interval),
    });
    if (this.#tenSeconds.at(nowMs) >= ordersPerTenSeconds) {
      return tooMany(this.#tenSeconds, ordersPerTenSeconds, '10SECOND');
    }
    if (this.#minute.at(nowMs) >= ordersPerMinute) return tooMany(this.#minute, ordersPerMinute, 'MINUTE');
    this.#tenSeconds.add(nowMs);
    this.#minute.add(nowMs);
    return undefined;
  }

  orderCounts(nowMs: number): { readonly tenSeconds: number; readonly minute: number } {
    return { tenSeconds: this.#tenSeconds.at(nowMs), minute: this.#minute.at(nowMs) };
  }

  #callerAt(address: string, nowMs: number): Caller {
    const windowStartMs = nowMs - (nowMs % MINUTE_MS);
    let caller = this.#callers.get(address);
    if (caller === undefined) {
      if (this.#callers.size >= CALLERS_MAX) this.#callers.clear();
      caller = { windowStartMs, weight: 0, refused: 0, bans: 0, bannedUntilMs: 0 };
      this.#callers.set(address, caller);
    } else if (caller.windowStartMs !== windowStartMs) {
      caller.windowStartMs = windowStartMs;
      caller.weight = 0;
      caller.refused = 0;
    }
    return caller;
  }
}

const bannedUntil = (untilMs: number, nowMs: number): Throttled => ({
  status: 418,
  retryAfterSeconds: secondsUntil(untilMs, nowMs),
  refusal: refusals.banned(untilMs),
});
