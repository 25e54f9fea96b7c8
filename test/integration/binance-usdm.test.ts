import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { ClientOrderId, Micros, Symbol } from '#core/ids.ts';
import { showPrice } from '#core/money.ts';
import type { OrderBook, PlannedOrder } from '#core/order.ts';
import { Secret } from '#exchange/binance/secret.ts';
import { Signer } from '#exchange/binance/signing.ts';
import { BinanceUsdm, type BinanceUsdmOptions } from '#exchange/binance/usdm.ts';
import type { ExchangeEvent, OrderRef } from '#exchange/port.ts';
import {
  failure,
  LISTEN_KEY,
  ok,
  ScriptedBinance,
  type ScriptedReply,
  until,
} from '../support/binance-script.ts';

const KEY = 'api-key-canary-19';
const SECRET = 'api-secret-canary-23';
const BTC = 'BTCUSDT' as Symbol;
const RECV_WINDOW_MS = 2_000;
const ENTRY = 'te-aaaaaaaaaaaaaaaaaaaa-el1' as ClientOrderId;
const STOP = 'te-aaaaaaaaaaaaaaaaaaaa-sl1' as ClientOrderId;

let server: ScriptedBinance;
let problems: string[];
let events: ExchangeEvent[];
let opened: BinanceUsdm[];

beforeEach(async () => {
  server = await ScriptedBinance.start();
  problems = [];
  events = [];
  opened = [];
});

afterEach(async () => {
  for (const exchange of opened) await exchange.close();
  await server.stop();
});

const clock = { nowMicros: () => Math.round((performance.timeOrigin + performance.now()) * 1000) as Micros };

function make(options: Partial<BinanceUsdmOptions> = {}): BinanceUsdm {
  const exchange = new BinanceUsdm({
    restUrl: server.restUrl,
    streamUrl: server.streamUrl,
    apiKey: new Secret(KEY),
    apiSecret: new Secret(SECRET),
    symbols: [BTC],
    positionMode: 'hedge',
    recvWindowMs: RECV_WINDOW_MS,
    clock,
    onProblem: (code, detail) => problems.push(`${code} ${detail}`),
    ...options,
  });
  opened.push(exchange);
  return exchange;
}

async function open(options: Partial<BinanceUsdmOptions> = {}): Promise<BinanceUsdm> {
  const exchange = make(options);
  const answer = await exchange.open((event) => events.push(event));
  assert.deepEqual(answer, { kind: 'answer', value: undefined });
  await new Promise((resolve) => setImmediate(resolve));
  return exchange;
}

const entry = {
  clientOrderId: ENTRY,
  book: 'regular',
  symbol: BTC,
  side: 'BUY',
  positionSide: 'LONG',
  type: 'MARKET',
  quantity: '0.01',
  reduceOnly: false,
} as PlannedOrder;
const stop = {
  ...entry,
  clientOrderId: STOP,
  book: 'conditional',
  side: 'SELL',
  type: 'STOP_MARKET',
  triggerPrice: '95.5',
  reduceOnly: false,
} as PlannedOrder;

const ref = (clientOrderId: ClientOrderId, book: OrderBook): OrderRef => ({
  clientOrderId,
  symbol: BTC,
  book,
});
const orderBody = (fields: Record<string, unknown> = {}) => ({
  orderId: 7,
  symbol: BTC,
  status: 'NEW',
  clientOrderId: ENTRY,
  executedQty: '0.000',
  ...fields,
});
const algoBody = (fields: Record<string, unknown> = {}) => ({
  algoId: 900,
  clientAlgoId: STOP,
  symbol: BTC,
  algoStatus: 'NEW',
  actualOrderId: '',
  actualQty: '',
  ...fields,
});
const tradeBody = (id: number, qty: string) => ({
  id,
  price: '99.50',
  qty,
  commission: '0.00049750',
  commissionAsset: 'USDT',
  maker: false,
  time: 1700000000000,
});
const trade = (tradeId: string, quantity: string) => ({
  tradeId,
  price: '99.5',
  quantity,
  fee: '0.0004975',
  feeAsset: 'USDT',
  maker: false,
  tradedAtMs: 1700000000000,
});

// ---- submit ----

