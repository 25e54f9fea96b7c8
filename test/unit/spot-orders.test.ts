// Goal: single spot orders do with the account what Binance documents, and say so in answers, events and ledger.
// Method: a pinned market, one order at a time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accepted, limit, market, SpotScene } from '#test/support/spot-scene.ts';

test('a resting buy locks its cost, and gives it back when it is canceled', () => {
  const scene = new SpotScene();
  const placed = scene.place({ ...limit, newClientOrderId: 'mine' });
  assert.equal(placed['status'], 'NEW');
  assert.deepEqual(placed['fills'], []);
  assert.deepEqual(scene.balance('USDT'), ['9510', '490']);
  assert.deepEqual(scene.told(), ['mine NEW NEW', 'outboundAccountPosition']);
  const canceled = scene.cancel({ origClientOrderId: 'mine', newClientOrderId: 'undo' });
  assert.equal(canceled['status'], 'CANCELED');
  assert.equal(canceled['origClientOrderId'], 'mine');
  assert.equal(canceled['clientOrderId'], 'undo');
  assert.deepEqual(scene.balance('USDT'), ['10000', '0']);
  assert.deepEqual(scene.told(), ['undo CANCELED CANCELED', 'outboundAccountPosition']);
});

test('a market order pays its commission out of what it receives', () => {
  const scene = new SpotScene();
  const bought = scene.place(market);
  assert.equal(bought['status'], 'FILLED');
  const fills = bought['fills'] as readonly Record<string, string>[];
  assert.equal(fills[0]?.['price'], '50000.01000000');
  assert.equal(fills[0]?.['commission'], '0.00000200');
  assert.equal(fills[0]?.['commissionAsset'], 'BTC');
  assert.deepEqual(scene.balance('BTC'), ['1.001998', '0']);
  assert.deepEqual(scene.balance('USDT'), ['9899.99998', '0']);
  scene.place({ ...market, side: 'SELL' });
  // 0.002 at 49999.99, less a thousandth of it.
  assert.deepEqual(scene.balance('USDT'), ['9999.89996002', '0']);
});

test('a market order by value buys what fits into it', () => {
  const scene = new SpotScene();
  const { quantity: _, ...unsized } = market;
  const bought = scene.place({ ...unsized, quoteOrderQty: '100' });
  assert.equal(bought['executedQty'], '0.00199000');
  assert.equal(bought['origQuoteOrderQty'], '100.00000000');
  assert.equal(bought['status'], 'FILLED');
});

test('the kind of the answer follows the type unless it is asked for', () => {
  const scene = new SpotScene();
  const stop = { symbol: 'BTCUSDT', side: 'SELL', type: 'STOP_LOSS', quantity: '0.01', stopPrice: '49000' };
  assert.equal('status' in scene.place(stop), false, 'a stop is answered briefly');
  assert.equal(scene.place({ ...stop, newOrderRespType: 'RESULT' })['workingTime'], -1);
  assert.equal('fills' in scene.place({ ...limit, newOrderRespType: 'RESULT' }), false);
  assert.equal('price' in scene.place({ ...limit, newOrderRespType: 'ACK' }), false);
});

test('a touched order fills as the maker at its own price', () => {
  const scene = new SpotScene();
  scene.place({ ...limit, newClientOrderId: 'mine' });
  scene.price('48000');
  const [order] = [scene.order('mine')];
  assert.equal(order?.['status'], 'FILLED');
  assert.equal(order?.['cummulativeQuoteQty'], '490.00000000');
  const [trade] = accepted(scene.exchange.ask.trades({ symbol: 'BTCUSDT' })) as unknown as readonly Record<
    string,
    unknown
  >[];
  assert.equal(trade?.['isMaker'], true);
  assert.equal(trade?.['commissionAsset'], 'BTC');
  assert.deepEqual(scene.balance('USDT'), ['9510', '0']);
});

test('a buy above the market pays the market, and what it locked too much comes back', () => {
  const scene = new SpotScene();
  const taken = scene.place({ ...limit, price: '52000', quantity: '0.1', newClientOrderId: 'mine' });
  assert.equal(taken['status'], 'FILLED');
  const spent = 10000 - Number(scene.balance('USDT')[0]);
  assert.ok(spent > 5000 && spent < 5050, String(spent));
  assert.deepEqual(scene.balance('USDT')[1], '0');
});

