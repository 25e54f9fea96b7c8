import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Symbol } from '#core/ids.ts';
import { showPrice } from '#core/money.ts';
import { until } from '#test/support/until.ts';
import {
  algoBody,
  type BinanceRig,
  BTC,
  clock,
  ENTRY,
  eachWithRig,
  entry,
  KEY,
  orderBody,
  ref,
  SECRET,
  STOP,
  tradeBody,
} from '../support/binance-rig.ts';
import { failure, LISTEN_KEY, ok, ScriptedBinance } from '../support/binance-script.ts';

let rig: BinanceRig;
eachWithRig((made) => {
  rig = made;
});

test('open connects, and quotes carry the older of the two receipt times', async () => {
  const exchange = await rig.open();
  const quote = exchange.quote(BTC);
  assert.deepEqual(quote && [quote.mark, quote.bid, quote.ask].map(showPrice), ['100', '99.9', '100.1']);
  assert.ok(quote && Math.abs(quote.atMs - clock.nowMicros() / 1000) < 2_000);
  assert.equal(exchange.quote('ETHUSDT' as Symbol), undefined);
  assert.deepEqual([rig.events, rig.problems], [[], []]);
});

test('a quote is as old as the older of its two sources', async () => {
  const exchange = await rig.open();
  const before = exchange.quote(BTC);
  const data = { e: 'bookTicker', s: BTC, b: '99.00', B: '1', a: '101.00', A: '1' };
  await until('a newer book', () => {
    for (const market of rig.server.markets) market.send(JSON.stringify({ data }));
    const quote = exchange.quote(BTC);
    return quote !== undefined && showPrice(quote.bid) === '99' && clock.nowMicros() / 1000 > quote.atMs + 20;
  });
  const markAtMs = exchange.quote(BTC)?.atMs ?? 0;
  assert.ok(before && markAtMs - before.atMs <= 5, 'the mark price has not been told anew');
});

test('news that comes before open has resolved is told as a gap', async () => {
  rig.server.quiet = true;
  const exchange = rig.make();
  const opening = exchange.open((event) => rig.events.push(event));
  await until('the user stream', () => rig.server.users.length === 1);
  rig.server.tell(fillEvent(ENTRY));
  rig.server.tell(fillEvent('somebody-else'));
  await until('both messages are read', () => rig.problems.length === 1);
  rig.server.quiet = false;
  for (const market of rig.server.markets) market.terminate();
  await opening;
  await until('a gap', () => rig.events.length === 1);
  assert.equal(rig.events[0]?.kind, 'gap');
});

test('open fails when the exchange is not there or does not know the key', async () => {
  const gone = await ScriptedBinance.start();
  const { restUrl } = gone;
  await gone.stop();
  assert.deepEqual(await rig.make({ restUrl }).open(() => {}), {
    kind: 'failed',
    cause: 'server time: ECONNREFUSED',
  });
  rig.server.on('GET /fapi/v1/accountConfig', () => failure(401, -2015, 'Invalid API-key.'));
  assert.equal((await rig.make().open(() => {})).kind, 'failed');
});

const fillEvent = (c: string) => ({
  e: 'ORDER_TRADE_UPDATE',
  o: {
    s: BTC,
    c,
    i: 7,
    x: 'TRADE',
    X: 'FILLED',
    ot: 'MARKET',
    z: '1',
    l: '1',
    L: '2',
    n: '0',
    N: 'USDT',
    T: 1,
    t: 3,
    m: false,
  },
});

test('user events become reports; after each reconnection there is a gap', async () => {
  await rig.open();
  rig.server.tell(fillEvent(ENTRY));
  await until('a report', () => rig.events.length === 1);
  for (const gaps of [1, 2]) {
    for (const user of rig.server.users) user.terminate();
    await until('a gap', () => rig.events.filter(({ kind }) => kind === 'gap').length === gaps);
  }
  await until('a user', () => rig.server.users.length === 1);
  rig.server.tell(fillEvent(ENTRY));
  await until('a report', () => rig.events.length === 4);
  assert.deepEqual(
    rig.events.map(({ kind }) => kind),
    ['report', 'gap', 'gap', 'report'],
  );
  assert.match(rig.problems.join(), /stream_lost user stream/);
});

test('an expired listen key is replaced', async () => {
  await rig.open();
  rig.server.on('POST /fapi/v1/listenKey', () => ok({ listenKey: 'the-second-key' }));
  rig.server.tell({ e: 'listenKeyExpired', E: 1 });
  await until('a gap', () => rig.events.some(({ kind }) => kind === 'gap'));
  assert.match(rig.server.privateUrls.at(-1) ?? '', /listenKey=the-second-key$/);
});

