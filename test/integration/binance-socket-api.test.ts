// Goal: orders over the WebSocket API have the same outcomes as over HTTP; what was sent and is not answered is unknown and
// goes nowhere else, what certainly was not sent goes over HTTP. Method: the adapter against a scripted exchange.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import type { ObservedRequest } from '#exchange/binance/observer.ts';
import { nobody } from '#exchange/binance/observer.ts';
import { RateGate } from '#exchange/binance/rate-gate.ts';
import type { BinanceUsdm } from '#exchange/binance/usdm/usdm.ts';
import { usdm } from '#exchange/binance/usdm/venue.ts';
import {
  algoBody,
  type BinanceRig,
  clock,
  ENTRY,
  eachWithRig,
  entry,
  KEY,
  orderBody,
  RECV_WINDOW_MS,
  ref,
  SECRET,
  STOP,
  stop,
} from '../support/binance-rig.ts';
import { ok } from '../support/binance-script.ts';
import { until } from '../support/until.ts';

let rig: BinanceRig;
let requests: ObservedRequest[];
let rateGate: RateGate;

eachWithRig((made) => {
  rig = made;
  requests = [];
  rateGate = new RateGate(usdm.limits);
});

async function connected(): Promise<BinanceUsdm> {
  const observer = { ...nobody, onRequest: (request: ObservedRequest) => requests.push(request) };
  let open = false;
  const exchange = await rig.open({
    orderUrl: rig.server.orderUrl,
    rateGate,
    observer: {
      ...observer,
      onStream: (stream) => {
        open ||= stream === 'orders';
      },
    },
  });
  await until('the connection', () => open);
  requests.length = 0;
  return exchange;
}

const ordersOverHttp = (): number => rig.server.requestsOf('POST /fapi/v1/order').length;

const done = (result: unknown) => ({ status: 200, result });
const failed = (status: number, code: number, msg: string, data?: object) => ({
  status,
  error: { code, msg, ...(data === undefined ? {} : { data }) },
});

test('an order is placed with sorted, signed parameters and told as what it is', async () => {
  const exchange = await connected();
  rig.server.onMessage = () => done(orderBody({ status: 'FILLED', executedQty: '0.010' }));
  const { outcome, sentAt } = await exchange.submit(entry);
  assert.deepEqual(outcome, {
    kind: 'accepted',
    report: { clientOrderId: ENTRY, exchangeOrderId: '7', status: 'filled', executed: '0.01', trades: [] },
  });
  assert.equal(ordersOverHttp(), 0, 'nothing went over HTTP');
  const [message] = rig.server.messages;
  assert.ok(message);
  const { signature, ...params } = message.params;
  const { timestamp, ...told } = params;
  assert.ok(Math.abs(Number(timestamp) - sentAt / 1_000) < 500);
  assert.deepEqual(
    [message.method, told],
    [
      'order.place',
      {
        apiKey: KEY,
        recvWindow: RECV_WINDOW_MS,
        symbol: 'BTCUSDT',
        side: 'BUY',
        positionSide: 'LONG',
        type: 'MARKET',
        quantity: '0.01',
        newClientOrderId: ENTRY,
        newOrderRespType: 'RESULT',
      },
    ],
  );
  const payload = Object.entries(params)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  assert.equal(signature, createHmac('sha256', SECRET).update(payload).digest('hex'));
  const [observed] = requests;
  assert.deepEqual(
    [observed?.protocol, observed?.address.baseUrl, observed?.status],
    ['websocket', rig.server.orderUrl, 200],
  );
});

test('stops and both kinds of cancels have methods of their own', async () => {
  const exchange = await connected();
  rig.server.onMessage = ({ method }) =>
    done(
      {
        'algoOrder.place': algoBody(),
        'algoOrder.cancel': { algoId: 900, clientAlgoId: STOP, code: '200', msg: 'success' },
        'order.cancel': orderBody({ status: 'CANCELED' }),
      }[method],
    );
  assert.equal((await exchange.submit(stop)).outcome.kind, 'accepted');
  assert.equal((await exchange.cancel(ref(STOP, 'conditional'))).kind, 'canceled');
  assert.equal((await exchange.cancel(ref(ENTRY, 'regular'))).kind, 'canceled');
  assert.equal(ordersOverHttp(), 0);
});

test('answers find their requests in any order', async () => {
  const exchange = await connected();
  const ids: string[] = [];
  rig.server.onMessage = ({ id }) => {
    ids.push(id);
    return 'hang';
  };
  const placed = exchange.submit(entry);
  const armed = exchange.submit(stop);
  await until('both requests', () => ids.length === 2);
  const [orderer] = rig.server.orderers;
  orderer?.send(JSON.stringify({ id: ids[1], ...done(algoBody()) }));
  orderer?.send(JSON.stringify({ id: ids[0], ...done(orderBody()) }));
  const outcomes = (await Promise.all([placed, armed])).map(({ outcome }) => outcome);
  assert.deepEqual(
    outcomes.map((outcome) => outcome.kind === 'accepted' && outcome.report.clientOrderId),
    [ENTRY, STOP],
  );
});

