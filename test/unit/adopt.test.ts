// Goal: what the exchange holds beyond the journal does not stay without a stop, by policy. Method: comparisons with an
// exchange that holds more, as time passes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fact } from '#core/facts.ts';
import { type Micros, type Symbol, signalKeyOf } from '#core/ids.ts';
import type { ForeignPolicy } from '#core/settings.ts';
import { Account, only, plannedIn } from '#test/support/account.ts';

const compare = (account: Account, quantity: string): Fact[] =>
  account.do({
    type: 'compare_snapshot',
    takenAt: (account.nowMs * 1000) as Micros,
    positions: [{ symbol: 'BTCUSDT' as Symbol, side: 'LONG', quantity, entryPrice: '48000' }],
    openOrders: [...account.state.orders.values()].map(({ plan }) => plan),
  });

/** The difference lasts long enough to be real. */
function hold(account: Account, quantity: string): Fact[] {
  account.nowMs += 1;
  compare(account, quantity);
  account.nowMs += 30_001;
  return compare(account, quantity);
}

test('a position that nobody accounts for gets a stop, at the configured distance from the market, and no target', () => {
  const account = new Account({ stopLossRate: '0.02' });
  assert.deepEqual(only(compare(account, '0.5'), 'position.adopted'), [], 'a message may be under way');
  account.nowMs += 30_001;
  const facts = compare(account, '0.5');
  const [adopted] = only(facts, 'position.adopted');
  assert.deepEqual([adopted?.quantity, adopted?.cost, adopted?.stop], ['0.5', '24000', '49000']);
  const stop = plannedIn(facts, 'stop');
  assert.deepEqual([stop.side, stop.quantity, stop.triggerPrice], ['SELL', '0.5', '49000']);
  assert.equal(signalKeyOf(stop.clientOrderId), adopted?.story.key);
  assert.equal(only(facts, 'order.planned').length, 1);
  assert.equal(only(account.accept(stop), 'position.protected').length, 1);
  assert.equal(only(compare(account, '0.5'), 'drift.found').length, 0, 'the two agree now');
});

test('what strategies hold stays theirs: only the rest is taken in, and grows with what comes to it', () => {
  const account = new Account();
  account.openPosition();
  const first = hold(account, '0.51');
  assert.equal(only(first, 'position.adopted')[0]?.quantity, '0.5');
  account.accept(plannedIn(first, 'stop'));
  const grown = hold(account, '0.71');
  assert.equal(only(grown, 'position.adopted')[0]?.quantity, '0.7');
  assert.equal(account.state.positions.size, 2);
});

test('when it is gone at the exchange, it and its stop go here', () => {
  const account = new Account();
  account.accept(plannedIn(hold(account, '0.5'), 'stop'));
  const facts = hold(account, '0');
  assert.equal(only(facts, 'position.adjusted')[0]?.to, '0');
  assert.equal(only(facts, 'cancel.requested').length, 1);
  assert.equal(account.state.positions.size, 0);
});

test('by policy it is closed at the market, or only reported', () => {
  const facts = (foreignPositions: ForeignPolicy) => hold(new Account({ foreignPositions }), '0.5');
  const flattened = facts('flatten');
  assert.equal(plannedIn(flattened, 'flatten').type, 'MARKET');
  assert.equal(only(flattened, 'order.planned')[0]?.why, 'foreign');
  assert.deepEqual(facts('report'), []);
});
