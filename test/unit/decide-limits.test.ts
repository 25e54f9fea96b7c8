// Goal: the account's bounds hold, say what they measured, and never hold back what makes a position smaller.
// Method: commands to the decider of an account with 10 000 USDT at 50 000 a bitcoin, and properties of its exposure.

import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import fc from 'fast-check';
import type { Micros, StrategyId } from '#core/ids.ts';
import { addMoney, showMoney, zeroMoney } from '#core/money.ts';
import { openValueOf } from '#core/order.ts';
import { type AccountLimits, defaultSettings, type TradingSettings } from '#core/settings.ts';
import type { Signal } from '#core/signal.ts';
import { limitUsage } from '#core/usage.ts';
import { Account, only, plannedIn } from '#test/support/account.ts';

const modest = (settings: Partial<TradingSettings> = {}): Account => new Account(settings, '10000');

const withLimits = (limits: Partial<AccountLimits>): Partial<TradingSettings> => ({
  limits: { ...defaultSettings.limits, ...limits },
});

/** Room for positions that are large for the account. */
const roomy: Partial<TradingSettings> = {
  positionEquityRateMax: '10',
  ...withLimits({ exposureEquityRateMax: '10' }),
};

const reasonOf = (account: Account, change: Partial<Signal> = {}): string | undefined =>
  only(account.signal(change), 'signal.refused')[0]?.reason;

/** A position of 0.01 bitcoin that is stopped out 1 000 below, with a loss of 10 and fees. */
function lose(account: Account, quantity = '0.01'): void {
  const { stop } = account.openPosition({ quantity });
  account.mark = '49000';
  account.fill(stop);
  account.mark = '50000';
}

describe('an entry is refused', () => {
  const cases: [string, Partial<TradingSettings>, Partial<Signal>, (account: Account) => unknown][] = [
    [
      'not_active',
      {},
      {},
      (account) => account.do({ type: 'set_trading_state', to: 'reducing', by: 'me', note: '' }),
    ],
    ['equity_unknown', {}, {}, (account) => account.pass(defaultSettings.limits.equityAgeMsMax + 1)],
    ['position_too_large', {}, { quantity: '0.03' }, () => {}],
    [
      'position_too_large',
      {},
      {},
      (account) => account.accept(plannedIn(account.signal({ quantity: '0.011' }), 'entry')),
    ],
    ['order_too_large', { orderNotionalMax: '400' }, {}, () => {}],
    [
      'exposure_too_large',
      withLimits({ exposureEquityRateMax: '0.12' }),
      {},
      (account) => account.openPosition({ quantity: '0.015', strategyId: 'other' as StrategyId }),
    ],
    ['daily_loss', roomy, {}, (account) => lose(account, '0.6')],
    [
      'losing_streak',
      withLimits({ lossesInARowMax: 2 }),
      {},
      (account) => {
        lose(account);
        lose(account);
      },
    ],
    ['too_many_positions', withLimits({ positionsMax: 1 }), {}, () => {}],
    ['too_many_orders', withLimits({ ordersMax: 1 }), {}, () => {}],
    [
      'too_many_entries',
      withLimits({ entriesPerMinuteMax: 2 }),
      {},
      (account) => {
        account.signal({ quantity: '0.003' });
        account.signal({ quantity: '0.003' });
      },
    ],
    ['too_many_entries', { entriesPerPositionMax: 1 }, {}, (account) => account.openPosition()],
    [
      'spread_too_wide',
      {},
      {},
      (account) => {
        account.spread = 502;
      },
    ],
  ];
  for (const [reason, settings, change, prepare] of cases) {
    it(`as ${reason}, with value and limit, while a close passes: ${JSON.stringify(settings)}`, () => {
      const account = modest(settings);
      account.openPosition({ quantity: '0.002', strategyId: 'holder' as StrategyId });
      prepare(account);
      const [refused] = only(account.signal(change), 'signal.refused');
      assert.equal(refused?.reason, reason);
      assert.deepEqual(refused.checks.at(-1), {
        check: refused.checks.at(-1)?.check,
        value: refused.value,
        limit: refused.limit,
      });
      const close = account.signal({ action: 'close', strategyId: 'holder' as StrategyId });
      assert.equal(only(close, 'signal.accepted').length, 1);
    });
  }
});

