// Goal: conditional orders fire exactly when their trigger is reached, become orders, and end as the exchange says.
// Method: scripted last and mark prices; statuses are read from ALGO_UPDATE events and from queries.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SimulatedExchange } from '#simex/usdm/exchange.ts';
import type { AlgoOrderParams } from '#simex/usdm/params.ts';
import type { AlgoUpdate, ExchangeEvent } from '#simex/usdm/types.ts';

function open(options: { dualSide?: boolean } = {}) {
  const events: ExchangeEvent[] = [];
  const exchange = new SimulatedExchange({
    seed: 3,
    ...options,
    onEvent: (event) => void events.push(event),
  });
  let nowMs = 1;
  const setPrice = (last: string, mark = last): void => {
    nowMs += 1;
    assert.ok(exchange.setPrice('BTCUSDT', last, nowMs, mark).ok);
  };
  setPrice('50000');
  const position = options.dualSide === false ? {} : { positionSide: 'LONG' };
  const enter = (quantity = '0.01') =>
    assert.ok(
      exchange.placeOrder({ symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity, ...position }, nowMs)
        .ok,
    );
  const arm = (params: AlgoOrderParams): number | undefined => {
    const result = exchange.placeAlgoOrder(
      { algoType: 'CONDITIONAL', symbol: 'BTCUSDT', side: 'SELL', ...position, ...params },
      nowMs,
    );
    return result.ok ? undefined : result.code;
  };
  const status = (clientAlgoId: string): string => {
    const result = exchange.queryAlgoOrder({ clientAlgoId });
    return result.ok ? result.algo.algoStatus : String(result.code);
  };
  const told = (): string[] =>
    events
      .filter((event) => event.e === 'ALGO_UPDATE' || event.e === 'ORDER_TRADE_UPDATE')
      .map((event) => (event.e === 'ALGO_UPDATE' ? `algo ${event.o.X}` : `order ${event.o.X}`));
  return { exchange, events, setPrice, enter, arm, status, told };
}

const stop: AlgoOrderParams = {
  type: 'STOP_MARKET',
  quantity: '0.01',
  triggerPrice: '49000',
  clientAlgoId: 'stop',
};
const target: AlgoOrderParams = {
  type: 'TAKE_PROFIT_MARKET',
  quantity: '0.01',
  triggerPrice: '51000',
  clientAlgoId: 'target',
};

test('a stop fires when the last price reaches it and closes the position', () => {
  const { exchange, events, setPrice, enter, arm, status, told } = open();
  enter();
  events.length = 0;
  assert.equal(arm(stop), undefined);
  setPrice('49000.1');
  assert.equal(status('stop'), 'NEW');
  setPrice('49000');
  assert.equal(status('stop'), 'FINISHED');
  assert.deepEqual(told(), [
    'algo NEW',
    'algo TRIGGERING',
    'order NEW',
    'order FILLED',
    'algo TRIGGERED',
    'algo FINISHED',
  ]);
  const queried = exchange.queryAlgoOrder({ clientAlgoId: 'stop' });
  assert.ok(queried.ok);
  assert.equal(queried.algo.actualQty, '0.01');
  const child = exchange.queryOrder({ symbol: 'BTCUSDT', orderId: queried.algo.actualOrderId });
  assert.ok(child.ok);
  assert.equal(child.order.clientOrderId, 'stop', 'the new order carries the conditional order’s client id');
  assert.equal(child.order.origType, 'STOP_MARKET');
  assert.equal(child.order.stopPrice, '49000');
  const update = events.find((event) => event.e === 'ORDER_TRADE_UPDATE');
  assert.ok(update?.e === 'ORDER_TRADE_UPDATE');
  assert.equal(update.o.si, queried.algo.algoId);
  const finished = events.findLast((event): event is AlgoUpdate => event.e === 'ALGO_UPDATE');
  assert.equal(finished?.o.ai, queried.algo.actualOrderId);
  assert.equal(finished?.o.aq, '0.01');
});

