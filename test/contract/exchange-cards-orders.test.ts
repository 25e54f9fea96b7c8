// Goal: orders of the regular book behave as Binance documents: types, times in force, client ids, position modes.
// Method: a plain signed client, at the simulated exchange and, with a key for it, at the testnet.
import assert from 'node:assert/strict';
import { card } from '#test/support/cards/card.ts';
import type { CardExchange } from '#test/support/cards/card-exchange.ts';
import { refused, SYMBOL, taken } from '#test/support/cards/card-exchange.ts';

type Found = Readonly<Record<string, unknown>>;

const query = (exchange: CardExchange, orderId: number) =>
  exchange.get('/fapi/v1/order', { symbol: SYMBOL, orderId });

const openIds = async (exchange: CardExchange): Promise<number[]> =>
  taken(await exchange.get('/fapi/v1/openOrders', { symbol: SYMBOL })).map(({ orderId }: Found) => orderId);

/** Both sides can be held at once, until the end of the card. */
async function hedged(exchange: CardExchange): Promise<void> {
  taken(await exchange.setDualSide('true'));
}

card('U14', async (exchange) => {
  const size = await exchange.size();
  const bought = await exchange.market('BUY', size);
  assert.deepEqual(
    [bought.status, bought.type, Number(bought.executedQty)],
    ['FILLED', 'MARKET', Number(size)],
  );
  assert.ok(!('avgPrice' in bought) && !('cumQuote' in bought));
});

card('U15', async (exchange) => {
  const order = { side: 'BUY', type: 'MARKET', quantity: await exchange.size() };
  for (const newOrderRespType of [{}, { newOrderRespType: 'ACK' }]) {
    const answer = taken(await exchange.order({ ...order, ...newOrderRespType }));
    assert.deepEqual([answer.status, Number(answer.executedQty)], ['NEW', 0]);
  }
});

card('U16', async (exchange) => {
  const { orderId, price } = await exchange.resting();
  const found = taken(await query(exchange, orderId));
  assert.deepEqual(
    [found.status, found.type, found.timeInForce, found.price, Number(found.executedQty)],
    ['NEW', 'LIMIT', 'GTC', price, 0],
  );
  assert.deepEqual(await openIds(exchange), [orderId]);
});

card('U17', async (exchange) => {
  const { orderId } = await exchange.resting({ timeInForce: 'IOC' });
  const found = taken(await query(exchange, orderId));
  assert.deepEqual([found.status, Number(found.executedQty)], ['EXPIRED', 0]);
});

card('U18', async (exchange) => {
  const newClientOrderId = exchange.newId();
  const order = await exchange.limit('BUY', '0.97', { timeInForce: 'FOK', newClientOrderId });
  await refused(-5021, exchange.order(order));
  await refused(
    -2013,
    exchange.get('/fapi/v1/order', { symbol: SYMBOL, origClientOrderId: newClientOrderId }),
  );
});

card('U19', async (exchange) => {
  await refused(-5022, exchange.order(await exchange.limit('BUY', '1.03', { timeInForce: 'GTX' })));
  await exchange.resting({ timeInForce: 'GTX' });
});

card('U20', async (exchange) => {
  const until = (afterMs: number) => ({ timeInForce: 'GTD', goodTillDate: Date.now() + afterMs });
  await refused(-5040, exchange.order(await exchange.limit('BUY', '0.97', until(590_000))));
  const wanted = until(700_000);
  const { orderId } = await exchange.resting(wanted);
  const { goodTillDate, timeInForce } = taken(await query(exchange, orderId));
  assert.deepEqual([timeInForce, goodTillDate], ['GTD', wanted.goodTillDate - (wanted.goodTillDate % 1000)]);
});

card('U21', async (exchange) => {
  const newClientOrderId = exchange.newId();
  const size = await exchange.size();
  const first = await exchange.market('BUY', size, { newClientOrderId });
  const second = await exchange.market('BUY', size, { newClientOrderId });
  assert.notEqual(first.orderId, second.orderId);
  assert.equal(second.clientOrderId, newClientOrderId);
  assert.equal(Number(await exchange.positionAmount()), Number(size) * 2);
});

