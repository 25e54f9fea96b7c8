/** Finds orders and pages of history by the parameters that the REST endpoints take. */
import type { History } from './history.ts';
import { inOrder } from './history.ts';
import type { AlgoOrder, Order } from './order.ts';
import type { AlgoOrderKey, HistoryParams, OrderKey } from './params.ts';
import * as refusals from './refusals.ts';
import type { Refusal } from './types.ts';

const LIMIT_DEFAULT = 500;
const LIMIT_MAX = 1000;

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

/** The oldest entries from a given id or time on, else the newest ones; always oldest first. */
export function page<T>(
  entries: Iterable<T>,
  describe: (entry: T) => Dated,
  params: HistoryParams,
  fromId: string | undefined,
  limitMax: number = LIMIT_MAX,
): T[] | Refusal {
  const limit = isGiven(params.limit) ? Number(params.limit) : LIMIT_DEFAULT;
  if (!Number.isInteger(limit) || limit < 1 || limit > limitMax) return refusals.invalidParameter('limit');
  const from = isGiven(fromId) ? Number(fromId) : 0;
  const start = isGiven(params.startTime) ? Number(params.startTime) : 0;
  const end = isGiven(params.endTime) ? Number(params.endTime) : Number.MAX_SAFE_INTEGER;
  if (!(from >= 0)) return refusals.invalidParameter('orderId');
  if (!(start >= 0 && end >= start)) return refusals.invalidParameter('startTime');

  const found: T[] = [];
  for (const entry of entries) {
    const { id, symbol, timeMs } = describe(entry);
    if (params.symbol !== undefined && symbol !== params.symbol) continue;
    if (id >= from && timeMs >= start && timeMs <= end) found.push(entry);
  }
  return from > 0 || start > 0 ? found.slice(0, limit) : found.slice(-limit);
}

/** Every order that is still known, oldest first. */
export const knownOrders = (history: History): Order[] =>
  [...history.ordersById.values()].sort((a, b) => a.orderId - b.orderId);
export const knownAlgos = (history: History): AlgoOrder[] =>
  [...history.algosById.values()].sort((a, b) => a.algoId - b.algoId);
export const knownTrades = (history: History) => inOrder(history.trades);
