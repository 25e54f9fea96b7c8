// Goal: an amended order has its new price and quantity and a new place in the queue; what breaks a rule changes nothing.
// Method: a table of refusals, then the effects, read from the ledger, the events and the amendment history.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SimulatedExchange } from '#simex/usdm/exchange.ts';
import type { AmendParams, OrderParams } from '#simex/usdm/params.ts';
import { amendments } from '#simex/usdm/records-view.ts';
import type { ExchangeEvent, OrderTradeUpdate } from '#simex/usdm/types.ts';

function open(options: { dualSide?: boolean; balance?: string } = {}) {
  const events: ExchangeEvent[] = [];
  const exchange = new SimulatedExchange({
    seed: 5,
    dualSide: false,
    ...options,
    onEvent: (event) => void events.push(event),
  });
  exchange.setPrice('BTCUSDT', '50000', 1);
  const place = (params: OrderParams) => {
    const result = exchange.placeOrder({ symbol: 'BTCUSDT', ...params }, 2);
    assert.ok(result.ok, JSON.stringify(result));
  };
  const amend = (params: AmendParams) => exchange.modifyOrder({ symbol: 'BTCUSDT', ...params }, 3);
  const stateOf = (origClientOrderId: string) => {
    const found = exchange.queryOrder({ symbol: 'BTCUSDT', origClientOrderId });
    assert.ok(found.ok);
    return found.order;
  };
  return { exchange, events, place, amend, stateOf };
}

const limit: OrderParams = {
  side: 'BUY',
  type: 'LIMIT',
  timeInForce: 'GTC',
  quantity: '0.01',
  price: '49000',
  newClientOrderId: 'one',
};
const change: AmendParams = { origClientOrderId: 'one', side: 'BUY', quantity: '0.02', price: '48000' };

const refused: readonly (readonly [string, AmendParams, number])[] = [
  ['no order id', { ...change, origClientOrderId: undefined }, -1102],
  ['an order that does not exist', { ...change, origClientOrderId: 'none' }, -2013],
  ['no quantity', { ...change, quantity: undefined }, -1102],
  ['no price', { ...change, price: undefined }, -1102],
  ['no side', { ...change, side: undefined }, -1102],
  ['the other side', { ...change, side: 'SELL' }, -1130],
  ['a quantity off the step', { ...change, quantity: '0.0105' }, -1111],
  ['a price off the tick', { ...change, price: '48000.05' }, -4014],
  ['a price above the band', { ...change, price: '53000' }, -4016],
  ['too small a notional', { ...change, quantity: '0.001' }, -5029],
  ['nothing new', { ...change, quantity: '0.01', price: '49000' }, -5027],
  ['reduce-only for an order that is not', { ...change, reduceOnly: 'true' }, -5047],
  ['more than the margin', { ...change, quantity: '10' }, -2019],
  ['price and price match', { ...change, priceMatch: 'QUEUE' }, -1106],
  ['an unknown price match', { ...change, price: undefined, priceMatch: 'BEST' }, -5037],
  ['a depth that the book has not', { ...change, price: undefined, priceMatch: 'QUEUE_20' }, -5041],
  ['a name that is no number', { ...change, modifyId: 'x' }, -1130],
];
for (const [name, params, code] of refused) {
  test(`${name} is refused with ${code}, and the order stays`, () => {
    const { exchange, place, amend, stateOf } = open();
    place(limit);
    const before = stateOf('one');
    const result = amend(params);
    assert.ok(!result.ok && result.code === code, JSON.stringify(result));
    assert.equal(exchange.ledger.at(-1)?.kind, 'amendment_refused');
    assert.deepEqual(stateOf('one'), before);
  });
}