test('what an IOC order does not find expires', () => {
  const scene = new SpotScene({ BTC: '1000' });
  const sold = scene.place({
    ...limit,
    side: 'SELL',
    price: '49999.99',
    quantity: '100',
    timeInForce: 'IOC',
  });
  assert.equal(sold['status'], 'EXPIRED');
  assert.equal(sold['expiryReason'], 'UNFILLED_IOC_QUANTITY_EXPIRED');
  assert.ok(Number(sold['executedQty']) > 0);
  assert.equal(scene.balance('BTC')[1], '0');
});

test('a FOK order that cannot be filled at once expires without a fill', () => {
  const scene = new SpotScene({ BTC: '1000' });
  const sold = scene.place({
    ...limit,
    side: 'SELL',
    price: '49999.99',
    quantity: '100',
    timeInForce: 'FOK',
  });
  assert.equal(sold['status'], 'EXPIRED');
  assert.equal(sold['expiryReason'], 'UNFILLED_FOK_ORDER_EXPIRED');
  assert.equal(sold['executedQty'], '0.00000000');
});

test('what a market order does not find expires', () => {
  const scene = new SpotScene({ BTC: '1000' });
  // Worth more than all that the levels ever hold.
  scene.price('60000');
  const sold = scene.place({ ...market, side: 'SELL', quantity: '120' });
  assert.equal(sold['status'], 'EXPIRED');
  assert.equal(sold['expiryReason'], 'INSUFFICIENT_LIQUIDITY');
  assert.ok(Number(sold['executedQty']) > 0);
});

test('the matching engine refuses in its documented words', () => {
  const scene = new SpotScene();
  const poor = [-2010, 'Account has insufficient balance for requested action.'];
  assert.deepEqual(scene.refused({ ...limit, quantity: '1' }), poor);
  assert.deepEqual(scene.refused({ ...market, quantity: '1' }), poor);
  assert.deepEqual(scene.refused({ ...limit, side: 'SELL', price: '60000', quantity: '2' }), poor);
  const maker = { ...limit, type: 'LIMIT_MAKER', price: '50000.01', timeInForce: undefined };
  assert.deepEqual(scene.refused(maker), [-2010, 'Order would immediately match and take.']);
  scene.place({ ...limit, newClientOrderId: 'mine' });
  assert.deepEqual(scene.refused({ ...limit, newClientOrderId: 'mine' }), [-2010, 'Duplicate order sent.']);
  const stop = { symbol: 'BTCUSDT', side: 'SELL', type: 'STOP_LOSS', quantity: '0.01', stopPrice: '50000' };
  assert.deepEqual(scene.refused(stop), [-2010, 'Order would trigger immediately.']);
  assert.deepEqual(scene.balance('USDT'), ['9510', '490'], 'a refusal changes nothing');
  assert.equal(scene.ledger.at(-1)?.kind, 'order_refused');
});

test('a client id may be used again when its order is over', () => {
  const scene = new SpotScene();
  scene.place({ ...market, newClientOrderId: 'mine' });
  const again = scene.place({ ...market, newClientOrderId: 'mine' });
  assert.equal(scene.order('mine')['orderId'], again['orderId']);
});

for (const [type, side, stopPrice, reached] of [
  ['STOP_LOSS', 'SELL', '49000', '48999'],
  ['STOP_LOSS', 'BUY', '51000', '51001'],
  ['TAKE_PROFIT', 'SELL', '51000', '51001'],
  ['TAKE_PROFIT', 'BUY', '49000', '48999'],
] as const) {
  test(`a ${type} ${side} fires when the market gets from 50000 to ${reached}, and not before`, () => {
    const scene = new SpotScene();
    scene.place({
      symbol: 'BTCUSDT',
      side,
      type,
      quantity: '0.002',
      stopPrice,
      newClientOrderId: 'stop',
    });
    assert.equal(scene.order('stop')['isWorking'], false);
    scene.price('50100');
    assert.equal(scene.order('stop')['status'], 'NEW');
    scene.price(reached);
    assert.equal(scene.order('stop')['status'], 'FILLED');
    assert.deepEqual(
      [...scene.balance('USDT').slice(1), ...scene.balance('BTC').slice(1)],
      ['0', '0'],
      'nothing stays locked',
    );
  });
}

