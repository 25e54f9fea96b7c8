// Goal: the REST wire of the simulated exchange checks requests as Binance does and serves every endpoint.
// Method: a real server on a free port, a bare client that signs by itself.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import type { Simex } from '#simex/server.ts';
import { startSimex } from '#simex/server.ts';
import { futuresLimits } from '#simex/wire/rate-limits.ts';
import { SimexClient } from '#test/support/simex-client.ts';

let simex: Simex;
let client: SimexClient;
const market = { symbol: 'BTCUSDT', side: 'BUY', positionSide: 'LONG', type: 'MARKET', quantity: '0.01' };

before(async () => {
  simex = await startSimex({ port: 0, seed: 1 });
  client = new SimexClient(simex.url);
  await client.control('POST', '/sim/price', { symbol: 'BTCUSDT', price: '50000' });
});
after(() => simex.close());

const code = async (answer: Promise<{ status: number; body: { code?: number } }>) => {
  const { status, body } = await answer;
  return [status, body.code];
};

test('public endpoints answer without a key', async () => {
  const bare = new SimexClient(simex.url, { apiKey: '' });
  assert.deepEqual((await bare.raw('GET', '/fapi/v1/ping')).body, {});
  const { serverTime } = (await bare.raw('GET', '/fapi/v1/time')).body;
  assert.ok(Math.abs(serverTime - Date.now()) < 1000);
  const info = (await bare.raw('GET', '/fapi/v1/exchangeInfo')).body;
  assert.deepEqual(
    info.symbols.map((one: { symbol: string }) => one.symbol),
    ['BTCUSDT', 'ETHUSDT', 'BNBUSDT', 'SOLUSDT', 'XRPUSDT'],
  );
  assert.deepEqual(
    info.symbols[0].filters.map((filter: { filterType: string }) => filter.filterType),
    [
      'PRICE_FILTER',
      'LOT_SIZE',
      'MARKET_LOT_SIZE',
      'MAX_NUM_ORDERS',
      'MAX_NUM_ALGO_ORDERS',
      'MIN_NOTIONAL',
      'PERCENT_PRICE',
    ],
  );
  assert.equal((await bare.raw('GET', '/fapi/v1/premiumIndex?symbol=BTCUSDT')).body.markPrice, '50000');
  assert.equal((await bare.raw('GET', '/fapi/v1/premiumIndex')).body.length, 5);
  const ticker = (await bare.raw('GET', '/fapi/v1/ticker/bookTicker?symbol=BTCUSDT')).body;
  assert.deepEqual([ticker.bidPrice, ticker.askPrice], ['49999.9', '50000.1']);
  assert.deepEqual(await code(bare.raw('GET', '/fapi/v1/premiumIndex?symbol=NOPE')), [400, -1121]);
});

test('an unknown path and an unknown method are 404 in JSON', async () => {
  const { status, body } = await client.raw('GET', '/fapi/v1/nothing');
  assert.equal(status, 404);
  assert.deepEqual(body, { code: -5000, msg: 'Path /fapi/v1/nothing, Method GET is invalid' });
  assert.equal((await client.raw('PATCH', '/fapi/v1/order')).status, 404);
  assert.equal((await client.control('GET', '/sim/nothing')).status, 404);
});

test('keys, signatures and timestamps are checked', async () => {
  const signed = (options: object, parameters = {}) =>
    code(new SimexClient(simex.url, options).signed('GET', '/fapi/v3/account', parameters));
  assert.deepEqual(await signed({}), [200, undefined]);
  assert.deepEqual(await signed({ apiKey: '' }), [401, -2014]);
  assert.deepEqual(await signed({ apiKey: 'other' }), [401, -2015]);
  assert.deepEqual(await signed({ apiSecret: 'other' }), [400, -1022]);
  assert.deepEqual(await signed({}, { timestamp: Date.now() - 6000 }), [400, -1021]);
  assert.deepEqual(await signed({}, { timestamp: Date.now() + 5000 }), [400, -1021]);
  assert.deepEqual(await signed({}, { timestamp: 'now' }), [400, -1102]);
  assert.deepEqual(await code(client.raw('GET', '/fapi/v3/account')), [400, -1102]);
});

test('an order may come in the body, and a body that is too long is refused', async () => {
  const query = new URLSearchParams({ ...market, timestamp: String(Date.now()) }).toString();
  const { sign } = await import('#simex/wire/api-keys.ts');
  const body = `${query}&signature=${sign(query, 'simex-secret')}`;
  const headers = { 'X-MBX-APIKEY': 'simex-key', 'Content-Type': 'application/x-www-form-urlencoded' };
  const posted = await client.raw('POST', '/fapi/v1/order', { body, headers });
  assert.equal(posted.status, 200, JSON.stringify(posted.body));
  const long = await client.raw('POST', '/fapi/v1/order', { body: 'a'.repeat(70_000), headers });
  assert.equal(long.status, 413);
});

