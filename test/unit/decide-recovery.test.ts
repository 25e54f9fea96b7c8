import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Micros } from '#core/ids.ts';
import { showQuantity } from '#core/money.ts';
import { Account, only, plannedIn } from '#test/support/account.ts';

const at = (account: Account): Micros => (account.nowMs * 1000) as Micros;

test('adding to a position is refused where the common stop would be past the market', () => {
  const account = new Account();
  account.openPosition({ stopLossRate: '0.2' });
  account.mark = '45000';
  const [refused] = only(account.signal({ stopLossRate: '0.02' }), 'signal.refused');
  assert.deepEqual(
    [refused?.reason, refused?.value, refused?.limit],
    ['wrong_side_stop', '46550', 'market at 45000'],
  );
});

test('a stop that would trigger as soon as the entry fills is refused with the entry', () => {
  const [refused] = only(new Account().signal({ stopLossRate: '0.000001' }), 'signal.refused');
  assert.equal(refused?.reason, 'wrong_side_stop');
});

test('a late fill of an older entry leaves the levels of the newer signal as they are', () => {
  const account = new Account();
  const older = plannedIn(account.signal({ orderType: 'limit', price: '49900', stopLoss: '45000' }), 'entry');
  account.accept(older);
  const newer = plannedIn(account.signal({ stopLoss: '49500', takeProfit: '51000' }), 'entry');
  account.accept(newer);
  account.fill(newer);
  const [changed] = only(account.fill(older), 'position.changed');
  assert.equal(changed?.quantity, '0.02');
  assert.equal(changed.stop, undefined);
});

test('an entry that is filled and whose trades cannot be read is guarded at its average price', () => {
  const account = new Account();
  const entry = plannedIn(account.signal({ stopLoss: '49000' }), 'entry');
  const filled = account.report(entry, { status: 'filled', executed: '0.01', averagePrice: '50001.5' });
  account.outcome(entry, { kind: 'accepted', report: filled });
  assert.equal(account.state.positions.size, 0);
  const facts = account.do({ type: 'record_report', report: filled, how: 'query', tradesOverdue: true });
  assert.equal(only(facts, 'position.opened')[0]?.cost, '500.015');
  assert.equal(plannedIn(facts, 'stop').quantity, '0.01');
  assert.equal(
    account.state.orders.has(entry.clientOrderId),
    false,
    'a trade that turns up later changes nothing',
  );
});

test('an entry that fills further after its trades could not be read is booked for what it executes, no more and no less', () => {
  const account = new Account();
  const entry = plannedIn(account.signal({ orderType: 'limit', price: '49900' }), 'entry');
  account.accept(entry);
  const [first, second] = [account.trade('0.0047'), account.trade('0.0053')];
  const part = account.report(entry, { executed: '0.0047', averagePrice: '49900' });
  account.do({ type: 'record_report', report: part, how: 'query', tradesOverdue: true });
  account.do({ type: 'record_report', report: { ...part, trades: [first] }, how: 'stream' });
  const filled = { ...part, status: 'filled', executed: '0.01', trades: [first, second] } as const;
  account.do({ type: 'record_report', report: filled, how: 'query' });
  const [position] = account.state.positions.values();
  assert.equal(position && showQuantity(position.holding.quantity), '0.01');
  assert.equal(account.state.orders.has(entry.clientOrderId), false);
});

test('a stop that has filled is not followed by another order while its trades are still to be read', () => {
  const account = new Account();
  const { stop } = account.openPosition();
  const filled = account.report(stop, { status: 'filled', executed: '0.01', childOrderId: '9' });
  const facts = account.do({ type: 'record_report', report: filled, how: 'query' });
  assert.equal(only(facts, 'order.planned').length, 0);
  assert.equal(only(account.pass(60_000), 'order.planned').length, 0);
});

test('a stop that the exchange has forgotten is placed anew', () => {
  const account = new Account();
  const { stop } = account.openPosition();
  const { clientOrderId } = stop;
  const early = account.do({ type: 'record_missing', clientOrderId, askedAt: at(account) });
  assert.deepEqual(early, [], 'its acceptance was a moment ago: the query side may lag');
  account.nowMs += 60_000;
  const facts = account.do({ type: 'record_missing', clientOrderId, askedAt: at(account) });
  assert.equal(only(facts, 'order.ended')[0]?.status, 'expired');
  assert.equal(only(facts, 'position.exposed').length, 1);
  assert.notEqual(plannedIn(facts, 'stop').clientOrderId, clientOrderId);
});

test('a close that the exchange turns away for good is pursued until the position is gone', () => {
  const account = new Account();
  account.openPosition();
  const close = plannedIn(account.signal({ action: 'close' }), 'close');
  const facts = account.outcome(close, {
    kind: 'refused',
    refusal: 'insufficient_margin',
    code: -2019,
    message: '',
  });
  assert.equal(only(facts, 'order.planned')[0]?.why, 'close_signal');
});

test('a close that was not placed does not reach the position that came after', () => {
  const account = new Account();
  const { stop } = account.openPosition();
  const close = plannedIn(account.signal({ action: 'close' }), 'close');
  account.outcome(close, { kind: 'unknown', cause: 'timeout', decidableAt: at(account) });
  account.fill(stop);
  account.nowMs += 1_000;
  account.openPosition();
  account.do({ type: 'record_missing', clientOrderId: close.clientOrderId, askedAt: at(account) });
  const facts = account.pass(1);
  assert.equal(only(facts, 'order.abandoned')[0]?.why, 'position_closed');
  assert.equal(only(facts, 'order.planned').length, 0);
});

test('an entry is not sent again when the market has passed its stop meanwhile', () => {
  const account = new Account();
  const entry = plannedIn(account.signal({ stopLoss: '49000' }), 'entry');
  account.outcome(entry, { kind: 'refused', refusal: 'throttled', code: -1008, message: '' });
  account.mark = '48900';
  assert.equal(only(account.pass(500), 'order.abandoned')[0]?.why, 'not_plannable');
});

test('a close needs neither a price nor the symbol on the list', () => {
  const account = new Account();
  account.openPosition();
  const { account: name, settings } = account.state;
  const later = { ...settings, symbols: [] };
  account.do({ type: 'start', account: name, version: 'test', settings: later, decidableAt: at(account) });
  account.mark = '';
  assert.equal(plannedIn(account.signal({ action: 'close' }), 'close').quantity, '0.01');
});

test('positions that together are more than one order may hold are not built up by entries that rest', () => {
  const account = new Account();
  const big = { orderType: 'limit', price: '49000', quantity: '100' } as const;
  account.accept(plannedIn(account.signal(big), 'entry'));
  assert.equal(only(account.signal(big), 'signal.refused')[0]?.reason, 'above_max_quantity');
});
