// Goal: however the outcome of an order is left open, the exchange ends with exactly one order for the signal, and the
// journal says how that was found out. Method: the real engine with the real adapter at the simulated exchange, one fault
// at a time; the exchange's ledger is the judge.

import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { EngineAtSimex } from '../support/engine-at-simex.ts';
import { SimexClient } from '../support/simex-client.ts';
import { type FrontFault, SocketFront } from '../support/socket-front.ts';

const endpoint = 'POST /fapi/v1/order';
const once = (kind: string, more: object = {}) => ({ kind, endpoint, count: 1, ...more });
const toldNothing = { kind: 'stream-silent' };
const SETTLED_MS_MAX = 25_000;

/**
 * told: the stream was faster than the answer that would have left it open. placed: the order was there all along.
 * denied: it was not, and another was sent.
 */
type Found = 'told by stream' | 'placed by stream' | 'placed by query' | 'denied by query';
const byStream: readonly Found[] = ['told by stream', 'placed by stream'];

interface Way {
  readonly what: string;
  readonly faults: readonly object[];
  readonly found: readonly Found[];
}

const ways: readonly Way[] = [
  { what: 'a time-out before it was applied', faults: [once('hang-before')], found: ['denied by query'] },
  {
    what: 'a time-out after it was applied',
    faults: [once('hang-after'), toldNothing],
    found: ['placed by query'],
  },
  { what: 'a reset before it was applied', faults: [once('reset-before')], found: ['denied by query'] },
  { what: 'a reset after it was applied', faults: [once('reset-after')], found: byStream },
  {
    what: 'a reset after it was applied, with a silent stream',
    faults: [once('reset-after'), toldNothing],
    found: ['placed by query'],
  },
  {
    what: 'a 503 with unknown execution of a request that was not applied',
    faults: [once('refuse-then-503')],
    found: ['denied by query'],
  },
  {
    what: 'a 503 with unknown execution of a request that was applied',
    faults: [once('accept-then-503'), toldNothing],
    found: ['placed by query'],
  },
  { what: '-1006', faults: [once('accept-then-1006'), toldNothing], found: ['placed by query'] },
  {
    what: '-1007 of an applied request',
    faults: [once('accept-then-1007'), toldNothing],
    found: ['placed by query'],
  },
  {
    what: '-1007 of a request that was not applied',
    faults: [once('refuse-then-1007')],
    found: ['denied by query'],
  },
  {
    what: 'an order that can be queried only later than the exchange can accept it',
    faults: [
      once('accept-then-503'),
      toldNothing,
      { kind: 'query-lag', endpoint: 'GET /fapi/v1/order', delayMs: 1_800 },
    ],
    found: ['placed by query'],
  },
  {
    what: 'a lost answer and a lost first event',
    faults: [once('accept-then-503'), { kind: 'stream-drop', event: 'ORDER_TRADE_UPDATE', count: 1 }],
    found: byStream,
  },
  {
    what: 'a lost answer and all of its events lost',
    faults: [once('accept-then-503'), { kind: 'stream-drop', event: 'ORDER_TRADE_UPDATE' }],
    found: ['placed by query'],
  },
  {
    what: 'a lost answer and events that come twice',
    faults: [once('accept-then-503'), { kind: 'stream-duplicate' }],
    found: byStream,
  },
  {
    what: 'a lost answer and events that come in another order',
    faults: [once('accept-then-503'), { kind: 'stream-reorder', count: 2 }],
    found: byStream,
  },
  {
    what: 'a lost answer and events that come late',
    faults: [once('accept-then-503'), { kind: 'stream-delay', delayMs: 400 }],
    found: byStream,
  },
  {
    what: 'a lost answer and a stream that breaks',
    faults: [once('accept-then-503'), { kind: 'stream-disconnect', count: 1 }],
    found: [...byStream, 'placed by query'],
  },
];

/** One order, one position, one stop: at the exchange, not only in the journal. */
async function judge(at: EngineAtSimex): Promise<void> {
  await at.settled(SETTLED_MS_MAX);
  const accepted = (await at.ledger('order_accepted')).map(({ clientOrderId }) => clientOrderId);
  assert.equal(accepted.length, 1, `accepted: ${accepted.join(', ')}`);
  const fills = at.entryFacts('order.filled');
  assert.deepEqual(new Set(fills.map(({ clientOrderId }) => clientOrderId)), new Set(accepted));
  const { body } = await at.client.control('GET', '/sim/state');
  const held = body.positions.filter(({ positionAmt }: { positionAmt: string }) => Number(positionAmt) !== 0);
  assert.deepEqual(
    held.map(({ positionSide, positionAmt }: Record<string, string>) => [positionSide, positionAmt]),
    [['LONG', '0.01']],
  );
  assert.equal(body.openAlgoOrders.length, 1, 'one stop');
}

/** What the journal says of it. */
function foundOut(at: EngineAtSimex): Found {
  const [unknown, ...more] = at.entryFacts('order.unknown');
  assert.deepEqual(more, [], 'it was unknown once at most');
  if (unknown === undefined) {
    const [accepted] = at.entryFacts('order.accepted');
    assert.ok(accepted !== undefined && accepted.answeredAt === undefined, 'no answer has told it');
    return 'told by stream';
  }
  const [resolved, ...again] = at.entryFacts('order.resolved');
  assert.ok(resolved !== undefined && again.length === 0, 'and found out once');
  assert.equal(resolved.clientOrderId, unknown.clientOrderId);
  return `${resolved.placed ? 'placed' : 'denied'} by ${resolved.how}` as Found;
}

suite('an order whose outcome is left open', { concurrency: 4 }, () => {
  for (const { what, faults, found } of ways) {
    test(what, async (context) => {
      const at = await EngineAtSimex.start(context);
      await at.client.faults(...faults);
      await at.buy();
      await judge(at);
      const how = foundOut(at);
      assert.ok(found.includes(how), how);
    });
  }

  for (const [fault, found] of [
    ['silent-before', ['denied by query']],
    ['silent-after', byStream],
    ['tear-before', ['denied by query']],
    ['tear-after', byStream],
  ] as const) {
    test(`over the WebSocket API: ${fault}`, async (context) => {
      const { at, front } = await withFront(context);
      front.fault = fault satisfies FrontFault;
      await at.buy();
      await judge(at);
      const how = foundOut(at);
      assert.ok(
        found.some((one) => one === how),
        how,
      );
    });
  }
});

test('orders and stops go over the WebSocket API while it is connected', async (context) => {
  const { at, front } = await withFront(context);
  await at.buy();
  await judge(at);
  assert.equal(front.requests, 2);
  assert.deepEqual(at.entryFacts('order.unknown'), []);
});

async function withFront(context: TestContext): Promise<{ at: EngineAtSimex; front: SocketFront }> {
  let front: SocketFront | undefined;
  const at = await EngineAtSimex.start(context, async (simex) => {
    front = await SocketFront.start(context, new SimexClient(simex.url));
    return front.url;
  });
  if (front === undefined) throw new Error('there is no front');
  return { at, front };
}