test('a stop on the mark price ignores the last price, and the other way round', () => {
  const { setPrice, enter, arm, status } = open();
  enter('0.02');
  arm({ ...stop, workingType: 'MARK_PRICE', clientAlgoId: 'mark' });
  arm({ ...stop, workingType: 'CONTRACT_PRICE', clientAlgoId: 'last' });
  setPrice('48000', '50000');
  assert.deepEqual([status('mark'), status('last')], ['NEW', 'FINISHED']);
  setPrice('50000', '48000');
  assert.equal(status('mark'), 'FINISHED');
});

test('the four directions trigger on their own side only', () => {
  const cases = [
    ['STOP_MARKET', 'SELL', '49000', '51000', '49000'],
    ['STOP_MARKET', 'BUY', '51000', '49000', '51000'],
    ['TAKE_PROFIT_MARKET', 'SELL', '51000', '49000', '51000'],
    ['TAKE_PROFIT_MARKET', 'BUY', '49000', '51000', '49000'],
  ] as const;
  for (const [type, side, triggerPrice, away, reached] of cases) {
    const { setPrice, arm, status } = open({ dualSide: false });
    assert.equal(arm({ type, side, triggerPrice, quantity: '0.01', clientAlgoId: 'one' }), undefined);
    setPrice(away);
    assert.equal(status('one'), 'NEW', `${type} ${side}`);
    setPrice(reached);
    assert.equal(status('one'), 'FINISHED', `${type} ${side}`);
  }
});

test('what would trigger at once is refused', () => {
  const { arm } = open();
  assert.equal(arm({ ...stop, triggerPrice: '50000' }), -2021);
  assert.equal(arm({ ...stop, triggerPrice: '50000.1' }), -2021);
  assert.equal(arm({ ...target, triggerPrice: '50000' }), -2021);
  assert.equal(arm({ ...stop, triggerPrice: '49999.9' }), undefined);
});

test('parameters are checked when the order is placed', () => {
  const { arm, enter } = open();
  assert.equal(arm({ ...stop, algoType: 'VP' }), -1130);
  assert.equal(arm({ ...stop, type: 'LIMIT' }), -1116);
  assert.equal(arm({ ...stop, triggerPrice: undefined }), -1102);
  assert.equal(arm({ ...stop, triggerPrice: '49000.05' }), -4014);
  assert.equal(arm({ ...stop, triggerPrice: '0' }), -4006);
  assert.equal(arm({ ...stop, quantity: '0.0001' }), -1111);
  assert.equal(arm({ ...stop, quantity: undefined }), -1102);
  assert.equal(arm({ ...stop, reduceOnly: 'true' }), -1106);
  assert.equal(arm({ ...stop, positionSide: 'BOTH' }), -4061);
  assert.equal(arm({ ...stop, price: '49000' }), -1106);
  assert.equal(arm({ ...stop, closePosition: 'true' }), -4137);
  assert.equal(arm({ ...stop, quantity: undefined, closePosition: 'true' }), -4509);
  enter();
  assert.equal(arm({ ...stop, quantity: undefined, closePosition: 'true' }), undefined);
  assert.equal(arm({ ...stop, quantity: undefined, closePosition: 'true', clientAlgoId: 'second' }), -4130);
  assert.equal(arm({ ...stop }), -4116);
});

test('two hundred conditional orders of a symbol are the most', () => {
  const { arm } = open();
  for (let i = 0; i < 200; i += 1) assert.equal(arm({ ...stop, clientAlgoId: `stop-${i}` }), undefined);
  assert.equal(arm({ ...stop, clientAlgoId: 'one-more' }), -4045);
});

test('closePosition closes whatever is open, and ends with its position', () => {
  const { exchange, setPrice, enter, arm, status } = open();
  enter();
  const { quantity: _quantity, ...closing } = stop;
  arm({ ...closing, closePosition: 'true' });
  arm({ ...target, quantity: undefined, closePosition: 'true' });
  enter();
  setPrice('48999');
  assert.equal(status('stop'), 'FINISHED');
  assert.equal(status('target'), 'EXPIRED');
  const positions = exchange.positionRisk();
  assert.deepEqual(positions.ok && positions.positions, []);
});