test('a stop for more than the market has takes what there is, and leaves nothing locked', () => {
  const scene = new SpotScene({ USDT: '6500000' });
  scene.place({
    ...{ symbol: 'BTCUSDT', side: 'BUY', type: 'STOP_LOSS', quantity: '120' },
    ...{ stopPrice: '51000', newClientOrderId: 'stop' },
  });
  assert.deepEqual(scene.balance('USDT'), ['380000', '6120000']);
  // Worth more than all that the levels ever hold, and dearer than what was locked.
  scene.price('60000');
  const order = scene.order('stop');
  assert.equal(order['status'], 'EXPIRED');
  assert.equal(order['expiryReason'], 'INSUFFICIENT_LIQUIDITY');
  assert.ok(Number(order['executedQty']) > 0);
  assert.equal(scene.balance('USDT')[1], '0');
});

test('a stop that the account can no longer pay expires as rejected, and gives back what it locked', () => {
  const scene = new SpotScene({ USDT: '520' });
  scene.place({
    ...{ symbol: 'BTCUSDT', side: 'BUY', type: 'STOP_LOSS', quantity: '0.01' },
    ...{ stopPrice: '51000', newClientOrderId: 'stop' },
  });
  scene.told();
  scene.price('53000');
  assert.equal(scene.order('stop')['expiryReason'], 'REJECTED');
  assert.deepEqual(scene.told(), ['stop NEW NEW', 'outboundAccountPosition', 'stop EXPIRED EXPIRED']);
  assert.deepEqual(scene.balance('USDT'), ['520', '0']);
});

test('a stop-limit rests at its price when it has fired', () => {
  const scene = new SpotScene();
  scene.place({
    ...limit,
    side: 'SELL',
    type: 'STOP_LOSS_LIMIT',
    stopPrice: '49000',
    price: '48990',
    newClientOrderId: 'stop',
  });
  assert.deepEqual(scene.balance('BTC'), ['0.99', '0.01']);
  scene.told();
  scene.price('48000');
  assert.deepEqual(scene.told(), ['stop NEW NEW']);
  const order = scene.order('stop');
  assert.equal(order['status'], 'NEW');
  assert.equal(order['isWorking'], true);
  scene.price('49500');
  assert.equal(scene.order('stop')['status'], 'FILLED');
});

test('a trailing stop follows the market up and fires when it has turned', () => {
  const scene = new SpotScene();
  scene.place({
    symbol: 'BTCUSDT',
    side: 'SELL',
    type: 'STOP_LOSS',
    quantity: '0.002',
    trailingDelta: '100',
    newClientOrderId: 'trail',
  });
  for (const price of ['50000', '52000', '51500']) scene.price(price);
  assert.equal(scene.order('trail')['status'], 'NEW');
  scene.price('51480');
  assert.equal(scene.order('trail')['status'], 'FILLED');
});

const resting = { ...limit, side: 'SELL', price: '50000.01', newClientOrderId: 'maker' };
for (const [selfTradePreventionMode, maker, taker] of [
  ['EXPIRE_MAKER', 'EXPIRED_IN_MATCH', 'FILLED'],
  ['EXPIRE_TAKER', 'NEW', 'EXPIRED_IN_MATCH'],
  ['EXPIRE_BOTH', 'EXPIRED_IN_MATCH', 'EXPIRED_IN_MATCH'],
  ['DECREMENT', 'NEW', 'EXPIRED_IN_MATCH'],
] as const) {
  test(`${selfTradePreventionMode} keeps an order from trading with one of the same account`, () => {
    const scene = new SpotScene();
    scene.place(resting);
    scene.place({
      ...limit,
      price: '50000.01',
      quantity: '0.002',
      newClientOrderId: 'taker',
      selfTradePreventionMode,
    });
    assert.deepEqual(scene.statuses('maker', 'taker'), [maker, taker]);
    if (selfTradePreventionMode !== 'DECREMENT') return;
    assert.equal(scene.order('maker')['preventedQuantity'], '0.00200000');
    assert.deepEqual(scene.balance('BTC'), ['0.992', '0.008']);
  });
}

test('what is canceled must be open and as the request wants it', () => {
  const scene = new SpotScene();
  const cancel = (parameters: Record<string, string>) =>
    SpotScene.refusal(scene.exchange.cancelOrder({ symbol: 'BTCUSDT', ...parameters }, scene.nowMs));
  scene.place({ ...limit, newClientOrderId: 'mine' });
  assert.deepEqual(cancel({ orderId: '1' }), [-2011, 'Unknown order sent.']);
  assert.equal(cancel({})[0], -1102);
  assert.deepEqual(cancel({ origClientOrderId: 'mine', cancelRestrictions: 'ONLY_PARTIALLY_FILLED' }), [
    -2011,
    'Order was not canceled due to cancel restrictions.',
  ]);
  assert.equal(cancel({ origClientOrderId: 'mine', cancelRestrictions: 'SOME' })[0], -1145);
  scene.cancel({ origClientOrderId: 'mine', cancelRestrictions: 'ONLY_NEW' });
  assert.deepEqual(cancel({ origClientOrderId: 'mine' }), [-2011, 'Unknown order sent.']);
});

