/** Endpoints of the conditional ("algo") book. */

import { given, perSymbol, type RouteTable } from '../../wire/route.ts';
import type { DurableUsdm } from '../durable.ts';

const allCanceled = { code: 200, msg: 'The operation of cancel all open order is done.' };

export const algoOrderRoutes = (exchange: DurableUsdm): RouteTable => ({
  'POST /fapi/v1/algoOrder': {
    weight: 0,
    security: 'signed',
    isOrder: true,
    run: ({ parameters, nowMs }) =>
      given(exchange.call('placeAlgoOrder', parameters, nowMs), ({ algo }) => algo),
  },
  'GET /fapi/v1/algoOrder': {
    weight: 1,
    security: 'signed',
    run: ({ parameters }) => given(exchange.view.queryAlgoOrder(parameters), ({ algo }) => algo),
  },
  'DELETE /fapi/v1/algoOrder': {
    weight: 1,
    security: 'signed',
    run: ({ parameters, nowMs }) =>
      given(exchange.call('cancelAlgoOrder', parameters, nowMs), ({ algo }) => algo),
  },
  'DELETE /fapi/v1/algoOpenOrders': {
    weight: 1,
    security: 'signed',
    run: ({ parameters, nowMs }) =>
      given(exchange.call('cancelAllAlgoOrders', parameters['symbol'], nowMs), () => allCanceled),
  },
  'GET /fapi/v1/openAlgoOrders': {
    weight: perSymbol(1, 40),
    security: 'signed',
    run: ({ parameters }) => given(exchange.view.openAlgoOrders(parameters['symbol']), ({ algos }) => algos),
  },
  'GET /fapi/v1/allAlgoOrders': {
    weight: 5,
    security: 'signed',
    run: ({ parameters }) => given(exchange.view.allAlgoOrders(parameters), ({ algos }) => algos),
  },
});
