// Goal: strangers' clients trade and listen over the spot WebSocket API and the spot streams, by base URL alone.
// Method: each subscribes to its account, trades over the socket, and compares what it is told with what it did.
import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { Spot, SpotWebsocketAPI } from '@binance/spot';
import { DefaultLogger, WebsocketAPIClient, WebsocketClient, WS_KEY_MAP } from 'binance';
import ccxt from 'ccxt';
import { defaultApiKey, defaultApiSecret } from '#simex/configured-keys.ts';
import type { Simex } from '#simex/server.ts';
import { startSimex } from '#simex/server.ts';
import { SimexClient } from '#test/support/simex-client.ts';
import { until } from '#test/support/until.ts';

let simex: Simex;
let socketUrl: string;
let control: SimexClient;
before(async () => {
  simex = await startSimex({ port: 0, seed: 12 });
  socketUrl = simex.url.replace('http:', 'ws:');
  control = new SimexClient(simex.url);
});
after(() => simex.close());

const price = (at: string) => control.control('POST', '/sim/price', { symbol: 'BTCUSDT', price: at });
interface Addresses {
  [name: string]: Addresses | string;
}

const quiet = { ...DefaultLogger, trace: () => undefined, info: () => undefined, error: () => undefined };

test('binance: an OCO over the WebSocket API, and what the account is told of it', async (context: TestContext) => {
  await price('50000');
  const client = new WebsocketAPIClient(
    { api_key: defaultApiKey, api_secret: defaultApiSecret, wsUrl: socketUrl, attachEventListeners: false },
    quiet,
  );
  context.after(() => client.disconnectAll());
  const told: { e?: string; x?: string; X?: string; c?: string; l?: string }[] = [];
  client.getWSClient().on('message', (message) => told.push(message as object));
  await client.subscribeUserDataStream(WS_KEY_MAP.mainWSAPI);

  const timestamp = Date.now();
  const placed = await client.placeSpotOCOOrderList({
    symbol: 'BTCUSDT',
    side: 'SELL',
    quantity: 0.01,
    aboveType: 'LIMIT_MAKER',
    abovePrice: 51000,
    aboveClientOrderId: 'ws-profit',
    belowType: 'STOP_LOSS',
    belowStopPrice: 49000,
    belowClientOrderId: 'ws-loss',
    timestamp,
  });
  assert.equal(placed.result.listOrderStatus, 'EXECUTING');
  await price('48500');
  const isTold = (id: string, status: string): boolean =>
    told.some(({ e, c, X }) => e === 'executionReport' && c === id && X === status);
  await until('the stop is filled', () => isTold('ws-loss', 'FILLED'));
  assert.ok(isTold('ws-profit', 'EXPIRED'));
  await until('the list is done', () => told.some(({ e, l }) => e === 'listStatus' && l === 'ALL_DONE'));
  assert.ok(told.some(({ e }) => e === 'outboundAccountPosition'));

  const { result } = await client.getSpotOrderStatus({
    symbol: 'BTCUSDT',
    origClientOrderId: 'ws-loss',
    timestamp: Date.now(),
  });
  assert.equal(result.status, 'FILLED');
  await control.control('POST', '/sim/transfer', { asset: 'BNB', amount: '1.5' });
  await until('the transfer is told', () => told.some(({ e }) => e === 'balanceUpdate'));
});

test('binance: best quotes over the spot streams', async (context) => {
  const client = new WebsocketClient({ wsUrl: socketUrl }, quiet);
  context.after(() => client.closeAll(true));
  const symbols: string[] = [];
  client.on('message', (message) => {
    if ('s' in message && typeof message.s === 'string') symbols.push(message.s);
  });
  await client.subscribe(['ethusdt@bookTicker'], 'main');
  await until('quotes', () => symbols.length > 2);
  assert.deepEqual([...new Set(symbols)], ['ETHUSDT']);
});

test('@binance/spot: orders over the WebSocket API with events by signature, and a stream', async (context) => {
  await price('50000');
  const spot = new Spot({
    configurationWebsocketAPI: {
      apiKey: defaultApiKey,
      apiSecret: defaultApiSecret,
      wsURL: `${socketUrl}/ws-api/v3`,
    },
    configurationWebsocketStreams: { wsURL: socketUrl },
  });
  const connection = await spot.websocketAPI.connect();
  context.after(() => connection.disconnect());
  const { stream } = await connection.userDataStreamSubscribeSignature();
  const statuses: unknown[] = [];
  stream.on('message', (data) => {
    if (data.e === 'executionReport') statuses.push(data.X);
  });
  const placed = await connection.orderPlace({
    symbol: 'BTCUSDT',
    side: SpotWebsocketAPI.OrderPlaceSideEnum.BUY,
    type: SpotWebsocketAPI.OrderPlaceTypeEnum.LIMIT,
    timeInForce: SpotWebsocketAPI.OrderPlaceTimeInForceEnum.GTC,
    price: 49000,
    quantity: 0.01,
    newClientOrderId: 'official',
  });
  assert.equal(placed.data.status, 'NEW');
  const canceled = await connection.orderCancel({ symbol: 'BTCUSDT', origClientOrderId: 'official' });
  assert.equal(canceled.data.status, 'CANCELED');
  await until('both are told', () => statuses.length === 2);
  assert.deepEqual(statuses, ['NEW', 'CANCELED']);

  const streams = await spot.websocketStreams.connect();
  context.after(() => streams.disconnect());
  let bid: string | undefined;
  streams.bookTicker({ symbol: 'xrpusdt' }).on('message', (data) => {
    bid = data.b;
  });
  await until('a quote', () => bid !== undefined);
});

test('ccxt: orders over the WebSocket API', async (context) => {
  await price('50000');
  const client = new ccxt.pro.binance({ apiKey: defaultApiKey, secret: defaultApiSecret });
  context.after(() => client.close());
  await client.loadHttpProxyAgent();
  const moved = (address: Addresses | string): Addresses | string => {
    if (typeof address === 'string') {
      return address.replace(/^https:\/\/[^/]*/, simex.url).replace(/^wss:\/\/[^/]*/, socketUrl);
    }
    return Object.fromEntries(Object.entries(address).map(([name, value]) => [name, moved(value)]));
  };
  client.urls['api'] = moved(client.urls['api'] as Addresses) as Addresses;
  await client.loadMarkets();
  const placed = await client.createOrderWs('BTC/USDT', 'limit', 'buy', 0.001, 49000);
  assert.equal((await client.fetchOrder(String(placed.id), 'BTC/USDT')).status, 'open');
  await client.cancelOrderWs(String(placed.id), 'BTC/USDT');
});
