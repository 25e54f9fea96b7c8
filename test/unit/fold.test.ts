// Goal: a state that comes from a snapshot goes on as the one that was stored would have.
// Method: an account with live orders, stored in a journal as the engine does it and folded from there.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evolve } from '#core/evolve.ts';
import type { Fact } from '#core/facts.ts';
import type { Micros } from '#core/ids.ts';
import { ordersOf } from '#core/state.ts';
import { fold, snapshotOf } from '#engine/fold.ts';
import { MemoryJournal } from '#journal/memory.ts';
import { Account, plannedIn } from '#test/support/account.ts';
import { entry, reconciled, seqOf } from '#test/support/journal.ts';

/** The state of an account, by way of a journal that holds as many facts. */
async function reloaded({ state }: Account) {
  const journal = new MemoryJournal();
  const facts = Array.from({ length: state.seq }, () => reconciled(0));
  await journal.append(entry(1, ...facts));
  await journal.saveSnapshot(snapshotOf(state));
  const { state: loaded, storedSeq } = await fold(journal);
  assert.equal(storedSeq, state.seq, 'it comes from the snapshot');
  return loaded;
}

test('a fact about an order of a stored state changes it for its position, too', async () => {
  const account = new Account();
  const { stop } = account.openPosition();
  const state = await reloaded(account);
  const before = state.orders.get(stop.clientOrderId);
  assert.ok(before !== undefined);
  const { position, story } = before;
  const { clientOrderId, symbol } = stop;
  const about = { clientOrderId, symbol, leg: 'stop', signal: story.signal, trace: story.trace } as const;
  const { heardAt: at } = before;
  evolve(state, { type: 'order.triggered', ...about, childOrderId: '7' }, seqOf(state.seq + 1), at);
  assert.equal(state.orders.get(clientOrderId)?.childOrderId, '7');
  assert.deepEqual(
    ordersOf(state, position, 'stop').map(({ childOrderId }) => childOrderId),
    ['7'],
  );
  const ended = { type: 'order.ended', ...about, status: 'canceled', executed: '0' } as const;
  evolve(state, ended, seqOf(state.seq + 1), at);
  assert.equal(state.orders.has(clientOrderId), false);
  assert.deepEqual(ordersOf(state, position, 'stop'), []);
});

test('an order that its position does not list is a broken state, and cannot leave it', () => {
  const account = new Account();
  const entryOrder = plannedIn(account.signal(), 'entry');
  account.accept(entryOrder);
  const [[position, orders] = []] = account.state.ordersByPosition;
  assert.ok(position !== undefined && orders !== undefined);
  account.state.ordersByPosition.set(
    position,
    orders.map((order) => ({ ...order })),
  );
  const report = account.report(entryOrder, { status: 'canceled' });
  assert.throws(
    () => account.do({ type: 'record_report', report, how: 'stream' }),
    /is not among those of test\/momentum\/BTCUSDT\/LONG/,
  );
});

test('a fact of an unknown type is not folded: it would leave a gap', () => {
  const { state } = new Account();
  const { seq } = state;
  const unheard = { type: 'order.amended' } as unknown as Fact;
  assert.throws(() => evolve(state, unheard, seqOf(seq + 1), 1 as Micros), /order\.amended/);
  assert.equal(state.seq, seq);
});

test('a journal from before there were modes is one of paper trading', async () => {
  const { mode: _, ...settings } = new Account().state.settings;
  const started = { type: 'engine.started', account: 'test', version: '0.1.0', settings } as unknown as Fact;
  const journal = new MemoryJournal();
  await journal.append(entry(1, started));
  assert.equal((await fold(journal)).state.settings.mode, 'paper');
});