test('a market order is signed, complete and answered with its final state', async () => {
  server.on('POST /fapi/v1/order', () => ok(orderBody({ status: 'FILLED', executedQty: '0.010' })));
  const { outcome, sentAt, answeredAt } = await make().submit(entry);
  assert.deepEqual(outcome, {
    kind: 'accepted',
    report: { clientOrderId: ENTRY, exchangeOrderId: '7', status: 'filled', executed: '0.01', trades: [] },
  });
  assert.ok(sentAt <= answeredAt);
  const [request] = server.requestsOf('POST /fapi/v1/order');
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
  server.on('POST /fapi/v1/order', () => ok(orderBody()));
  await make().submit({ ...entry, type: 'LIMIT', price: '99.1' });
  const params = server.requestsOf('POST /fapi/v1/order')[0]?.params;
  assert.deepEqual(
    ['timeInForce', 'price', 'newOrderRespType'].map((name) => params?.get(name)),
    ['GTC', '99.1', null],
  );
});

test('a stop goes to the conditional book, triggered by the mark price', async () => {
  server.on('POST /fapi/v1/algoOrder', () => ok(algoBody()));
  const { outcome } = await make().submit(stop);
  assert.deepEqual(outcome, {
    kind: 'accepted',
    report: { clientOrderId: STOP, exchangeOrderId: '900', status: 'open', executed: '0', trades: [] },
  });
  const { timestamp, signature, ...params } = Object.fromEntries(
    server.requestsOf('POST /fapi/v1/algoOrder')[0]?.params ?? [],
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
  server.on('POST /fapi/v1/algoOrder', () => ok(algoBody()));
  const exchange = make();
  await exchange.submit({ ...stop, positionSide: 'BOTH', reduceOnly: true });
  await exchange.submit({ ...stop, positionSide: 'LONG', reduceOnly: true });
  const sent = server.requestsOf('POST /fapi/v1/algoOrder').map(({ params }) => params.get('reduceOnly'));
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
    server.on('POST /fapi/v1/order', () => reply);
    const { outcome } = await make().submit(entry);
    assert.equal(outcome.kind, 'refused');
    assert.deepEqual(outcome.kind === 'refused' && [outcome.refusal, outcome.code], [refusal, code]);
    assert.equal(server.requestsOf('POST /fapi/v1/order').length, 1);
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
  ['-1007', failure(408, -1007, 'Timeout waiting for response from backend server.')],
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
    server.on('POST /fapi/v1/order', () => reply);
    const { outcome, sentAt } = await make().submit(entry);
    assert.equal(outcome.kind, 'unknown');
    assert.equal(
      outcome.kind === 'unknown' && outcome.decidableAt,
      sentAt + (RECV_WINDOW_MS + 1_000) * 1_000,
    );
    assert.equal(server.requestsOf('POST /fapi/v1/order').length, 1);
  });
}

test('submit: an exchange that cannot be connected to has certainly not taken the order', async () => {
  const other = await ScriptedBinance.start();
  const exchange = make({ restUrl: other.restUrl });
  await other.stop();
  const { outcome } = await exchange.submit(entry);
  assert.deepEqual(outcome, { kind: 'refused', refusal: 'unavailable', code: 0, message: 'ECONNREFUSED' });
});

test('a timestamp refused by the exchange is repaired by its clock, and the order sent once more', async () => {
  server.skewMs = -7_000;
  server.on('POST /fapi/v1/order', ({ params }) => {
    const offMs = Math.abs(Number(params.get('timestamp')) - (Date.now() + server.skewMs));
    return offMs < 500
      ? ok(orderBody())
      : failure(400, -1021, 'Timestamp for this request is outside of the recvWindow.');
  });
  const exchange = make();
  assert.equal((await exchange.submit(entry)).outcome.kind, 'accepted');
  assert.equal(server.requestsOf('POST /fapi/v1/order').length, 2);
  assert.equal((await exchange.submit(entry)).outcome.kind, 'accepted');
  assert.equal(server.requestsOf('POST /fapi/v1/order').length, 3, 'the offset is kept');
  assert.ok(problems.some((problem) => problem.startsWith('clock_resynchronised')));
});

test('a timestamp that the exchange keeps refusing is a refusal: nothing was applied', async () => {
  server.on('POST /fapi/v1/order', () =>
    failure(400, -1021, 'Timestamp for this request is outside of the recvWindow.'),
  );
  const { outcome } = await make().submit(entry);
  assert.deepEqual(outcome.kind === 'refused' && [outcome.refusal, outcome.code], ['unavailable', -1021]);
  assert.equal(server.requestsOf('POST /fapi/v1/order').length, 2);
});

