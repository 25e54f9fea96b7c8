// Goal: strangers' clients trade USD-M futures on the simulated exchange, unmodified, by base URL alone.
// Method: each places, queries and cancels orders and conditional orders, and reads back what it wrote.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  DerivativesTradingUsdsFutures,
  DerivativesTradingUsdsFuturesRestAPI as Official,
} from '@binance/derivatives-trading-usds-futures';
import { USDMClient } from 'binance';
import ccxt from 'ccxt';
import { defaultApiKey, defaultApiSecret } from '#simex/configured-keys.ts';
import { type Simex, startSimex } from '#simex/server.ts';
import { SimexClient } from '#test/support/simex-client.ts';

let simex: Simex;
before(async () => {
  simex = await startSimex({ port: 0, seed: 21, dualSide: true });
  await new SimexClient(simex.url).control('POST', '/sim/price', { symbol: 'BTCUSDT', price: '50000' });
});
after(() => simex.close());

test('ccxt', async () => {
  const client = new ccxt.binanceusdm({
    apiKey: defaultApiKey,
    secret: defaultApiSecret,
    options: { hedgeMode: true },
  });
  const addresses = client.urls['api'] as Record<string, unknown>;
  for (const [name, address] of Object.entries(addresses)) {
    if (typeof address === 'string') addresses[name] = address.replace(/^https:\/\/[^/]*/, simex.url);
  }
  const symbol = 'BTC/USDT:USDT';
  const long = { positionSide: 'LONG' };
  try {
    const markets = await client.loadMarkets();
    assert.equal(markets[symbol]?.precision.amount, 0.001);
    const placed = await client.createOrder(symbol, 'limit', 'buy', 0.01, 49000, long);
    assert.equal((await client.fetchOrder(String(placed.id), symbol)).status, 'open');
    assert.equal((await client.cancelOrder(String(placed.id), symbol)).status, 'canceled');
    await client.createOrder(symbol, 'market', 'buy', 0.01, undefined, long);
    const [position] = await client.fetchPositions([symbol]);
    assert.deepEqual([position?.side, position?.contracts], ['long', 0.01]);
    assert.ok((await client.fetchMyTrades(symbol)).length > 0);
    assert.ok(Number((await client.fetchBalance())['USDT']?.total) > 9_000);
    const stop = await client.createOrder(symbol, 'market', 'sell', 0.01, undefined, {
      ...long,
      stopLossPrice: 48000,
    });
    const waiting = await client.fetchOpenOrders(symbol, undefined, undefined, { trigger: true });
    assert.deepEqual(
      waiting.map(({ id, triggerPrice }) => [id, triggerPrice]),
      [[stop.id, 48000]],
    );
    await client.cancelOrder(String(stop.id), symbol, { trigger: true });
  } finally {
    await client.close();
  }
});

test('binance', async () => {
  const client = new USDMClient({
    api_key: defaultApiKey,
    api_secret: defaultApiSecret,
    baseUrl: simex.url,
    disableTimeSync: true,
  });
  const key = { symbol: 'BTCUSDT', origClientOrderId: 'stranger' };
  const placed = await client.submitNewOrder({
    symbol: 'BTCUSDT',
    side: 'BUY',
    positionSide: 'LONG',
    type: 'LIMIT',
    timeInForce: 'GTC',
    quantity: 0.01,
    price: 48000,
    newClientOrderId: 'stranger',
  });
  assert.equal(placed.status, 'NEW');
  assert.equal((await client.getOrder(key)).status, 'NEW');
  assert.equal((await client.cancelOrder(key)).status, 'CANCELED');
  assert.ok((await client.getBalanceV3()).some(({ asset }) => asset === 'USDT'));
});

test('@binance/derivatives-trading-usds-futures', async () => {
  const { restAPI } = new DerivativesTradingUsdsFutures({
    configurationRestAPI: { apiKey: defaultApiKey, apiSecret: defaultApiSecret, basePath: simex.url },
  });
  const order = {
    symbol: 'BTCUSDT',
    side: Official.NewOrderSideEnum.BUY,
    positionSide: Official.TestOrderPositionSideEnum.LONG,
  };
  const placed = await (
    await restAPI.newOrder({
      ...order,
      type: Official.NewOrderTypeEnum.LIMIT,
      timeInForce: Official.NewOrderTimeInForceEnum.GTC,
      quantity: 0.01,
      price: 47000,
      newClientOrderId: 'official',
    })
  ).data();
  assert.equal(placed.status, 'NEW');
  const key = { symbol: 'BTCUSDT', origClientOrderId: 'official' };
  assert.equal((await (await restAPI.queryOrder(key)).data()).price, '47000');
  assert.equal((await (await restAPI.cancelOrder(key)).data()).status, 'CANCELED');
  const balances = await (await restAPI.futuresAccountBalanceV3()).data();
  assert.ok(balances.some(({ asset }) => asset === 'USDT'));
});
