import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { OrderReport } from '#core/order.ts';
import { Conditionals } from '#exchange/binance/usdm/conditionals.ts';
import { UserEvents } from '#exchange/binance/usdm/user-events.ts';
import type { OrderRef } from '#exchange/port.ts';

const ENTRY = 'te-aaaaaaaaaaaaaaaaaaaa-el1';
const STOP = 'te-aaaaaaaaaaaaaaaaaaaa-sl1';

function start() {
  const reports: OrderReport[] = [];
  const asked: OrderRef[] = [];
  const problems: string[] = [];
  const count = { lost: 0, expired: 0, shutdowns: 0 };
  const events = new UserEvents({
    conditionals: new Conditionals(),
    onReport: (report) => reports.push(report),
    ask: (order) => asked.push(order),
    onLost: () => {
      count.lost += 1;
    },
    onKeyExpired: () => {
      count.expired += 1;
    },
    onShutdown: () => {
      count.shutdowns += 1;
    },
    onProblem: (code) => problems.push(code),
  });
  const tell = (event: unknown) => events.handle(typeof event === 'string' ? event : JSON.stringify(event));
  return { reports, asked, problems, count, tell };
}

const orderUpdate = (fields: Record<string, unknown>) => ({
  e: 'ORDER_TRADE_UPDATE',
  E: 1,
  T: 1,
  o: {
    s: 'BTCUSDT',
    c: ENTRY,
    S: 'BUY',
    o: 'MARKET',
    f: 'GTC',
    q: '0.010',
    p: '0',
    ap: '0',
    sp: '0',
    x: 'NEW',
    X: 'NEW',
    i: 7,
    l: '0',
    z: '0',
    L: '0',
    n: '0',
    N: 'USDT',
    T: 1700000000000,
    t: 0,
    m: false,
    ot: 'MARKET',
    ps: 'LONG',
    ...fields,
  },
});

const algoUpdate = (fields: Record<string, unknown>) => ({
  e: 'ALGO_UPDATE',
  E: 1,
  T: 1,
  o: { caid: STOP, aid: 900, at: 'CONDITIONAL', o: 'STOP_MARKET', s: 'BTCUSDT', X: 'NEW', ai: '', ...fields },
});

const fill = {
  x: 'TRADE',
  X: 'FILLED',
  l: '0.010',
  z: '0.010',
  L: '99.50',
  ap: '99.500',
  n: '0.00049750',
  t: 55,
  m: true,
};

test('a fill is a report with one trade, and the quantity executed so far at its average price', () => {
  const { reports, tell } = start();
  tell(orderUpdate(fill));
  assert.deepEqual(reports, [
    {
      clientOrderId: ENTRY,
      exchangeOrderId: '7',
      status: 'filled',
      executed: '0.01',
      averagePrice: '99.5',
      trades: [
        {
          tradeId: '55',
          price: '99.5',
          quantity: '0.01',
          fee: '0.0004975',
          feeAsset: 'USDT',
          maker: true,
          tradedAtMs: 1700000000000,
        },
      ],
    },
  ]);
});

test('an order id beyond 2^53 is reported with every digit', () => {
  const { reports, tell } = start();
  tell(JSON.stringify(orderUpdate({})).replace('"i":7', '"i":8389765521347896321'));
  assert.equal(reports[0]?.exchangeOrderId, '8389765521347896321');
});

for (const [X, status] of [
  ['NEW', 'open'],
  ['PARTIALLY_FILLED', 'open'],
  ['FILLED', 'filled'],
  ['CANCELED', 'canceled'],
  ['EXPIRED', 'expired'],
  ['EXPIRED_IN_MATCH', 'expired'],
  ['REJECTED', 'rejected'],
]) {
  test(`an order that is ${X} is reported as ${status}, without a trade`, () => {
    const { reports, tell } = start();
    tell(orderUpdate({ x: X, X }));
    assert.equal(reports[0]?.status, status);
    assert.deepEqual(reports[0]?.trades, []);
  });
}

for (const ap of ['0', '0.000', undefined]) {
  test(`a fill whose average price is ${ap} is reported without one`, () => {
    const { reports, tell } = start();
    tell(orderUpdate({ ...fill, ap }));
    assert.deepEqual(
      reports.map((report) => [report.executed, 'averagePrice' in report]),
      [['0.01', false]],
    );
  });
}

test('a fill without a commission has a fee of zero', () => {
  const { reports, tell } = start();
  tell(orderUpdate({ ...fill, n: undefined, N: null }));
  assert.deepEqual(
    reports[0]?.trades.map(({ fee, feeAsset }) => [fee, feeAsset]),
    [['0', '']],
  );
});

for (const [X, status] of [
  ['NEW', 'open'],
  ['TRIGGERING', 'open'],
  ['CANCELED', 'canceled'],
  ['EXPIRED', 'expired'],
  ['REJECTED', 'rejected'],
]) {
  test(`a conditional order that is ${X} is reported as ${status}`, () => {
    const { reports, asked, tell } = start();
    tell(algoUpdate({ X }));
    assert.deepEqual(reports, [
      { clientOrderId: STOP, exchangeOrderId: '900', status, executed: '0', trades: [] },
    ]);
    assert.deepEqual(asked, []);
  });
}