// ---- cancel ----

for (const [book, route, id, success] of [
  ['regular', 'DELETE /fapi/v1/order', ENTRY, orderBody({ status: 'CANCELED' })],
  [
    'conditional',
    'DELETE /fapi/v1/algoOrder',
    STOP,
    { algoId: 900, clientAlgoId: STOP, code: '200', msg: 'success' },
  ],
] as const) {
  test(`cancel of a ${book} order asks its own book and wants the order named`, async () => {
    const exchange = make();
    server.on(route, () => ok(success));
    assert.deepEqual(await exchange.cancel(ref(id, book)), { kind: 'canceled' });
    const params = server.requestsOf(route)[0]?.params;
    assert.equal(params?.get(book === 'regular' ? 'origClientOrderId' : 'clientAlgoId'), id);
    for (const code of [-2011, -2013]) {
      server.on(route, () => failure(400, code, 'Unknown order sent.'));
      assert.deepEqual(await exchange.cancel(ref(id, book)), { kind: 'not_open' });
    }
    for (const reply of [
      ok({}),
      ok([]),
      ok('success'),
      failure(503, -1000, 'Unknown error'),
      'reset',
    ] as const) {
      server.on(route, () => reply);
      assert.equal((await exchange.cancel(ref(id, book))).kind, 'failed');
    }
  });
}

// ---- report ----

test('the report of a regular order carries its trades', async () => {
  server.on('GET /fapi/v1/order', () => ok(orderBody({ status: 'PARTIALLY_FILLED', executedQty: '0.006' })));
  server.on('GET /fapi/v1/userTrades', () => ok([tradeBody(1, '0.002'), tradeBody(2, '0.003')]));
  assert.deepEqual(await make().report(ref(ENTRY, 'regular')), {
    kind: 'found',
    report: {
      clientOrderId: ENTRY,
      exchangeOrderId: '7',
      status: 'open',
      executed: '0.006',
      trades: [trade('1', '0.002'), trade('2', '0.003')],
    },
  });
  assert.equal(server.requestsOf('GET /fapi/v1/order')[0]?.params.get('origClientOrderId'), ENTRY);
  assert.equal(server.requestsOf('GET /fapi/v1/userTrades')[0]?.params.get('orderId'), '7');
});

test('an order without executions has no trades to ask for', async () => {
  server.on('GET /fapi/v1/order', () => ok(orderBody({ status: 'CANCELED' })));
  const outcome = await make().report(ref(ENTRY, 'regular'));
  assert.equal(outcome.kind === 'found' && outcome.report.status, 'canceled');
  assert.equal(server.requestsOf('GET /fapi/v1/userTrades').length, 0);
});

test('an order whose trades cannot be read is reported without them', async () => {
  server.on('GET /fapi/v1/order', () => ok(orderBody({ status: 'FILLED', executedQty: '0.010' })));
  server.on('GET /fapi/v1/userTrades', () => failure(500, -1000, 'no'));
  const outcome = await make().report(ref(ENTRY, 'regular'));
  assert.deepEqual(outcome.kind === 'found' && [outcome.report.executed, outcome.report.trades], [
    '0.01',
    [],
  ]);
  assert.match(problems.join(), /trades_unread/);
});

test('trades beyond one page are read on from the next id', async () => {
  const firstPage = Array.from({ length: 1000 }, (_, index) => tradeBody(index + 1, '0.001'));
  server.on('GET /fapi/v1/order', () => ok(orderBody({ status: 'FILLED', executedQty: '1.001' })));
  server.on('GET /fapi/v1/userTrades', ({ params }) =>
    ok(params.get('fromId') === '1001' ? [tradeBody(1001, '0.001')] : firstPage),
  );
  const outcome = await make().report(ref(ENTRY, 'regular'));
  assert.equal(outcome.kind === 'found' && outcome.report.trades.length, 1001);
});

