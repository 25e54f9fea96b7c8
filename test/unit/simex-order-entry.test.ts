// Goal: dates, price match, self-trade prevention, batches, the countdown and position limits follow the documentation.
// Method: tables and short scenes on scripted prices.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SimulatedExchange } from '#simex/usdm/exchange.ts';
import type { OrderParams } from '#simex/usdm/params.ts';

const START_MS = 1_700_000_000_000;

function open(options: { dualSide?: boolean; balance?: string } = {}) {
  const exchange = new SimulatedExchange({ seed: 5, dualSide: false, startMs: START_MS, ...options });
  exchange.setPrice('BTCUSDT', '50000', START_MS);
  let ids = 0;
  const place = (params: OrderParams): string | number => {
    ids += 1;
    const named = { symbol: 'BTCUSDT', newClientOrderId: `id-${ids}`, newOrderRespType: 'RESULT', ...params };
    const result = exchange.placeOrder(named, START_MS);
    return result.ok ? result.order.status : result.code;
  };
  const stateOf = (origClientOrderId: string) => {
    const found = exchange.queryOrder({ symbol: 'BTCUSDT', origClientOrderId });
    assert.ok(found.ok);
    return found.order;
  };
  return { exchange, place, stateOf };
}

const limit: OrderParams = {
  side: 'BUY',
  type: 'LIMIT',
  timeInForce: 'GTC',
  quantity: '0.01',
  price: '49000',
};

test('a good-till-date is mandatory for GTD and at least ten minutes ahead', () => {
  const { place } = open();
  const dated = { ...limit, timeInForce: 'GTD' };
  assert.equal(place(dated), -1102);
  assert.equal(place({ ...dated, goodTillDate: 'soon' }), -1102);
  assert.equal(place({ ...dated, goodTillDate: String(START_MS + 600_000) }), -5040);
  assert.equal(place({ ...dated, goodTillDate: '253402300799000' }), -5040);
  assert.equal(place({ ...dated, goodTillDate: String(START_MS + 600_001) }), 'NEW');
});

test('a GTD order expires at its date, to the second', () => {
  const { exchange, place, stateOf } = open();
  place({
    ...limit,
    timeInForce: 'GTD',
    goodTillDate: String(START_MS + 700_999),
    newClientOrderId: 'dated',
  });
  assert.equal(stateOf('dated').goodTillDate, START_MS + 700_000);
  exchange.advance(START_MS + 699_999);
  assert.equal(stateOf('dated').status, 'NEW');
  exchange.advance(START_MS + 700_000);
  assert.equal(stateOf('dated').status, 'EXPIRED');
  assert.equal(exchange.account().totalOpenOrderInitialMargin, '0');
});

const matched: readonly (readonly [string, 'BUY' | 'SELL', string])[] = [
  ['QUEUE', 'BUY', '49999.9'],
  ['QUEUE', 'SELL', '50000.1'],
  ['OPPONENT', 'BUY', '50000.1'],
  ['OPPONENT', 'SELL', '49999.9'],
];
for (const [priceMatch, side, price] of matched) {
  test(`${priceMatch} of a ${side} order is ${price}`, () => {
    const { place, stateOf } = open();
    const params = { ...limit, side, price: undefined, priceMatch, quantity: '0.003', newClientOrderId: 'm' };
    assert.notEqual(typeof place(params), 'number');
    const { price: given, priceMatch: shown } = stateOf('m');
    assert.deepEqual([given, shown], [price, priceMatch]);
  });
}

test('the fifth price is deeper than the first, and a twentieth is not there', () => {
  const { place, stateOf } = open();
  const queued = { ...limit, price: undefined };
  place({ ...queued, priceMatch: 'QUEUE_5', newClientOrderId: 'fifth' });
  assert.ok(Number(stateOf('fifth').price) < 49_999.9);
  assert.equal(place({ ...queued, priceMatch: 'QUEUE_20' }), -5041);
  assert.equal(place({ ...queued, priceMatch: 'NEAREST' }), -5037);
  assert.equal(place({ ...limit, priceMatch: 'QUEUE' }), -1106);
  assert.equal(place({ side: 'BUY', type: 'MARKET', quantity: '0.01', priceMatch: 'QUEUE' }), -5038);
});

const prevention: readonly (readonly [string, string, string])[] = [
  ['EXPIRE_TAKER', 'EXPIRED_IN_MATCH', 'NEW'],
  ['EXPIRE_MAKER', 'FILLED', 'EXPIRED_IN_MATCH'],
  ['EXPIRE_BOTH', 'EXPIRED_IN_MATCH', 'EXPIRED_IN_MATCH'],
  ['NONE', 'FILLED', 'FILLED'],
];
for (const [selfTradePreventionMode, taker, maker] of prevention) {
  test(`${selfTradePreventionMode}: the arriving order is ${taker}, the resting one ${maker}`, () => {
    const { exchange, place, stateOf } = open();
    place({ ...limit, side: 'SELL', price: '50000.1', quantity: '0.002', newClientOrderId: 'maker' });
    const arriving = { ...limit, price: '50000.1', quantity: '0.002', selfTradePreventionMode };
    assert.equal(place(arriving), taker);
    assert.equal(stateOf('maker').status, maker);
    if (selfTradePreventionMode !== 'NONE') return;
    const fills = exchange.ledger.filter((entry) => entry.kind === 'fill');
    assert.deepEqual(
      fills.map((fill) => [fill.maker, fill.price]),
      [
        [true, '50000.1'],
        [false, '50000.1'],
      ],
    );
  });
}

