import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccountId, Micros } from '#core/ids.ts';
import { defaultSettings } from '#core/settings.ts';
import { Account, only } from '#test/support/account.ts';

const MINUTES_MS = 60_000;

test('a canary is released at a start, and then every five minutes', () => {
  const account = new Account();
  assert.notEqual(account.state.canaryAt, undefined, 'the tick of the start has released one');
  assert.deepEqual(account.pass(5 * MINUTES_MS - 1), []);
  assert.equal(only(account.pass(1), 'telemetry.canary').length, 1);
  assert.deepEqual(account.pass(1), []);
});

test('the next life of an engine begins with a canary of its own', () => {
  const account = new Account();
  account.do({
    type: 'start',
    account: 'test' as AccountId,
    version: 'next',
    settings: defaultSettings,
    decidableAt: (account.nowMs * 1000) as Micros,
  });
  assert.equal(only(account.pass(1), 'telemetry.canary').length, 1);
});
