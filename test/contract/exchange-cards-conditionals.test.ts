// Goal: conditional orders wait, fire and end as Binance documents since they have a book of their own.
// Method: a plain signed client, at the simulated exchange and, with a key for it, at the testnet; what needs a market
// that obeys runs at the simulated exchange only.
import assert from 'node:assert/strict';
import { card, simulatedCard } from '#test/support/cards/card.ts';
import type { CardExchange } from '#test/support/cards/card-exchange.ts';
import { events, refused, SYMBOL, taken } from '#test/support/cards/card-exchange.ts';

type Found = Readonly<Record<string, unknown>>;

const query = async (exchange: CardExchange, algoId: number) =>
  taken(await exchange.get('/fapi/v1/algoOrder', { algoId }));

const statusOf = async (exchange: CardExchange, algoId: number): Promise<string> =>
  (await query(exchange, algoId)).algoStatus;

/** The fields of the documented answer. */
const answerFields = [
  ...['algoId', 'clientAlgoId', 'algoType', 'orderType', 'symbol', 'side', 'positionSide', 'timeInForce'],
  ...['quantity', 'algoStatus', 'triggerPrice', 'price', 'icebergQuantity', 'selfTradePreventionMode'],
  ...['workingType', 'priceMatch', 'closePosition', 'priceProtect', 'reduceOnly', 'createTime'],
  ...['updateTime', 'triggerTime', 'goodTillDate'],
];

card('U50', async (exchange) => {
  const stop = await exchange.waiting();
  assert.deepEqual([stop.algoType, stop.orderType, stop.algoStatus], ['CONDITIONAL', 'STOP_MARKET', 'NEW']);
  for (const field of answerFields) assert.ok(field in stop, field);
  const open = async (path: string) =>
    taken(await exchange.get(path, { symbol: SYMBOL })).map(
      ({ algoId, orderId }: Found) => algoId ?? orderId,
    );
  assert.deepEqual(await open('/fapi/v1/openAlgoOrders'), [stop.algoId]);
  assert.deepEqual(await open('/fapi/v1/openOrders'), []);
});

card('U51', async (exchange) => {
  const quantity = await exchange.size();
  const over = { triggerPrice: await exchange.priceAt('1.03'), quantity };
  const under = { triggerPrice: await exchange.priceAt('0.97'), quantity };
  await refused(-2021, exchange.algo({ side: 'SELL', type: 'STOP_MARKET', ...over }));
  await refused(-2021, exchange.algo({ side: 'BUY', type: 'STOP_MARKET', ...under }));
  await refused(-2021, exchange.algo({ side: 'SELL', type: 'TAKE_PROFIT_MARKET', ...under }));
  await refused(-2021, exchange.algo({ side: 'BUY', type: 'TAKE_PROFIT_MARKET', ...over }));
});

card('U52', async (exchange) => {
  const triggerPrice = await exchange.priceAt('0.97');
  const stop = { side: 'SELL', type: 'STOP_MARKET', triggerPrice, closePosition: 'true' };
  await refused(-4509, exchange.algo(stop));
  await exchange.market('BUY', await exchange.size());
  await refused(-4137, exchange.algo({ ...stop, quantity: await exchange.size() }));
  await refused(-1106, exchange.algo({ ...stop, reduceOnly: 'true' }));
  assert.equal(taken(await exchange.algo(stop)).closePosition, true);
});

card('U53', async (exchange) => {
  await exchange.market('BUY', await exchange.size());
  const close = async (type: string, share: string) =>
    exchange.algo({
      ...{ side: 'SELL', type, closePosition: 'true' },
      triggerPrice: await exchange.priceAt(share),
    });
  taken(await close('STOP_MARKET', '0.97'));
  taken(await close('TAKE_PROFIT_MARKET', '1.03'));
  await refused(-4130, close('STOP_MARKET', '0.96'));
  await refused(-4130, close('TAKE_PROFIT_MARKET', '1.04'));
});

card('U54', async (exchange) => {
  const { algoId, clientAlgoId } = await exchange.waiting();
  const cancel = () => exchange.client.signed('DELETE', '/fapi/v1/algoOrder', { algoId });
  assert.deepEqual(taken(await cancel()), { algoId, clientAlgoId, code: '200', msg: 'success' });
  assert.equal(await statusOf(exchange, algoId), 'CANCELED');
  await refused(-2011, cancel());
});

card('U55', async (exchange) => {
  const { algoId } = await exchange.waiting();
  const { orderId } = await exchange.resting();
  taken(await exchange.client.signed('DELETE', '/fapi/v1/algoOpenOrders', { symbol: SYMBOL }));
  assert.equal(await statusOf(exchange, algoId), 'CANCELED');
  assert.equal(taken(await exchange.get('/fapi/v1/order', { symbol: SYMBOL, orderId })).status, 'NEW');
});

card('U56', async (exchange) => {
  const clientAlgoId = exchange.newId();
  const { algoId } = await exchange.waiting({ clientAlgoId });
  const again = async () => {
    const triggerPrice = await exchange.priceAt('0.96');
    const quantity = await exchange.size();
    return exchange.algo({ side: 'SELL', type: 'STOP_MARKET', triggerPrice, quantity, clientAlgoId });
  };
  await refused(-4116, again());
  taken(await exchange.client.signed('DELETE', '/fapi/v1/algoOrder', { algoId }));
  assert.notEqual(taken(await again()).algoId, algoId);
});

