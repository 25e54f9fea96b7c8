// Goal: a stored state is never taken for one of another shape.
// Method: the names in a state that holds one of everything are pinned to the version that it is stored under.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Micros, Symbol } from '#core/ids.ts';
import { STATE_VERSION } from '#core/state.ts';
import { Account } from '#test/support/account.ts';

const pinned = {
  version: 8,
  state:
    'account canaryAt configured drifts entriesPlanned exposure funds instruments listings lossesInARow marginRefusals orders ordersByPosition otherResults positions reconciled results seq settings settingsHistory today trading',
  'state.settings':
    'clockSkewMsMax confidenceMin foreignPositions limits mode orderEquityRate orderNotional orderRiskRate overrides positionEquityRateMax positionMode priceCollarRate quoteAgeMsMax signalAgeMsMax sizing spreadRateMax stopLossRate stopLossRateMax symbols unprotectedMsMax weight',
  'state.settings.limits':
    'dailyLossEquityRateMax drawdownRateMax entriesPerMinuteMax equityAgeMsMax exposureEquityRateMax marginRefusalsPerMinuteMax ordersMax positionsMax',
  'state.settingsHistory[]': 'at by note settings version',
  'state.trading': 'since state why',
  'state.funds': 'available equity measuredAt peak wallet',
  'state.entriesPlanned': 'count minute',
  'state.marginRefusals': 'count minute',
  'state.instruments[]':
    'marketQuantityMax marketQuantityMin marketStepSize multiplierDown multiplierUp notionalMin priceMax priceMin quantityMax quantityMin stepSize symbol tickSize',
  'state.listings[]':
    'baseAsset marketQuantityMax marketQuantityMin marketStepSize multiplierDown multiplierUp notionalMin priceMax priceMin quantityMax quantityMin quoteAsset stepSize symbol tickSize',
  'state.orders[]':
    'attempt cancelRequestedAt childOrderId decidableAt ended exchangeOrderId expected expiresAt filled heardAt leg phase plan plannedAt position protection quantity reference retryAt revoked side story strategyId tradeIds',
  'state.orders[].plan': 'book clientOrderId positionSide quantity reduceOnly side symbol triggerPrice type',
  'state.orders[].story': 'key signal trace',
  'state.positions[]':
    'changedAt entries exposedSince flatten holding key levelsOf name openedAt stop stopMovedAt story target',
  'state.positions[].name': 'account side strategy symbol',
  'state.positions[].holding': 'cost fees quantity realised',
  'state.positions[].levelsOf': 'signal trace',
  'state.drifts[]': 'difference side since symbol',
  'state.today': 'day fees realised',
  'state.results[]': 'newest strategy symbol total',
  'state.results[].total': 'fees realised',
  'state.results[].newest': 'day fees realised',
  'state.otherResults': 'newest total',
  'state.otherResults.total': 'fees realised',
  'state.otherResults.newest': 'day fees realised',
};

/** The names in each object, by where it stands first; of a collection those of its first member. */
function namesIn(value: unknown, path = 'state', seen = new Set<unknown>()): Record<string, string> {
  if (typeof value !== 'object' || value === null || seen.has(value)) return {};
  seen.add(value);
  if (value instanceof Map || Array.isArray(value)) return namesIn([...value.values()][0], `${path}[]`, seen);
  const parts = Object.entries(value).map(([name, part]) => namesIn(part, `${path}.${name}`, seen));
  return Object.assign({ [path]: Object.keys(value).sort().join(' ') }, ...parts);
}

/** An account with an order that is live, a position and a drift. */
function accountWithEverything(): Account {
  const account = new Account();
  account.openPosition({ takeProfit: '60000' });
  const positions = [
    { symbol: 'BTCUSDT' as Symbol, side: 'SHORT' as const, quantity: '1', entryPrice: '50000' },
  ];
  const takenAt = (account.nowMs * 1000) as Micros;
  account.do({ type: 'compare_snapshot', takenAt, positions, openOrders: [] });
  return account;
}

test('the shape of the state is the one of its version', () => {
  assert.deepEqual(
    { version: STATE_VERSION, ...namesIn(accountWithEverything().state) },
    pinned,
    'The shape of the state has changed: raise STATE_VERSION, and pin the new version and shape here.',
  );
});
