import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  algoBody,
  type BinanceRig,
  ENTRY,
  eachWithRig,
  orderBody,
  ref,
  STOP,
  trade,
  tradeBody,
} from '../support/binance-rig.ts';
import { failure, ok } from '../support/binance-script.ts';

let rig: BinanceRig;
eachWithRig((made) => {
  rig = made;
});

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
    const exchange = rig.make();
    rig.server.on(route, () => ok(success));
    assert.deepEqual(await exchange.cancel(ref(id, book)), { kind: 'canceled' });
    const params = rig.server.requestsOf(route)[0]?.params;
    assert.equal(params?.get(book === 'regular' ? 'origClientOrderId' : 'clientAlgoId'), id);
    for (const code of [-2011, -2013]) {
      rig.server.on(route, () => failure(400, code, 'Unknown order sent.'));
      assert.deepEqual(await exchange.cancel(ref(id, book)), { kind: 'not_open' });
    }
    for (const reply of [
      ok({}),
      ok([]),
      ok('success'),
      failure(503, -1000, 'Unknown error'),
      'reset',
    ] as const) {
      rig.server.on(route, () => reply);
      assert.equal((await exchange.cancel(ref(id, book))).kind, 'failed');
    }
  });
}

// ---- report ----

test('the report of a regular order carries its trades', async () => {
  rig.server.on('GET /fapi/v1/order', () =>
    ok(orderBody({ status: 'PARTIALLY_FILLED', executedQty: '0.006', avgPrice: '99.50000' })),
  );
  rig.server.on('GET /fapi/v1/userTrades', () => ok([tradeBody(1, '0.002'), tradeBody(2, '0.003')]));
  assert.deepEqual(await rig.make().report(ref(ENTRY, 'regular')), {
    kind: 'found',
    report: {
      clientOrderId: ENTRY,
      exchangeOrderId: '7',
      status: 'open',
      executed: '0.006',
      averagePrice: '99.5',
      trades: [trade('1', '0.002'), trade('2', '0.003')],
    },
  });
  assert.equal(rig.server.requestsOf('GET /fapi/v1/order')[0]?.params.get('origClientOrderId'), ENTRY);
  assert.equal(rig.server.requestsOf('GET /fapi/v1/userTrades')[0]?.params.get('orderId'), '7');
});

for (const [told, averagePrice] of [
  ['99.12345678909', '99.123456789'],
  ['0.00000', undefined],
  ['-1', undefined],
  ['1e5', undefined],
  [99.5, undefined],
  [undefined, undefined],
] as const) {
  test(`an average price of ${told} is reported as ${averagePrice ?? 'none'}`, async () => {
    const order = orderBody({ status: 'FILLED', executedQty: '0.010', avgPrice: told });
    rig.server.on('GET /fapi/v1/order', () => ok(order));
    rig.server.on('GET /fapi/v1/userTrades', () => ok([]));
    const outcome = await rig.make().report(ref(ENTRY, 'regular'));
    assert.ok(outcome.kind === 'found');
    assert.equal(outcome.report.averagePrice, averagePrice);
    assert.equal('averagePrice' in outcome.report, averagePrice !== undefined);
  });
}

test('an order without executions has no average price, and no trades to ask for', async () => {
  rig.server.on('GET /fapi/v1/order', () => ok(orderBody({ status: 'CANCELED', avgPrice: '99.5' })));
  const outcome = await rig.make().report(ref(ENTRY, 'regular'));
  assert.ok(outcome.kind === 'found');
  assert.deepEqual([outcome.report.status, 'averagePrice' in outcome.report], ['canceled', false]);
  assert.equal(rig.server.requestsOf('GET /fapi/v1/userTrades').length, 0);
});

test('an order whose trades cannot be read is reported without them', async () => {
  rig.server.on('GET /fapi/v1/order', () => ok(orderBody({ status: 'FILLED', executedQty: '0.010' })));
  rig.server.on('GET /fapi/v1/userTrades', () => failure(500, -1000, 'no'));
  const outcome = await rig.make().report(ref(ENTRY, 'regular'));
  assert.deepEqual(outcome.kind === 'found' && [outcome.report.executed, outcome.report.trades], [
    '0.01',
    [],
  ]);
  assert.match(rig.problems.join(), new RegExp(`^trades_unread .* ${ENTRY}$`));
});

test('trades beyond one page are read on from the next id', async () => {
  const firstPage = Array.from({ length: 1000 }, (_, index) => tradeBody(index + 1, '0.001'));
  rig.server.on('GET /fapi/v1/order', () => ok(orderBody({ status: 'FILLED', executedQty: '1.001' })));
  rig.server.on('GET /fapi/v1/userTrades', ({ params }) =>
    ok(params.get('fromId') === '1001' ? [tradeBody(1001, '0.001')] : firstPage),
  );
  const outcome = await rig.make().report(ref(ENTRY, 'regular'));
  assert.equal(outcome.kind === 'found' && outcome.report.trades.length, 1001);
});

for (const [book, route] of [
  ['regular', 'GET /fapi/v1/order'],
  ['conditional', 'GET /fapi/v1/algoOrder'],
] as const) {
  test(`a ${book} order that the exchange does not know is missing, one that it cannot tell of is not`, async () => {
    const exchange = rig.make();
    const id = book === 'regular' ? ENTRY : STOP;
    for (const code of [-2013, -2011]) {
      rig.server.on(route, () => failure(400, code, 'Order does not exist.'));
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
      rig.server.on(route, () => reply);
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
    rig.server.on('GET /fapi/v1/algoOrder', () => ok(algoBody({ algoStatus })));
    assert.deepEqual(await rig.make().report(ref(STOP, 'conditional')), {
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
    rig.server.on('GET /fapi/v1/algoOrder', () =>
      ok(algoBody({ algoStatus, actualOrderId: '41', actualQty: '0.004' })),
    );
    const child = orderBody({ orderId: 41, clientOrderId: 'x', status: childStatus });
    rig.server.on('GET /fapi/v1/order', ({ params }) =>
      params.get('orderId') === '41'
        ? ok({ ...child, executedQty: '0.004', avgPrice: '99.50' })
        : failure(400, -2013, 'Order does not exist.'),
    );
    rig.server.on('GET /fapi/v1/userTrades', ({ params }) =>
      ok(params.get('orderId') === '41' ? [tradeBody(5, '0.004')] : []),
    );
    assert.deepEqual(await rig.make().report(ref(STOP, 'conditional')), {
      kind: 'found',
      report: {
        clientOrderId: STOP,
        exchangeOrderId: '900',
        childOrderId: '41',
        status,
        executed: '0.004',
        averagePrice: '99.5',
        trades: [trade('5', '0.004')],
      },
    });
  });
}

test('a triggered order whose child cannot be read yet is neither missing nor open', async () => {
  rig.server.on('GET /fapi/v1/algoOrder', () =>
    ok(algoBody({ algoStatus: 'TRIGGERED', actualOrderId: '41' })),
  );
  rig.server.on('GET /fapi/v1/order', () => failure(400, -2013, 'Order does not exist.'));
  assert.equal((await rig.make().report(ref(STOP, 'conditional'))).kind, 'failed');
});
