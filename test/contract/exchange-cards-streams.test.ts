// Goal: listen keys, the user data stream, market streams and histories are as Binance documents them.
// Method: a plain signed client and a plain WebSocket, at the simulated exchange and, with a key, at the testnet.
import assert from 'node:assert/strict';
import { card, simulatedCard } from '#test/support/cards/card.ts';
import { events, refused, SYMBOL, taken } from '#test/support/cards/card-exchange.ts';
import { until } from '#test/support/until.ts';

type Found = Readonly<Record<string, unknown>>;

const LISTEN_KEY = '/fapi/v1/listenKey';
const EVENT_MS_MAX = 10_000;
const DAY_MS = 24 * 3600_000;

const hasFields = (found: Found, names: string): void => {
  for (const name of names.split(' ')) assert.ok(name in found, `${name} in ${JSON.stringify(found)}`);
};

card('U64', async ({ client }) => {
  const key = await client.listenKey();
  assert.ok(key.length > 0);
  assert.equal(await client.listenKey(), key);
});

card('U65', async ({ client }) => {
  await client.listenKey();
  taken(await client.raw('PUT', LISTEN_KEY));
  taken(await client.raw('DELETE', LISTEN_KEY));
  await refused(-1125, client.raw('PUT', LISTEN_KEY));
});

card('U66', async (exchange) => {
  const stream = await exchange.userStream();
  const { orderId } = await exchange.market('BUY', await exchange.size());
  const told = await until(
    'the fill',
    () => {
      const found = stream.messages.filter(({ e, o }) => e === 'ORDER_TRADE_UPDATE' && o.i === orderId);
      return found.at(-1)?.o.X === 'FILLED' ? found : undefined;
    },
    EVENT_MS_MAX,
  );
  assert.deepEqual([told[0].o.x, told[0].o.X], ['NEW', 'NEW']);
  for (const { o } of told.slice(1)) {
    assert.equal(o.x, 'TRADE');
    assert.ok(o.t > 0 && Number(o.l) > 0 && Number(o.L) > 0 && Number(o.n) > 0, 'a taker pays');
  }
  hasFields(told[0], 'e E T o');
  hasFields(told[0].o, 's c S o f q p ap sp x X i l z L T t b a m R wt ot ps cp rp pP si ss V pm gtd');
});

card('U67', async (exchange) => {
  const stream = await exchange.userStream();
  const size = await exchange.size();
  await exchange.market('BUY', size);
  const filled = await until(
    'the position',
    () =>
      stream.messages
        .filter(({ e }) => e === 'ACCOUNT_UPDATE')
        .find(({ a }) => Number(a.P[0]?.pa) === Number(size)),
    EVENT_MS_MAX,
  );
  hasFields(filled, 'e E T a');
  assert.equal(filled.a.m, 'ORDER');
  assert.deepEqual(
    filled.a.P.map(({ s, ps }: Found) => [s, ps]),
    [[SYMBOL, 'BOTH']],
  );
  hasFields(filled.a.B[0], 'a wb cw bc');
  hasFields(filled.a.P[0], 's pa ep bep cr up mt iw ps');
});

card('U68', async (exchange) => {
  const stream = await exchange.userStream();
  const { orderId } = await exchange.resting();
  taken(await exchange.cancel(orderId));
  const told = await events(stream, 'ORDER_TRADE_UPDATE', 2);
  assert.deepEqual(
    told.map(({ o }) => [o.i, o.x, o.X]),
    [
      [orderId, 'NEW', 'NEW'],
      [orderId, 'CANCELED', 'CANCELED'],
    ],
  );
});

card('U69', async (exchange) => {
  const stream = await exchange.userStream();
  const { algoId, clientAlgoId } = await exchange.waiting();
  taken(await exchange.client.signed('DELETE', '/fapi/v1/algoOrder', { algoId }));
  const told = await events(stream, 'ALGO_UPDATE', 2);
  assert.deepEqual(
    told.map(({ o }) => [o.aid, o.caid, o.at, o.X]),
    [
      [algoId, clientAlgoId, 'CONDITIONAL', 'NEW'],
      [algoId, clientAlgoId, 'CONDITIONAL', 'CANCELED'],
    ],
  );
  hasFields(told[0].o, 'caid aid at o s S ps f q X ai tp p V wt pm cp pP R tt gtd');
});