card('U22', async (exchange) => {
  const { clientOrderId: newClientOrderId, orderId } = await exchange.resting();
  await refused(-4116, exchange.order(await exchange.limit('BUY', '0.97', { newClientOrderId })));
  taken(await exchange.cancel(orderId));
  await exchange.resting({ newClientOrderId });
});

card('U23', async (exchange) => {
  const longest = exchange.newId().padEnd(36, '.');
  await exchange.resting({ newClientOrderId: longest });
  await refused(
    -4015,
    exchange.order(await exchange.limit('BUY', '0.97', { newClientOrderId: `${longest}x` })),
  );
});

card('U24', async (exchange) => {
  const newClientOrderId = exchange.newId();
  const { orderId } = await exchange.resting({ newClientOrderId });
  const ask = (origClientOrderId: string) =>
    exchange.get('/fapi/v1/order', { symbol: SYMBOL, origClientOrderId });
  assert.equal(taken(await ask(newClientOrderId)).orderId, orderId);
  await refused(-2013, ask(exchange.newId()));
});

card('U25', async (exchange) => {
  const { orderId } = await exchange.resting();
  assert.equal(taken(await exchange.cancel(orderId)).status, 'CANCELED');
  await refused(-2011, exchange.cancel(orderId));
  assert.equal(taken(await query(exchange, orderId)).status, 'CANCELED');
});

card('U26', async (exchange) => {
  await exchange.resting();
  await exchange.resting();
  const { algoId } = await exchange.waiting();
  const answer = taken(await exchange.client.signed('DELETE', '/fapi/v1/allOpenOrders', { symbol: SYMBOL }));
  assert.equal(Number(answer.code), 200);
  assert.deepEqual(await openIds(exchange), []);
  assert.equal(taken(await exchange.get('/fapi/v1/algoOrder', { algoId })).algoStatus, 'NEW');
});

card('U27', async (exchange) => {
  const good = await exchange.limit('BUY', '0.97');
  const orders = [good, { ...good, quantity: '0' }, good].map((order) => ({
    symbol: SYMBOL,
    ...order,
    newClientOrderId: exchange.newId(),
  }));
  const batchOrders = JSON.stringify(orders);
  const answers = taken(await exchange.client.signed('POST', '/fapi/v1/batchOrders', { batchOrders }));
  assert.deepEqual(
    answers.map(({ clientOrderId, code }: Found) => clientOrderId ?? code),
    [orders[0]?.newClientOrderId, -4003, orders[2]?.newClientOrderId],
  );
  assert.ok(answers[0].orderId < answers[2].orderId);
});

card('U28', async (exchange) => {
  const order = { symbol: SYMBOL, ...(await exchange.limit('BUY', '0.97')) };
  const batchOrders = JSON.stringify(new Array(6).fill(order));
  await refused(-4082, exchange.client.signed('POST', '/fapi/v1/batchOrders', { batchOrders }));
  assert.deepEqual(await openIds(exchange), []);
});

card('U29', async (exchange) => {
  const ids = [await exchange.resting(), await exchange.resting()].map(({ orderId }) => orderId);
  const orderIdList = JSON.stringify([ids[0], 1, ids[1]]);
  const answers = taken(
    await exchange.client.signed('DELETE', '/fapi/v1/batchOrders', { symbol: SYMBOL, orderIdList }),
  );
  assert.deepEqual(
    answers.map(({ status, code }: Found) => status ?? code),
    ['CANCELED', -2011, 'CANCELED'],
  );
});

card('U30', async (exchange) => {
  const { orderId, origQty } = await exchange.resting();
  const price = await exchange.priceAt('0.96');
  const amend = () =>
    exchange.client.signed('PUT', '/fapi/v1/order', {
      symbol: SYMBOL,
      orderId,
      side: 'BUY',
      quantity: origQty,
      price,
    });
  assert.deepEqual(
    [taken(await amend()).orderId, (await query(exchange, orderId)).body.price],
    [orderId, price],
  );
  await refused(-5027, amend());
});

