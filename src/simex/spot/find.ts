/** Finds orders and lists by the parameters that name them. */
import type { Refusal } from '../matching/result.ts';
import type { Order, OrderList } from './order.ts';
import type { Parameters } from './reading.ts';
import { collect, fail, optional, readWhole, required } from './reading.ts';
import * as refusals from './refusals.ts';
import type { SpotState } from './state.ts';

/** By id or by client id; where both are sent, both must fit. */
export const findOrder = (
  state: SpotState,
  parameters: Parameters,
  missing: Refusal,
  idName = 'orderId',
  clientIdName = 'origClientOrderId',
): Order | Refusal =>
  collect(() => {
    const symbol = required(parameters, 'symbol');
    if (!state.listings.has(symbol)) fail(refusals.invalidSymbol());
    const orderId = readWhole(parameters, idName);
    const clientId = optional(parameters, clientIdName);
    if (orderId === undefined && clientId === undefined) fail(refusals.missingEither(clientIdName, idName));
    const order =
      orderId === undefined ? state.orders.byClientId.get(clientId ?? '') : state.orders.byId.get(orderId);
    const fits = order?.symbol === symbol && (clientId === undefined || order.clientOrderId === clientId);
    return fits ? order : missing;
  });

export const findList = (
  state: SpotState,
  parameters: Parameters,
  clientIdName: string,
  missing: Refusal,
): OrderList | Refusal =>
  collect(() => {
    const listId = readWhole(parameters, 'orderListId');
    const clientId = optional(parameters, clientIdName);
    if (listId === undefined && clientId === undefined) {
      fail(refusals.missingEither(clientIdName, 'orderListId'));
    }
    const list =
      listId === undefined ? state.lists.byClientId.get(clientId ?? '') : state.lists.byId.get(listId);
    const fits = clientId === undefined || list?.listClientOrderId === clientId;
    return list !== undefined && fits ? list : missing;
  });
