/** Public endpoints: the exchange itself, its symbols, quotes and funding. */
import { showRate } from '#core/money.ts';
import type { Result } from '../../matching/result.ts';
import { published, type RateLimitOptions } from '../../wire/rate-limits.ts';
import { answer, given, perSymbol, type RouteContext, type RouteTable } from '../../wire/route.ts';
import type { DurableUsdm } from '../durable.ts';
import { FUNDING_INTERVAL_HOURS, FUNDING_RATE_MAX } from '../funding-rate.ts';
import { fundingRates } from '../records-view.ts';

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

export const marketRoutes = (exchange: DurableUsdm, limits: RateLimitOptions): RouteTable => ({
  'GET /fapi/v1/ping': { weight: 1, security: 'none', run: () => answer({}) },
  'GET /fapi/v1/time': {
    weight: 1,
    security: 'none',
    run: ({ serverTimeMs }) => answer({ serverTime: serverTimeMs }),
  },
  'GET /fapi/v1/exchangeInfo': {
    weight: 1,
    security: 'none',
    run: () => answer({ ...exchange.view.exchangeInfo(), rateLimits: published(limits) }),
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
  'GET /fapi/v1/fundingRate': {
    weight: 0,
    security: 'none',
    run: ({ parameters }) => given(fundingRates(exchange.view.state, parameters), ({ rows }) => rows),
  },
  'GET /fapi/v1/fundingInfo': {
    weight: 0,
    security: 'none',
    run: () =>
      answer(
        exchange.view.symbols.map((symbol) => ({
          symbol,
          adjustedFundingRateCap: showRate(FUNDING_RATE_MAX),
          adjustedFundingRateFloor: `-${showRate(FUNDING_RATE_MAX)}`,
          fundingIntervalHours: FUNDING_INTERVAL_HOURS,
          disclaimer: false,
        })),
      ),
  },
});