test('orders with a quantity stay when the position is gone, and are rejected when they fire', () => {
  const { exchange, events, setPrice, enter, arm, status } = open();
  enter();
  arm(stop);
  arm(target);
  setPrice('48999');
  assert.deepEqual([status('stop'), status('target')], ['FINISHED', 'NEW']);
  setPrice('51000');
  assert.equal(status('target'), 'REJECTED');
  const rejected = events.findLast((event): event is AlgoUpdate => event.e === 'ALGO_UPDATE');
  assert.equal(rejected?.o.rm, 'ReduceOnly Order is rejected.');
  assert.equal(exchange.ledger.at(-1)?.kind, 'algo_rejected');
});

test('hedge mode: a stop for more than the position is rejected when it fires', () => {
  const { setPrice, enter, arm, status } = open();
  enter();
  arm({ ...stop, quantity: '0.02' });
  setPrice('48000');
  assert.equal(status('stop'), 'REJECTED');
});

test('one-way mode: a reduce-only stop is cut to the position', () => {
  const { exchange, setPrice, enter, arm, status } = open({ dualSide: false });
  enter();
  arm({ ...stop, quantity: '0.02', reduceOnly: 'true' });
  setPrice('48000');
  assert.equal(status('stop'), 'FINISHED');
  const positions = exchange.positionRisk();
  assert.deepEqual(positions.ok && positions.positions, []);
});

test('a stop-limit becomes a resting order, and is finished when that ends', () => {
  const { exchange, setPrice, enter, arm, status } = open();
  enter();
  assert.equal(arm({ ...stop, type: 'STOP', price: '49500' }), undefined);
  setPrice('48990');
  assert.equal(status('stop'), 'TRIGGERED');
  const openOrders = exchange.openOrders('BTCUSDT');
  assert.ok(openOrders.ok);
  assert.deepEqual(
    openOrders.orders.map((order) => [order.clientOrderId, order.type, order.price]),
    [['stop', 'LIMIT', '49500']],
  );
  exchange.cancelOrder({ symbol: 'BTCUSDT', origClientOrderId: 'stop' }, 100);
  assert.equal(status('stop'), 'FINISHED');
});

test('a trailing stop follows the best price and fires at its distance', () => {
  const { setPrice, enter, arm, status } = open();
  enter();
  const trailing = {
    type: 'TRAILING_STOP_MARKET',
    quantity: '0.01',
    callbackRate: '1',
    clientAlgoId: 'trail',
  };
  assert.equal(arm({ ...trailing, callbackRate: '21' }), -1130);
  assert.equal(arm({ ...trailing, activatePrice: '50000' }), -2021);
  assert.equal(arm({ ...trailing, activatePrice: '50500' }), undefined);
  for (const price of ['49000', '50499', '50500', '52000', '51480.1']) setPrice(price);
  assert.equal(status('trail'), 'NEW');
  setPrice('51480');
  assert.equal(status('trail'), 'FINISHED');
});

test('priceProtect rejects a trigger while mark and last price are far apart', () => {
  const { setPrice, enter, arm, status } = open();
  enter();
  arm({ ...stop, priceProtect: 'true' });
  setPrice('47000', '50000');
  assert.equal(status('stop'), 'REJECTED');
});

test('conditional orders are cancelled in their own book only', () => {
  const { exchange, enter, arm, status } = open();
  enter();
  arm(stop);
  arm(target);
  const all = exchange.cancelAllOrders('BTCUSDT', 50);
  assert.ok(all.ok && all.canceled === 0, 'cancel-all of the regular book leaves them');
  const canceled = exchange.cancelAlgoOrder({ clientAlgoId: 'stop' }, 51);
  assert.ok(canceled.ok);
  assert.deepEqual([canceled.algo.code, canceled.algo.msg], ['200', 'success']);
  assert.equal(status('stop'), 'CANCELED');
  const again = exchange.cancelAlgoOrder({ clientAlgoId: 'stop' }, 52);
  assert.ok(!again.ok && again.code === -2011);
  const unknown = exchange.queryAlgoOrder({ clientAlgoId: 'none' });
  assert.ok(!unknown.ok && unknown.code === -2013);
  const rest = exchange.cancelAllAlgoOrders('BTCUSDT', 53);
  assert.ok(rest.ok && rest.canceled === 1);
  const openAlgos = exchange.openAlgoOrders();
  assert.deepEqual(openAlgos.ok && openAlgos.algos, []);
});