for (const [book, route] of [
  ['regular', 'GET /fapi/v1/order'],
  ['conditional', 'GET /fapi/v1/algoOrder'],
] as const) {
  test(`a ${book} order that the exchange does not know is missing, one that it cannot tell of is not`, async () => {
    const exchange = make();
    const id = book === 'regular' ? ENTRY : STOP;
    for (const code of [-2013, -2011]) {
      server.on(route, () => failure(400, code, 'Order does not exist.'));
      assert.deepEqual(await exchange.report(ref(id, book)), { kind: 'missing' });
    }
    const other =
      book === 'regular' ? orderBody({ clientOrderId: 'te-x' }) : algoBody({ clientAlgoId: 'te-x' });
    for (const reply of [
      ok({}),
      ok(other),
      failure(503, -1000, 'no'),
      failure(401, -2015, 'no'),
      'reset',
    ] as const) {
      server.on(route, () => reply);
      assert.equal((await exchange.report(ref(id, book))).kind, 'failed');
    }
  });
}

for (const [algoStatus, status] of [
  ['NEW', 'open'],
  ['TRIGGERING', 'open'],
  ['TRIGGERED', 'open'],
  ['CANCELED', 'canceled'],
  ['EXPIRED', 'expired'],
  ['REJECTED', 'rejected'],
  ['FINISHED', 'canceled'],
]) {
  test(`a conditional order that is ${algoStatus} without a child is ${status}`, async () => {
    server.on('GET /fapi/v1/algoOrder', () => ok(algoBody({ algoStatus })));
    assert.deepEqual(await make().report(ref(STOP, 'conditional')), {
      kind: 'found',
      report: { clientOrderId: STOP, exchangeOrderId: '900', status, executed: '0', trades: [] },
    });
  });
}

for (const [algoStatus, childStatus, status] of [
  ['TRIGGERED', 'NEW', 'open'],
  ['TRIGGERED', 'FILLED', 'filled'],
  ['FINISHED', 'FILLED', 'filled'],
  ['FINISHED', 'CANCELED', 'canceled'],
  ['FINISHED', 'EXPIRED', 'expired'],
]) {
  test(`a conditional order that is ${algoStatus} and whose child is ${childStatus} is ${status}`, async () => {
    server.on('GET /fapi/v1/algoOrder', () =>
      ok(algoBody({ algoStatus, actualOrderId: '41', actualQty: '0.004' })),
    );
    server.on('GET /fapi/v1/order', ({ params }) =>
      params.get('orderId') === '41'
        ? ok(orderBody({ orderId: 41, clientOrderId: 'x', status: childStatus, executedQty: '0.004' }))
        : failure(400, -2013, 'Order does not exist.'),
    );
    server.on('GET /fapi/v1/userTrades', ({ params }) =>
      ok(params.get('orderId') === '41' ? [tradeBody(5, '0.004')] : []),
    );
    assert.deepEqual(await make().report(ref(STOP, 'conditional')), {
      kind: 'found',
      report: {
        clientOrderId: STOP,
        exchangeOrderId: '900',
        childOrderId: '41',
        status,
        executed: '0.004',
        trades: [trade('5', '0.004')],
      },
    });
  });
}

test('a triggered order whose child cannot be read yet is neither missing nor open', async () => {
  server.on('GET /fapi/v1/algoOrder', () => ok(algoBody({ algoStatus: 'TRIGGERED', actualOrderId: '41' })));
  server.on('GET /fapi/v1/order', () => failure(400, -2013, 'Order does not exist.'));
  assert.equal((await make().report(ref(STOP, 'conditional'))).kind, 'failed');
});

// ---- account ----

test('a snapshot has the open orders of both books and unsigned positions', async () => {
  server.on('GET /fapi/v1/openOrders', () =>
    ok([
      { symbol: BTC, clientOrderId: ENTRY, origType: 'LIMIT' },
      { symbol: BTC, clientOrderId: 'web_1', origType: 'LIMIT' },
      { symbol: BTC, clientOrderId: 'te-child', origType: 'STOP_MARKET' },
    ]),
  );
  server.on('GET /fapi/v1/openAlgoOrders', () => ok([{ symbol: BTC, clientAlgoId: STOP, algoId: 900 }]));
  const position = (positionSide: string, positionAmt: string) => ({
    symbol: BTC,
    positionSide,
    positionAmt,
    entryPrice: '99.50',
  });
  server.on('GET /fapi/v3/positionRisk', () =>
    ok([
      position('LONG', '0.010'),
      position('SHORT', '-0.020'),
      position('BOTH', '-1.5'),
      position('BOTH', '0.000'),
    ]),
  );
  const before = clock.nowMicros();
  const snapshot = await make().snapshot();
  assert.equal(snapshot.kind, 'answer');
  if (snapshot.kind !== 'answer') return;
  assert.ok(snapshot.value.takenAt >= before);
  assert.deepEqual(snapshot.value.openOrders, [
    ref(ENTRY, 'regular'),
    ref('te-child' as ClientOrderId, 'conditional'),
    ref(STOP, 'conditional'),
  ]);
  assert.deepEqual(snapshot.value.positions, [
    { symbol: BTC, side: 'LONG', quantity: '0.01', entryPrice: '99.5' },
    { symbol: BTC, side: 'SHORT', quantity: '0.02', entryPrice: '99.5' },
    { symbol: BTC, side: 'SHORT', quantity: '1.5', entryPrice: '99.5' },
  ]);
});