test('figures at the bound pass', () => {
  // 10 % of 10 000 is 0.02 bitcoin.
  assert.equal(reasonOf(modest(), { quantity: '0.02' }), undefined);
  const account = modest({ ...withLimits({ exposureEquityRateMax: '0.1' }) });
  assert.equal(reasonOf(account, { quantity: '0.02' }), undefined);
  const counted = modest(withLimits({ positionsMax: 1 }));
  assert.equal(reasonOf(counted), undefined);
});

test('the drawdown at the limit passes, and above it trading is halted', () => {
  const account = modest();
  account.measure('8000');
  account.pass(100);
  assert.equal(account.state.trading.state, 'active');
  assert.equal(reasonOf(account, { quantity: '0.003' }), undefined);
  account.measure('7999.99');
  assert.equal(reasonOf(account, { quantity: '0.003' }), 'drawdown', 'before the next look at it');
  const [changed] = only(account.pass(100), 'trading.state_changed');
  assert.deepEqual([changed?.to, changed?.why, changed?.by], ['halted', 'drawdown', 'engine']);
  account.do({ type: 'set_trading_state', to: 'active', by: 'oncall', note: 'seen' });
  assert.deepEqual(account.pass(100), [], 'whoever resumes accepts the new peak');
  assert.equal(reasonOf(account, { quantity: '0.003' }), undefined);
});

test('a day of losses ends with the day', () => {
  const account = modest(roomy);
  lose(account, '0.6');
  assert.equal(reasonOf(account), 'daily_loss');
  account.pass(24 * 3_600_000);
  account.measure('9400');
  assert.equal(reasonOf(account), undefined);
});

test('refusals for want of margin beyond the limit let only reductions pass, and say so', () => {
  const account = new Account(withLimits({ marginRefusalsPerMinuteMax: 2 }));
  for (let count = 1; count <= 3; count += 1) {
    assert.equal(account.state.trading.state, 'active');
    const entry = plannedIn(account.signal(), 'entry');
    account.outcome(entry, { kind: 'refused', refusal: 'insufficient_margin', code: -2019, message: '' });
    account.pass(10);
  }
  assert.deepEqual([account.state.trading.state, account.state.trading.why], ['reducing', 'margin_refusals']);
  assert.equal(reasonOf(account), 'not_active');
});

test('a heartbeat that is configured and silent lets only reductions pass until an operator resumes', () => {
  const account = new Account(withLimits({ heartbeatMsMax: 1_000 }));
  account.heartbeatMs = account.nowMs;
  account.pass(1_000);
  assert.equal(account.state.trading.state, 'active');
  account.pass(1);
  assert.equal(account.state.trading.why, 'heartbeat_lost');
  assert.equal(reasonOf(account), 'not_active');
  account.heartbeatMs = account.nowMs;
  account.pass(1);
  assert.equal(account.state.trading.state, 'reducing', 'it does not resume by itself');
});

describe('a size that the signal does not name', () => {
  const sized = (settings: Partial<TradingSettings>, change: Partial<Signal> = {}): string => {
    const { quantity, ...signal } = { quantity: '', ...change };
    const facts = modest({ positionEquityRateMax: '1', ...settings }).signalOf({
      stopLossRate: '0.02',
      ...signal,
    });
    return plannedIn(facts, 'entry').quantity;
  };
  const cases: [string, Partial<TradingSettings>, Partial<Signal>, string][] = [
    ['is fixed', { orderNotional: '500' }, {}, '0.01'],
    ['is a share of the equity', { sizing: 'equity', orderEquityRate: '0.03' }, {}, '0.006'],
    [
      'follows the confidence',
      { sizing: 'confidence', orderEquityRate: '0.1' },
      { confidence: '0.7' },
      '0.014',
    ],
    // 0.5 % of 10 000 lost over 2 % of 50 000.
    ['follows the risk', { sizing: 'risk', orderRiskRate: '0.005' }, {}, '0.05'],
    ['is weighted', { orderNotional: '500', weight: '0.5' }, {}, '0.005'],
    ['is cut to the limit of an order', { orderNotional: '900', orderNotionalMax: '500' }, {}, '0.01'],
    ['is what the signal says in the quote asset', {}, { quoteQuantity: '750' }, '0.015'],
    ['is what the signal says of the equity', {}, { equityRate: '0.02' }, '0.004'],
  ];
  for (const [what, settings, change, quantity] of cases) {
    it(what, () => assert.equal(sized(settings, change), quantity));
  }
});

