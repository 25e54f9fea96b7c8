import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Secret } from '#core/secret.ts';
import { Signer } from '#exchange/binance/signing.ts';
import {
  algoBody,
  type BinanceRig,
  ENTRY,
  eachWithRig,
  entry,
  KEY,
  orderBody,
  RECV_WINDOW_MS,
  SECRET,
  STOP,
  stop,
} from '../support/binance-rig.ts';
import { failure, ok, ScriptedBinance, type ScriptedReply } from '../support/binance-script.ts';

let rig: BinanceRig;
eachWithRig((made) => {
  rig = made;
});

test('a market order is signed, complete and answered with its final state', async () => {
  rig.server.on('POST /fapi/v1/order', () => ok(orderBody({ status: 'FILLED', executedQty: '0.010' })));
  const { outcome, sentAt, answeredAt } = await rig.make().submit(entry);
  assert.deepEqual(outcome, {
    kind: 'accepted',
    report: { clientOrderId: ENTRY, exchangeOrderId: '7', status: 'filled', executed: '0.01', trades: [] },
  });
  assert.ok(sentAt <= answeredAt);
  const [request] = rig.server.requestsOf('POST /fapi/v1/order');
  assert.ok(request);
  const { timestamp, signature, ...params } = Object.fromEntries(request.params);
  assert.deepEqual(params, {
    symbol: 'BTCUSDT',
    side: 'BUY',
    positionSide: 'LONG',
    type: 'MARKET',
    quantity: '0.01',
    newClientOrderId: ENTRY,
    newOrderRespType: 'RESULT',
    recvWindow: '2000',
  });
  assert.equal(request.apiKey, KEY);
  assert.equal(new Signer(new Secret(SECRET)).sign(request.text.split('&signature=')[0] ?? ''), request.text);
  assert.equal(Number(timestamp), Math.floor(sentAt / 1000));
  assert.equal(signature?.length, 64);
});

test('a limit order rests until it is cancelled', async () => {
  rig.server.on('POST /fapi/v1/order', () => ok(orderBody()));
  await rig.make().submit({ ...entry, type: 'LIMIT', price: '99.1' });
  const params = rig.server.requestsOf('POST /fapi/v1/order')[0]?.params;
  assert.deepEqual(
    ['timeInForce', 'price', 'newOrderRespType'].map((name) => params?.get(name)),
    ['GTC', '99.1', null],
  );
});

test('a stop goes to the conditional book, triggered by the mark price', async () => {
  rig.server.on('POST /fapi/v1/algoOrder', () => ok(algoBody()));
  const { outcome } = await rig.make().submit(stop);
  assert.deepEqual(outcome, {
    kind: 'accepted',
    report: { clientOrderId: STOP, exchangeOrderId: '900', status: 'open', executed: '0', trades: [] },
  });
  const { timestamp, signature, ...params } = Object.fromEntries(
    rig.server.requestsOf('POST /fapi/v1/algoOrder')[0]?.params ?? [],
  );
  assert.ok(timestamp && signature);
  assert.deepEqual(params, {
    algoType: 'CONDITIONAL',
    symbol: 'BTCUSDT',
    side: 'SELL',
    positionSide: 'LONG',
    type: 'STOP_MARKET',
    quantity: '0.01',
    triggerPrice: '95.5',
    workingType: 'MARK_PRICE',
    clientAlgoId: STOP,
    recvWindow: '2000',
  });
});

test('reduceOnly is sent in one-way mode and never in hedge mode', async () => {
  rig.server.on('POST /fapi/v1/algoOrder', () => ok(algoBody()));
  const exchange = rig.make();
  await exchange.submit({ ...stop, positionSide: 'BOTH', reduceOnly: true });
  await exchange.submit({ ...stop, positionSide: 'LONG', reduceOnly: true });
  const sent = rig.server.requestsOf('POST /fapi/v1/algoOrder').map(({ params }) => params.get('reduceOnly'));
  assert.deepEqual(sent, ['true', null]);
});

const refusals: readonly [name: string, reply: ScriptedReply, refusal: string, code: number][] = [
  ['-2021', failure(400, -2021, 'Order would immediately trigger.'), 'would_trigger', -2021],
  ['-2022', failure(400, -2022, 'ReduceOnly Order is rejected.'), 'nothing_to_reduce', -2022],
  ['-2019', failure(400, -2019, 'Margin is insufficient.'), 'insufficient_margin', -2019],
  ['-4164', failure(400, -4164, "Order's notional must be no smaller than 100"), 'filter', -4164],
  ['429', failure(429, -1003, 'Too many requests'), 'throttled', -1003],
  ['418', failure(418, -1003, 'Way too many requests'), 'throttled', -1003],
  ['-1015', failure(400, -1015, 'Too many new orders'), 'throttled', -1015],
  ['-1008', failure(503, -1008, 'Request throttled by system-level protection.'), 'throttled', -1008],
  ['503 service', { status: 503, body: 'Service Unavailable.' }, 'unavailable', 0],
  [
    '503 internal',
    failure(503, -1001, 'Internal error; unable to process your request. Please try again.'),
    'unavailable',
    -1001,
  ],
  ['-2015', failure(401, -2015, 'Invalid API-key, IP, or permissions for action.'), 'not_authorised', -2015],
  ['-2025', failure(400, -2025, 'Reach max open order limit.'), 'too_many_orders', -2025],
  ['-4061', failure(400, -4061, "Order's position side does not match user's setting."), 'other', -4061],
];