test('a snapshot that is not whole is none', async () => {
  server.on('GET /fapi/v1/openOrders', () => ok([]));
  server.on('GET /fapi/v3/positionRisk', () => ok([]));
  const exchange = make();
  for (const reply of [ok({}), failure(500, -1000, 'no'), 'reset'] as const) {
    server.on('GET /fapi/v1/openAlgoOrders', () => reply);
    assert.equal((await exchange.snapshot()).kind, 'failed');
  }
});

test('the balance is that of the margin asset; an account without it has none', async () => {
  const asset = {
    asset: 'USDT',
    walletBalance: '100.50',
    availableBalance: '90.00',
    unrealizedProfit: '-1.20',
  };
  const exchange = make();
  server.on('GET /fapi/v3/account', () => ok({ assets: [{ ...asset, asset: 'BNB' }, asset] }));
  assert.deepEqual(await exchange.balance(), {
    kind: 'answer',
    value: { asset: 'USDT', wallet: '100.5', available: '90', unrealised: '-1.2' },
  });
  server.on('GET /fapi/v3/account', () => ok({ assets: [] }));
  assert.equal((await exchange.balance()).kind, 'failed');
});

const filters = [
  { filterType: 'PRICE_FILTER', tickSize: '0.10', minPrice: '556.80', maxPrice: '4529764' },
  { filterType: 'LOT_SIZE', stepSize: '0.001', minQty: '0.001', maxQty: '1000' },
  { filterType: 'MARKET_LOT_SIZE', stepSize: '0.001', minQty: '0.002', maxQty: '120' },
  { filterType: 'MIN_NOTIONAL', notional: '100' },
  { filterType: 'PERCENT_PRICE', multiplierUp: '1.0500', multiplierDown: '0.9500', multiplierDecimal: '4' },
  { filterType: 'MAX_NUM_ORDERS', limit: 200 },
];

test('instruments are read for the symbols asked for; a missing symbol or filter fails by name', async () => {
  const exchange = make();
  const listing = { symbol: 'BTCUSDT', baseAsset: 'BTC', quoteAsset: 'USDT', filters };
  server.on('GET /fapi/v1/exchangeInfo', () => ok({ symbols: [{ symbol: 'ODD' }, listing] }));
  assert.deepEqual(await exchange.instruments([BTC]), {
    kind: 'answer',
    value: [
      {
        symbol: 'BTCUSDT',
        baseAsset: 'BTC',
        quoteAsset: 'USDT',
        tickSize: '0.1',
        priceMin: '556.8',
        priceMax: '4529764',
        stepSize: '0.001',
        quantityMin: '0.001',
        quantityMax: '1000',
        marketStepSize: '0.001',
        marketQuantityMin: '0.002',
        marketQuantityMax: '120',
        notionalMin: '100',
        multiplierUp: '1.05',
        multiplierDown: '0.95',
      },
    ],
  });
  assert.deepEqual(await exchange.instruments([BTC, 'NOPE' as Symbol]), {
    kind: 'failed',
    cause: 'not listed: NOPE',
  });
  server.on('GET /fapi/v1/exchangeInfo', () => ok({ symbols: [{ ...listing, filters: filters.slice(1) }] }));
  assert.deepEqual(await exchange.instruments([BTC]), {
    kind: 'failed',
    cause: 'exchangeInfo of BTCUSDT: PRICE_FILTER has no tickSize',
  });
});

// ---- open and streams ----

