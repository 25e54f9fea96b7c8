/** The limits that a venue publishes, and what its answers tell of our use of them. */

import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';

export const WEIGHT_WINDOW_MS = 60_000;
/** The spans over which the exchange counts orders. */
export const orderWindowMs = { '10s': 10_000, '1m': 60_000 } as const;
export type OrderWindow = keyof typeof orderWindowMs;
export const orderWindows = Object.keys(orderWindowMs) as readonly OrderWindow[];
const orderHeaders = orderWindows.map((window) => [window, `x-mbx-order-count-${window}`] as const);

export interface RateLimits {
  readonly weightPerMinute: number;
  readonly orders: Readonly<Partial<Record<OrderWindow, number>>>;
}

/** What an answer tells of the limits. */
export interface ToldUse {
  readonly weight: number | undefined;
  readonly orders: Readonly<Partial<Record<OrderWindow, number>>>;
  /** How long to send nothing. */
  readonly retryAfterSeconds: number | undefined;
}

export function toldInHeaders(headers: IncomingHttpHeaders): ToldUse {
  const orders: Partial<Record<OrderWindow, number>> = {};
  for (const [window, header] of orderHeaders) {
    const count = wholeNumber(headers[header]);
    if (count !== undefined) orders[window] = count;
  }
  return {
    weight: wholeNumber(headers['x-mbx-used-weight-1m']),
    orders,
    retryAfterSeconds: wholeNumber(headers['retry-after']) || undefined,
  };
}

function wholeNumber(header: string | string[] | undefined): number | undefined {
  if (typeof header !== 'string' || !/^\d{1,15}$/.test(header)) return undefined;
  return Number.parseInt(header, 10);
}

/** Of exchangeInfo, and with counts of the answers of the WebSocket API. */
export const rateLimitList = z.array(
  z.object({
    rateLimitType: z.string(),
    interval: z.string(),
    intervalNum: z.int(),
    limit: z.int().positive(),
    count: z.int().nonnegative().optional(),
  }),
);
type RateLimitList = z.output<typeof rateLimitList>;

const orderSpans: Readonly<Record<string, OrderWindow>> = { '10 SECOND': '10s', '1 MINUTE': '1m' };

/** One figure of each limit that is known here. */
function figures(list: RateLimitList, of: (entry: RateLimitList[number]) => number | undefined) {
  let weight: number | undefined;
  const orders: Partial<Record<OrderWindow, number>> = {};
  for (const entry of list) {
    const figure = of(entry);
    const span = `${entry.intervalNum} ${entry.interval}`;
    const window = orderSpans[span];
    if (figure === undefined) continue;
    if (entry.rateLimitType === 'REQUEST_WEIGHT' && span === '1 MINUTE') weight = figure;
    if (entry.rateLimitType === 'ORDERS' && window !== undefined) orders[window] = figure;
  }
  return { weight, orders };
}

/** What is published, in place of what was assumed. */
export function publishedLimits(list: RateLimitList, assumed: RateLimits): RateLimits {
  const { weight, orders } = figures(list, ({ limit }) => limit);
  return { weightPerMinute: weight ?? assumed.weightPerMinute, orders: { ...assumed.orders, ...orders } };
}

export const toldInList = (list: RateLimitList, retryAfterSeconds: number | undefined): ToldUse => ({
  ...figures(list, ({ count }) => count),
  retryAfterSeconds,
});
