import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Micros, PositionSide, Symbol } from '#core/ids.ts';
import type { MetricUpdate } from '#telemetry/catalogue.ts';
import { tradingGauges } from '#telemetry/runtime/trading-gauges.ts';
import { Account, plannedIn } from '#test/support/account.ts';
import { quoteAt } from '#test/support/market.ts';

/** Readings by metric and label values. */
function read(account: Account): Record<string, number> {
  const now = (account.nowMs * 1000) as Micros;
  const updates: MetricUpdate[] = tradingGauges(
    account.state,
    () => (account.mark === '' ? undefined : quoteAt(account.mark, account.nowMs)),
    now,
  );
  return Object.fromEntries(
    updates.map(({ metric, labels, value }) => [
      [metric.replace('tradeengine.', ''), ...Object.values(labels)].join(' '),
      value,
    ]),
  );
}

test('an account at rest has its equity and may trade, and reads zero elsewhere', () => {
  const { equity, 'trading.state active': active, ...others } = read(new Account());
  assert.deepEqual([equity, active], [100_000_000, 1]);
  assert.deepEqual([...new Set(Object.values(others))], [0]);
});

test('the bounds that are used show as ratios, and the state that holds as 1', () => {
  const account = new Account();
  account.openPosition({ quantity: '0.1' });
  account.measure('1000000');
  const readings = read(account);
  // 5 000 of 80 % of the equity; one of 100 positions.
  assert.equal(readings['limit.used exposure'], 0.00625);
  assert.equal(readings['limit.used positions'], 0.01);
  account.do({ type: 'set_trading_state', to: 'halted', by: 'oncall', note: '' });
  const halted = read(account);
  assert.deepEqual([halted['trading.state active'], halted['trading.state halted']], [0, 1]);
});

test('a position is exposed, and ages, until its stop stands', () => {
  const account = new Account();
  const entry = plannedIn(account.signal(), 'entry');
  account.accept(entry);
  const stop = plannedIn(account.fill(entry), 'stop');
  account.nowMs += 1_500;
  const before = read(account);
  assert.equal(before['positions.open'], 1);
  assert.equal(before['positions.exposed'], 1);
  assert.equal(before['positions.exposed.age'], 1.5);
  assert.equal(before['orders.live planned'], 1);
  account.accept(stop);
  const after = read(account);
  assert.equal(after['positions.open'], 1);
  assert.equal(after['positions.exposed'], 0);
  assert.equal(after['positions.exposed.age'], 0);
  assert.equal(after['orders.live open'], 1);
});

for (const [action, side, unrealised] of [
  ['buy', 'LONG', 10],
  ['sell', 'SHORT', -10],
] as const) {
  test(`a ${side} position is worth its quantity at the mark, and its result follows the market`, () => {
    const account = new Account();
    account.openPosition({ action });
    account.mark = '51000';
    const other: PositionSide = side === 'LONG' ? 'SHORT' : 'LONG';
    const readings = read(account);
    assert.equal(readings[`exposure ${side}`], 510);
    assert.equal(readings[`exposure ${other}`], 0);
    assert.equal(readings['pnl.unrealised'], unrealised);
  });
}

test('without a market a position is worth what it cost', () => {
  const account = new Account();
  account.openPosition();
  account.mark = '';
  const readings = read(account);
  assert.equal(readings['exposure LONG'], 500);
  assert.equal(readings['pnl.unrealised'], 0);
});

test('the result of the day counts partial closes and all fees, and begins anew at midnight UTC', () => {
  const account = new Account();
  const { stop } = account.openPosition();
  const part = account.report(stop, { executed: '0.004', trades: [account.trade('0.004', '49000')] });
  account.do({ type: 'record_report', report: part, how: 'stream' });
  // 0.004 at 1000 less, and two fees of 0.1.
  assert.equal(read(account)['pnl.daily'], -4.2);
  account.nowMs += 24 * 60 * 60 * 1000;
  assert.equal(read(account)['pnl.daily'], 0);
  const rest = account.report(stop, { executed: '0.01', trades: [account.trade('0.006', '51000')] });
  account.do({ type: 'record_report', report: rest, how: 'stream' });
  // 0.006 at 1000 more, and a fee of 0.1: nothing of the day before.
  assert.equal(read(account)['pnl.daily'], 5.9);
});

test('a disagreement is told by which side holds more, and ages', () => {
  const account = new Account();
  account.openPosition();
  const positions = [
    { symbol: 'BTCUSDT' as Symbol, side: 'LONG' as const, quantity: '0.004', entryPrice: '50000' },
  ];
  account.nowMs += 1_000;
  const takenAt = (account.nowMs * 1000) as Micros;
  const openOrders = [...account.state.orders.values()].map(({ plan }) => plan);
  account.do({ type: 'compare_snapshot', takenAt, positions, openOrders });
  account.nowMs += 2_000;
  const readings = read(account);
  assert.equal(readings['drift.open missing_at_exchange'], 1);
  assert.equal(readings['drift.open unknown_to_journal'], 0);
  assert.equal(readings['drift.age'], 2);
});
