/**
 * Endpoints of Binance's other products that clients ask on their way to spot, though they trade nothing there. ccxt
 * does not start without them: https://github.com/ccxt/ccxt/blob/master/ts/src/binance.ts (fetchCurrencies, fetchMarkets)
 */
import { answer, type Route, type RouteTable } from '../wire/route.ts';

const nothing: Route = { weight: 1, security: 'signed', run: () => answer([]) };

export const neighbourRoutes: RouteTable = {
  'GET /sapi/v1/capital/config/getall': nothing,
  'GET /sapi/v1/margin/allPairs': nothing,
  'GET /sapi/v1/margin/isolated/allPairs': nothing,
  'GET /dapi/v1/exchangeInfo': { weight: 1, security: 'none', run: () => answer({ symbols: [] }) },
};