for (const [what, reply, kind] of [
  ['a refusal', failed(400, -2019, 'Margin is insufficient.'), 'insufficient_margin'],
  ['a key that is refused', failed(401, -2015, 'Invalid API-key, IP, or permissions.'), 'not_authorised'],
  [
    '503 unknown',
    failed(503, -1000, 'Unknown error, please check your request or try again later.'),
    'unknown',
  ],
  ['a timeout of the exchange', failed(408, -1007, 'Timeout waiting for response.'), 'unknown'],
  ['an answer about another order', done(orderBody({ clientOrderId: 'te-other' })), 'unknown'],
  ['an answer without a result', { status: 200 }, 'unknown'],
  ['a torn connection', 'reset', 'unknown'],
] as const) {
  test(`${what} means what it means over HTTP, and the order is not sent there`, async () => {
    const exchange = await connected();
    rig.server.onMessage = () => reply;
    const { outcome } = await exchange.submit(entry);
    assert.equal(outcome.kind === 'refused' ? outcome.refusal : outcome.kind, kind);
    assert.equal(rig.server.messages.length, 1);
    assert.equal(ordersOverHttp(), 0);
  });
}

test('a request without an answer is unknown when its time has passed', async (context) => {
  const { setTimeout } = globalThis;
  context.mock.method(globalThis, 'setTimeout', (callback: () => void, delayMs: number) =>
    setTimeout(callback, delayMs === 5_000 ? 50 : delayMs),
  );
  const exchange = await connected();
  const { outcome } = await exchange.submit(entry);
  assert.deepEqual(outcome.kind === 'unknown' && outcome.cause, 'no answer within 5000 ms');
  assert.equal(ordersOverHttp(), 0);
  const [orderer] = rig.server.orderers;
  orderer?.send(JSON.stringify({ id: '1', ...done(orderBody()) }));
  orderer?.send('{');
  await until('what cannot be read is told', () => rig.problems.length === 1);
  assert.deepEqual(rig.problems, ['malformed_message order stream: not JSON ']);
});

test('an order goes over HTTP while there is no connection', async () => {
  const exchange = await connected();
  rig.server.on('POST /fapi/v1/order', () => ok(orderBody()));
  for (const orderer of rig.server.orderers) orderer.terminate();
  await until('the connection is lost', () => rig.problems.length > 0);
  assert.equal((await exchange.submit(entry)).outcome.kind, 'accepted');
  assert.equal(rig.server.requestsOf('POST /fapi/v1/order').length, 1);
  assert.deepEqual(
    requests.map(({ protocol }) => protocol),
    ['http'],
  );
  await until('another connection', () => rig.server.orderers.length === 2);
});

test('a timestamp that is refused is repaired, and the order sent once more over the same connection', async () => {
  const exchange = await connected();
  rig.server.skewMs = 70_000;
  rig.server.onMessage = ({ params }) =>
    Number(params['timestamp']) > Date.now() + 60_000
      ? done(orderBody())
      : failed(400, -1021, 'Timestamp for this request is outside of the recvWindow.');
  assert.equal((await exchange.submit(entry)).outcome.kind, 'accepted');
  assert.equal(rig.server.messages.length, 2);
});

test('what the answers tell of the limits is believed', async () => {
  const exchange = await connected();
  const rateLimits = [
    { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 2_400, count: 77 },
    { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 300, count: 12 },
  ];
  rig.server.onMessage = () => ({ ...done(orderBody()), rateLimits });
  const without = new RateGate(usdm.limits);
  await rig.open({ rateGate: without });
  const [withSocket, others] = [rateGate, without].map((gate) => gate.status(clock.nowMicros()).weight.used);
  assert.equal((withSocket ?? 0) - (others ?? 0), 5, 'the handshake has a weight');
  await exchange.submit(entry);
  const { weight, orders } = rateGate.status(clock.nowMicros());
  assert.deepEqual([weight.used, orders['10s']?.used], [77, 12]);
});

test('a ban stops both ways until the moment that the exchange names, new connections included', async () => {
  const exchange = await connected();
  const times = { serverTime: 1_000, retryAfter: 181_000 };
  rig.server.onMessage = () => failed(418, -1003, 'Way too much request weight used; IP banned.', times);
  await exchange.submit(entry);
  const { heldBackSeconds } = rateGate.status(clock.nowMicros());
  assert.ok(heldBackSeconds.banned > 170 && heldBackSeconds.banned <= 180);
  assert.equal((await exchange.submit(entry)).outcome.kind, 'refused');
  for (const orderer of rig.server.orderers) orderer.terminate();
  await until('it is not connected again', () =>
    rig.problems.some((problem) => /^stream_lost order stream: held back for/.test(problem)),
  );
  assert.deepEqual([rig.server.messages.length, rig.server.orderers.length, ordersOverHttp()], [1, 1, 0]);
});

test('when the server announces its shutdown the next connection is open first', async () => {
  const exchange = await connected();
  rig.server.onMessage = () => done(orderBody());
  rig.server.orderers[0]?.send(JSON.stringify({ event: { e: 'serverShutdown', E: 1 } }));
  await until('another connection', () => rig.server.orderers.length === 2);
  assert.equal((await exchange.submit(entry)).outcome.kind, 'accepted');
  assert.deepEqual(rig.problems, []);
  assert.equal(ordersOverHttp(), 0);
});

test('no secret is in what is told of it', async () => {
  const exchange = await connected();
  rig.server.onMessage = ({ params }) => failed(400, -9999, `echo ${JSON.stringify(params)}`);
  const said = JSON.stringify([await exchange.submit(entry), requests, rig.problems]);
  for (const { params } of rig.server.messages) {
    for (const secret of [KEY, SECRET, params['signature']]) assert.ok(!said.includes(String(secret)));
  }
});
