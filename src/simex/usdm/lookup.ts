/** Finds orders and pages of history by the parameters that the REST endpoints take. */
import type { History } from './history.ts';
import { inOrder } from './history.ts';
import type { AlgoOrder, Order } from './order.ts';
import type { AlgoOrderKey, HistoryParams, OrderKey } from './params.ts';
import * as refusals from './refusals.ts';
import type { Refusal } from './types.ts';

const DAY_MS = 24 * 3600_000;
const isGiven = (text: string | undefined): text is string => text !== undefined && text !== '';

export function findOrder(history: History, key: OrderKey, missing: Refusal): Order | Refusal {
  if (!isGiven(key.symbol)) return refusals.missingParameter('symbol');
  if (!isGiven(key.orderId) && !isGiven(key.origClientOrderId)) {
    return refusals.missingEither('origClientOrderId', 'orderId');
  }
  const order = isGiven(key.orderId)
    ? history.ordersById.get(Number(key.orderId))
    : history.ordersByClientId.get(key.origClientOrderId ?? '');
  return order?.symbol === key.symbol ? order : missing;
}

export function findAlgo(history: History, key: AlgoOrderKey, missing: Refusal): AlgoOrder | Refusal {
  if (!isGiven(key.algoId) && !isGiven(key.clientAlgoId)) {
    return refusals.missingEither('algoId', 'clientAlgoId');
  }
  const algo = isGiven(key.algoId)
    ? history.algosById.get(Number(key.algoId))
    : history.algosByClientId.get(key.clientAlgoId ?? '');
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
  /** The longest interval that may be asked for. */
  readonly daysMax?: number;
}

export const ordersPaging: Paging = { limitDefault: 500, limitMax: 1000, daysMax: 7 };

/** The oldest entries from a given id or time on, else the newest ones; always oldest first. */
export function page<T>(
  entries: Iterable<T>,
  describe: (entry: T) => Dated,
  params: HistoryParams,
  fromId: string | undefined,
  { limitDefault, limitMax, daysMax }: Paging,
): T[] | Refusal {
  const limit = isGiven(params.limit) ? Number(params.limit) : limitDefault;
  if (!Number.isInteger(limit) || limit < 1 || limit > limitMax) return refusals.invalidParameter('limit');
  const number = isGiven(params.page) ? Number(params.page) : 1;
  if (!Number.isInteger(number) || number < 1) return refusals.invalidParameter('page');
  const from = isGiven(fromId) ? Number(fromId) : 0;
  const start = isGiven(params.startTime) ? Number(params.startTime) : 0;
  const end = isGiven(params.endTime) ? Number(params.endTime) : Number.MAX_SAFE_INTEGER;
  if (!(from >= 0)) return refusals.invalidParameter('orderId');
  if (!(start >= 0 && end >= start)) return refusals.invalidParameter('startTime');
  const isBounded = isGiven(params.startTime) && isGiven(params.endTime);
  if (daysMax !== undefined && isBounded && end - start > daysMax * DAY_MS) {
    return refusals.intervalTooLong(daysMax);
  }

  const found: T[] = [];
  for (const entry of entries) {
    const { id, symbol, timeMs } = describe(entry);
    if (isGiven(params.symbol) && symbol !== params.symbol) continue;
    if (id >= from && timeMs >= start && timeMs <= end) found.push(entry);
  }
  const skipped = (number - 1) * limit;
  if (from > 0 || start > 0 || isGiven(params.page)) return found.slice(skipped, skipped + limit);
  return found.slice(-limit);
}

/** Every order that is still known, oldest first. */
export const knownOrders = (history: History): Order[] =>
  [...history.ordersById.values()].sort((a, b) => a.orderId - b.orderId);
export const knownAlgos = (history: History): AlgoOrder[] =>
  [...history.algosById.values()].sort((a, b) => a.algoId - b.algoId);
export const knownTrades = (history: History) => inOrder(history.trades);
