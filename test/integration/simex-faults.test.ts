// Goal: each fault does to a client exactly what it says, and to the exchange nothing else.
// Method: one fault at a time over real sockets; the ledger tells whether the request was applied.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type { Simex } from '#simex/server.ts';
import { startSimex } from '#simex/server.ts';
import { SimexClient } from '#test/support/simex-client.ts';
import { until } from '#test/support/until.ts';

let simex: Simex;
let client: SimexClient;
let orders = 0;

before(async () => {
  simex = await startSimex({ port: 0, seed: 1 });
  client = new SimexClient(simex.url);
});
after(() => simex.close());
afterEach(() => client.control('DELETE', '/sim/faults'));

const endpoint = 'POST /fapi/v1/order';
function order(caller = client): { id: string; answer: ReturnType<SimexClient['signed']> } {
  orders += 1;
  const id = `order-${orders}`;
  const answer = caller.signed('POST', '/fapi/v1/order', {
    symbol: 'ETHUSDT',
    side: 'BUY',
    positionSide: 'LONG',
    type: 'MARKET',
    quantity: '0.02',
    newClientOrderId: id,
  });
  return { id, answer };
}
const wasApplied = async (id: string): Promise<boolean> =>
  (await client.ledger()).some((entry) => entry.kind === 'order_accepted' && entry.clientOrderId === id);

const answered = [
  ['accept-then-503', 503, -1000, 'Unknown error, please check your request or try again later.', true],
  ['refuse-then-503', 503, -1000, 'Unknown error, please check your request or try again later.', false],
  [
    'accept-then-1006',
    503,
    -1006,
    'An unexpected response was received from the message bus. Execution status unknown.',
    true,
  ],
  [
    'accept-then-1007',
    408,
    -1007,
    'Timeout waiting for response from backend server. Send status unknown; execution status unknown.',
    true,
  ],
  [
    'refuse-then-1007',
    408,
    -1007,
    'Timeout waiting for response from backend server. Send status unknown; execution status unknown.',
    false,
  ],
  ['service-unavailable', 503, -1000, 'Service Unavailable.', false],
  ['internal-error', 503, -1001, 'Internal error; unable to process your request. Please try again.', false],
] as const;
for (const [kind, status, code, msg, applied] of answered) {
  test(`${kind} answers ${status} and ${applied ? 'applies' : 'does not apply'} the order`, async () => {
    await client.faults({ kind, endpoint, count: 1 });
    const { id, answer } = order();
    const told = await answer;
    assert.deepEqual([told.status, told.body], [status, { code, msg }]);
    assert.equal(await wasApplied(id), applied);
    assert.equal((await order().answer).status, 200, 'it struck once');
  });
}

for (const [kind, applied] of [
  ['reset-before', false],
  ['reset-after', true],
] as const) {
  test(`${kind} cuts the connection and ${applied ? 'applies' : 'does not apply'} the order`, async () => {
    await client.faults({ kind, endpoint, count: 1 });
    const { id, answer } = order();
    await assert.rejects(answer, /fetch failed/);
    assert.equal(await wasApplied(id), applied);
  });
}

for (const [kind, applied] of [
  ['hang-before', false],
  ['hang-after', true],
] as const) {
  test(`${kind} never answers and ${applied ? 'applies' : 'does not apply'} the order`, async () => {
    await client.faults({ kind, endpoint, count: 1 });
    const { id, answer } = order(new SimexClient(simex.url, { timeoutMs: 200 }));
    await assert.rejects(answer, /timeout/);
    assert.equal(await wasApplied(id), applied);
  });
}

test('throttled refuses with -1008, but not what closes a position', async () => {
  await order().answer;
  await client.faults({ kind: 'throttled', endpoint });
  const opening = await order().answer;
  assert.deepEqual([opening.status, opening.body.code], [503, -1008]);
  const closing = { symbol: 'ETHUSDT', side: 'SELL', positionSide: 'LONG', type: 'MARKET', quantity: '0.02' };
  assert.equal((await client.signed('POST', '/fapi/v1/order', closing)).status, 200);
});

test('rate-limited and banned tell how long', async () => {
  await client.faults({ kind: 'rate-limited', endpoint, retryAfterSeconds: 7, count: 1 });
  const limited = await order().answer;
  assert.deepEqual([limited.status, limited.headers.get('retry-after')], [429, '7']);
  await client.faults({ kind: 'banned', retryAfterSeconds: 120, count: 1 });
  const banned = await order().answer;
  assert.deepEqual([banned.status, banned.body.code, banned.headers.get('retry-after')], [418, -1003, '120']);
  assert.match(banned.body.msg, /IP banned until \d+/);
});