test('weights and order counts are told in headers', async () => {
  const before = Number((await client.raw('GET', '/fapi/v1/ping')).headers.get('x-mbx-used-weight-1m'));
  const queried = await client.signed('GET', '/fapi/v1/openOrders');
  assert.equal(Number(queried.headers.get('x-mbx-used-weight-1m')), before + 40);
  const first = await client.signed('POST', '/fapi/v1/order', market);
  const second = await client.signed('POST', '/fapi/v1/order', market);
  const count = (answer: { headers: Headers }) => Number(answer.headers.get('x-mbx-order-count-1m'));
  assert.equal(count(second), count(first) + 1);
  assert.ok(Number(second.headers.get('x-mbx-order-count-10s')) >= 1);
});

test('an order lives through its endpoints', async () => {
  const limit = { ...market, type: 'LIMIT', timeInForce: 'GTC', price: '49000', newClientOrderId: 'life' };
  const placed = await client.signed('POST', '/fapi/v1/order', limit);
  assert.equal(placed.body.status, 'NEW');
  const key = { symbol: 'BTCUSDT', origClientOrderId: 'life' };
  assert.equal((await client.signed('GET', '/fapi/v1/order', key)).body.orderId, placed.body.orderId);
  const open = await client.signed('GET', '/fapi/v1/openOrders', { symbol: 'BTCUSDT' });
  assert.deepEqual(
    open.body.map((order: { clientOrderId: string }) => order.clientOrderId),
    ['life'],
  );
  assert.equal((await client.signed('DELETE', '/fapi/v1/order', key)).body.status, 'CANCELED');
  assert.deepEqual(await code(client.signed('DELETE', '/fapi/v1/order', key)), [400, -2011]);
  await client.signed('POST', '/fapi/v1/order', limit);
  const cleared = await client.signed('DELETE', '/fapi/v1/allOpenOrders', { symbol: 'BTCUSDT' });
  assert.equal(cleared.body.code, 200);
  const all = await client.signed('GET', '/fapi/v1/allOrders', { symbol: 'BTCUSDT', limit: 2 });
  assert.deepEqual(
    all.body.map((order: { status: string }) => order.status),
    ['CANCELED', 'CANCELED'],
  );
  const missing = { symbol: 'BTCUSDT', origClientOrderId: 'never' };
  assert.deepEqual(await code(client.signed('GET', '/fapi/v1/order', missing)), [400, -2013]);
});

test('a conditional order lives through its endpoints', async () => {
  const stop = {
    algoType: 'CONDITIONAL',
    symbol: 'BTCUSDT',
    side: 'SELL',
    positionSide: 'LONG',
    type: 'STOP_MARKET',
    quantity: '0.01',
    triggerPrice: '45000',
    clientAlgoId: 'stop',
  };
  const placed = await client.signed('POST', '/fapi/v1/algoOrder', stop);
  assert.equal(placed.body.algoStatus, 'NEW');
  const key = { clientAlgoId: 'stop' };
  assert.equal((await client.signed('GET', '/fapi/v1/algoOrder', key)).body.algoId, placed.body.algoId);
  assert.equal((await client.signed('GET', '/fapi/v1/openAlgoOrders')).body.length, 1);
  assert.deepEqual((await client.signed('DELETE', '/fapi/v1/algoOrder', key)).body, {
    algoId: placed.body.algoId,
    clientAlgoId: 'stop',
    code: '200',
    msg: 'success',
  });
  await client.signed('POST', '/fapi/v1/algoOrder', stop);
  assert.equal(
    (await client.signed('DELETE', '/fapi/v1/algoOpenOrders', { symbol: 'BTCUSDT' })).body.code,
    200,
  );
  const all = await client.signed('GET', '/fapi/v1/allAlgoOrders', { symbol: 'BTCUSDT' });
  assert.deepEqual(
    all.body.map((algo: { algoStatus: string }) => algo.algoStatus),
    ['CANCELED', 'CANCELED'],
  );
});

