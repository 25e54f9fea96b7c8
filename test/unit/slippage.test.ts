// How much worse a fill is than what was to be expected when its order was planned.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OrderPlanned } from '#core/facts.ts';
import { defaultSettings } from '#core/settings.ts';
import { Account, only, plannedIn } from '#test/support/account.ts';

/** The order that takes a position away whose stop the exchange has refused, in a market that has been silent so long. */
function flattened(action: 'buy' | 'sell', stopLoss: string, quoteAgeMs: number): OrderPlanned {
  const account = new Account();
  account.spread = 10;
  const entry = plannedIn(account.signal({ action, stopLoss }), 'entry');
  account.accept(entry);
  const stop = plannedIn(account.fill(entry), 'stop');
  account.quoteAgeMs = quoteAgeMs;
  const refused = { kind: 'refused', refusal: 'would_trigger', code: -2021, message: 'passed' } as const;
  const [planned] = only(account.outcome(stop, refused), 'order.planned');
  assert.equal(planned?.leg, 'flatten');
  return planned;
}

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

for (const { action, limit, expected } of [
  { action: 'buy', limit: '50100', expected: '50005' },
  { action: 'buy', limit: '50000', expected: '50000' },
  { action: 'sell', limit: '49900', expected: '49995' },
  { action: 'sell', limit: '50000', expected: '50000' },
] as const) {
  test(`a ${action} limited to ${limit} in a market of 49995 to 50005 is expected to fill at ${expected}`, () => {
    const account = new Account();
    account.spread = 10;
    const facts = account.signal({ action, orderType: 'limit', price: limit });
    assert.equal(only(facts, 'order.planned')[0]?.expected, expected);
  });
}

for (const { action, stopLoss, expected } of [
  { action: 'buy', stopLoss: '49000', expected: '49995' },
  { action: 'sell', stopLoss: '51000', expected: '50005' },
] as const) {
  test(`closing what a ${action} opened is expected to fill at ${expected} in a market of 49995 to 50005`, () => {
    const account = new Account();
    account.spread = 10;
    account.openPosition({ action, stopLoss });
    assert.equal(only(account.signal({ action: 'close' }), 'order.planned')[0]?.expected, expected);
  });

  test(`flattening what a ${action} opened is expected to fill at ${expected} in a market of 49995 to 50005`, () => {
    assert.equal(flattened(action, stopLoss, 0).expected, expected);
  });
}

test('a close in a market that has long been silent has no price to slip from', () => {
  const account = new Account();
  account.openPosition();
  account.quoteAgeMs = defaultSettings.quoteAgeMsMax;
  assert.equal(only(account.signal({ action: 'close' }), 'order.planned')[0]?.expected, '50000');

  const silent = new Account();
  silent.openPosition();
  silent.quoteAgeMs = defaultSettings.quoteAgeMsMax + 1;
  const facts = silent.signal({ action: 'close' });
  assert.equal(only(facts, 'order.planned')[0]?.expected, undefined);
  const close = plannedIn(facts, 'close');
  silent.accept(close);
  assert.equal(only(silent.fill(close), 'order.filled')[0]?.slippageBps, undefined);
});

test('nor has one that is tried again in a market that has fallen silent', () => {
  const account = new Account();
  account.openPosition();
  const close = plannedIn(account.signal({ action: 'close' }), 'close');
  account.outcome(close, { kind: 'refused', refusal: 'unavailable', code: -1008, message: 'busy' });
  account.quoteAgeMs = defaultSettings.quoteAgeMsMax + 1;
  const [again] = only(account.pass(1_000), 'order.planned');
  assert.equal(again?.leg, 'close');
  assert.equal(again?.expected, undefined);
});

test('nor has a flattening in such a market', () => {
  assert.equal(flattened('buy', '49000', defaultSettings.quoteAgeMsMax + 1).expected, undefined);
});

test('a stop is expected to fill at its trigger', () => {
  const account = new Account();
  const { stop } = account.openPosition({ stopLoss: '49000' });
  account.mark = '48951';
  assert.equal(only(account.fill(stop), 'order.filled')[0]?.slippageBps, '10');
});
