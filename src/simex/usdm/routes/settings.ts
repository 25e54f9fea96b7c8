/** Endpoints for what the holder of the account may set. */
import { approximate, showMoney } from '#core/money.ts';
import { answer, given, type RouteTable } from '../../wire/route.ts';
import { leverageOf } from '../account.ts';
import { largestAt } from '../brackets.ts';
import type { DurableUsdm } from '../durable.ts';
import { marginMoves } from '../records-view.ts';
import * as refusals from '../refusals.ts';
import { instrumentOn } from '../state.ts';

const success = { code: 200, msg: 'success' };

const flagOf = (text: string | undefined): boolean | undefined => {
  const lower = text?.toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : undefined;
};

/** How large a position may be at the leverage that is set. */
export function maxNotionalOf({ view: { floor } }: DurableUsdm, symbol: string): string {
  return showMoney(largestAt(instrumentOn(floor, symbol).brackets, leverageOf(floor.state.account, symbol)));
}

export const settingsRoutes = (exchange: DurableUsdm): RouteTable => ({
  'GET /fapi/v1/positionSide/dual': {
    weight: 30,
    security: 'signed',
    run: () => answer({ dualSidePosition: exchange.view.dualSide }),
  },
  'POST /fapi/v1/positionSide/dual': {
    weight: 1,
    security: 'signed',
    run: ({ parameters, nowMs }) => {
      const wanted = flagOf(parameters['dualSidePosition']);
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
        ({ leverage }) => {
          const { symbol = '' } = parameters;
          return { leverage, maxNotionalValue: maxNotionalOf(exchange, symbol), symbol };
        },
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
  'POST /fapi/v1/positionMargin': {
    weight: 1,
    security: 'signed',
    run: ({ parameters, nowMs }) =>
      given(exchange.call('movePositionMargin', parameters, nowMs), ({ amount, type }) => ({
        amount: approximate(amount),
        code: 200,
        msg: 'Successfully modify position margin.',
        type,
      })),
  },
  'GET /fapi/v1/positionMargin/history': {
    weight: 1,
    security: 'signed',
    run: ({ parameters }) => given(marginMoves(exchange.view.state, parameters), ({ rows }) => rows),
  },
  'GET /fapi/v1/multiAssetsMargin': {
    weight: 30,
    security: 'signed',
    run: () => answer({ multiAssetsMargin: exchange.view.state.account.multiAssets }),
  },
  'POST /fapi/v1/multiAssetsMargin': {
    weight: 1,
    security: 'signed',
    run: ({ parameters, nowMs }) => {
      const wanted = flagOf(parameters['multiAssetsMargin']);
      if (wanted === undefined) return refusals.missingParameter('multiAssetsMargin');
      return given(exchange.call('setMultiAssets', wanted, nowMs), () => success);
    },
  },
  'GET /fapi/v1/feeBurn': {
    weight: 30,
    security: 'signed',
    run: () => answer({ feeBurn: exchange.view.state.account.feeBurn }),
  },
  'POST /fapi/v1/feeBurn': {
    weight: 1,
    security: 'signed',
    run: ({ parameters, nowMs }) => {
      const wanted = flagOf(parameters['feeBurn']);
      if (wanted === undefined) return refusals.missingParameter('feeBurn');
      return given(exchange.call('setFeeBurn', wanted, nowMs), () => success);
    },
  },
});
