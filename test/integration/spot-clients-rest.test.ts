// Goal: strangers' clients trade spot on the simulated exchange over REST, unmodified, by base URL alone.
// Method: each client places, queries, cancels and lists orders and order lists, and reads back what it wrote.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Spot, SpotRestAPI } from '@binance/spot';
import { MainClient } from 'binance';
import ccxt from 'ccxt';
import { defaultApiKey, defaultApiSecret } from '#simex/configured-keys.ts';
import type { Simex } from '#simex/server.ts';
import { startSimex } from '#simex/server.ts';
import { SimexClient } from '#test/support/simex-client.ts';

let simex: Simex;
before(async () => {
  simex = await startSimex({ port: 0, seed: 11 });
  await new SimexClient(simex.url).control('POST', '/sim/price', { symbol: 'BTCUSDT', price: '50000' });
});
after(() => simex.close());

const numbers = (...values: readonly unknown[]): readonly number[] => values.map(Number);

test('ccxt', async () => {
  const client = new ccxt.binance({ apiKey: defaultApiKey, secret: defaultApiSecret });
  const addresses = client.urls['api'] as Record<string, unknown>;
  for (const [name, address] of Object.entries(addresses)) {
    if (typeof address === 'string') {
      addresses[name] = address.replace(/^https:\/\/[^/]*/, simex.url);
    }
  }
  try {
    const markets = await client.loadMarkets();
    assert.equal(markets['BTC/USDT']?.precision.amount, 0.00001);
    assert.equal(markets['BTC/USDT']?.limits.cost?.min, 5);

    const placed = await client.createOrder('BTC/USDT', 'limit', 'buy', 0.01, 49000);
    assert.equal(placed.status, 'open');
    const id = String(placed.id);
    const queried = await client.fetchOrder(id, 'BTC/USDT');
    assert.deepEqual([queried.price, queried.amount, queried.filled], [49000, 0.01, 0]);
    assert.deepEqual(
      (await client.fetchOpenOrders('BTC/USDT')).map((order) => order.id),
      [id],
    );
    assert.equal((await client.cancelOrder(id, 'BTC/USDT')).status, 'canceled');
    await assert.rejects(client.cancelOrder(id, 'BTC/USDT'), ccxt.OrderNotFound);

    const bought = await client.createMarketBuyOrderWithCost('BTC/USDT', 500);
    assert.equal(bought.status, 'closed');
    const cost = Number(bought.cost);
    assert.ok(cost > 490 && cost <= 500, String(cost));
    assert.equal(bought.fee?.currency, 'BTC');
    const trades = await client.fetchMyTrades('BTC/USDT');
    assert.ok(trades.some(({ order }) => order === bought.id));

    const stop = await client.createOrder('BTC/USDT', 'market', 'sell', 0.01, undefined, {
      stopLossPrice: 48000,
    });
    assert.equal((await client.fetchOrder(String(stop.id), 'BTC/USDT')).triggerPrice, 48000);
    await client.cancelAllOrders('BTC/USDT');
    assert.deepEqual(await client.fetchOpenOrders('BTC/USDT'), []);

    await assert.rejects(client.createOrder('BTC/USDT', 'limit', 'buy', 5, 49000), ccxt.InsufficientFunds);
    const balance = await client.fetchBalance();
    assert.deepEqual([balance['USDT']?.used, balance['BTC']?.used], [0, 0]);
  } finally {
    await client.close();
  }
});