test('query-lag hides an accepted order for a while', async () => {
  await client.faults({ kind: 'query-lag', delayMs: 300 });
  const { id, answer } = order();
  await answer;
  const query = () => client.signed('GET', '/fapi/v1/order', { symbol: 'ETHUSDT', origClientOrderId: id });
  assert.equal((await query()).body.code, -2013);
  await until('the order can be queried', async () => (await query()).status === 200);
});

test('clock-skew shifts the server time that requests are judged by', async () => {
  await client.faults({ kind: 'clock-skew', skewMs: -60_000 });
  const { serverTime } = (await client.raw('GET', '/fapi/v1/time')).body;
  assert.ok(Math.abs(serverTime - (Date.now() - 60_000)) < 1000);
  assert.equal((await order().answer).body.code, -1021);
  const timestamp = Date.now() - 60_000;
  assert.equal((await client.signed('GET', '/fapi/v3/account', { timestamp })).status, 200);
});

test('a fault with a probability strikes about that often, the same way with the same seed', async () => {
  const pattern = async (): Promise<string> => {
    const faults = [{ kind: 'service-unavailable', endpoint: 'GET /fapi/v1/ping', probability: 0.3 }];
    await client.control('POST', '/sim/faults', { seed: 42, faults });
    let text = '';
    for (let i = 0; i < 100; i += 1)
      text += (await client.raw('GET', '/fapi/v1/ping')).status === 200 ? '.' : 'x';
    await client.control('DELETE', '/sim/faults');
    return text;
  };
  const first = await pattern();
  assert.equal(await pattern(), first);
  const hits = first.split('x').length - 1;
  assert.ok(hits > 15 && hits < 45, first);
});

test('a mix by seed is accepted and listed', async () => {
  const answer = await client.control('POST', '/sim/faults', { mix: { seed: 7, probability: 0.05 } });
  assert.equal(answer.status, 200);
  const listed = (await client.control('GET', '/sim/faults')).body.faults;
  assert.equal(listed.length, answer.body.ids.length);
  assert.ok(listed.length > 10);
});

async function privateStream() {
  const listenKey = await client.listenKey();
  const reader = await client.stream(`/private/ws?listenKey=${listenKey}`);
  const states = (id: string): string[] =>
    reader.messages.filter((message) => message.o?.c === id).map((message) => message.o.X);
  return { reader, states };
}

test('stream-duplicate sends an event twice', async () => {
  const { reader, states } = await privateStream();
  await client.faults({ kind: 'stream-duplicate', event: 'ORDER_TRADE_UPDATE' });
  const { id, answer } = order();
  await answer;
  await until('both parts are filled', () => states(id).filter((state) => state === 'FILLED').length === 2);
  assert.deepEqual(states(id).slice(0, 2), ['NEW', 'NEW']);
  reader.socket.close();
});

test('stream-drop loses an event, and only that', async () => {
  const { reader, states } = await privateStream();
  await client.faults({ kind: 'stream-drop', event: 'ORDER_TRADE_UPDATE', count: 1 });
  const { id, answer } = order();
  await answer;
  await until('it is filled', () => states(id).includes('FILLED'));
  assert.equal(states(id).includes('NEW'), false);
  reader.socket.close();
});

test('stream-reorder sends an event after its successor', async () => {
  const { reader, states } = await privateStream();
  await client.faults({ kind: 'stream-reorder', event: 'ORDER_TRADE_UPDATE', count: 1 });
  const { id, answer } = order();
  await answer;
  await until('both events came', () => states(id).includes('NEW') && states(id).includes('FILLED'));
  const kinds = reader.messages.map((message) => message.e);
  assert.equal(kinds[0], 'ACCOUNT_UPDATE', 'the first event was held back');
  reader.socket.close();
});

test('stream-delay sends events late', async () => {
  const { reader, states } = await privateStream();
  await client.faults({ kind: 'stream-delay', delayMs: 250 });
  const startMs = performance.now();
  const { id, answer } = order();
  await answer;
  assert.deepEqual(states(id), []);
  await until('it is filled', () => states(id).includes('FILLED'));
  assert.ok(performance.now() - startMs >= 245);
  reader.socket.close();
});

test('stream-silent says nothing and keeps the connection', async () => {
  const { reader } = await privateStream();
  await client.faults({ kind: 'stream-silent' });
  await order().answer;
  await client.control('DELETE', '/sim/faults');
  const { id, answer } = order();
  await answer;
  await reader.next((message) => message.o?.c === id && message.o.X === 'FILLED');
  assert.ok(reader.messages.every((message) => message.o === undefined || message.o.c === id));
  assert.equal(reader.closed, false);
  reader.socket.close();
});

test('stream-disconnect ends the private connections', async () => {
  const { reader } = await privateStream();
  await client.faults({ kind: 'stream-disconnect', count: 1 });
  await order().answer;
  await until('the stream is cut', () => reader.closed);
});
