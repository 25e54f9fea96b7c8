/**
 * Keeps requests back while the exchange limits our address. Whoever goes on after a 429 is banned, cancels and stops
 * included: so what only asks waits first. It is the address that is limited: a gate may serve several adapters.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/general-info
 */

import type { IncomingHttpHeaders } from 'node:http';
import { addMs, MICROS_PER_MS, type Micros } from '#core/ids.ts';

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
const lightPaths: ReadonlySet<string> = new Set([
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

export class RateGate {
  #bannedUntil = 0 as Micros;
  #limitedUntil = 0 as Micros;
  #heavyUntil = 0 as Micros;

  /** Why the request must not be sent now. */
  heldBack(method: string, path: string, now: Micros): string | undefined {
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
}

const later = (a: Micros, b: Micros): Micros => (a > b ? a : b);

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