test('open connects, and quotes carry the older of the two receipt times', async () => {
  const exchange = await open();
  const quote = exchange.quote(BTC);
  assert.deepEqual(quote && [quote.mark, quote.bid, quote.ask].map(showPrice), ['100', '99.9', '100.1']);
  assert.ok(quote && Math.abs(quote.atMs - clock.nowMicros() / 1000) < 2_000);
  assert.equal(exchange.quote('ETHUSDT' as Symbol), undefined);
  assert.deepEqual([events, problems], [[], []]);
});

test('a quote is as old as the older of its two sources', async () => {
  const exchange = await open();
  const before = exchange.quote(BTC);
  const data = { e: 'bookTicker', s: BTC, b: '99.00', B: '1', a: '101.00', A: '1' };
  await until('a newer book', () => {
    for (const market of server.markets) market.send(JSON.stringify({ data }));
    const quote = exchange.quote(BTC);
    return quote !== undefined && showPrice(quote.bid) === '99' && clock.nowMicros() / 1000 > quote.atMs + 20;
  });
  const markAtMs = exchange.quote(BTC)?.atMs ?? 0;
  assert.ok(before && markAtMs - before.atMs <= 5, 'the mark price has not been told anew');
});

test('news that comes before open has resolved is told as a gap', async () => {
  server.quiet = true;
  const exchange = make();
  const opening = exchange.open((event) => events.push(event));
  await until('the user stream', () => server.users.length === 1);
  server.tell(fillEvent(ENTRY));
  server.tell(fillEvent('somebody-else'));
  await until('both messages are read', () => problems.length === 1);
  server.quiet = false;
  for (const market of server.markets) market.terminate();
  await opening;
  await until('a gap', () => events.length === 1);
  assert.equal(events[0]?.kind, 'gap');
});

test('open sets the position mode where it differs, and fails where it cannot', async () => {
  server.on('POST /fapi/v1/positionSide/dual', () => failure(400, -4059, 'No need to change position side.'));
  await open({ positionMode: 'one_way' });
  assert.equal(
    server.requestsOf('POST /fapi/v1/positionSide/dual')[0]?.params.get('dualSidePosition'),
    'false',
  );
  server.on('POST /fapi/v1/positionSide/dual', () => failure(400, -4068, 'Position side cannot be changed.'));
  assert.deepEqual(await make({ positionMode: 'one_way' }).open(() => {}), {
    kind: 'failed',
    cause: 'position mode one_way: -4068 Position side cannot be changed.',
  });
});

test('open fails when the exchange is not there or does not know the key', async () => {
  const gone = await ScriptedBinance.start();
  const { restUrl } = gone;
  await gone.stop();
  assert.deepEqual(await make({ restUrl }).open(() => {}), {
    kind: 'failed',
    cause: 'server time: ECONNREFUSED',
  });
  server.on('GET /fapi/v1/positionSide/dual', () => failure(401, -2015, 'Invalid API-key.'));
  assert.equal((await make().open(() => {})).kind, 'failed');
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
  await open();
  server.tell(fillEvent(ENTRY));
  await until('a report', () => events.length === 1);
  for (const gaps of [1, 2]) {
    for (const user of server.users) user.terminate();
    await until('a gap', () => events.filter(({ kind }) => kind === 'gap').length === gaps);
  }
  await until('a user', () => server.users.length === 1);
  server.tell(fillEvent(ENTRY));
  await until('a report', () => events.length === 4);
  assert.deepEqual(
    events.map(({ kind }) => kind),
    ['report', 'gap', 'gap', 'report'],
  );
  assert.match(problems.join(), /stream_lost user stream/);
});

test('an expired listen key is replaced', async () => {
  await open();
  server.on('POST /fapi/v1/listenKey', () => ok({ listenKey: 'the-second-key' }));
  server.tell({ e: 'listenKeyExpired', E: 1 });
  await until('a gap', () => events.some(({ kind }) => kind === 'gap'));
  assert.match(server.privateUrls.at(-1) ?? '', /listenKey=the-second-key$/);
});