card('U70', async (exchange) => {
  const set = (leverage: number) =>
    exchange.client.signed('POST', '/fapi/v1/leverage', { symbol: SYMBOL, leverage });
  taken(await set(7));
  const stream = await exchange.userStream();
  taken(await set(8));
  const [told] = await events(stream, 'ACCOUNT_CONFIG_UPDATE', 1);
  assert.deepEqual(told.ac, { s: SYMBOL, l: 8 });
});

simulatedCard('U71', async (exchange) => {
  const listenKey = await exchange.client.listenKey();
  const stream = await exchange.userStream();
  taken(await exchange.client.raw('DELETE', LISTEN_KEY));
  const [told] = await events(stream, 'listenKeyExpired', 1);
  assert.equal(told.listenKey, listenKey);
});

card('U72', async (exchange) => {
  const name = `${SYMBOL.toLowerCase()}@markPrice@1s`;
  const plain = await exchange.stream(`/market/ws/${name}`);
  const combined = await exchange.stream(`/market/stream?streams=${name}`);
  const [told] = await events(plain, 'markPriceUpdate', 1);
  hasFields(told, 'e E s p i P r T');
  const wrapped = await combined.next(({ stream }) => stream === name, EVENT_MS_MAX);
  assert.deepEqual([wrapped.data.e, wrapped.data.s], ['markPriceUpdate', SYMBOL]);
});

card('U73', async (exchange) => {
  const stream = await exchange.stream('/public/ws');
  stream.send({ method: 'SUBSCRIBE', params: [`${SYMBOL.toLowerCase()}@bookTicker`], id: 42 });
  assert.deepEqual(await stream.next(({ id }) => id === 42, EVENT_MS_MAX), { result: null, id: 42 });
});

simulatedCard('U74', async (exchange) => {
  const stream = await exchange.stream('/public/ws');
  for (let id = 0; id < 25; id += 1) stream.send({ method: 'LIST_SUBSCRIPTIONS', id });
  await until('the end of the connection', () => stream.closed);
});

card('U75', async (exchange) => {
  const size = await exchange.size();
  const trades = async (parameters: Record<string, number>): Promise<Found[]> =>
    taken(await exchange.get('/fapi/v1/userTrades', { symbol: SYMBOL, ...parameters }));
  for (const side of ['BUY', 'SELL', 'BUY'] as const) await exchange.market(side, size);
  const newest = await trades({ limit: 3 });
  assert.equal(newest.length, 3);
  const ids = newest.map(({ id }) => Number(id));
  assert.deepEqual(
    ids,
    ids.toSorted((a, b) => a - b),
  );
  const [first = 0, second = 0] = ids;
  assert.deepEqual(
    (await trades({ fromId: first, limit: 2 })).map(({ id }) => id),
    [first, second],
  );
  const [next] = await trades({ fromId: second + 1, limit: 1 });
  assert.equal(next?.['id'], ids[2]);
});

card('U76', async (exchange) => {
  const { orderId } = await exchange.market('BUY', await exchange.size());
  const [trade] = taken(await exchange.get('/fapi/v1/userTrades', { symbol: SYMBOL, orderId }));
  hasFields(
    trade,
    'buyer commission commissionAsset id maker orderId price qty quoteQty realizedPnl side time',
  );
  assert.deepEqual([trade.maker, trade.buyer, Number(trade.realizedPnl)], [false, true, 0]);
  assert.ok(Number(trade.commission) > 0);
});

card('U77', async (exchange) => {
  const ask = (days: number) =>
    exchange.get('/fapi/v1/userTrades', {
      symbol: SYMBOL,
      startTime: Date.now() - days * DAY_MS,
      endTime: Date.now(),
    });
  taken(await ask(6));
  await refused(-4165, ask(8));
});

card('U78', async (exchange) => {
  await exchange.resting();
  const { orderId } = await exchange.resting();
  const last = await exchange.resting();
  const found = taken(await exchange.get('/fapi/v1/allOrders', { symbol: SYMBOL, orderId }));
  assert.deepEqual(
    found.map((order: Found) => order['orderId']),
    [orderId, last.orderId],
  );
});
