// Goal: what each strategy won and lost in each symbol adds up to the account's, by day and in all, within a bound.
// Method: bookings on a state; positions through the decider.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Micros, StrategyId, Symbol } from '#core/ids.ts';
import { type Money, money, showMoney, zeroMoney } from '#core/money.ts';
import { bookEarned, ofDay } from '#core/results.ts';
import { type Earned, emptyState } from '#core/state.ts';
import { Account, plannedIn } from '#test/support/account.ts';

const DAY_MICROS = 86_400_000_000;
const symbol = 'BTCUSDT' as Symbol;
const one: Earned = { realised: money('1'), fees: money('0.1') };
const at = (day: number): Micros => (day * DAY_MICROS) as Micros;

it('a position that was closed counts for its strategy, in full', () => {
  const account = new Account();
  account.openPosition();
  account.mark = '50100';
  account.fill(plannedIn(account.signal({ action: 'close' }), 'close'));
  const [result] = [...account.state.results.values()];
  assert.deepEqual([result?.strategy, result?.symbol], ['momentum', 'BTCUSDT']);
  assert.equal(showMoney(result?.total.realised ?? zeroMoney), '1');
  assert.equal(showMoney(result?.total.fees ?? zeroMoney), '0.2');
  const { day: _, ...today } = account.state.today;
  assert.deepEqual(result?.total, today);
});

it('another day begins at nothing, the total goes on', () => {
  const state = emptyState();
  const strategy = 'a' as StrategyId;
  for (const day of [1, 2, 2]) bookEarned(state, { strategy, symbol }, one, at(day));
  const result = state.results.get('a/BTCUSDT');
  assert.ok(result);
  assert.equal(showMoney(result.total.realised), '3');
  assert.equal(showMoney(ofDay(result.newest, at(2)).realised), '2');
  assert.equal(ofDay(result.newest, at(3)).realised, zeroMoney);
});

it('of very many pairs those that were booked longest ago become one sum, and nothing is lost', () => {
  const state = emptyState();
  const book = (name: string): void =>
    bookEarned(state, { strategy: name as StrategyId, symbol }, one, at(1));
  book('faithful');
  for (let number = 0; number < 1_500; number += 1) {
    book(`s${number}`);
    if (number % 100 === 0) book('faithful');
  }
  assert.equal(state.results.size, 1_000);
  assert.equal(showMoney(state.results.get('faithful/BTCUSDT')?.total.realised ?? zeroMoney), '16');
  const kept = [...state.results.values()].reduce((sum, { total }) => sum + total.realised, 0n);
  assert.equal(showMoney((kept + state.otherResults.total.realised) as Money), '1516');
  assert.equal(state.otherResults.newest.realised, state.otherResults.total.realised);
});
