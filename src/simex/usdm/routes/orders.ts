/** Endpoints of the regular book. */

import type { Refusal, Result } from '../../matching/result.ts';
import type { Parameters } from '../../wire/parameters.ts';
import { given, perSymbol, type RouteTable } from '../../wire/route.ts';
import type { DurableUsdm } from '../durable.ts';
import type { OrderKey } from '../params.ts';
import { amendments, forceOrders } from '../records-view.ts';
import * as refusals from '../refusals.ts';
import { isRefusal } from '../request.ts';

const allCanceled = { code: 200, msg: 'The operation of cancel all open order is done.' };

export const orderRoutes = (exchange: DurableUsdm): RouteTable => ({
  'POST /fapi/v1/order': {
    weight: 0,
    security: 'signed',
    isOrder: true,
    run: ({ parameters, nowMs }) =>
      given(exchange.call('placeOrder', parameters, nowMs), ({ order }) => order),
  },
  'POST /fapi/v1/order/test': {
    weight: 1,
    security: 'signed',
    run: ({ parameters }) => given(exchange.view.testOrder(parameters), () => ({})),
  },
  'GET /fapi/v1/order': {
    weight: 1,
    security: 'signed',
    run: ({ parameters }) => given(exchange.view.queryOrder(parameters), ({ order }) => order),
  },
  'DELETE /fapi/v1/order': {
    weight: 1,
    security: 'signed',
    run: ({ parameters, nowMs }) =>
      given(exchange.call('cancelOrder', parameters, nowMs), ({ order }) => order),
  },
  'DELETE /fapi/v1/allOpenOrders': {
    weight: 1,
    security: 'signed',
    run: ({ parameters, nowMs }) =>
      given(exchange.call('cancelAllOrders', parameters['symbol'], nowMs), () => allCanceled),
  },
  'GET /fapi/v1/openOrders': {
    weight: perSymbol(1, 40),
    security: 'signed',
    run: ({ parameters }) => given(exchange.view.openOrders(parameters['symbol']), ({ orders }) => orders),
  },
  'GET /fapi/v1/allOrders': {
    weight: 5,
    security: 'signed',
    run: ({ parameters }) => given(exchange.view.allOrders(parameters), ({ orders }) => orders),
  },
  'GET /fapi/v1/userTrades': {
    weight: 5,
    security: 'signed',
    run: ({ parameters }) => given(exchange.view.userTrades(parameters), ({ trades }) => trades),
  },
  'PUT /fapi/v1/order': {
    weight: 0,
    security: 'signed',
    isOrder: true,
    run: ({ parameters, nowMs }) =>
      given(exchange.call('modifyOrder', parameters, nowMs), ({ order }) => order),
  },
  'POST /fapi/v1/batchOrders': {
    weight: 5,
    security: 'signed',
    isOrder: true,
    run: ({ parameters, nowMs }) =>
      eachOf(parameters, (list) => given(exchange.call('placeOrders', list, nowMs), ordersOf)),
  },
  'PUT /fapi/v1/batchOrders': {
    weight: 5,
    security: 'signed',
    isOrder: true,
    run: ({ parameters, nowMs }) =>
      eachOf(parameters, (list) => given(exchange.call('modifyOrders', list, nowMs), ordersOf)),
  },
  'DELETE /fapi/v1/batchOrders': {
    weight: 1,
    security: 'signed',
    run: ({ parameters, nowMs }) => {
      const keys = keysOf(parameters);
      return isRefusal(keys) ? keys : given(exchange.call('cancelOrders', keys, nowMs), ordersOf);
    },
  },
  'POST /fapi/v1/countdownCancelAll': {
    weight: 10,
    security: 'signed',
    run: ({ parameters, nowMs }) =>
      given(
        exchange.call('countdownCancelAll', parameters['symbol'], parameters['countdownTime'], nowMs),
        ({ symbol, countdownTime }) => ({ symbol, countdownTime }),
      ),
  },
  'GET /fapi/v1/openOrder': {
    weight: 1,
    security: 'signed',
    run: ({ parameters }) => given(exchange.view.queryOpenOrder(parameters), ({ order }) => order),
  },
  'GET /fapi/v1/orderAmendment': {
    weight: 1,
    security: 'signed',
    run: ({ parameters }) => given(amendments(exchange.view.state, parameters), ({ rows }) => rows),
  },
  'GET /fapi/v1/forceOrders': {
    weight: perSymbol(20, 50),
    security: 'signed',
    run: ({ parameters }) => given(forceOrders(exchange.view.state, parameters), ({ rows }) => rows),
  },
});

/** Refusals inside a batch stand in their order's place. */
const ordersOf = ({ results }: { readonly results: readonly Result<{ readonly order: unknown }>[] }) =>
  results.map((result) => (result.ok ? result.order : { code: result.code, msg: result.msg }));

function eachOf(
  parameters: Parameters,
  act: (list: readonly Record<string, string>[]) => Result<{ readonly body: unknown }>,
): Result<{ readonly body: unknown }> {
  const list = jsonList(parameters['batchOrders']);
  if (list === undefined) return refusals.missingParameter('batchOrders');
  const texts: Record<string, string>[] = [];
  for (const one of list) {
    if (typeof one !== 'object' || one === null) return refusals.missingParameter('batchOrders');
    texts.push(Object.fromEntries(Object.entries(one).map(([name, value]) => [name, String(value)])));
  }
  return act(texts);
}

function keysOf(parameters: Parameters): OrderKey[] | Refusal {
  const { symbol } = parameters;
  const byId = parameters['orderIdList'];
  const byClientId = parameters['origClientOrderIdList'];
  const list = jsonList(byId ?? byClientId);
  if (list === undefined) return refusals.missingEither('origClientOrderIdList', 'orderIdList');
  return list.map((one) =>
    byId === undefined ? { symbol, origClientOrderId: String(one) } : { symbol, orderId: String(one) },
  );
}

function jsonList(text: string | undefined): unknown[] | undefined {
  try {
    const list: unknown = JSON.parse(text ?? '');
    return Array.isArray(list) ? list : undefined;
  } catch {
    return undefined;
  }
}
