// Goal: the list of orders is whole from the start on: the journal's tail, what lives from before it, and the news.
// Method: a journal whose oldest live order lies further back than the tail that is read.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { RecentOrders } from '#api/recent-orders.ts';
import type { Entry, Fact } from '#core/facts.ts';
import type { ClientOrderId, Micros, Seq, SignalKey } from '#core/ids.ts';
import { clientOrderIdOf, intentIdOf } from '#core/ids.ts';
import type { Order } from '#core/order.ts';
import { MemoryJournal } from '#journal/memory.ts';

const FILLERS = 12_000;
const key = 'a'.repeat(20) as SignalKey;
const old = clientOrderIdOf(intentIdOf(key, 'stop', 'LONG'), 1);
const young = clientOrderIdOf(intentIdOf(key, 'stop', 'LONG'), 2);
const story = { signal: 1 as Seq, key, trace: 'b'.repeat(32) };

const planned = (clientOrderId: ClientOrderId, attempt: number) => ({
  type: 'order.planned',
  story,
  position: 'p',
  strategyId: 's',
  leg: 'stop',
  side: 'LONG',
  attempt,
  order: { clientOrderId, symbol: 'BTCUSDT', side: 'SELL', type: 'STOP_MARKET', quantity: '1' },
});
const about = (clientOrderId: ClientOrderId) => ({
  clientOrderId,
  signal: story.signal,
  trace: story.trace,
  symbol: 'BTCUSDT',
  leg: 'stop',
});
const accepted = (id: ClientOrderId) => ({
  type: 'order.accepted',
  ...about(id),
  exchangeOrderId: '7',
  plannedAt: 0,
});
const triggered = (id: ClientOrderId) => ({ type: 'order.triggered', ...about(id), childOrderId: '8' });
const filler = (seq: number) => ({ type: 'signal.refused', signal: seq, trace: story.trace });

async function write(journal: MemoryJournal, ...facts: object[]): Promise<Entry> {
  const entry = {
    seq: (journal.head + 1) as Seq,
    at: journal.head as number as Micros,
    facts: facts as Fact[],
  };
  await journal.append(entry);
  return entry;
}

const live = (...ids: ClientOrderId[]): ReadonlyMap<ClientOrderId, Order> =>
  new Map(ids.map((id) => [id, { story } as unknown as Order]));

const shown = (orders: RecentOrders) =>
  orders
    .newest({}, 10)
    .map(({ planned: { order }, status, timeline }) => [order.clientOrderId, status, timeline.length]);

it('knows live orders from before the tail, and what happens to them while they are looked up', async () => {
  const journal = new MemoryJournal();
  await write(journal, planned(old, 1), accepted(old));
  await write(journal, ...Array.from({ length: FILLERS }, (_, index) => filler(100 + index)));
  await write(journal, planned(young, 2));

  const orders = new RecentOrders();
  await orders.warm(journal);
  assert.deepEqual(shown(orders), [[young, 'planned', 1]]);

  // The story is read, and before it is told the order goes on.
  const story = journal.story.bind(journal);
  journal.story = async (signal) => {
    const told = await story(signal);
    orders.apply(await write(journal, triggered(old)));
    return told;
  };
  await orders.adopt(journal, live(old, young));
  orders.apply(await write(journal, accepted(young)));
  assert.deepEqual(shown(orders), [
    [young, 'open', 2],
    [old, 'open', 3],
  ]);
});

it('takes in only what is new when the engine starts again', async () => {
  const journal = new MemoryJournal();
  const orders = new RecentOrders();
  const first = await write(journal, planned(old, 1));
  orders.apply(first);
  await write(journal, accepted(old));
  await orders.warm(journal);
  orders.apply(first);
  assert.deepEqual(shown(orders), [[old, 'open', 2]]);
});
