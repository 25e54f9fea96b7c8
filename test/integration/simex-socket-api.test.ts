// Goal: the futures WebSocket API does what REST does, under the same checks and faults; a logged-on connection needs no
// signatures. Method: a plain client that signs as the documentation says.

import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { WebSocket } from 'ws';
import { configuredKeys, defaultApiKey, defaultApiSecret } from '#simex/configured-keys.ts';
import { type Simex, startSimex } from '#simex/server.ts';
import { readPublicKey } from '#simex/wire/api-keys.ts';
import { SimexClient } from '#test/support/simex-client.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();

let simex: Simex;
let socket: WebSocket;
before(async () => {
  const edKey = readPublicKey(pem);
  assert.ok(edKey !== undefined);
  simex = await startSimex({ port: 0, seed: 3, keys: new Map([...configuredKeys({}), ['ed-key', edKey]]) });
  socket = new WebSocket(`${simex.url.replace('http:', 'ws:')}/ws-fapi/v1`);
  await once(socket, 'open');
});
after(async () => {
  socket.terminate();
  await simex.close();
});

type Params = Record<string, string | number>;
const sorted = (params: Params): string =>
  Object.keys(params)
    .sort()
    .map((name) => `${name}=${params[name]}`)
    .join('&');

interface Answer {
  id: string;
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the test looks into answers of every form
  result?: any;
  error?: { code: number; msg: string };
  rateLimits?: { rateLimitType: string; count: number }[];
}

let asked = 0;
async function ask(method: string, params: Params): Promise<Answer> {
  asked += 1;
  const id = `ask-${asked}`;
  socket.send(JSON.stringify({ id, method, params }));
  for (;;) {
    const [data] = await once(socket, 'message');
    const answer = JSON.parse(String(data)) as Answer;
    if (answer.id === id) return answer;
  }
}

function signed(params: Params = {}, secret = defaultApiSecret): Params {
  const all = { ...params, apiKey: defaultApiKey, timestamp: Date.now() };
  return { ...all, signature: createHmac('sha256', secret).update(sorted(all)).digest('hex') };
}

const limit = {
  symbol: 'BTCUSDT',
  side: 'BUY',
  positionSide: 'LONG',
  type: 'LIMIT',
  timeInForce: 'GTC',
  quantity: 0.01,
  price: 49000,
};

test('an order is placed, asked for, changed and cancelled', async () => {
  const placed = await ask('order.place', signed({ ...limit, newClientOrderId: 'ws-1' }));
  assert.deepEqual([placed.status, placed.result.status, placed.result.clientOrderId], [200, 'NEW', 'ws-1']);
  const key = { symbol: 'BTCUSDT', origClientOrderId: 'ws-1' };
  assert.equal((await ask('order.status', signed(key))).result.price, '49000');
  const modified = await ask('order.modify', signed({ ...key, side: 'BUY', quantity: 0.02, price: 48500 }));
  assert.deepEqual([modified.status, modified.result.price], [200, '48500']);
  assert.equal((await ask('order.cancel', signed(key))).result.status, 'CANCELED');
  assert.ok(placed.rateLimits?.some(({ rateLimitType, count }) => rateLimitType === 'ORDERS' && count >= 1));
});

test('a conditional order is placed and cancelled', async () => {
  const { result } = await ask(
    'algoOrder.place',
    signed({
      ...{
        algoType: 'CONDITIONAL',
        symbol: 'BTCUSDT',
        side: 'SELL',
        positionSide: 'LONG',
        type: 'STOP_MARKET',
      },
      ...{ quantity: 0.01, triggerPrice: 40000, clientAlgoId: 'ws-stop' },
    }),
  );
  assert.equal(result.algoStatus, 'NEW');
  assert.equal((await ask('algoOrder.cancel', signed({ clientAlgoId: 'ws-stop' }))).status, 200);
});

test('wrong signatures, unknown methods and malformed requests are told as errors', async () => {
  const wrong = await ask('order.place', signed(limit, 'another secret'));
  assert.deepEqual([wrong.status, wrong.error?.code], [400, -1022]);
  assert.equal((await ask('order.dance', {})).error?.code, -1020);
  socket.send('no JSON');
  const [data] = await once(socket, 'message');
  assert.equal(JSON.parse(String(data)).error.code, -1102);
});

test('a connection that is logged on with an Ed25519 key needs no signatures', async () => {
  assert.equal((await ask('session.logon', signed())).error?.code, -4056, 'HMAC keys cannot');
  const claim: Params = { apiKey: 'ed-key', timestamp: Date.now() };
  const signature = sign(null, Buffer.from(sorted(claim)), privateKey).toString('base64');
  const { result } = await ask('session.logon', { ...claim, signature });
  assert.equal(result.apiKey, 'ed-key');
  const placed = await ask('order.place', { ...limit, newClientOrderId: 'ws-ed', timestamp: Date.now() });
  assert.equal(placed.result.status, 'NEW');
  await ask('session.logout', {});
  assert.equal((await ask('order.place', { ...limit, timestamp: Date.now() })).status, 401);
});

test('an order whose answer a fault takes is there all the same', async () => {
  const client = new SimexClient(simex.url);
  await client.control('POST', '/sim/faults', {
    faults: [{ kind: 'hang-after', wire: 'websocket', count: 1 }],
  });
  socket.send(
    JSON.stringify({
      id: 'lost',
      method: 'order.place',
      params: signed({ ...limit, newClientOrderId: 'ws-lost' }),
    }),
  );
  const found = await ask('order.status', signed({ symbol: 'BTCUSDT', origClientOrderId: 'ws-lost' }));
  assert.equal(found.result.status, 'NEW');
});
