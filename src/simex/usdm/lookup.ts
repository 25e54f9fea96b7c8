/** Finds orders by the parameters that the REST endpoints take. */
import { isGiven } from '../matching/page.ts';
import type { History } from './history.ts';
import type { AlgoOrder, Order } from './order.ts';
import type { AlgoOrderKey, OrderKey } from './params.ts';
import * as refusals from './refusals.ts';
import type { Refusal } from './types.ts';

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