test('the listen key is kept alive, and replaced when the exchange has forgotten it', async (context) => {
  let keepAlive: (() => void) | undefined;
  const { setInterval } = globalThis;
  context.mock.method(globalThis, 'setInterval', (callback: () => void, periodMs: number) => {
    if (periodMs === 20 * 60_000) keepAlive = callback;
    return setInterval(callback, periodMs);
  });
  await rig.open();
  keepAlive?.();
  await until('a renewal', () => rig.server.requestsOf('PUT /fapi/v1/listenKey').length === 1);
  assert.equal(rig.server.requestsOf('PUT /fapi/v1/listenKey')[0]?.apiKey, KEY);
  rig.server.on('PUT /fapi/v1/listenKey', () => failure(400, -1125, 'This listenKey does not exist.'));
  keepAlive?.();
  await until('a gap', () => rig.events.some(({ kind }) => kind === 'gap'));
  assert.equal(rig.server.requestsOf('POST /fapi/v1/listenKey').length, 2);
});

test('news that the stream cannot tell is fetched', async () => {
  rig.server.on('GET /fapi/v1/algoOrder', () =>
    ok(algoBody({ algoStatus: 'FINISHED', actualOrderId: '41' })),
  );
  rig.server.on('GET /fapi/v1/order', () =>
    ok(orderBody({ orderId: 41, status: 'FILLED', executedQty: '1' })),
  );
  rig.server.on('GET /fapi/v1/userTrades', () => ok([tradeBody(5, '1')]));
  await rig.open();
  rig.server.tell({
    e: 'ALGO_UPDATE',
    o: { caid: STOP, aid: 900, s: BTC, X: 'FINISHED', ai: '41', aq: '1' },
  });
  await until('a report', () => rig.events.length === 1);
  const [event] = rig.events;
  assert.deepEqual(event?.kind === 'report' && [event.report.clientOrderId, event.report.status], [
    STOP,
    'filled',
  ]);
});

test('news that cannot be fetched either is a gap', async () => {
  rig.server.on('GET /fapi/v1/algoOrder', () => failure(503, -1000, 'Unknown error'));
  await rig.open();
  rig.server.tell({
    e: 'ALGO_UPDATE',
    o: { caid: STOP, aid: 900, s: BTC, X: 'FINISHED', ai: '41', aq: '1' },
  });
  await until('a gap', () => rig.events.length === 1);
  assert.equal(rig.events[0]?.kind, 'gap');
  assert.match(rig.problems.join(), new RegExp(`news_unread .* ${STOP}$`));
});

test('malformed market messages are problems and leave the quote as it is', async () => {
  const exchange = await rig.open();
  const before = exchange.quote(BTC);
  const messages = [
    '{',
    'null',
    '[]',
    '{"data":{"e":"bookTicker"}}',
    '{"data":{"e":"markPriceUpdate","s":"BTCUSDT","p":"1e5"}}',
  ];
  for (const market of rig.server.markets) for (const message of messages) market.send(message);
  await until('problems', () => rig.problems.length >= 6);
  assert.ok(rig.problems.every((problem) => problem.startsWith('malformed_message')));
  assert.deepEqual(exchange.quote(BTC), before);
});

test('market streams reconnect', async () => {
  const exchange = await rig.open();
  const before = exchange.quote(BTC)?.atMs ?? 0;
  for (const market of rig.server.markets.splice(0)) market.terminate();
  await until(
    'new quotes',
    () => (exchange.quote(BTC)?.atMs ?? 0) > before && rig.server.markets.length === 2,
  );
});

test('close ends within its deadline while everything is failing', async () => {
  const exchange = await rig.open();
  await rig.server.stop();
  await exchange.close();
  const { outcome } = await exchange.submit(entry);
  assert.equal(outcome.kind === 'refused' && outcome.refusal, 'unavailable');
  rig.server = await ScriptedBinance.start();
});

test('no secret reaches an outcome or a problem, even if the exchange echoes it', async () => {
  const exchange = await rig.open();
  const shown: unknown[] = [];
  const echo = {
    on: (route: string) =>
      rig.server.on(route, ({ text }) => ({
        status: 400,
        body: { code: -9999, msg: `${KEY} ${SECRET} ${LISTEN_KEY} ${text}` },
      })),
  };
  for (const route of [
    'POST /fapi/v1/order',
    'DELETE /fapi/v1/order',
    'GET /fapi/v1/order',
    'GET /fapi/v1/openOrders',
  ])
    echo.on(route);
  shown.push(await exchange.submit(entry), await exchange.cancel(ref(ENTRY, 'regular')));
  shown.push(await exchange.report(ref(ENTRY, 'regular')), await exchange.snapshot());
  rig.server.on('GET /fapi/v1/order', ({ text }) => ({ status: 502, body: `<html>${KEY} ${text}</html>` }));
  shown.push(await exchange.report(ref(ENTRY, 'regular')), exchange);
  rig.server.on('POST /fapi/v1/listenKey', () => failure(400, -1000, `no ${LISTEN_KEY}`));
  for (const user of rig.server.users) user.terminate();
  await until('a problem', () => rig.problems.some((problem) => problem.includes('listen key')));
  const signatures = rig.server.requests
    .map(({ params }) => params.get('signature'))
    .filter((value) => value !== null);
  const text = JSON.stringify([shown, rig.problems]);
  assert.ok(signatures.length > 0 && text.includes('[secret]'));
  for (const canary of [KEY, SECRET, LISTEN_KEY, ...signatures]) assert.ok(!text.includes(canary), canary);
});
