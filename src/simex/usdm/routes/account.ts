/** Endpoints that tell of the account: balances, positions, configuration, fees, limits, income. */
import { approximate, showMoney, showRate } from '#core/money.ts';
import type { Result } from '../../matching/result.ts';
import { answer, given, perSymbol, type RouteTable } from '../../wire/route.ts';
import { leverageOf, MAKER_FEE, TAKER_FEE } from '../account.ts';
import { accountV2View, positionRiskV2View } from '../account-v2-view.ts';
import type { DurableUsdm } from '../durable.ts';
import { orderRateLimits } from '../market-view.ts';
import { incomes } from '../records-view.ts';
import * as refusals from '../refusals.ts';
import type { Instrument } from '../symbols.ts';
import { maxNotionalOf } from './settings.ts';

export const accountRoutes = (exchange: DurableUsdm): RouteTable => {
  const { view } = exchange;
  return {
    'GET /fapi/v3/account': { weight: 5, security: 'signed', run: () => answer(view.account()) },
    'GET /fapi/v2/account': { weight: 5, security: 'signed', run: () => answer(accountV2View(view.floor)) },
    'GET /fapi/v3/balance': { weight: 5, security: 'signed', run: () => answer([view.balance()]) },
    'GET /fapi/v2/balance': { weight: 5, security: 'signed', run: () => answer([view.balance()]) },
    'GET /fapi/v3/positionRisk': {
      weight: 5,
      security: 'signed',
      run: ({ parameters }) => given(view.positionRisk(parameters['symbol']), ({ positions }) => positions),
    },
    'GET /fapi/v2/positionRisk': {
      weight: 5,
      security: 'signed',
      run: ({ parameters }) =>
        onSymbols(view.symbols, parameters['symbol'], () =>
          positionRiskV2View(view.floor, parameters['symbol']),
        ),
    },
    'GET /fapi/v1/accountConfig': {
      weight: 5,
      security: 'signed',
      run: () =>
        answer({
          feeTier: 0,
          canTrade: true,
          canDeposit: true,
          canWithdraw: view.state.account.restrictions.enableWithdrawals,
          dualSidePosition: view.dualSide,
          updateTime: 0,
          multiAssetsMargin: view.state.account.multiAssets,
          tradeGroupId: -1,
        }),
    },
    'GET /fapi/v1/symbolConfig': {
      weight: 5,
      security: 'signed',
      run: ({ parameters }) =>
        onSymbols(view.symbols, parameters['symbol'], (symbols) =>
          symbols.map((symbol) => ({
            symbol,
            marginType: view.state.account.isolated.has(symbol) ? 'ISOLATED' : 'CROSSED',
            isAutoAddMargin: false,
            leverage: leverageOf(view.state.account, symbol),
            maxNotionalValue: maxNotionalOf(exchange, symbol),
          })),
        ),
    },
    'GET /fapi/v1/commissionRate': {
      weight: 20,
      security: 'signed',
      run: ({ parameters: { symbol } }) =>
        symbol === undefined
          ? refusals.missingParameter('symbol')
          : onSymbols(view.symbols, symbol, () => ({
              symbol,
              makerCommissionRate: showRate(MAKER_FEE),
              takerCommissionRate: showRate(TAKER_FEE),
              rpiCommissionRate: showRate(MAKER_FEE),
            })),
    },
    'GET /fapi/v1/leverageBracket': {
      weight: 1,
      security: 'signed',
      run: ({ parameters: { symbol } }) =>
        onSymbols(view.symbols, symbol, () => {
          const all = [...view.floor.instruments.values()].map(bracketsView);
          return symbol === undefined ? all : all.find((one) => one.symbol === symbol);
        }),
    },
    'GET /fapi/v1/adlQuantile': {
      weight: 5,
      security: 'signed',
      run: ({ parameters: { symbol } }) =>
        onSymbols(view.symbols, symbol, (symbols) => {
          const all = symbols.map((one) => adlView(exchange, one));
          return symbol === undefined ? all : all[0];
        }),
    },
    'GET /fapi/v1/apiTradingStatus': {
      weight: perSymbol(1, 10),
      security: 'signed',
      run: ({ nowMs }) => answer({ indicators: {}, updateTime: nowMs }),
    },
    'GET /fapi/v1/rateLimit/order': { weight: 1, security: 'signed', run: () => answer(orderRateLimits) },
    'GET /fapi/v1/income': {
      weight: 30,
      security: 'signed',
      run: ({ parameters }) => given(incomes(view.state, parameters), ({ rows }) => rows),
    },
  };
};

/** All symbols, or the one that is asked for and must be listed. */
const onSymbols = (
  listed: readonly string[],
  symbol: string | undefined,
  body: (symbols: readonly string[]) => unknown,
): Result<{ readonly body: unknown }> =>
  symbol === undefined
    ? answer(body(listed))
    : listed.includes(symbol)
      ? answer(body([symbol]))
      : refusals.invalidSymbol();

const bracketsView = ({ symbol, brackets }: Instrument) => ({
  symbol,
  brackets: brackets.map((bracket, index) => ({
    bracket: index + 1,
    initialLeverage: bracket.leverage,
    notionalCap: approximate(showMoney(bracket.cap)),
    notionalFloor: approximate(showMoney(bracket.floor)),
    maintMarginRatio: approximate(showRate(bracket.rate)),
    cum: approximate(showMoney(bracket.deduction)),
  })),
});

/** Nobody else trades here: every position is last in the queue. */
const adlView = ({ view: { state } }: DurableUsdm, symbol: string) => ({
  symbol,
  adlQuantile:
    state.account.dualSide && !state.account.isolated.has(symbol)
      ? { LONG: 0, SHORT: 0, HEDGE: 0 }
      : { LONG: 0, SHORT: 0, BOTH: 0 },
});