test('binance', async () => {
  const client = new MainClient({
    api_key: defaultApiKey,
    api_secret: defaultApiSecret,
    baseUrl: simex.url,
  });
  const { symbols } = await client.getExchangeInfo({ symbol: 'BTCUSDT' });
  assert.deepEqual(
    symbols.map(({ symbol }) => symbol),
    ['BTCUSDT'],
  );
  const newClientOrderId = client.generateNewOrderId();
  const placed = await client.submitNewOrder({
    symbol: 'BTCUSDT',
    side: 'SELL',
    type: 'LIMIT',
    timeInForce: 'GTC',
    quantity: 0.01,
    price: 51000,
    newClientOrderId,
  });
  assert.equal(placed.orderListId, -1);
  const key = { symbol: 'BTCUSDT', origClientOrderId: newClientOrderId };
  assert.equal((await client.getOrder(key)).status, 'NEW');
  const canceled = await client.cancelOrder(key);
  assert.equal(canceled.status, 'CANCELED');
  assert.equal(canceled.origClientOrderId, newClientOrderId);

  const list = await client.submitNewOrderList({
    symbol: 'BTCUSDT',
    side: 'SELL',
    quantity: 0.01,
    aboveType: 'LIMIT_MAKER',
    abovePrice: 51000,
    belowType: 'STOP_LOSS_LIMIT',
    belowPrice: 48900,
    belowStopPrice: 49000,
    belowTimeInForce: 'GTC',
  });
  assert.equal(list.orders.length, 2);
  const { orderListId } = list;
  assert.equal((await client.getOCO({ orderListId })).listOrderStatus, 'EXECUTING');
  assert.equal((await client.getAllOpenOCO()).length, 1);
  assert.equal((await client.cancelOCO({ symbol: 'BTCUSDT', orderListId })).listOrderStatus, 'ALL_DONE');
  const known = await client.getAllOrders({ symbol: 'BTCUSDT' });
  const ended = known.filter((order) => order.orderListId === orderListId);
  assert.deepEqual(
    ended.map(({ status }) => status),
    ['CANCELED', 'CANCELED'],
  );

  await assert.rejects(
    client.submitNewOrder({ symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: 0.000001 }),
    { code: -1013, message: 'Filter failure: LOT_SIZE' },
  );
});

test('@binance/spot', async () => {
  const { restAPI } = new Spot({
    configurationRestAPI: { apiKey: defaultApiKey, apiSecret: defaultApiSecret, basePath: simex.url },
  });
  const { side, type, timeInForce } = {
    side: SpotRestAPI.NewOrderSideEnum,
    type: SpotRestAPI.NewOrderTypeEnum,
    timeInForce: SpotRestAPI.NewOrderTimeInForceEnum,
  };
  const placed = await (
    await restAPI.newOrder({
      symbol: 'ETHUSDT',
      side: side.BUY,
      type: type.LIMIT,
      timeInForce: timeInForce.GTC,
      quantity: 0.1,
      price: 2000,
      newClientOrderId: 'from-official',
    })
  ).data();
  assert.equal(placed.status, 'NEW');
  const key = { symbol: 'ETHUSDT', origClientOrderId: 'from-official' };
  const queried = await (await restAPI.getOrder(key)).data();
  assert.deepEqual(numbers(queried.price, queried.origQty), [2000, 0.1]);
  assert.equal((await (await restAPI.deleteOrder(key)).data()).status, 'CANCELED');

  const oto = await (
    await restAPI.orderListOto({
      symbol: 'ETHUSDT',
      workingType: SpotRestAPI.OrderListOtoWorkingTypeEnum.LIMIT,
      workingSide: SpotRestAPI.OrderListOtoWorkingSideEnum.BUY,
      workingTimeInForce: SpotRestAPI.OrderListOtoWorkingTimeInForceEnum.GTC,
      workingPrice: 2000,
      workingQuantity: 0.1,
      pendingType: SpotRestAPI.OrderListOtoPendingTypeEnum.LIMIT_MAKER,
      pendingSide: SpotRestAPI.OrderListOtoPendingSideEnum.SELL,
      pendingPrice: 3000,
      pendingQuantity: 0.05,
    })
  ).data();
  assert.deepEqual(
    oto.orderReports?.map(({ status }) => status),
    ['NEW', 'PENDING_NEW'],
  );
  const open = await (await restAPI.getOpenOrders({ symbol: 'ETHUSDT' })).data();
  assert.equal(open.length, 2);
  await restAPI.deleteOpenOrders({ symbol: 'ETHUSDT' });
  assert.deepEqual(await (await restAPI.getOpenOrders({ symbol: 'ETHUSDT' })).data(), []);
  const account = await (await restAPI.getAccount({ omitZeroBalances: true })).data();
  assert.ok(account.balances?.some(({ asset }) => asset === 'ETH'));
});
