// Goal: public market data of the futures venue over REST and streams, with the documented names, and one with the other.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Simex } from '#simex/server.ts';
import { startSimex } from '#simex/server.ts';
import { futuresLimits } from '#simex/wire/rate-limits.ts';
import { SimexClient } from '#test/support/simex-client.ts';
import { until } from '#test/support/until.ts';

let simex: Simex;
let client: SimexClient;

before(async () => {
  simex = await startSimex({ port: 0, seed: 1, futuresLimits: { ...futuresLimits, enforced: false } });
  client = new SimexClient(simex.url);
  await until('something is traded', async () => (await get('/fapi/v1/trades?symbol=BTCUSDT')).length > 2);
});
after(() => simex.close());

// biome-ignore lint/suspicious/noExplicitAny: the tests look into answers of every form
const get = async (path: string): Promise<any> => (await client.raw('GET', path)).body;

test('trades, aggregate trades and klines tell of the same prints', async () => {
  const trades = await get('/fapi/v1/trades?symbol=BTCUSDT&limit=1000');
  const [first] = trades;
  assert.deepEqual(Object.keys(first).sort(), [
    ...['id', 'isBuyerMaker', 'isRPITrade', 'price', 'qty', 'quoteQty', 'time'],
  ]);
  const aggregates = await get(`/fapi/v1/aggTrades?symbol=BTCUSDT&fromId=${first.id}&limit=${trades.length}`);
  assert.deepEqual(
    aggregates.map(({ a, p, q, T, m }: Record<string, unknown>) => [a, p, q, T, m]),
    trades.map((trade: Record<string, unknown>) => [
      trade['id'],
      trade['price'],
      trade['qty'],
      trade['time'],
      trade['isBuyerMaker'],
    ]),
  );
  const klines = await get('/fapi/v1/klines?symbol=BTCUSDT&interval=1d');
  const count = klines.reduce((sum: number, row: number[]) => sum + (row[8] ?? 0), 0);
  assert.ok(count >= trades.length);
  assert.equal(klines[0].length, 12);
  assert.equal(typeof klines[0][1], 'string');
  const ticker = await get('/fapi/v1/ticker/24hr?symbol=BTCUSDT');
  assert.equal(ticker.firstId, 1);
  assert.ok(ticker.count >= count);
  assert.equal((await get('/fapi/v1/ticker/24hr')).length, 5);
  const last = await get('/fapi/v2/ticker/price?symbol=BTCUSDT');
  assert.ok(Number(last.price) >= Number(ticker.lowPrice) * 0.99);
  assert.equal((await get('/fapi/v1/ticker/price')).length, 5);
});

test('mark price and premium have klines as soon as they were published', async () => {
  const marks = await until('a mark price kline', async () => {
    const rows = await get('/fapi/v1/markPriceKlines?symbol=ETHUSDT&interval=1m&limit=10');
    return rows.length > 0 && rows;
  });
  assert.ok(Number(marks[0][1]) > 1000 && marks[0][5] === '0');
  const premiums = await get('/fapi/v1/premiumIndexKlines?symbol=ETHUSDT&interval=1m');
  assert.ok(Math.abs(Number(premiums.at(-1)[4])) < 0.01);
});

test('the fills of an order are prints, its position is open interest', async () => {
  const order = { symbol: 'XRPUSDT', side: 'BUY', positionSide: 'LONG', type: 'MARKET', quantity: '100.3' };
  await client.signed('POST', '/fapi/v1/order', order);
  const [fill] = (await client.signed('GET', '/fapi/v1/userTrades', { symbol: 'XRPUSDT' })).body;
  const trades = await get('/fapi/v1/trades?symbol=XRPUSDT');
  const own = trades.find(({ qty }: { qty: string }) => qty === fill.qty);
  assert.equal(own.price, fill.price);
  assert.equal(own.isBuyerMaker, false);
  assert.equal((await get('/fapi/v1/openInterest?symbol=XRPUSDT')).openInterest, '100.3');
});

test('a resting order is in the depth as soon as the market moves', async () => {
  const { bidPrice } = await get('/fapi/v1/ticker/bookTicker?symbol=SOLUSDT');
  const price = (Number(bidPrice) * 0.97).toFixed(2);
  const order = { symbol: 'SOLUSDT', side: 'BUY', positionSide: 'LONG', type: 'LIMIT', timeInForce: 'GTC' };
  const { status } = await client.signed('POST', '/fapi/v1/order', { ...order, price, quantity: '0.77' });
  assert.equal(status, 200);
  await until('the order is shown', async () => {
    const { bids } = await get('/fapi/v1/depth?symbol=SOLUSDT&limit=20');
    return bids.some(([at, quantity]: string[]) => Number(at) === Number(price) && quantity === '0.77');
  });
});

