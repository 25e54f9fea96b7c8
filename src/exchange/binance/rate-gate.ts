/**
 * Keeps our requests within the exchange's limits: it counts ahead what each will cost, believes the exchange where it
 * counts otherwise, and keeps a reserve that only what protects, reduces or cancels may use. Whoever goes on after a 429
 * is banned, cancels and stops included: then all else waits. It is the address that is limited: a gate may serve
 * several adapters.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/general-info
 */

import { addMs, MICROS_PER_MS, type Micros } from '#core/ids.ts';
import type { Cost } from './endpoints.ts';
import {
  type OrderWindow,
  orderWindowMs,
  orderWindows,
  type RateLimits,
  type ToldUse,
  WEIGHT_WINDOW_MS,
} from './rate-limits.ts';

const MS_PER_SECOND = 1_000;
const BAN_MS = 2 * 60_000;
const LIMITED_MS = 5_000;
/** The longest ban there is: three days. */
const RETRY_AFTER_SECONDS_MAX = 3 * 24 * 60 * 60;
const TOO_MANY_REQUESTS = -1003;
const TOO_MANY_ORDERS = -1015;

/**
 * protective: protects, reduces or cancels, or repairs the clock that those need. ordinary: entries, and questions that
 * they depend on. background: what can wait for the next minute.
 */
export type Priority = 'protective' | 'ordinary' | 'background';

/** How much of a limit a request may find in use, itself included. What protects is never held back by a count. */
const WEIGHT_PER_CENT_MAX = { background: 80, ordinary: 90 } as const;
/** Each entry is followed by its stop and its target. */
const ORDERS_PER_CENT_MAX = 50;

export interface Priced {
  readonly cost: Cost;
  readonly priority: Priority;
}

interface Answered {
  readonly status: number;
  /** The exchange's code; 0 where there is none. */
  readonly code: number;
  readonly use: ToldUse;
}

interface Use {
  /** As the exchange last told, while that window lasts, with what is under way. */
  readonly used: number;
  readonly limit: number;
}

/** For how long requests are still held back, and what is in use. */
export interface RateStatus {
  readonly weight: Use;
  readonly orders: Readonly<Partial<Record<OrderWindow, Use>>>;
  readonly heldBackSeconds: {
    readonly banned: number;
    readonly too_many_requests: number;
    readonly weight: number;
  };
}