test('the listen key is kept alive, and replaced when the exchange has forgotten it', async (context) => {
  let keepAlive: (() => void) | undefined;
  const { setInterval } = globalThis;
  context.mock.method(globalThis, 'setInterval', (callback: () => void, periodMs: number) => {
    if (periodMs === 20 * 60_000) keepAlive = callback;
    return setInterval(callback, periodMs);
  });
  await open();
  keepAlive?.();
  await until('a renewal', () => server.requestsOf('PUT /fapi/v1/listenKey').length === 1);
  assert.equal(server.requestsOf('PUT /fapi/v1/listenKey')[0]?.apiKey, KEY);
  server.on('PUT /fapi/v1/listenKey', () => failure(400, -1125, 'This listenKey does not exist.'));
  keepAlive?.();
  await until('a gap', () => events.some(({ kind }) => kind === 'gap'));
  assert.equal(server.requestsOf('POST /fapi/v1/listenKey').length, 2);
});

test('news that the stream cannot tell is fetched', async () => {
  server.on('GET /fapi/v1/algoOrder', () => ok(algoBody({ algoStatus: 'FINISHED', actualOrderId: '41' })));
  server.on('GET /fapi/v1/order', () => ok(orderBody({ orderId: 41, status: 'FILLED', executedQty: '1' })));
  server.on('GET /fapi/v1/userTrades', () => ok([tradeBody(5, '1')]));
  await open();
  server.tell({ e: 'ALGO_UPDATE', o: { caid: STOP, aid: 900, s: BTC, X: 'FINISHED', ai: '41', aq: '1' } });
  await until('a report', () => events.length === 1);
  const [event] = events;
  assert.deepEqual(event?.kind === 'report' && [event.report.clientOrderId, event.report.status], [
    STOP,
    'filled',
  ]);
});

test('news that cannot be fetched either is a gap', async () => {
  server.on('GET /fapi/v1/algoOrder', () => failure(503, -1000, 'Unknown error'));
  await open();
  server.tell({ e: 'ALGO_UPDATE', o: { caid: STOP, aid: 900, s: BTC, X: 'FINISHED', ai: '41', aq: '1' } });
  await until('a gap', () => events.length === 1);
  assert.equal(events[0]?.kind, 'gap');
  assert.match(problems.join(), /news_unread/);
});

test('malformed market messages are problems and leave the quote as it is', async () => {
  const exchange = await open();
  const before = exchange.quote(BTC);
  const messages = [
    '{',
    'null',
    '[]',
    '{"data":{"e":"bookTicker"}}',
    '{"data":{"e":"markPriceUpdate","s":"BTCUSDT","p":"1e5"}}',
  ];
  for (const market of server.markets) for (const message of messages) market.send(message);
  await until('problems', () => problems.length >= 6);
  assert.ok(problems.every((problem) => problem.startsWith('malformed_message')));
  assert.deepEqual(exchange.quote(BTC), before);
});

test('market streams reconnect', async () => {
  const exchange = await open();
  const before = exchange.quote(BTC)?.atMs ?? 0;
  for (const market of server.markets.splice(0)) market.terminate();
  await until('new quotes', () => (exchange.quote(BTC)?.atMs ?? 0) > before && server.markets.length === 2);
});

test('close ends within its deadline while everything is failing', async () => {
  const exchange = await open();
  await server.stop();
  await exchange.close();
  const { outcome } = await exchange.submit(entry);
  assert.equal(outcome.kind === 'refused' && outcome.refusal, 'unavailable');
  server = await ScriptedBinance.start();
});

test('no secret reaches an outcome or a problem, even if the exchange echoes it', async () => {
  const exchange = await open();
  const shown: unknown[] = [];
  const echo = {
    on: (route: string) =>
      server.on(route, ({ text }) => ({
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
  server.on('GET /fapi/v1/order', ({ text }) => ({ status: 502, body: `<html>${KEY} ${text}</html>` }));
  shown.push(await exchange.report(ref(ENTRY, 'regular')), exchange);
  server.on('POST /fapi/v1/listenKey', () => failure(400, -1000, `no ${LISTEN_KEY}`));
  for (const user of server.users) user.terminate();
  await until('a problem', () => problems.some((problem) => problem.includes('listen key')));
  const signatures = server.requests
    .map(({ params }) => params.get('signature'))
    .filter((value) => value !== null);
  const text = JSON.stringify([shown, problems]);
  assert.ok(signatures.length > 0 && text.includes('[secret]'));
  for (const canary of [KEY, SECRET, LISTEN_KEY, ...signatures]) assert.ok(!text.includes(canary), canary);
});
