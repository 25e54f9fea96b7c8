// Goal: the WebSocket wire serves the three routes, plain and combined, and the user stream tells what happens.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Simex } from '#simex/server.ts';
import { startSimex } from '#simex/server.ts';
import { SimexClient } from '#test/support/simex-client.ts';
import { until } from '#test/support/until.ts';

let simex: Simex;
let client: SimexClient;

before(async () => {
  simex = await startSimex({ port: 0, seed: 1 });
  client = new SimexClient(simex.url);
});
after(() => simex.close());

test('market streams are subscribed by path or by message, plain or combined', async () => {
  const plain = await client.stream('/public/ws/btcusdt@bookTicker');
  const ticker = await plain.next((message) => message.e === 'bookTicker');
  assert.equal(ticker.s, 'BTCUSDT');
  assert.ok(Number(ticker.b) < Number(ticker.a));

  const combined = await client.stream('/market/stream?streams=ethusdt@markPrice@1s/solusdt@markPrice@1s');
  const mark = await combined.next((message) => message.stream === 'ethusdt@markPrice@1s');
  assert.equal(mark.data.e, 'markPriceUpdate');

  const later = await client.stream('/public/stream');
  later.send({ method: 'SUBSCRIBE', params: ['xrpusdt@bookTicker'], id: 'one' });
  assert.deepEqual(await later.next((message) => message.id === 'one'), { result: null, id: 'one' });
  await later.next((message) => message.stream === 'xrpusdt@bookTicker');
  later.send({ method: 'LIST_SUBSCRIPTIONS', id: 2 });
  assert.deepEqual((await later.next((message) => message.id === 2)).result, ['xrpusdt@bookTicker']);
  later.send({ method: 'UNSUBSCRIBE', params: ['xrpusdt@bookTicker'], id: 3 });
  await later.next((message) => message.id === 3);
  for (const reader of [plain, combined, later]) reader.socket.close();
});

test('a stream of another route, an unknown stream and nonsense get an error', async () => {
  const reader = await client.stream('/public/ws');
  reader.send({ method: 'SUBSCRIBE', params: ['btcusdt@markPrice'], id: 1 });
  assert.equal((await reader.next((message) => message.id === 1)).error.code, 2);
  reader.socket.send('{nonsense');
  await reader.next((message) => message.error !== undefined && message.id === undefined);
  reader.socket.close();
});

test('more than ten messages a second end the connection', async () => {
  const reader = await client.stream('/public/ws');
  const closed = new Promise((resolve) => reader.socket.once('close', resolve));
  for (let i = 0; i < 25; i += 1) reader.send({ method: 'LIST_SUBSCRIPTIONS', id: i });
  assert.equal(await closed, 1008);
});

test('unknown paths and unknown listen keys are refused at the door', async () => {
  for (const path of [
    '/other/ws',
    '/other/stream?streams=btcusdt@bookTicker',
    '/private/ws',
    '/private/ws?listenKey=nope',
  ]) {
    await assert.rejects(client.stream(path), /Unexpected server response: 40[04]/, path);
  }
});

test('the private stream tells the whole story of an order', async () => {
  const listenKey = await client.listenKey();
  assert.equal(await client.listenKey(), listenKey, 'the active key is prolonged');
  const plain = await client.stream(`/private/ws?listenKey=${listenKey}`);
  const combined = await client.stream(`/private/stream?listenKey=${listenKey}`);
  const order = { symbol: 'ETHUSDT', side: 'BUY', positionSide: 'LONG', type: 'MARKET', quantity: '0.02' };
  await client.signed('POST', '/fapi/v1/order', { ...order, newClientOrderId: 'story' });
  const filled = await plain.next(
    (message) => message.e === 'ORDER_TRADE_UPDATE' && message.o.X === 'FILLED',
  );
  assert.equal(filled.o.c, 'story');
  assert.equal(filled.o.z, '0.02');
  const account = await plain.next((message) => message.e === 'ACCOUNT_UPDATE');
  assert.equal(account.a.m, 'ORDER');
  assert.equal(account.a.P[0].ps, 'LONG');
  const wrapped = await combined.next((message) => message.data?.o?.X === 'FILLED');
  assert.equal(wrapped.stream, listenKey);
  assert.equal((await client.raw('PUT', '/fapi/v1/listenKey')).body.listenKey, listenKey);
  await client.raw('DELETE', '/fapi/v1/listenKey');
  await plain.next((message) => message.e === 'listenKeyExpired');
  assert.equal((await client.raw('PUT', '/fapi/v1/listenKey')).body.code, -1125);
  combined.socket.close();
});

test('a route can be disconnected, the others stay', async () => {
  const market = await client.stream('/market/ws/btcusdt@markPrice@1s');
  const quotes = await client.stream('/public/ws/btcusdt@bookTicker');
  assert.equal((await client.control('POST', '/sim/disconnect', { route: 'market' })).status, 200);
  await until('the market stream is cut', () => market.closed);
  const seen = quotes.messages.length;
  await until('the quotes go on', () => quotes.messages.length > seen);
  assert.equal((await client.control('POST', '/sim/disconnect', { route: 'all' })).status, 400);
  quotes.socket.close();
});

test('a scripted price fires a stop, and the stream tells it', async () => {
  const listenKey = await client.listenKey();
  const reader = await client.stream(`/private/ws?listenKey=${listenKey}`);
  await client.control('POST', '/sim/price', { symbol: 'SOLUSDT', price: '150' });
  const order = { symbol: 'SOLUSDT', side: 'BUY', positionSide: 'LONG', type: 'MARKET', quantity: '1' };
  await client.signed('POST', '/fapi/v1/order', order);
  await client.signed('POST', '/fapi/v1/algoOrder', {
    algoType: 'CONDITIONAL',
    symbol: 'SOLUSDT',
    side: 'SELL',
    positionSide: 'LONG',
    type: 'STOP_MARKET',
    quantity: '1',
    triggerPrice: '147',
    workingType: 'MARK_PRICE',
    clientAlgoId: 'stop',
  });
  await client.control('POST', '/sim/price', { symbol: 'SOLUSDT', price: '146' });
  const finished = await reader.next((message) => message.e === 'ALGO_UPDATE' && message.o.X === 'FINISHED');
  assert.equal(finished.o.caid, 'stop');
  assert.equal(finished.o.aq, '1');
  const ledger = await client.ledger();
  assert.equal(ledger.filter((entry) => entry.kind === 'algo_triggered').length, 1);
  reader.socket.close();
});