test('weights are those of the documentation, and what cannot be is refused with its code', async () => {
  const limited = await startSimex({ port: 0, seed: 1 });
  const counted = new SimexClient(limited.url);
  const weightOf = async (path: string): Promise<number> => {
    const used = async () => Number((await counted.raw('GET', path)).headers.get('x-mbx-used-weight-1m'));
    const [one, two] = [await used(), await used()];
    return two - one;
  };
  assert.equal(await weightOf('/fapi/v1/depth?symbol=BTCUSDT&limit=100'), 5);
  assert.equal(await weightOf('/fapi/v1/klines?symbol=BTCUSDT&interval=1m&limit=99'), 1);
  assert.equal(await weightOf('/fapi/v1/klines?symbol=BTCUSDT&interval=1m&limit=1500'), 10);
  assert.equal(await weightOf('/fapi/v1/ticker/24hr'), 40);
  await limited.close();
  const refused: readonly (readonly [string, number])[] = [
    ['/fapi/v1/depth?symbol=BTCUSDT&limit=7', -4021],
    ['/fapi/v1/depth', -1102],
    ['/fapi/v1/trades?symbol=NOPE', -1121],
    ['/fapi/v1/klines?symbol=BTCUSDT', -1102],
    ['/fapi/v1/klines?symbol=BTCUSDT&interval=7m', -1120],
    ['/fapi/v1/klines?symbol=BTCUSDT&interval=toString', -1120],
    ['/fapi/v1/klines?symbol=BTCUSDT&interval=1m&limit=1501', -1130],
    ['/fapi/v1/aggTrades?symbol=BTCUSDT&limit=1001', -1130],
    ['/fapi/v2/ticker/price?symbol=NOPE', -1121],
  ];
  for (const [path, code] of refused) assert.equal((await get(path)).code, code, path);
});

test('a book kept from snapshot and stream is the next snapshot', async () => {
  const reader = await client.stream('/public/ws/ethusdt@depth@100ms');
  await reader.next((event) => event.e === 'depthUpdate');
  const start = await get('/fapi/v1/depth?symbol=ETHUSDT&limit=50');
  const book = { b: new Map(start.bids), a: new Map(start.asks) };
  let seen = 0;
  let lastId: number | undefined;
  const apply = (): void => {
    for (; seen < reader.messages.length; seen += 1) {
      const event = reader.messages[seen];
      if (event.u < start.lastUpdateId) continue;
      if (lastId === undefined) assert.ok(event.U <= start.lastUpdateId && event.u >= start.lastUpdateId);
      else assert.equal(event.pu, lastId);
      lastId = event.u;
      for (const side of ['b', 'a'] as const) {
        for (const [price, quantity] of event[side]) {
          if (quantity === '0') book[side].delete(price);
          else book[side].set(price, quantity);
        }
      }
    }
  };
  await until('a snapshot that the stream has reached', async () => {
    const now = await get('/fapi/v1/depth?symbol=ETHUSDT&limit=50');
    apply();
    if (lastId !== now.lastUpdateId - 1 || now.lastUpdateId < start.lastUpdateId + 10) return false;
    assert.deepEqual([...book.b].sort(), [...new Map(now.bids)].sort());
    assert.deepEqual([...book.a].sort(), [...new Map(now.asks)].sort());
    return true;
  });
  reader.socket.close();
});

test('market streams have the documented names, on their route only', async () => {
  const market = await client.stream('/market/stream');
  const wanted = [
    ...['btcusdt@aggTrade', 'btcusdt@kline_1m', 'btcusdt@kline_1M', 'btcusdt@miniTicker', 'btcusdt@ticker'],
    ...['!miniTicker@arr', '!ticker@arr', '!markPrice@arr', '!markPrice@arr@1s', 'btcusdt@markPrice@1s'],
  ];
  market.send({ method: 'SUBSCRIBE', params: wanted, id: 1 });
  await market.next((message) => message.id === 1);
  const data = async (stream: string) =>
    (await market.next((message) => message.stream === stream, 5000)).data;
  const trade = await data('btcusdt@aggTrade');
  assert.equal(Object.keys(trade).sort().join(), 'E,T,a,e,f,l,m,nq,p,q,s');
  const kline = await data('btcusdt@kline_1m');
  assert.equal(Object.keys(kline.k).sort().join(), 'B,L,Q,T,V,c,f,h,i,l,n,o,q,s,t,v,x');
  assert.equal((await data('btcusdt@kline_1M')).k.i, '1M');
  assert.equal(
    Object.keys(await data('btcusdt@miniTicker'))
      .sort()
      .join(),
    'E,c,e,h,l,o,q,s,v',
  );
  assert.equal(
    Object.keys(await data('btcusdt@ticker'))
      .sort()
      .join(),
    'C,E,F,L,O,P,Q,c,e,h,l,n,o,p,q,s,v,w',
  );
  for (const all of ['!miniTicker@arr', '!ticker@arr', '!markPrice@arr', '!markPrice@arr@1s']) {
    assert.equal((await data(all)).length, 5, all);
  }
  market.send({ method: 'SUBSCRIBE', params: ['btcusdt@depth'], id: 2 });
  assert.equal((await market.next((message) => message.id === 2)).error.code, 2);

  const open = await client.stream(
    '/public/stream?streams=!bookTicker/btcusdt@depth5@100ms/btcusdt@depth20@500ms/btcusdt@depth',
  );
  const partial = await open.next((message) => message.stream === 'btcusdt@depth5@100ms');
  assert.equal(partial.data.b.length, 5);
  assert.ok(Number(partial.data.b[0][0]) > Number(partial.data.b[1][0]));
  for (const stream of ['btcusdt@depth20@500ms', 'btcusdt@depth', '!bookTicker']) {
    await open.next((message) => message.stream === stream, 6000);
  }
  for (const reader of [market, open]) reader.socket.close();
});