test('a stop that is too far is drawn in, and the decision tells it', () => {
  const account = new Account({ stopLossRateMax: '0.2' });
  const facts = account.signal({ action: 'sell', stopLoss: '200000' });
  const [accepted] = only(facts, 'signal.accepted');
  assert.deepEqual(
    accepted?.checks.find(({ check }) => check === 'stop_distance'),
    {
      check: 'stop_distance',
      value: '3',
      limit: '0.2',
    },
  );
  const entry = plannedIn(facts, 'entry');
  account.accept(entry);
  assert.equal(plannedIn(account.fill(entry), 'stop').triggerPrice, '60000');
});

test('narrower rules win over wider ones, and the more specific over the less', () => {
  const account = modest({
    overrides: [
      {
        symbol: defaultSettings.symbols[0],
        strategyId: 'careful' as StrategyId,
        rules: { confidenceMin: '0.95' },
      },
      { symbol: defaultSettings.symbols[0], rules: { confidenceMin: '0.85' } },
      { side: 'SHORT', rules: { confidenceMin: '0.7' } },
    ],
  } as Partial<TradingSettings>);
  const passes = (strategyId: string, action: 'buy' | 'sell', confidence: string): boolean =>
    reasonOf(account, { strategyId: strategyId as StrategyId, action, confidence, quantity: '0.002' }) !==
    'low_confidence';
  assert.deepEqual(
    [
      passes('careful', 'buy', '0.94'),
      passes('careful', 'buy', '0.95'),
      passes('other', 'buy', '0.84'),
      passes('other', 'buy', '0.85'),
    ],
    [false, true, false, true],
  );
});

test('the exposure is the sum of all positions at cost and of what live entries may still add', () => {
  const step = fc.record({
    strategyId: fc.constantFrom('a', 'b', 'c'),
    action: fc.constantFrom('buy', 'sell', 'close'),
    limit: fc.boolean(),
    fate: fc.constantFrom('accept', 'fill', 'part', 'refuse', 'unknown', 'cancel'),
    mark: fc.integer({ min: 45_000, max: 55_000 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const account = new Account();
      for (const { strategyId, action, limit, fate, mark } of steps) {
        account.mark = `${mark}`;
        const price = limit && action !== 'close' ? { orderType: 'limit' as const, price: `${mark}` } : {};
        const facts = account.signal({
          strategyId: strategyId as StrategyId,
          action,
          ...price,
        } as Partial<Signal>);
        for (const { order } of only(facts, 'order.planned')) account.meet(order, fate);
        account.pass(600);
        const { state } = account;
        const held = [...state.positions.values()].map(({ holding }) => holding.cost);
        const open = [...state.orders.values()].map(openValueOf);
        const sum = [...held, ...open].reduce(addMoney, zeroMoney);
        assert.equal(showMoney(state.exposure), showMoney(sum));
      }
    }),
    { numRuns: 200 },
  );
});

test('what is used of the bounds is told as value, bound and ratio', () => {
  const account = modest();
  account.openPosition({ quantity: '0.016' });
  const usage = limitUsage(account.state, (account.nowMs * 1000) as Micros);
  assert.deepEqual(
    usage.find(({ limit }) => limit === 'exposure'),
    { limit: 'exposure', value: '800', max: '8000', used: '0.1' },
  );
  assert.deepEqual(
    usage.find(({ limit }) => limit === 'positions'),
    { limit: 'positions', value: '1', max: '100', used: '0.01' },
  );
});