test('price and quantity change, and the event and the history say what was before', () => {
  const { exchange, events, place, amend, stateOf } = open();
  place(limit);
  events.length = 0;
  const result = amend({ ...change, modifyId: '77' });
  assert.ok(result.ok);
  assert.deepEqual(
    [result.order.price, result.order.origQty, result.order.status, result.order.modifyId],
    ['48000', '0.02', 'NEW', 77],
  );
  const [update] = events.filter((event): event is OrderTradeUpdate => event.e === 'ORDER_TRADE_UPDATE');
  assert.deepEqual([update?.o.x, update?.o.X, update?.o.M, update?.o.p], ['AMENDMENT', 'NEW', '77', '48000']);
  assert.equal(stateOf('one').price, '48000');
  const history = amendments(exchange.state, { symbol: 'BTCUSDT' });
  assert.ok(history.ok);
  assert.deepEqual(history.rows[0]?.amendment, {
    price: { before: '49000', after: '48000' },
    origQty: { before: '0.01', after: '0.02' },
    count: 1,
    modifyId: 77,
  });
});

test('the margin that is set aside follows the amendment', () => {
  const { exchange, place, amend } = open();
  place(limit);
  assert.equal(exchange.account().totalOpenOrderInitialMargin, '24.5');
  amend(change);
  assert.equal(exchange.account().totalOpenOrderInitialMargin, '48');
  exchange.cancelAllOrders('BTCUSDT', 9);
  assert.equal(exchange.account().totalOpenOrderInitialMargin, '0');
});

test('an amended order goes to the end of its queue', () => {
  const { exchange, place, amend } = open();
  place(limit);
  place({ ...limit, newClientOrderId: 'two' });
  amend({ ...change, price: '49000' });
  exchange.setPrice('BTCUSDT', '48000', 4);
  const fills = exchange.ledger.filter((entry) => entry.kind === 'fill');
  assert.deepEqual(
    fills.map((fill) => fill.clientOrderId),
    ['two', 'one'],
  );
});

test('a price that the market meets is traded at once', () => {
  const { place, amend, stateOf } = open();
  place(limit);
  const result = amend({ ...change, quantity: '0.01', price: '50100' });
  assert.ok(result.ok);
  assert.equal(result.order.status, 'FILLED');
  assert.equal(stateOf('one').avgPrice, '50000.1');
});

test('a post-only order that would trade is canceled by its amendment', () => {
  const { place, amend, stateOf } = open();
  place({ ...limit, timeInForce: 'GTX' });
  assert.ok(amend({ ...change, price: '50100' }).ok);
  assert.equal(stateOf('one').status, 'CANCELED');
});

test('a quantity that is filled already cancels the rest', () => {
  const { exchange, place, amend, stateOf } = open();
  place({ ...limit, price: '50000.1', quantity: '0.2' });
  const { executedQty, status } = stateOf('one');
  assert.equal(status, 'PARTIALLY_FILLED');
  assert.ok(amend({ ...change, quantity: executedQty, price: '50000.1' }).ok);
  assert.equal(stateOf('one').status, 'CANCELED');
  assert.equal(exchange.account().totalOpenOrderInitialMargin, '0');
});

test('a reduce-only order may become smaller than the notional when the amendment says that it is one', () => {
  const { place, amend } = open();
  place({ side: 'BUY', type: 'MARKET', quantity: '0.1' });
  place({ ...limit, side: 'SELL', price: '51000', reduceOnly: 'true' });
  const small: AmendParams = { ...change, side: 'SELL', quantity: '0.001', price: '51000' };
  const plain = amend(small);
  assert.ok(!plain.ok && plain.code === -5029);
  assert.ok(amend({ ...small, reduceOnly: 'true' }).ok);
});

test('a reduce-only order is never amended beyond its position', () => {
  const { place, amend } = open();
  place({ side: 'BUY', type: 'MARKET', quantity: '0.1' });
  place({ ...limit, side: 'SELL', price: '51000', reduceOnly: 'true' });
  const result = amend({ ...change, side: 'SELL', quantity: '5', price: '51000' });
  assert.ok(result.ok);
  assert.equal(result.order.origQty, '0.1');
});