test('account, positions, trades and settings are served', async () => {
  await client.signed('POST', '/fapi/v1/order', market);
  const account = (await client.signed('GET', '/fapi/v3/account')).body;
  assert.ok(Number(account.totalWalletBalance) < 10_000);
  assert.equal(account.positions[0].symbol, 'BTCUSDT');
  assert.equal((await client.signed('GET', '/fapi/v3/balance')).body[0].asset, 'USDT');
  const [position] = (await client.signed('GET', '/fapi/v3/positionRisk')).body;
  assert.equal(position.positionSide, 'LONG');
  const trades = (await client.signed('GET', '/fapi/v1/userTrades', { symbol: 'BTCUSDT' })).body;
  assert.equal(trades.at(-1).commissionAsset, 'USDT');
  assert.equal((await client.signed('GET', '/fapi/v1/accountConfig')).body.dualSidePosition, true);
  assert.deepEqual((await client.signed('GET', '/fapi/v1/positionSide/dual')).body, {
    dualSidePosition: true,
  });
  const same = client.signed('POST', '/fapi/v1/positionSide/dual', { dualSidePosition: 'true' });
  assert.deepEqual(await code(same), [400, -4059]);
  const leverage = await client.signed('POST', '/fapi/v1/leverage', { symbol: 'ETHUSDT', leverage: 7 });
  assert.equal(leverage.body.leverage, 7);
  await client.signed('POST', '/fapi/v1/marginType', { symbol: 'ETHUSDT', marginType: 'ISOLATED' });
  const [config] = (await client.signed('GET', '/fapi/v1/symbolConfig', { symbol: 'ETHUSDT' })).body;
  assert.deepEqual([config.leverage, config.marginType], [7, 'ISOLATED']);
});

test('what the key may do can be set, one permission at a time', async () => {
  const path = '/sapi/v1/account/apiRestrictions';
  const before = (await client.signed('GET', path)).body;
  assert.deepEqual([before.ipRestrict, before.enableWithdrawals], [true, false]);
  const set = await client.control('POST', '/sim/permissions', { enableWithdrawals: true });
  assert.equal(set.status, 200);
  assert.deepEqual((await client.signed('GET', path)).body, { ...before, enableWithdrawals: true });
  await client.control('POST', '/sim/permissions', { enableWithdrawals: false });
});

test('the control endpoints refuse what they do not know', async () => {
  const cases: readonly [string, unknown][] = [
    ['/sim/price', { symbol: 'BTCUSDT', price: 50000 }],
    ['/sim/price', { symbol: 'BTCUSDT', price: '50000', extra: 1 }],
    ['/sim/price', { symbol: 'NOPE', price: '50000' }],
    ['/sim/price', { symbol: 'BTCUSDT', price: '50000.05' }],
    ['/sim/faults', { faults: [] }],
    ['/sim/faults', { faults: [{ kind: 'unheard-of' }] }],
    ['/sim/faults', { faults: [{ kind: 'reset-after', probability: 2 }] }],
    ['/sim/faults', { faults: [{ kind: 'stream-delay' }] }],
    ['/sim/faults', 'nonsense'],
    ['/sim/permissions', { enableWithdrawals: 'yes' }],
    ['/sim/permissions', { enableEverything: true }],
  ];
  for (const [path, body] of cases)
    assert.equal((await client.control('POST', path, body)).status, 400, path);
  const form = { body: '{}', headers: { 'Content-Type': 'text/plain' } };
  assert.equal((await client.raw('POST', '/sim/faults', form)).status, 415);
  assert.equal((await client.control('GET', '/sim/ledger?from=0')).status, 400);
  assert.equal((await client.control('GET', '/sim/ledger?limit=1e9')).status, 400);
});

test('a client that leaves in the middle of a request harms nobody', async () => {
  const socket = connect(simex.port, '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.write('POST /fapi/v1/order HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nsymbol=');
  socket.destroy();
  assert.equal((await client.raw('GET', '/fapi/v1/ping')).status, 200);
});

test('a server with published limits refuses what is too much, and says how long', async () => {
  const limited = await startSimex({
    port: 0,
    seed: 1,
    futuresLimits: {
      ...futuresLimits,
      weightPerMinute: 100,
      orders: [{ interval: 'SECOND', intervalNum: 10, limit: 3 }],
    },
  });
  try {
    const caller = new SimexClient(limited.url);
    for (let i = 0; i < 3; i += 1)
      await caller.signed('POST', '/fapi/v1/order', { ...market, quantity: '0' });
    const order = await caller.signed('POST', '/fapi/v1/order', market);
    assert.deepEqual([order.status, order.body.code], [429, -1015]);
    assert.ok(Number(order.headers.get('retry-after')) > 0);
    for (let i = 0; i < 2; i += 1) await caller.signed('GET', '/fapi/v1/openOrders');
    const query = await caller.signed('GET', '/fapi/v1/openOrders');
    assert.deepEqual([query.status, query.body.code], [429, -1003]);
    let status = 429;
    for (let i = 0; i < 30 && status === 429; i += 1)
      status = (await caller.raw('GET', '/fapi/v1/ping')).status;
    assert.equal(status, 418);
  } finally {
    await limited.close();
  }
});
