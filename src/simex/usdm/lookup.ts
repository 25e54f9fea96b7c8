/** Finds orders and pages of history by the parameters that the REST endpoints take. */

import { inOrder, known } from '../matching/archive.ts';
import type { Refusal } from '../matching/result.ts';
import type { History } from './history.ts';
import type { AlgoOrder, Order } from './order.ts';
import type { AlgoOrderKey, HistoryParams, OrderKey } from './params.ts';
import * as refusals from './refusals.ts';

const DAY_MS = 24 * 3600_000;
const isGiven = (text: string | undefined): text is string => text !== undefined && text !== '';

export function findOrder(history: History, key: OrderKey, missing: Refusal): Order | Refusal {
  if (!isGiven(key.symbol)) return refusals.missingParameter('symbol');
  if (!isGiven(key.orderId) && !isGiven(key.origClientOrderId)) {
    return refusals.missingEither('origClientOrderId', 'orderId');
  }
  const order = isGiven(key.orderId)
    ? history.orders.byId.get(Number(key.orderId))
    : history.orders.byClientId.get(key.origClientOrderId ?? '');
  return order?.symbol === key.symbol ? order : missing;
}

export function findAlgo(history: History, key: AlgoOrderKey, missing: Refusal): AlgoOrder | Refusal {
  if (!isGiven(key.algoId) && !isGiven(key.clientAlgoId)) {
    return refusals.missingEither('algoId', 'clientAlgoId');
  }
  const algo = isGiven(key.algoId)
    ? history.algos.byId.get(Number(key.algoId))
    : history.algos.byClientId.get(key.clientAlgoId ?? '');
  return algo ?? missing;
}

interface Dated {
  readonly id: number;
  readonly symbol: string;
  readonly timeMs: number;
}

/** How an endpoint pages through its entries. */
export interface Paging {
  readonly limitDefault: number;
  readonly limitMax: number;
  /** The longest interval that may be asked for, and before `nowMs` the one that is looked at when none is. */
  readonly days?: { readonly most: number; readonly nowMs: number };
}

export const week = (nowMs: number): NonNullable<Paging['days']> => ({ most: 7, nowMs });
export const weekly = (nowMs: number): Paging => ({ limitDefault: 500, limitMax: 1000, days: week(nowMs) });

/** The oldest entries from a given id or time on, else the newest ones; always oldest first. */
export function page<T>(
  entries: Iterable<T>,
  describe: (entry: T) => Dated,
  params: HistoryParams,
  fromId: string | undefined,
  paging: Paging,
): T[] | Refusal {
  const limit = isGiven(params.limit) ? Number(params.limit) : paging.limitDefault;
  if (!Number.isInteger(limit) || limit < 1 || limit > paging.limitMax)
    return refusals.invalidParameter('limit');
  const number = isGiven(params.page) ? Number(params.page) : 1;
  if (!Number.isInteger(number) || number < 1) return refusals.invalidParameter('page');
  const from = isGiven(fromId) ? Number(fromId) : 0;
  if (!(from >= 0)) return refusals.invalidParameter('orderId');
  const interval = intervalOf(params, from > 0, paging);
  if ('ok' in interval) return interval;
  const { start, end } = interval;

  const found: T[] = [];
  for (const entry of entries) {
    const { id, symbol, timeMs } = describe(entry);
    if (isGiven(params.symbol) && symbol !== params.symbol) continue;
    if (id >= from && timeMs >= start && timeMs <= end) found.push(entry);
  }
  const skipped = (number - 1) * limit;
  if (from > 0 || isGiven(params.startTime) || isGiven(params.page))
    return found.slice(skipped, skipped + limit);
  return found.slice(-limit);
}

interface Interval {
  readonly start: number;
  readonly end: number;
}

function intervalOf(params: HistoryParams, byId: boolean, { days }: Paging): Interval | Refusal {
  const longest = days === undefined || byId ? Number.MAX_SAFE_INTEGER : days.most * DAY_MS;
  const startGiven = isGiven(params.startTime) ? Number(params.startTime) : undefined;
  const endGiven = isGiven(params.endTime) ? Number(params.endTime) : undefined;
  const start = startGiven ?? Math.max(0, (endGiven ?? days?.nowMs ?? 0) - longest);
  const end = endGiven ?? start + longest;
  if (!(start >= 0 && end >= start)) return refusals.invalidParameter('startTime');
  return end - start > longest ? refusals.intervalTooLong(days?.most ?? 0) : { start, end };
}

/** Every order that is still known, oldest first. */
export const knownOrders = (history: History): Order[] => known(history.orders);
export const knownAlgos = (history: History): AlgoOrder[] => known(history.algos);
export const knownTrades = (history: History) => inOrder(history.trades);
