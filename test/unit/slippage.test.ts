// How much worse a fill is than what was to be expected when its order was planned.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Account, only, plannedIn } from '#test/support/account.ts';

for (const { action, worse, expected } of [
  { action: 'buy', worse: '50005', expected: '1' },
  { action: 'buy', worse: '49995', expected: '-1' },
  { action: 'sell', worse: '49995', expected: '1' },
] as const) {
  test(`a market ${action} expected at 50000 that fills at ${worse} slips by ${expected} basis points`, () => {
    const account = new Account();
    const facts = account.signal({ action });
    assert.equal(only(facts, 'order.planned')[0]?.expected, '50000');
    const entry = plannedIn(facts, 'entry');
    account.accept(entry);
    account.mark = worse;
    assert.equal(only(account.fill(entry), 'order.filled')[0]?.slippageBps, expected);
  });
}

test('a stop is expected to fill at its trigger', () => {
  const account = new Account();
  const { stop } = account.openPosition({ stopLoss: '49000' });
  account.mark = '48951';
  assert.equal(only(account.fill(stop), 'order.filled')[0]?.slippageBps, '10');
});