test('an order that nobody knows does not exist', () => {
  const scene = new SpotScene();
  const unknown = scene.exchange.ask.order({ symbol: 'BTCUSDT', orderId: '1' });
  assert.deepEqual(SpotScene.refusal(unknown), [-2013, 'Order does not exist.']);
});

test('a replacement cancels and places, and says which of the two failed', () => {
  const scene = new SpotScene();
  scene.place({ ...limit, newClientOrderId: 'one' });
  const replace = (parameters: Record<string, string>) =>
    scene.exchange.cancelReplaceOrder({ ...limit, ...parameters }, scene.nowMs);
  const done = accepted(
    replace({
      cancelReplaceMode: 'STOP_ON_FAILURE',
      cancelOrigClientOrderId: 'one',
      newClientOrderId: 'two',
    }),
  );
  assert.deepEqual([done['cancelResult'], done['newOrderResult']], ['SUCCESS', 'SUCCESS']);
  const stopped = replace({ cancelReplaceMode: 'STOP_ON_FAILURE', cancelOrigClientOrderId: 'one' });
  assert.ok(!stopped.ok);
  assert.equal(stopped.code, -2022);
  assert.deepEqual(stopped.data, {
    cancelResult: 'FAILURE',
    newOrderResult: 'NOT_ATTEMPTED',
    cancelResponse: { code: -2011, msg: 'Unknown order sent.' },
    newOrderResponse: null,
  });
  const partly = replace({
    cancelReplaceMode: 'STOP_ON_FAILURE',
    cancelOrigClientOrderId: 'two',
    quantity: '9',
  });
  assert.ok(!partly.ok);
  assert.deepEqual([partly.code, partly.status], [-2021, 409]);
  assert.deepEqual(scene.statuses('one', 'two'), ['CANCELED', 'CANCELED']);
  const placed = replace({ cancelReplaceMode: 'ALLOW_FAILURE', cancelOrigClientOrderId: 'two' });
  assert.ok(!placed.ok);
  assert.deepEqual([placed.code, placed.status], [-2021, 409]);
});

test('an amended order is smaller, keeps its place and gives back what it no longer needs', () => {
  const scene = new SpotScene();
  const { orderId } = scene.place({ ...limit, newClientOrderId: 'mine' });
  const amend = (newQty: string) =>
    scene.exchange.amendOrder(
      { symbol: 'BTCUSDT', orderId: String(orderId), newQty, newClientOrderId: 'less' },
      scene.nowMs,
    );
  scene.told();
  const { amendedOrder } = accepted(amend('0.004')) as { amendedOrder: Record<string, unknown> };
  assert.deepEqual(
    [amendedOrder['qty'], amendedOrder['origClientOrderId'], amendedOrder['clientOrderId']],
    ['0.00400000', 'mine', 'less'],
  );
  assert.deepEqual(scene.told(), ['less REPLACED NEW', 'outboundAccountPosition']);
  assert.deepEqual(scene.balance('USDT'), ['9804', '196']);
  assert.equal(SpotScene.refusal(amend('0.004'))[0], -2038);
  assert.equal(SpotScene.refusal(amend('0.005'))[0], -2038);
});

test('a transfer is told as such', () => {
  const scene = new SpotScene();
  assert.equal(scene.exchange.transfer('BTC', '0.5', scene.nowMs).ok, true);
  assert.deepEqual(scene.told(), ['balanceUpdate', 'outboundAccountPosition']);
  assert.deepEqual(scene.balance('BTC'), ['1.5', '0']);
  assert.equal(scene.exchange.transfer('BTC', '-2', scene.nowMs).ok, false);
});

test('a test order is judged by the filters and changes nothing', () => {
  const scene = new SpotScene();
  assert.deepEqual(accepted(scene.exchange.testOrder(limit)), {});
  assert.equal(SpotScene.refusal(scene.exchange.testOrder({ ...limit, price: '49000.001' }))[0], -1013);
  const rates = accepted(scene.exchange.testOrder({ ...limit, computeCommissionRates: 'true' }));
  assert.deepEqual(rates['standardCommissionForOrder'], { maker: '0.00100000', taker: '0.00100000' });
  assert.deepEqual(accepted(scene.exchange.ask.openOrders({})), []);
});
