/**
 * Keeps requests back while the exchange limits our address. Whoever goes on after a 429 is banned, cancels and stops
 * included: so what only asks waits first. It is the address that is limited: a gate may serve several adapters.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/general-info
 */

import type { IncomingHttpHeaders } from 'node:http';
import { addMs, MICROS_PER_MS, type Micros } from '#core/ids.ts';
import type { Endpoint } from './endpoints.ts';

const MS_PER_SECOND = 1_000;
const BAN_MS = 2 * 60_000;
const LIMITED_MS = 5_000;
/** The longest ban there is: three days. */
const RETRY_AFTER_SECONDS_MAX = 3 * 24 * 60 * 60;
/** Where the exchange's minute began is not known: a whole one is waited. */
const WEIGHT_WINDOW_MS = 60_000;
const WEIGHT_PER_MINUTE_MAX = 2_400;
const WEIGHT_PER_CENT_MAX = 80;
const WEIGHT_MAX = (WEIGHT_PER_MINUTE_MAX * WEIGHT_PER_CENT_MAX) / 100;
const TOO_MANY_REQUESTS = -1003;

/** They weigh little, and orders depend on them. */
const lightPaths: ReadonlySet<Endpoint> = new Set<Endpoint>([
  '/fapi/v1/order',
  '/fapi/v1/algoOrder',
  '/fapi/v1/userTrades',
  '/fapi/v1/time', // without it, an order whose timestamp is off stays refused
]);

interface Limiting {
  readonly status: number;
  /** The exchange's code; 0 where there is none. */
  readonly code: number;
  readonly headers: IncomingHttpHeaders;
}

/** What the exchange last told of our use in windows that are not over, and for how long requests are still held back. */
export interface RateStatus {
  readonly weight: { readonly used: number; readonly limit: number };
  readonly ordersUsed: { readonly '10s': number; readonly '1m': number };
  readonly heldBackSeconds: {
    readonly banned: number;
    readonly too_many_requests: number;
    readonly weight: number;
  };
}

export class RateGate {
  #bannedUntil = 0 as Micros;
  #limitedUntil = 0 as Micros;
  #heavyUntil = 0 as Micros;
  readonly #used: Used = { weight: unused, '10s': unused, '1m': unused };

  status(now: Micros): RateStatus {
    return {
      weight: { used: within(this.#used.weight, WEIGHT_WINDOW_MS, now), limit: WEIGHT_PER_MINUTE_MAX },
      ordersUsed: {
        '10s': within(this.#used['10s'], 10 * MS_PER_SECOND, now),
        '1m': within(this.#used['1m'], 60 * MS_PER_SECOND, now),
      },
      heldBackSeconds: {
        banned: secondsUntil(this.#bannedUntil, now),
        too_many_requests: secondsUntil(this.#limitedUntil, now),
        weight: secondsUntil(this.#heavyUntil, now),
      },
    };
  }

  /** Why the request must not be sent now. */
  heldBack(method: string, path: Endpoint, now: Micros): string | undefined {
    if (now < this.#bannedUntil) return held('this address is banned', this.#bannedUntil, now);
    if (method !== 'GET') return undefined;
    if (now < this.#limitedUntil) return held('too many requests', this.#limitedUntil, now);
    if (now < this.#heavyUntil && !lightPaths.has(path)) {
      return held(`more than ${WEIGHT_PER_CENT_MAX} % of the weight is used`, this.#heavyUntil, now);
    }
    return undefined;
  }

  /** @returns what is held back from now on, where that is new */
  learn({ status, code, headers }: Limiting, now: Micros): string | undefined {
    const used = positive(headers['x-mbx-used-weight-1m']);
    this.#note('weight', used, now);
    this.#note('10s', positive(headers['x-mbx-order-count-10s']), now);
    this.#note('1m', positive(headers['x-mbx-order-count-1m']), now);
    const wasHeavy = now < this.#heavyUntil;
    // Less than before is a new minute; a late answer of the old one is set right by the next.
    if (used !== undefined) this.#heavyUntil = used > WEIGHT_MAX ? addMs(now, WEIGHT_WINDOW_MS) : now;
    if (status === 418) {
      const isNew = now >= this.#bannedUntil;
      this.#bannedUntil = later(this.#bannedUntil, addMs(now, retryAfterMs(headers) ?? BAN_MS));
      return isNew ? `everything is ${held('banned', this.#bannedUntil, now)}` : undefined;
    }
    if (status === 429 || code === TOO_MANY_REQUESTS) {
      const isNew = now >= this.#limitedUntil;
      this.#limitedUntil = later(this.#limitedUntil, addMs(now, retryAfterMs(headers) ?? LIMITED_MS));
      return isNew ? `queries are ${held('too many requests', this.#limitedUntil, now)}` : undefined;
    }
    return !wasHeavy && now < this.#heavyUntil
      ? `snapshots are ${held(`weight ${used} used`, this.#heavyUntil, now)}`
      : undefined;
  }

  #note(what: keyof Used, count: number | undefined, at: Micros): void {
    if (count !== undefined) this.#used[what] = { count, at };
  }
}

interface Told {
  readonly count: number;
  readonly at: Micros;
}
type Used = Record<'weight' | '10s' | '1m', Told>;

const unused: Told = { count: 0, at: 0 as Micros };

/** What was told longer ago than its window lasts is over. */
const within = ({ count, at }: Told, windowMs: number, now: Micros): number =>
  now < addMs(at, windowMs) ? count : 0;

const later = (a: Micros, b: Micros): Micros => (a > b ? a : b);

const secondsUntil = (until: Micros, now: Micros): number =>
  Math.max(0, until - now) / (MS_PER_SECOND * MICROS_PER_MS);

const held = (why: string, until: Micros, now: Micros): string =>
  `held back for ${Math.ceil((until - now) / (MS_PER_SECOND * MICROS_PER_MS))} s: ${why}`;

const retryAfterMs = (headers: IncomingHttpHeaders): number | undefined => {
  const seconds = positive(headers['retry-after']);
  return seconds === undefined ? undefined : Math.min(seconds, RETRY_AFTER_SECONDS_MAX) * MS_PER_SECOND;
};

/** A header that is a positive whole number. */
function positive(header: string | string[] | undefined): number | undefined {
  if (typeof header !== 'string' || !/^\d{1,15}$/.test(header)) return undefined;
  return Number.parseInt(header, 10) || undefined;
}