for (const [name, reply, refusal, code] of refusals) {
  test(`submit: ${name} refuses as ${refusal}`, async () => {
    rig.server.on('POST /fapi/v1/order', () => reply);
    const { outcome } = await rig.make().submit(entry);
    assert.equal(outcome.kind, 'refused');
    assert.deepEqual(outcome.kind === 'refused' && [outcome.refusal, outcome.code], [refusal, code]);
    assert.equal(rig.server.requestsOf('POST /fapi/v1/order').length, 1);
  });
}

const unknowns: readonly [name: string, reply: ScriptedReply][] = [
  ['a reset', 'reset'],
  ['503 unknown', failure(503, -1000, 'Unknown error, please check your request or try again later.')],
  [
    '503 unknown as text',
    { status: 503, body: 'Unknown error, please check your request or try again later.' },
  ],
  ['503 of a proxy', { status: 503, body: '<html>' }],
  ['-1007', failure(408, -1007, 'Timeout waiting for response from backend rig.server.')],
  ['-1006', failure(400, -1006, 'An unexpected response was received from the message bus.')],
  ['500', { status: 500, body: '' }],
  ['504', { status: 504, body: 'Gateway Timeout' }],
  ['a duplicated client id', failure(400, -4116, 'clientOrderId is duplicated')],
  ['an unlisted code', failure(400, -9999, 'of next year')],
  ['a success that is not JSON', { status: 200, body: 'OK' }],
  ['an empty success', ok({})],
  ['a success about another order', ok(orderBody({ clientOrderId: 'te-other' }))],
  ['a success with an unknown status', ok(orderBody({ status: 'OF_NEXT_YEAR' }))],
  ['a success with a number for a quantity', ok(orderBody({ executedQty: 0.01 }))],
];

for (const [name, reply] of unknowns) {
  test(`submit: ${name} leaves the outcome unknown, is not sent again and says from when on it can be decided`, async () => {
    rig.server.on('POST /fapi/v1/order', () => reply);
    const { outcome, sentAt } = await rig.make().submit(entry);
    assert.equal(outcome.kind, 'unknown');
    assert.equal(
      outcome.kind === 'unknown' && outcome.decidableAt,
      sentAt + (RECV_WINDOW_MS + 1_000) * 1_000,
    );
    assert.equal(rig.server.requestsOf('POST /fapi/v1/order').length, 1);
  });
}

test('submit: an exchange that cannot be connected to has certainly not taken the order', async () => {
  const other = await ScriptedBinance.start();
  const exchange = rig.make({ restUrl: other.restUrl });
  await other.stop();
  const { outcome } = await exchange.submit(entry);
  assert.deepEqual(outcome, { kind: 'refused', refusal: 'unavailable', code: 0, message: 'ECONNREFUSED' });
});

test('a timestamp refused by the exchange is repaired by its clock, and the order sent once more', async () => {
  rig.server.skewMs = -7_000;
  rig.server.on('POST /fapi/v1/order', ({ params }) => {
    const offMs = Math.abs(Number(params.get('timestamp')) - (Date.now() + rig.server.skewMs));
    return offMs < 500
      ? ok(orderBody())
      : failure(400, -1021, 'Timestamp for this request is outside of the recvWindow.');
  });
  const exchange = rig.make();
  assert.equal((await exchange.submit(entry)).outcome.kind, 'accepted');
  assert.equal(rig.server.requestsOf('POST /fapi/v1/order').length, 2);
  assert.equal((await exchange.submit(entry)).outcome.kind, 'accepted');
  assert.equal(rig.server.requestsOf('POST /fapi/v1/order').length, 3, 'the offset is kept');
  assert.ok(rig.problems.some((problem) => problem.startsWith('clock_resynchronised')));
});

test('a timestamp that the exchange keeps refusing is a refusal: nothing was applied', async () => {
  rig.server.on('POST /fapi/v1/order', () =>
    failure(400, -1021, 'Timestamp for this request is outside of the recvWindow.'),
  );
  const { outcome } = await rig.make().submit(entry);
  assert.deepEqual(outcome.kind === 'refused' && [outcome.refusal, outcome.code], ['unavailable', -1021]);
  assert.equal(rig.server.requestsOf('POST /fapi/v1/order').length, 2);
});

test('a refusal that only a person can lift is told as such, about its order', async () => {
  rig.server.on('POST /fapi/v1/order', () => failure(401, -2015, 'Invalid API-key, IP, or permissions.'));
  await rig.make().submit(entry);
  assert.deepEqual(rig.problems, [
    `operator_needed POST /fapi/v1/order: -2015 Invalid API-key, IP, or permissions. ${ENTRY}`,
  ]);
});