simulatedCard('U57', async (exchange) => {
  const stream = await exchange.userStream();
  await exchange.market('BUY', '0.01');
  const { algoId } = await exchange.waiting({ triggerPrice: '49000', quantity: '0.01' });
  await exchange.setPrice('48900');
  const told = await events(stream, 'ALGO_UPDATE', 4);
  assert.deepEqual(
    told.map(({ o }) => o.X),
    ['NEW', 'TRIGGERING', 'TRIGGERED', 'FINISHED'],
  );
  const [waiting, , triggered, finished] = told;
  assert.equal(waiting.o.ai, '');
  const found = await query(exchange, algoId);
  assert.deepEqual([found.algoStatus, found.actualType, found.actualQty], ['FINISHED', 'MARKET', '0.01']);
  assert.deepEqual([triggered.o.ai, finished.o.ai], [found.actualOrderId, found.actualOrderId]);
  assert.ok(found.triggerTime > 0);
});

simulatedCard('U58', async (exchange) => {
  const stream = await exchange.userStream();
  await exchange.market('BUY', '0.01');
  const clientAlgoId = exchange.newId();
  await exchange.waiting({ triggerPrice: '49000', quantity: '0.01', clientAlgoId });
  await exchange.setPrice('48900');
  const told = (await events(stream, 'ORDER_TRADE_UPDATE', 4)).filter(({ o }) => o.c === clientAlgoId);
  assert.deepEqual(
    told.map(({ o }) => [o.x, o.X, o.o, o.ot]),
    [
      ['NEW', 'NEW', 'MARKET', 'STOP_MARKET'],
      ['TRADE', 'FILLED', 'MARKET', 'STOP_MARKET'],
    ],
  );
  const query = { symbol: SYMBOL, origClientOrderId: clientAlgoId };
  assert.equal(taken(await exchange.get('/fapi/v1/order', query)).status, 'FILLED');
});

simulatedCard('U59', async (exchange) => {
  for (const [side, type, triggerPrice, short, at] of [
    ['SELL', 'STOP_MARKET', '49000', '49000.2', '49000'],
    ['BUY', 'STOP_MARKET', '51000', '50999.8', '51000'],
    ['SELL', 'TAKE_PROFIT_MARKET', '51000', '50999.8', '51000'],
    ['BUY', 'TAKE_PROFIT_MARKET', '49000', '49000.2', '49000'],
  ] as const) {
    await exchange.setPrice('50000');
    const { algoId } = await exchange.waiting({ side, type, triggerPrice, quantity: '0.01' });
    await exchange.setPrice(short);
    assert.equal(await statusOf(exchange, algoId), 'NEW', `${side} ${type} at ${short}`);
    await exchange.setPrice(at);
    assert.equal(await statusOf(exchange, algoId), 'FINISHED', `${side} ${type} at ${at}`);
  }
});

simulatedCard('U60', async (exchange) => {
  const stop = { triggerPrice: '49000', quantity: '0.01' };
  const byMark = await exchange.waiting({ ...stop, workingType: 'MARK_PRICE' });
  const byLast = await exchange.waiting({ ...stop, workingType: 'CONTRACT_PRICE' });
  await exchange.setPrice('48900', '49500');
  assert.equal(await statusOf(exchange, byLast.algoId), 'FINISHED');
  assert.equal(await statusOf(exchange, byMark.algoId), 'NEW');
  await exchange.setPrice('49500', '48900');
  assert.equal(await statusOf(exchange, byMark.algoId), 'FINISHED');
});

simulatedCard('U61', async (exchange) => {
  const trailing = { type: 'TRAILING_STOP_MARKET', side: 'SELL', callbackRate: '1', activatePrice: '51000' };
  const { algoId } = taken(await exchange.algo({ ...trailing, quantity: '0.01' }));
  for (const [at, status] of [
    ['50500', 'NEW'],
    ['50000', 'NEW'],
    ['52000', 'NEW'],
    ['51480.1', 'NEW'],
    ['51480', 'FINISHED'],
  ] as const) {
    await exchange.setPrice(at);
    assert.equal(await statusOf(exchange, algoId), status, at);
  }
});

simulatedCard('U62', async (exchange) => {
  const stream = await exchange.userStream();
  await exchange.market('BUY', '0.01');
  const stop = await exchange.waiting({ closePosition: 'true' });
  const other = await exchange.waiting({ quantity: '0.01' });
  await exchange.market('SELL', '0.01');
  assert.equal(await statusOf(exchange, stop.algoId), 'EXPIRED');
  assert.equal(await statusOf(exchange, other.algoId), 'NEW', 'one of a given size stays');
  const told = await events(stream, 'ALGO_UPDATE', 3);
  assert.equal(told[2].o.X, 'EXPIRED');
});

simulatedCard('U63', async (exchange) => {
  const stream = await exchange.userStream();
  const { algoId } = await exchange.waiting({ quantity: '0.01', triggerPrice: '49000', reduceOnly: 'true' });
  await exchange.setPrice('48900');
  assert.equal(await statusOf(exchange, algoId), 'REJECTED');
  const told = await events(stream, 'ALGO_UPDATE', 3);
  assert.deepEqual([told[1].o.X, told[2].o.X], ['TRIGGERING', 'REJECTED']);
  assert.match(told[2].o.rm, /ReduceOnly/);
});
