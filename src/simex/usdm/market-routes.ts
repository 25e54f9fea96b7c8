/** The REST endpoints of public market data of USD-M futures. */
import type { Quantity } from '#core/money.ts';
import { showPrice, showQuantity } from '#core/money.ts';
import type { Candles } from '../market/candles.ts';
import { isInterval, seriesOf } from '../market/candles.ts';
import { dayOf } from '../market/day.ts';
import { depthOf } from '../market/depth.ts';
import type { Print } from '../market/tape.ts';
import type { Result } from '../matching/result.ts';
import type { Parameters } from '../wire/parameters.ts';
import type { Route, RouteTable } from '../wire/route.ts';
import { answer, perSymbol } from '../wire/route.ts';
import { page } from './lookup.ts';
import { aggTradeRow, depthAnswer, klineRow, tickerRow, tradeRow } from './market-data.ts';
import * as refusals from './refusals.ts';
import { isRefusal } from './request.ts';
import type { ExchangeState, Listing } from './state.ts';

type Answer = Result<{ readonly body: unknown }>;

const depthWeights: Readonly<Record<string, number>> = {
  5: 2,
  10: 2,
  20: 2,
  50: 2,
  100: 5,
  500: 10,
  1000: 20,
};
const DEPTH_LIMIT_DEFAULT = '500';
const printsPaging = { limitDefault: 500, limitMax: 1000 };
const candlesPaging = { limitDefault: 500, limitMax: 1500 };

export const usdmMarketRoutes = (state: ExchangeState): RouteTable => ({
  'GET /fapi/v1/depth': {
    weight: ({ limit = DEPTH_LIMIT_DEFAULT }) => depthWeights[limit] ?? 1,
    security: 'none',
    run: ({ parameters, nowMs }) =>
      ofSymbol(state, parameters, ({ tape }) => {
        const { limit = DEPTH_LIMIT_DEFAULT } = parameters;
        if (!Object.hasOwn(depthWeights, limit)) return refusals.invalidDepthLimit(limit);
        return answer(depthAnswer(depthOf(tape), Number(limit), nowMs));
      }),
  },
  'GET /fapi/v1/trades': prints(state, 5, tradeRow),
  'GET /fapi/v1/aggTrades': prints(state, 20, aggTradeRow),
  'GET /fapi/v1/klines': klines(state, ({ tape }) => tape.candles),
  'GET /fapi/v1/markPriceKlines': klines(state, ({ tape }) => tape.marks),
  'GET /fapi/v1/premiumIndexKlines': klines(state, ({ tape }) => tape.premiums),
  'GET /fapi/v1/ticker/24hr': tickers(state, perSymbol(1, 40), (symbol, { tape }, nowMs) => {
    const day = dayOf(tape, nowMs);
    return day === undefined ? [] : [tickerRow(symbol, day, nowMs)];
  }),
  'GET /fapi/v1/ticker/price': lastPrices(state),
  'GET /fapi/v2/ticker/price': lastPrices(state),
  'GET /fapi/v1/openInterest': {
    weight: 1,
    security: 'none',
    run: ({ parameters, nowMs }) =>
      ofSymbol(state, parameters, (_listing, symbol) =>
        answer({ openInterest: showQuantity(openInterest(state, symbol)), symbol, time: nowMs }),
      ),
  },
});

function ofSymbol(
  state: ExchangeState,
  { symbol }: Parameters,
  read: (listing: Listing, symbol: string) => Answer,
): Answer {
  if (symbol === undefined) return refusals.missingParameter('symbol');
  const listing = state.listings.get(symbol);
  return listing === undefined ? refusals.invalidSymbol() : read(listing, symbol);
}

const prints = (state: ExchangeState, weight: number, row: (print: Print) => object): Route => ({
  weight,
  security: 'none',
  run: ({ parameters }) =>
    ofSymbol(state, parameters, ({ tape }, symbol) => {
      const described = ({ id, timeMs }: Print) => ({ id, symbol, timeMs });
      const found = page(tape.prints, described, parameters, parameters['fromId'], printsPaging);
      return isRefusal(found) ? found : answer(found.map(row));
    }),
});

const klines = (state: ExchangeState, candlesOf: (listing: Listing) => Candles): Route => ({
  weight: klineWeight,
  security: 'none',
  run: ({ parameters }) =>
    ofSymbol(state, parameters, (listing, symbol) => {
      const { interval } = parameters;
      if (interval === undefined) return refusals.missingParameter('interval');
      if (!isInterval(interval)) return refusals.invalidInterval();
      const found = page(
        seriesOf(candlesOf(listing), interval),
        ({ openMs }) => ({ id: openMs, symbol, timeMs: openMs }),
        parameters,
        undefined,
        candlesPaging,
      );
      return isRefusal(found) ? found : answer(found.map((candle) => klineRow(candle, interval)));
    }),
});

function klineWeight({ limit = '500' }: Parameters): number {
  const count = Number(limit);
  if (count < 100) return 1;
  if (count < 500) return 2;
  return count <= 1000 ? 5 : 10;
}

const lastPrices = (state: ExchangeState): Route =>
  tickers(state, perSymbol(1, 2), (symbol, { market }, nowMs) => [
    { symbol, price: showPrice(market.last), time: nowMs },
  ]);

/** One symbol as an object, all as a list; what was never traded has no row. */
const tickers = (
  state: ExchangeState,
  weight: Route['weight'],
  row: (symbol: string, listing: Listing, nowMs: number) => readonly object[],
): Route => ({
  weight,
  security: 'none',
  run: ({ parameters, nowMs }) =>
    parameters['symbol'] === undefined
      ? answer([...state.listings].flatMap(([symbol, listing]) => row(symbol, listing, nowMs)))
      : ofSymbol(state, parameters, (listing, symbol) => answer(row(symbol, listing, nowMs)[0] ?? {})),
});

/** Contracts that are open: those of the account, whose counterparts are the makers. */
function openInterest(state: ExchangeState, symbol: string): Quantity {
  let sum = 0n;
  for (const { symbol: of, amount } of state.account.positions.values()) {
    if (of === symbol) sum += amount < 0n ? -amount : amount;
  }
  return sum as Quantity;
}
