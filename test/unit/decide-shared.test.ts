/** One position of the exchange can be held for several strategies: what an order takes is taken from one of them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StrategyId } from '#core/ids.ts';
import type { PlannedOrder } from '#core/order.ts';
import { Account, only, plannedIn } from '#test/support/account.ts';

const other = { strategyId: 'reversal' as StrategyId };

/** The stop closes the position before the close signal's order is heard of, which the exchange has carried out, too. */
function closeTwice(account: Account, stop: PlannedOrder): PlannedOrder {
  const close = plannedIn(account.signal({ action: 'close' }), 'close');
  account.accept(close);
  account.fill(stop);
  return close;
}

test('what an order takes beyond its own position is taken from the other strategy, and that one guarded anew', () => {
  const account = new Account();
  const { stop } = account.openPosition();
  account.openPosition({ ...other, quantity: '0.03' });
  const facts = account.fill(closeTwice(account, stop));
  const [adjusted] = only(facts, 'position.adjusted');
  assert.deepEqual(
    [adjusted?.position, adjusted?.from, adjusted?.to],
    ['test/reversal/BTCUSDT/LONG', '0.03', '0.02'],
  );
  assert.equal(plannedIn(facts, 'stop').quantity, '0.02');
});

test('an entry that rests does not hold up what was taken from the other strategy', () => {
  const account = new Account();
  const { stop } = account.openPosition();
  account.openPosition(other);
  const close = closeTwice(account, stop);
  account.accept(plannedIn(account.signal({ orderType: 'limit', price: '49000' }), 'entry'));
  assert.equal(only(account.fill(close), 'position.adjusted')[0]?.to, '0');
});

test('what an order takes beyond everything that is held is an entry not yet heard of, and waits for it', () => {
  for (const strategy of [{}, other]) {
    const account = new Account();
    const { stop } = account.openPosition();
    const close = closeTwice(account, stop);
    const entry = plannedIn(account.signal(strategy), 'entry');
    const report = account.report(close, {
      status: 'filled',
      executed: '0.01',
      trades: [account.trade('0.01')],
    });
    const tell = () => account.do({ type: 'record_report', report, how: 'query' });
    assert.equal(only(tell(), 'order.filled').length, 0);
    assert.ok(account.state.orders.has(close.clientOrderId), 'it is still to be heard of');
    account.fill(entry);
    tell();
    assert.equal(account.state.positions.size, 0);
  }
});

test('what an order takes from nobody is booked although an entry rests, which would have been heard of by then', () => {
  const account = new Account();
  const { stop } = account.openPosition();
  const close = closeTwice(account, stop);
  account.accept(plannedIn(account.signal({ orderType: 'limit', price: '49000' }), 'entry'));
  const report = account.report(close, {
    status: 'filled',
    executed: '0.01',
    trades: [account.trade('0.01')],
  });
  account.nowMs += 29_000;
  const early = account.do({ type: 'record_report', report, how: 'query' });
  assert.deepEqual(
    early.map(({ type }) => type),
    ['order.ended'],
  );
  account.nowMs += 1_000;
  const late = account.do({ type: 'record_report', report, how: 'query' });
  assert.deepEqual(
    late.map(({ type }) => type),
    ['order.filled'],
  );
});
