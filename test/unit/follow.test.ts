// Goal: stops follow the market where they are told to, only ever nearer, and the position is covered meanwhile.
// Method: a market that moves, and properties of the stop.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { showPrice } from '#core/money.ts';
import type { TradingSettings } from '#core/settings.ts';
import { Account, only, plannedIn } from '#test/support/account.ts';

const stopOf = (account: Account): string | undefined => {
  const [position] = account.state.positions.values();
  return position && showPrice(position.stop);
};

function after(settings: Partial<TradingSettings>, action: 'buy' | 'sell', ...marks: string[]): Account {
  const account = new Account(settings);
  account.openPosition({ action, stopLossRate: '0.02' });
  for (const mark of marks) {
    account.mark = mark;
    account.pass(1_000);
    // The new stop stands, and the old one goes.
    for (const { plan, phase, leg } of [...account.state.orders.values()]) {
      if (leg === 'stop' && phase === 'planned') account.accept(plan);
    }
  }
  return account;
}

test('a stop moves to the entry price once enough is won, and stays there', () => {
  const settings = { breakEvenRate: '0.01' };
  assert.equal(stopOf(after(settings, 'buy', '50499')), '49000');
  assert.equal(stopOf(after(settings, 'buy', '50500')), '50000');
  assert.equal(stopOf(after(settings, 'buy', '50500', '50200', '52000')), '50000');
  assert.equal(stopOf(after(settings, 'sell', '49500')), '50000');
});

test('a stop trails the market at its distance, and does not go back', () => {
  const settings = { trailingRate: '0.01' };
  assert.equal(stopOf(after(settings, 'buy', '51000')), '50490');
  assert.equal(stopOf(after(settings, 'buy', '51000', '50600', '50500')), '50490');
  assert.equal(stopOf(after(settings, 'sell', '49000', '49400')), '49490');
});

test('the new stop is placed before the old one is cancelled', () => {
  const account = new Account({ trailingRate: '0.01' });
  const { stop } = account.openPosition({ stopLossRate: '0.02' });
  account.mark = '51000';
  const moved = account.pass(1_000);
  assert.equal(only(moved, 'position.stop_moved')[0]?.why, 'trailing');
  const next = plannedIn(moved, 'stop');
  assert.equal(only(moved, 'cancel.requested').length, 0);
  const accepted = account.accept(next);
  assert.equal(only(accepted, 'cancel.requested')[0]?.clientOrderId, stop.clientOrderId);
  assert.equal(only([...moved, ...accepted], 'position.exposed').length, 0);
});

test('without a rule for it, and for moves that are too small, nothing moves', () => {
  assert.equal(stopOf(after({}, 'buy', '60000')), '49000');
  const account = after({ trailingRate: '0.01' }, 'buy', '51000');
  account.mark = '51040';
  assert.deepEqual(only(account.pass(1_000), 'position.stop_moved'), []);
});

test('whatever the market does, the stop of a position only comes nearer to it', () => {
  const marks = fc.array(fc.integer({ min: 49_200, max: 52_000 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(marks, (path) => {
      let last = 49_000;
      for (let length = 1; length <= path.length; length += 1) {
        const account = after(
          { trailingRate: '0.01', breakEvenRate: '0.015' },
          'buy',
          ...path.slice(0, length).map(String),
        );
        const stop = stopOf(account);
        if (stop === undefined || [...account.state.positions.values()][0]?.flatten !== undefined) return;
        assert.ok(Number(stop) >= last);
        last = Number(stop);
      }
    }),
    { numRuns: 50 },
  );
});