card('U31', async (exchange) => {
  const order = { side: 'SELL', type: 'MARKET', quantity: await exchange.size(), reduceOnly: 'true' };
  await refused(-2022, exchange.order(order));
});

card('U32', async (exchange) => {
  await exchange.market('BUY', await exchange.size(2n));
  await exchange.market('SELL', await exchange.size(4n), { reduceOnly: 'true' });
  assert.equal(Number(await exchange.positionAmount()), 0);
});

card('U33', async (exchange) => {
  for (const positionSide of ['LONG', 'SHORT']) {
    await refused(-4061, exchange.order(await exchange.limit('BUY', '0.97', { positionSide })));
  }
});

card('U34', async (exchange) => {
  await hedged(exchange);
  await refused(-4061, exchange.order(await exchange.limit('BUY', '0.97')));
  await refused(-4061, exchange.order(await exchange.limit('BUY', '0.97', { positionSide: 'BOTH' })));
});

card('U35', async (exchange) => {
  await hedged(exchange);
  for (const reduceOnly of ['true', 'false']) {
    const order = await exchange.limit('BUY', '0.97', { positionSide: 'LONG', reduceOnly });
    await refused(-1106, exchange.order(order));
  }
});

card('U36', async (exchange) => {
  await hedged(exchange);
  await exchange.market('BUY', await exchange.size(2n), { positionSide: 'LONG' });
  const close = { side: 'SELL', type: 'MARKET', positionSide: 'LONG' };
  await refused(-2022, exchange.order({ ...close, quantity: await exchange.size(4n) }));
  assert.equal(Number(await exchange.positionAmount()), Number(await exchange.size(2n)));
});

card('U37', async (exchange) => {
  const stopPrice = await exchange.priceAt('0.97');
  for (const type of ['STOP', 'STOP_MARKET', 'TAKE_PROFIT', 'TAKE_PROFIT_MARKET', 'TRAILING_STOP_MARKET']) {
    await refused(-4120, exchange.order({ side: 'SELL', type, quantity: await exchange.size(), stopPrice }));
  }
});

card('U38', async (exchange) => {
  await refused(-4059, exchange.setDualSide('false'));
  const { orderId } = await exchange.resting();
  await refused(-4067, exchange.setDualSide('true'));
  taken(await exchange.cancel(orderId));
  await exchange.market('BUY', await exchange.size());
  await refused(-4068, exchange.setDualSide('true'));
});

card('U39', async (exchange) => {
  const set = (leverage: number) =>
    exchange.client.signed('POST', '/fapi/v1/leverage', { symbol: SYMBOL, leverage });
  const answer = taken(await set(10));
  assert.deepEqual([answer.symbol, answer.leverage, typeof answer.maxNotionalValue], [SYMBOL, 10, 'string']);
  await refused(-4028, set(1000));
});

card('U40', async (exchange) => {
  const set = (marginType: string) =>
    exchange.client.signed('POST', '/fapi/v1/marginType', { symbol: SYMBOL, marginType });
  await set('CROSSED');
  await refused(-4046, set('CROSSED'));
  await exchange.market('BUY', await exchange.size());
  await refused(-4048, set('ISOLATED'));
});

card('U41', async (exchange) => {
  taken(await exchange.client.signed('POST', '/fapi/v1/leverage', { symbol: SYMBOL, leverage: 20 }));
  const { status, body } = await exchange.order({
    ...(await exchange.limit('BUY', '0.97')),
    quantity: '1000',
  });
  assert.equal(status, 400);
  assert.ok([-2019, -2027].includes(body.code), JSON.stringify(body));
});

card('U42', async (exchange) => {
  const test = (parameters: Record<string, string | number>) =>
    exchange.client.signed('POST', '/fapi/v1/order/test', { symbol: SYMBOL, ...parameters });
  const order = await exchange.limit('BUY', '0.97');
  taken(await test(order));
  await refused(-4003, test({ ...order, quantity: '0' }));
  assert.deepEqual(await openIds(exchange), []);
});
