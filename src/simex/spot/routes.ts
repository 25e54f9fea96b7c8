/**
 * The REST endpoints of spot: weight, security and what each does with the exchange.
 * https://github.com/binance/binance-spot-api-docs/blob/master/rest-api.md
 */

import type { Parameters } from '../wire/parameters.ts';
import { answer, perSymbol, type Route, type RouteTable } from '../wire/route.ts';
import type { DurableSpot } from './durable.ts';
import type { ListKind } from './list-request.ts';
import * as refusals from './refusals.ts';

const DEPTH_WEIGHTS: readonly (readonly [number, number])[] = [
  [100, 5],
  [500, 25],
  [1000, 50],
];
const DEPTH_WEIGHT_MAX = 250;

const depthWeight = ({ limit = '100' }: Parameters): number =>
  DEPTH_WEIGHTS.find(([most]) => Number(limit) <= most)?.[1] ?? DEPTH_WEIGHT_MAX;

const publicRoutes = (exchange: DurableSpot): RouteTable => ({
  'GET /api/v3/ping': { weight: 1, security: 'none', run: () => answer({}) },
  'GET /api/v3/time': {
    weight: 1,
    security: 'none',
    run: ({ serverTimeMs }) => answer({ serverTime: serverTimeMs }),
  },
  'GET /api/v3/exchangeInfo': {
    weight: 20,
    security: 'none',
    run: ({ parameters }) => exchange.view.ask.exchangeInfo(parameters),
  },
  'GET /api/v3/ticker/price': {
    weight: perSymbol(2, 4),
    security: 'none',
    run: ({ parameters }) => exchange.view.ask.price(parameters),
  },
  'GET /api/v3/ticker/bookTicker': {
    weight: perSymbol(2, 4),
    security: 'none',
    run: ({ parameters }) => exchange.view.ask.bookTicker(parameters),
  },
  'GET /api/v3/depth': {
    weight: depthWeight,
    security: 'none',
    run: ({ parameters }) => exchange.view.ask.depth(parameters),
  },
  'GET /api/v3/avgPrice': {
    weight: 2,
    security: 'none',
    run: ({ parameters }) => exchange.view.ask.averagePrice(parameters),
  },
});

const orderRoutes = (exchange: DurableSpot): RouteTable => ({
  'POST /api/v3/order': {
    weight: 1,
    security: 'signed',
    isOrder: true,
    run: ({ parameters, nowMs }) => exchange.call('placeOrder', parameters, nowMs),
  },
  'POST /api/v3/order/test': {
    weight: ({ computeCommissionRates }) => (computeCommissionRates === 'true' ? 20 : 1),
    security: 'signed',
    run: ({ parameters }) => exchange.view.testOrder(parameters),
  },
  'GET /api/v3/order': {
    weight: 4,
    security: 'signed',
    run: ({ parameters }) => exchange.view.ask.order(parameters),
  },
  'DELETE /api/v3/order': {
    weight: 1,
    security: 'signed',
    run: ({ parameters, nowMs }) => exchange.call('cancelOrder', parameters, nowMs),
  },
  'POST /api/v3/order/cancelReplace': {
    weight: 1,
    security: 'signed',
    isOrder: true,
    run: ({ parameters, nowMs }) => exchange.call('cancelReplaceOrder', parameters, nowMs),
  },
  'PUT /api/v3/order/amend/keepPriority': {
    weight: 4,
    security: 'signed',
    run: ({ parameters, nowMs }) => exchange.call('amendOrder', parameters, nowMs),
  },
  'GET /api/v3/openOrders': {
    weight: perSymbol(6, 80),
    security: 'signed',
    run: ({ parameters }) => exchange.view.ask.openOrders(parameters),
  },
  'DELETE /api/v3/openOrders': {
    weight: 1,
    security: 'signed',
    run: ({ parameters, nowMs }) => exchange.call('cancelAllOrders', parameters, nowMs),
  },
  'GET /api/v3/allOrders': {
    weight: 20,
    security: 'signed',
    run: ({ parameters }) => exchange.view.ask.allOrders(parameters),
  },
});

const listRoutes = (exchange: DurableSpot): RouteTable => {
  const placing = (kind: ListKind): Route => ({
    weight: 1,
    security: 'signed',
    isOrder: true,
    run: ({ parameters, nowMs }) => exchange.call('placeList', kind, parameters, nowMs),
  });
  return {
    'POST /api/v3/order/oco': placing('legacy-oco'),
    'POST /api/v3/orderList/oco': placing('oco'),
    'POST /api/v3/orderList/oto': placing('oto'),
    'POST /api/v3/orderList/otoco': placing('otoco'),
    'DELETE /api/v3/orderList': {
      weight: 1,
      security: 'signed',
      run: ({ parameters, nowMs }) => exchange.call('cancelList', parameters, nowMs),
    },
    'GET /api/v3/orderList': {
      weight: 4,
      security: 'signed',
      run: ({ parameters }) => exchange.view.ask.list(parameters),
    },
    'GET /api/v3/openOrderList': {
      weight: 6,
      security: 'signed',
      run: () => exchange.view.ask.openLists(),
    },
    'GET /api/v3/allOrderList': {
      weight: 20,
      security: 'signed',
      run: ({ parameters }) => exchange.view.ask.allLists(parameters),
    },
  };
};

const accountRoutes = (exchange: DurableSpot): RouteTable => ({
  'GET /api/v3/account': {
    weight: 20,
    security: 'signed',
    run: ({ parameters }) => exchange.view.ask.account(parameters),
  },
  'GET /api/v3/account/commission': {
    weight: 20,
    security: 'signed',
    run: ({ parameters }) => exchange.view.ask.commission(parameters),
  },
  'GET /api/v3/myTrades': {
    weight: ({ orderId }) => (orderId === undefined ? 20 : 5),
    security: 'signed',
    run: ({ parameters }) => exchange.view.ask.trades(parameters),
  },
});

/** Gone since 2026-02-20 (the documentation's change log): the user data stream is subscribed to over the WebSocket API. */
const gone: Route = { weight: 1, security: 'none', run: () => refusals.serviceGone() };
const removedRoutes: RouteTable = {
  'POST /api/v3/userDataStream': gone,
  'PUT /api/v3/userDataStream': gone,
  'DELETE /api/v3/userDataStream': gone,
};

export const spotRoutes = (exchange: DurableSpot): RouteTable => ({
  ...publicRoutes(exchange),
  ...orderRoutes(exchange),
  ...listRoutes(exchange),
  ...accountRoutes(exchange),
  ...removedRoutes,
});