test('an unknown mode of self-trade prevention is refused', () => {
  assert.equal(open().place({ ...limit, selfTradePreventionMode: 'DECREMENT' }), -5039);
});

test('a batch answers in its order, and a refusal keeps nothing back', () => {
  const { exchange } = open();
  const order = { ...limit, symbol: 'BTCUSDT' };
  const placed = exchange.placeOrders(
    [order, { ...order, price: '1' }, { ...order, newClientOrderId: 'third' }],
    START_MS,
  );
  assert.ok(placed.ok);
  assert.deepEqual(
    placed.results.map((result) => (result.ok ? result.order.status : result.code)),
    ['NEW', -4013, 'NEW'],
  );
  const ids = ['none', 'third'].map((origClientOrderId) => ({ symbol: 'BTCUSDT', origClientOrderId }));
  const canceled = exchange.cancelOrders(ids, START_MS);
  assert.ok(canceled.ok);
  assert.deepEqual(
    canceled.results.map((result) => (result.ok ? result.order.status : result.code)),
    [-2011, 'CANCELED'],
  );
});

test('a batch has at most five orders, and ten cancellations', () => {
  const { exchange } = open();
  const codeOf = (result: { readonly ok: boolean; readonly code?: number }) => result.code;
  assert.equal(codeOf(exchange.placeOrders([], START_MS)), -4082);
  assert.equal(codeOf(exchange.placeOrders(Array(6).fill(limit), START_MS)), -4082);
  assert.equal(codeOf(exchange.modifyOrders(Array(6).fill({}), START_MS)), -4082);
  assert.equal(codeOf(exchange.cancelOrders(Array(11).fill({}), START_MS)), -4032);
});

test('the countdown cancels what is open when it is not renewed, and zero stops it', () => {
  const { exchange, place, stateOf } = open();
  place({ ...limit, newClientOrderId: 'kept' });
  assert.ok(exchange.countdownCancelAll('BTCUSDT', '1000', START_MS).ok);
  assert.ok(exchange.countdownCancelAll('BTCUSDT', '5000', START_MS + 900).ok);
  exchange.advance(START_MS + 5_899);
  assert.equal(stateOf('kept').status, 'NEW');
  assert.ok(exchange.countdownCancelAll('BTCUSDT', '0', START_MS + 5_899).ok);
  exchange.advance(START_MS + 20_000);
  assert.equal(stateOf('kept').status, 'NEW');
  exchange.countdownCancelAll('BTCUSDT', '1000', START_MS + 20_000);
  exchange.advance(START_MS + 21_000);
  assert.equal(stateOf('kept').status, 'CANCELED');
  const refused = exchange.countdownCancelAll('BTCUSDT', 'soon', START_MS + 21_000);
  assert.ok(!refused.ok && refused.code === -1102);
});

test('a position beyond what its leverage allows is refused, open orders counted', () => {
  const { exchange, place } = open({ balance: '100000000' });
  assert.ok(exchange.setLeverage('BTCUSDT', '150', START_MS).ok);
  assert.equal(place({ ...limit, quantity: '6.123' }), -2027);
  assert.equal(place({ ...limit, quantity: '6' }), 'NEW');
  assert.equal(place({ ...limit, quantity: '0.2' }), -2027);
  assert.equal(place({ ...limit, side: 'SELL', price: '51000', quantity: '5' }), 'NEW', 'the other side');
  assert.ok(exchange.setLeverage('BTCUSDT', '100', START_MS).ok);
  assert.equal(place({ ...limit, quantity: '0.2' }), 'NEW');
});

test('history pages by time and id, and a week is the longest interval', () => {
  const { exchange, place } = open();
  place({ side: 'BUY', type: 'MARKET', quantity: '0.002' });
  const code = (params: object) => {
    const result = exchange.userTrades({ symbol: 'BTCUSDT', ...params });
    return result.ok ? result.trades.length : result.code;
  };
  const week = 7 * 24 * 3600_000;
  assert.equal(code({}), 1);
  assert.equal(code({ startTime: String(START_MS + 1) }), 0);
  assert.equal(code({ endTime: String(START_MS), startTime: String(START_MS - week) }), 1);
  assert.equal(code({ endTime: String(START_MS), startTime: String(START_MS - week - 1) }), -4165);
  assert.equal(code({ fromId: '1', startTime: String(START_MS) }), -1128);
  assert.equal(code({ limit: '1001' }), -1130);
  exchange.advance(START_MS + week + 1);
  assert.equal(code({}), 0, 'without times the last week is looked at');
  assert.equal(code({ startTime: String(START_MS) }), 1);
  assert.equal(code({ fromId: '1' }), 1);
  const all = exchange.allOrders({ orderId: '1' });
  assert.ok(all.ok && all.orders.length === 1, 'the symbol is optional');
});
