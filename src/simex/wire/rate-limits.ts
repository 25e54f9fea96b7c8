/**
 * Request weight by address and order count of the account, in windows of the clock as the exchange counts them.
 * Who goes on after a 429 is banned (418): two minutes first, each time twice as long, at most three days.
 */
import type { Refusal } from '../matching/result.ts';
import * as refusals from './refusals.ts';

type Interval = 'SECOND' | 'MINUTE' | 'DAY';

interface OrderLimit {
  readonly interval: Interval;
  readonly intervalNum: number;
  readonly limit: number;
}

export interface RateLimitOptions {
  readonly weightPerMinute: number;
  /** The headers that tell the weight. */
  readonly weightHeaders: readonly string[];
  readonly orders: readonly OrderLimit[];
  /** Without it everything is counted and nothing refused: for load tests. */
  readonly enforced: boolean;
}

/** https://developers.binance.com/docs/derivatives/usds-margined-futures/general-info */
export const futuresLimits: RateLimitOptions = {
  weightPerMinute: 2400,
  weightHeaders: ['X-MBX-USED-WEIGHT-1M'],
  orders: [
    { interval: 'SECOND', intervalNum: 10, limit: 300 },
    { interval: 'MINUTE', intervalNum: 1, limit: 1200 },
  ],
  enforced: true,
};

/** https://github.com/binance/binance-spot-api-docs/blob/master/rest-api.md */
export const spotLimits: RateLimitOptions = {
  weightPerMinute: 6000,
  weightHeaders: ['X-MBX-USED-WEIGHT', 'X-MBX-USED-WEIGHT-1M'],
  orders: [
    { interval: 'SECOND', intervalNum: 10, limit: 100 },
    { interval: 'DAY', intervalNum: 1, limit: 200_000 },
  ],
  enforced: true,
};

/** What no client comes near: published where nothing is refused, so that clients do not hold themselves back. */
const UNLIMITED = 1_000_000_000;

/** As exchangeInfo publishes them. */
export const published = ({ weightPerMinute, orders, enforced }: RateLimitOptions): object[] =>
  [
    { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: weightPerMinute },
    ...orders.map((rule) => ({ rateLimitType: 'ORDERS', ...rule })),
  ].map((rule) => (enforced ? rule : { ...rule, limit: UNLIMITED }));

interface Throttled {
  readonly refusal: Refusal;
  readonly retryAfterSeconds: number;
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
const intervalMs: Readonly<Record<Interval, number>> = {
  SECOND: 1000,
  MINUTE: MINUTE_MS,
  DAY: 24 * 60 * MINUTE_MS,
};
const REFUSED_BEFORE_BAN_MAX = 20;
const FIRST_BAN_MS = 2 * MINUTE_MS;
const LONGEST_BAN_MS = 3 * 24 * 60 * MINUTE_MS;
const CALLERS_MAX = 1000;

const secondsUntil = (untilMs: number, nowMs: number): number => Math.ceil((untilMs - nowMs) / 1000);

class OrderWindow {
  readonly rule: OrderLimit;
  readonly #lengthMs: number;
  #startMs = 0;
  #count = 0;

  constructor(rule: OrderLimit) {
    this.rule = rule;
    this.#lengthMs = rule.intervalNum * intervalMs[rule.interval];
  }

  at(nowMs: number): number {
    return nowMs >= this.#startMs + this.#lengthMs ? 0 : this.#count;
  }

  add(nowMs: number): void {
    this.#count = this.at(nowMs) + 1;
    this.#startMs = nowMs - (nowMs % this.#lengthMs);
  }

  tooMany(nowMs: number): Throttled {
    const { interval, intervalNum, limit } = this.rule;
    const endMs = nowMs - (nowMs % this.#lengthMs) + this.#lengthMs;
    const refusal = refusals.tooManyOrders(limit, `${intervalNum === 1 ? '' : intervalNum}${interval}`);
    return { refusal: { ...refusal, status: 429 }, retryAfterSeconds: secondsUntil(endMs, nowMs) };
  }
}

export class RateLimits {
  readonly #limits: RateLimitOptions;
  readonly #callers = new Map<string, Caller>();
  readonly #windows: readonly OrderWindow[];

  constructor(limits: RateLimitOptions) {
    this.#limits = limits;
    this.#windows = limits.orders.map((rule) => new OrderWindow(rule));
  }

  /** Counts a request; says how to refuse it if it is one too many. */
  request(address: string, weight: number, nowMs: number): Throttled | undefined {
    const caller = this.#callerAt(address, nowMs);
    if (nowMs < caller.bannedUntilMs) return bannedUntil(caller.bannedUntilMs, nowMs);
    caller.weight += weight;
    const { weightPerMinute, enforced } = this.#limits;
    if (!enforced || caller.weight <= weightPerMinute) return undefined;
    caller.refused += 1;
    if (caller.refused > REFUSED_BEFORE_BAN_MAX) {
      caller.bannedUntilMs = nowMs + Math.min(FIRST_BAN_MS * 2 ** caller.bans, LONGEST_BAN_MS);
      caller.bans += 1;
      return bannedUntil(caller.bannedUntilMs, nowMs);
    }
    return {
      refusal: { ...refusals.tooManyRequests(weightPerMinute), status: 429 },
      retryAfterSeconds: secondsUntil(caller.windowStartMs + MINUTE_MS, nowMs),
    };
  }

  /** Counts an order; says how to refuse it if it is one too many. */
  order(nowMs: number): Throttled | undefined {
    const full = this.#windows.find((window) => window.at(nowMs) >= window.rule.limit);
    if (full !== undefined && this.#limits.enforced) return full.tooMany(nowMs);
    for (const window of this.#windows) window.add(nowMs);
    return undefined;
  }

  /** No weight where there is no limit: clients would slow down for one that is not there. */
  headers(address: string, isOrder: boolean, nowMs: number): [name: string, value: number][] {
    const { weightHeaders, enforced } = this.#limits;
    const { weight } = this.#callerAt(address, nowMs);
    return [
      ...(enforced ? weightHeaders : []).map((name): [string, number] => [name, weight]),
      ...(isOrder ? this.#windows : []).map((window): [string, number] => [
        `X-MBX-ORDER-COUNT-${window.rule.intervalNum}${window.rule.interval.charAt(0)}`,
        window.at(nowMs),
      ]),
    ];
  }

  /** The same as the WebSocket API tells it. */
  report(address: string, isOrder: boolean, nowMs: number): object[] {
    const { weightPerMinute } = this.#limits;
    return [
      ...(isOrder ? this.#windows : []).map((window) => ({
        rateLimitType: 'ORDERS',
        ...window.rule,
        count: window.at(nowMs),
      })),
      {
        rateLimitType: 'REQUEST_WEIGHT',
        interval: 'MINUTE',
        intervalNum: 1,
        limit: weightPerMinute,
        count: this.#callerAt(address, nowMs).weight,
      },
    ];
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
  refusal: { ...refusals.banned(untilMs), status: 418 },
  retryAfterSeconds: secondsUntil(untilMs, nowMs),
});