const child = { c: STOP, i: 41, ot: 'STOP_MARKET' };
const triggered = algoUpdate({ X: 'TRIGGERED', ai: '41', aq: '0' });
const finished = algoUpdate({ X: 'FINISHED', ai: '41', aq: '0.010' });

for (const c of [STOP, 'an-id-of-the-exchange']) {
  test(`a child called ${c} is told under the conditional order's id, which its own news then does not undo`, () => {
    const { reports, asked, problems, tell } = start();
    tell(algoUpdate({}));
    tell(triggered);
    tell(orderUpdate({ ...child, ...fill, c }));
    tell(finished);
    assert.deepEqual(
      reports.map((report) => [
        report.status,
        report.childOrderId,
        report.averagePrice,
        report.trades.length,
      ]),
      [
        ['open', undefined, undefined, 0],
        ['open', '41', undefined, 0],
        ['filled', '41', '99.5', 1],
      ],
    );
    assert.ok(reports.every((report) => report.clientOrderId === STOP && report.exchangeOrderId === '900'));
    assert.deepEqual([asked, problems], [[], []]);
  });
}

test('a child that ends before its conditional order is said to have triggered stays ended', () => {
  const { reports, asked, tell } = start();
  tell(algoUpdate({}));
  tell(orderUpdate({ ...child, ...fill }));
  tell(triggered);
  tell(finished);
  assert.deepEqual(
    reports.map(({ status }) => status),
    ['open', 'filled'],
  );
  assert.deepEqual(asked, []);
});

test('a finished conditional order is asked for when nobody has told the end of its child', () => {
  const { reports, asked, problems, tell } = start();
  tell(orderUpdate({ ...child, ...fill, c: 'an-id-of-the-exchange' }));
  tell(finished);
  assert.deepEqual(reports, []);
  assert.deepEqual(asked, [{ clientOrderId: STOP, symbol: 'BTCUSDT', book: 'conditional' }]);
  assert.deepEqual(problems, [], 'a possible child is not yet a foreign order');
});

test('a child of a conditional order that this process has not seen is asked for', () => {
  const { reports, asked, tell } = start();
  tell(orderUpdate({ ...child, ...fill }));
  assert.deepEqual([reports, asked.map(({ book }) => book)], [[], ['conditional']]);
});

test('a conditional order rejected after it triggered is asked for, since some of it may have traded', () => {
  const { asked, tell } = start();
  tell(algoUpdate({ X: 'REJECTED', ai: '41' }));
  assert.equal(asked.length, 1);
});

test('orders of others are a problem, not a report', () => {
  const { reports, problems, tell } = start();
  tell(orderUpdate({ c: 'web_abc' }));
  tell(orderUpdate({ c: 'autoclose-1', X: 'NEW_INSURANCE' }));
  tell(algoUpdate({ caid: 'web_abc' }));
  assert.deepEqual([reports, problems], [[], ['foreign_order', 'foreign_order', 'foreign_order']]);
});

test('other events are ignored', () => {
  const { reports, problems, count, tell } = start();
  for (const e of ['TRADE_LITE', 'ACCOUNT_UPDATE', 'MARGIN_CALL', 'OF_NEXT_YEAR']) tell({ e, o: {} });
  assert.deepEqual([reports, problems, count.lost], [[], [], 0]);
});

test('an expired listen key is told, and so is a shutdown of the server', () => {
  const { count, tell } = start();
  tell({ e: 'listenKeyExpired', E: 1, listenKey: 'x' });
  assert.equal(count.expired, 1);
  tell({ e: 'serverShutdown', E: 1 });
  assert.equal(count.shutdowns, 1);
});

test('unreadable news of a known order is asked for, of an unknown one is lost', () => {
  const { reports, asked, problems, count, tell } = start();
  tell(orderUpdate({ z: 'NaN' }));
  tell(orderUpdate({ X: 'OF_NEXT_YEAR' }));
  tell(algoUpdate({ X: 'OF_NEXT_YEAR' }));
  assert.deepEqual(
    asked.map(({ book }) => book),
    ['regular', 'regular', 'conditional'],
  );
  tell({ e: 'ORDER_TRADE_UPDATE', o: 1 });
  tell('{');
  assert.deepEqual([reports, problems.length, count.lost], [[], 5, 2]);
});

test('no message crashes the reader, whatever it is', () => {
  const { reports, tell } = start();
  const kinds = fc.constantFrom('ORDER_TRADE_UPDATE', 'ALGO_UPDATE', 'listenKeyExpired');
  fc.assert(fc.property(fc.jsonValue(), kinds, (o, e) => tell({ e, o })));
  fc.assert(fc.property(fc.string(), (text) => tell(text)));
  assert.deepEqual(reports, []);
});
