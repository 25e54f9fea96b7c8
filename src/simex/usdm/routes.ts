/** The REST endpoints of USD-M futures: weight, security and what each does with the exchange. */
import type { ListenKeys } from '../wire/listen-keys.ts';
import { answer, given, perSymbol, type RouteContext, type RouteTable } from '../wire/route.ts';
import type { DurableUsdm } from './durable.ts';
import * as refusals from './refusals.ts';
import type { Result } from './types.ts';

const success = { code: 200, msg: 'success' };
const allCanceled = { code: 200, msg: 'The operation of cancel all open order is done.' };
/** Stands in for the notional cap of a leverage bracket, which is not simulated. */
const maxNotionalValue = '1800000000';

function perListed<T extends object>(
  exchange: DurableUsdm,
  { parameters }: RouteContext,
  read: (symbol: string) => Result<T>,
  body: (value: T) => unknown,
): Result<{ readonly body: unknown }> {
  const symbol = parameters['symbol'];
  if (symbol !== undefined) return given(read(symbol), body);
  const all = [];
  for (const listed of exchange.view.symbols) {
    const result = read(listed);
    if (!result.ok) return result;
    all.push(body(result));
  }
  return answer(all);
}

const dualSideOf = (text: string | undefined): boolean | undefined =>
  text === 'true' ? true : text === 'false' ? false : undefined;

const publicRoutes = (exchange: DurableUsdm): RouteTable => ({
  'GET /fapi/v1/ping': { weight: 1, security: 'none', run: () => answer({}) },
  'GET /fapi/v1/time': {
    weight: 1,
    security: 'none',
    run: ({ serverTimeMs }) => answer({ serverTime: serverTimeMs }),
  },
  'GET /fapi/v1/exchangeInfo': {
    weight: 1,
    security: 'none',
    run: () => answer(exchange.view.exchangeInfo()),
  },
  'GET /fapi/v1/premiumIndex': {
    weight: perSymbol(1, 10),
    security: 'none',
    run: (context) =>
      perListed(
        exchange,
        context,
        (symbol) => exchange.view.premiumIndex(symbol),
        ({ premium }) => premium,
      ),
  },
  'GET /fapi/v1/ticker/bookTicker': {
    weight: perSymbol(2, 5),
    security: 'none',
    run: (context) =>
      perListed(
        exchange,
        context,
        (symbol) => exchange.view.bookTicker(symbol),
        ({ ticker }) => ticker,
      ),
  },
});

const orderRoutes = (exchange: DurableUsdm): RouteTable => ({
  'POST /fapi/v1/order': {
    weight: 0,
    security: 'signed',
    isOrder: true,
    run: ({ parameters, nowMs }) =>
      given(exchange.call('placeOrder', parameters, nowMs), ({ order }) => order),
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
});

const algoRoutes = (exchange: DurableUsdm): RouteTable => ({
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

const accountRoutes = (exchange: DurableUsdm): RouteTable => ({
  'GET /fapi/v3/account': { weight: 5, security: 'signed', run: () => answer(exchange.view.account()) },
  'GET /fapi/v3/balance': { weight: 5, security: 'signed', run: () => answer([exchange.view.balance()]) },
  'GET /fapi/v3/positionRisk': {
    weight: 5,
    security: 'signed',
    run: ({ parameters }) =>
      given(exchange.view.positionRisk(parameters['symbol']), ({ positions }) => positions),
  },
  'GET /fapi/v1/accountConfig': {
    weight: 5,
    security: 'signed',
    run: () =>
      answer({
        feeTier: 0,
        canTrade: true,
        canDeposit: true,
        canWithdraw: false,
        dualSidePosition: exchange.view.dualSide,
        updateTime: 0,
        multiAssetsMargin: false,
        tradeGroupId: -1,
      }),
  },
  'GET /fapi/v1/symbolConfig': {
    weight: 5,
    security: 'signed',
    run: ({ parameters }) => {
      const { symbols } = exchange.view;
      const asked = parameters['symbol'];
      if (asked !== undefined && !symbols.includes(asked)) return refusals.invalidSymbol();
      const config = (symbol: string) => ({
        symbol,
        marginType: exchange.view.isIsolated(symbol) ? 'ISOLATED' : 'CROSSED',
        isAutoAddMargin: false,
        leverage: exchange.view.leverage(symbol),
        maxNotionalValue,
      });
      return answer((asked === undefined ? symbols : [asked]).map(config));
    },
  },
  'GET /fapi/v1/positionSide/dual': {
    weight: 30,
    security: 'signed',
    run: () => answer({ dualSidePosition: exchange.view.dualSide }),
  },
  'POST /fapi/v1/positionSide/dual': {
    weight: 1,
    security: 'signed',
    run: ({ parameters, nowMs }) => {
      const wanted = dualSideOf(parameters['dualSidePosition']?.toLowerCase());
      if (wanted === undefined) return refusals.missingParameter('dualSidePosition');
      return given(exchange.call('setDualSide', wanted, nowMs), () => success);
    },
  },
  'POST /fapi/v1/leverage': {
    weight: 1,
    security: 'signed',
    run: ({ parameters, nowMs }) =>
      given(
        exchange.call('setLeverage', parameters['symbol'], parameters['leverage'], nowMs),
        ({ leverage }) => ({ leverage, maxNotionalValue, symbol: parameters['symbol'] }),
      ),
  },
  'POST /fapi/v1/marginType': {
    weight: 1,
    security: 'signed',
    run: ({ parameters, nowMs }) =>
      given(
        exchange.call('setMarginType', parameters['symbol'], parameters['marginType'], nowMs),
        () => success,
      ),
  },
});

const listenKeyRoutes = (listenKeys: ListenKeys): RouteTable => ({
  'POST /fapi/v1/listenKey': {
    weight: 1,
    security: 'key',
    run: ({ nowMs }) => answer({ listenKey: listenKeys.open(nowMs) }),
  },
  'PUT /fapi/v1/listenKey': {
    weight: 1,
    security: 'key',
    run: ({ nowMs }) => {
      const listenKey = listenKeys.prolong(nowMs);
      return listenKey === undefined ? refusals.unknownListenKey() : answer({ listenKey });
    },
  },
  'DELETE /fapi/v1/listenKey': {
    weight: 1,
    security: 'key',
    run: () => {
      listenKeys.close();
      return answer({});
    },
  },
});

export const usdmRoutes = (exchange: DurableUsdm, listenKeys: ListenKeys): RouteTable => ({
  ...publicRoutes(exchange),
  ...orderRoutes(exchange),
  ...algoRoutes(exchange),
  ...accountRoutes(exchange),
  ...listenKeyRoutes(listenKeys),
});