export class RateGate {
  readonly #weight = new Counter(WEIGHT_WINDOW_MS);
  readonly #orders: Readonly<Record<OrderWindow, Counter>> = {
    '10s': new Counter(orderWindowMs['10s']),
    '1m': new Counter(orderWindowMs['1m']),
  };
  #limits: RateLimits;
  #orderLimits: readonly (readonly [OrderWindow, number])[];
  #bannedUntil = 0 as Micros;
  #limitedUntil = 0 as Micros;

  constructor(limits: RateLimits) {
    this.#limits = limits;
    this.#orderLimits = pairs(limits);
  }

  get limits(): RateLimits {
    return this.#limits;
  }

  /** The exchange has published these. */
  adopt(limits: RateLimits): void {
    this.#limits = limits;
    this.#orderLimits = pairs(limits);
  }

  status(now: Micros): RateStatus {
    const orders: Partial<Record<OrderWindow, Use>> = {};
    for (const [window, limit] of this.#orderLimits) {
      orders[window] = { used: this.#orders[window].used(now), limit };
    }
    return {
      weight: { used: this.#weight.used(now), limit: this.#limits.weightPerMinute },
      orders,
      heldBackSeconds: {
        banned: secondsUntil(this.#bannedUntil, now),
        too_many_requests: secondsUntil(this.#limitedUntil, now),
        weight: this.#isHeavy(now) ? secondsUntil(this.#weight.endsAt, now) : 0,
      },
    };
  }

  /** Why the request must not be sent now. Ask once: a request that is under way counts against itself. */
  heldBack(request: Priced, now: Micros): string | undefined {
    return this.paused(request.priority, now) ?? this.#exhausted(request, now);
  }

  /** Why the exchange wants no such requests now. */
  paused(priority: Priority, now: Micros): string | undefined {
    if (now < this.#bannedUntil) return held('this address is banned', this.#bannedUntil, now);
    if (now < this.#limitedUntil && priority !== 'protective') {
      return held('too many requests', this.#limitedUntil, now);
    }
    return undefined;
  }

  /** The request is about to be sent. */
  begin({ weight, orders }: Cost): void {
    this.#weight.begin(weight);
    for (const window of orderWindows) this.#orders[window].begin(orders);
  }

  /**
   * The request is over. @param answer undefined if there was none; it may have been counted, then
   * @returns what is held back from now on, where that is new
   */
  end({ weight, orders }: Cost, answer: Answered | undefined, now: Micros): string | undefined {
    const wasHeavy = this.#isHeavy(now);
    this.#weight.end(weight, answer?.use.weight, now);
    for (const window of orderWindows) {
      this.#orders[window].end(orders, answer?.use.orders[window], now);
    }
    if (answer !== undefined) {
      const paused = this.#learnPause(answer, now);
      if (paused !== undefined) return paused;
    }
    return !wasHeavy && this.#isHeavy(now)
      ? `snapshots are ${held(`weight ${this.#weight.used(now)} used`, this.#weight.endsAt, now)}`
      : undefined;
  }

  /** The request never left. */
  withdraw({ weight, orders }: Cost): void {
    this.#weight.withdraw(weight);
    for (const window of orderWindows) this.#orders[window].withdraw(orders);
  }

  #learnPause({ status, code, use: { retryAfterSeconds } }: Answered, now: Micros): string | undefined {
    const until = (otherwiseMs: number): Micros =>
      addMs(
        now,
        retryAfterSeconds === undefined
          ? otherwiseMs
          : Math.min(retryAfterSeconds, RETRY_AFTER_SECONDS_MAX) * MS_PER_SECOND,
      );
    if (status === 418) {
      const isNew = now >= this.#bannedUntil;
      this.#bannedUntil = later(this.#bannedUntil, until(BAN_MS));
      return isNew ? `everything is ${held('banned', this.#bannedUntil, now)}` : undefined;
    }
    if (status === 429 || code === TOO_MANY_REQUESTS || code === TOO_MANY_ORDERS) {
      const isNew = now >= this.#limitedUntil;
      this.#limitedUntil = later(this.#limitedUntil, until(LIMITED_MS));
      const what = code === TOO_MANY_ORDERS ? 'too many orders' : 'too many requests';
      return isNew ? `all that protects nothing is ${held(what, this.#limitedUntil, now)}` : undefined;
    }
    return undefined;
  }

  #exhausted({ cost, priority }: Priced, now: Micros): string | undefined {
    if (priority === 'protective') return undefined;
    const share = WEIGHT_PER_CENT_MAX[priority];
    if (cost.weight > 0 && this.#weight.used(now) + cost.weight > part(this.#limits.weightPerMinute, share)) {
      return held(`more than ${share} % of the weight would be used`, this.#weight.endsAt, now);
    }
    for (const [window, limit] of cost.orders === 0 ? [] : this.#orderLimits) {
      const counter = this.#orders[window];
      if (counter.used(now) + cost.orders > part(limit, ORDERS_PER_CENT_MAX)) {
        return held(
          `more than ${ORDERS_PER_CENT_MAX} % of the orders of ${window} would be used`,
          counter.endsAt,
          now,
        );
      }
    }
    return undefined;
  }

  #isHeavy(now: Micros): boolean {
    return this.#weight.used(now) > part(this.#limits.weightPerMinute, WEIGHT_PER_CENT_MAX.background);
  }
}

/** What one of the exchange's windows has counted. Where a window began is not known: a whole one is waited. */
class Counter {
  readonly #windowMs: number;
  #count = 0;
  #endsAt = 0 as Micros;
  #underway = 0;

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** When what was counted is certainly over. */
  get endsAt(): Micros {
    return this.#endsAt;
  }

  used(now: Micros): number {
    return this.#counted(now) + this.#underway;
  }

  begin(cost: number): void {
    this.#underway += cost;
  }

  withdraw(cost: number): void {
    this.#underway -= cost;
  }

  /** @param told the exchange's count; a late answer of the window before is set right by the next */
  end(cost: number, told: number | undefined, now: Micros): void {
    this.#underway -= cost;
    if (told === undefined && cost === 0) return;
    const counted = this.#counted(now);
    if (told !== undefined || counted === 0) this.#endsAt = addMs(now, this.#windowMs);
    this.#count = told ?? counted + cost;
  }

  #counted(now: Micros): number {
    return now < this.#endsAt ? this.#count : 0;
  }
}

const pairs = ({ orders }: RateLimits) => Object.entries(orders) as [OrderWindow, number][];

const part = (limit: number, perCent: number): number => (limit * perCent) / 100;

const later = (a: Micros, b: Micros): Micros => (a > b ? a : b);

const secondsUntil = (until: Micros, now: Micros): number =>
  Math.max(0, until - now) / (MS_PER_SECOND * MICROS_PER_MS);

const held = (why: string, until: Micros, now: Micros): string =>
  `held back for ${Math.ceil(secondsUntil(until, now))} s: ${why}`;
