// Goal: Binance's rules for requests hold where the adapter trades: keys, signatures, time, parameters, limits, trouble.
// Method: a plain signed client, at the simulated exchange and, with a key for it, at the testnet.
import assert from 'node:assert/strict';
import { card, simulatedCard } from '#test/support/cards/card.ts';
import type { CardExchange } from '#test/support/cards/card-exchange.ts';
import { events, refused, SYMBOL, taken } from '#test/support/cards/card-exchange.ts';

const CLOCKS_APART_MS_MAX = 5_000;
const MINUTE_MS = 60_000;
/** What a card that counts needs of a minute. */
const COUNTING_MS = 15_000;

card('U1', async ({ client }) => {
  const { serverTime } = taken(await client.raw('GET', '/fapi/v1/time', { headers: {} }));
  assert.ok(Number.isInteger(serverTime) && Math.abs(serverTime - Date.now()) < CLOCKS_APART_MS_MAX);
});

card('U2', async ({ client }) => {
  assert.equal((await client.raw('GET', '/fapi/v1/nothing')).status, 404);
});

card('U3', async ({ client }) => {
  const ask = (apiKey: string) => client.with({ apiKey }).signed('GET', '/fapi/v3/balance');
  await refused(-2014, ask(''), 401);
  await refused(-2015, ask('x'.repeat(64)), 401);
});

card('U4', async ({ client }) => {
  await refused(-1022, client.with({ apiSecret: 'x'.repeat(64) }).signed('GET', '/fapi/v3/balance'));
});

card('U5', async ({ client }) => {
  await refused(-1102, client.raw('GET', `/fapi/v3/balance?timestamp=${Date.now()}`));
  await refused(-1102, client.raw('GET', `/fapi/v3/balance?signature=${'0'.repeat(64)}`));
});

card('U6', async (exchange) => {
  const { serverTime } = taken(await exchange.client.raw('GET', '/fapi/v1/time'));
  const offset = serverTime - Date.now();
  const shifted = (shiftMs: number, recvWindow: number) =>
    exchange.get('/fapi/v3/balance', { timestamp: Date.now() + offset + shiftMs, recvWindow });
  taken(await shifted(0, 5_000));
  taken(await shifted(-4_000, 10_000));
  await refused(-1021, shifted(-4_000, 3_000));
  await refused(-1021, shifted(5_000, 10_000));
});

card('U7', async (exchange) => {
  taken(await exchange.get('/fapi/v3/balance', { recvWindow: 60_000 }));
  await refused(-1131, exchange.get('/fapi/v3/balance', { recvWindow: 60_001 }));
});

card('U8', async ({ client }) => {
  const order = `symbol=${SYMBOL}&side=BUY&type=MARKET&quantity=0.01`;
  const time = `recvWindow=5000&timestamp=${Date.now()}`;
  const test = (query: string, body: string) => client.signedForm('POST', '/fapi/v1/order/test', query, body);
  taken(await test(order, time));
  taken(await test('', `${order}&${time}`));
  taken(await test(order, `symbol=NOPE&${time}`));
  await refused(-1121, test('symbol=NOPE', `${order}&${time}`));
});

card('U9', async (exchange) => {
  await timeToCount(exchange);
  const used = async (path: string): Promise<number> =>
    Number((await exchange.get(path)).headers.get('x-mbx-used-weight-1m'));
  for (const [path, weight] of [
    ['/fapi/v1/time', 1],
    ['/fapi/v1/exchangeInfo', 1],
    ['/fapi/v1/leverageBracket', 1],
    ['/fapi/v3/account', 5],
    ['/fapi/v3/balance', 5],
    ['/fapi/v3/positionRisk', 5],
    ['/fapi/v1/openOrders', 40],
    ['/fapi/v1/openAlgoOrders', 40],
    ['/fapi/v1/positionSide/dual', 30],
    ['/fapi/v1/income', 30],
  ] as const) {
    const before = await used('/fapi/v1/time');
    assert.equal((await used(path)) - before, weight, path);
  }
});

card('U10', async (exchange) => {
  await timeToCount(exchange);
  const counted = async () => {
    const { headers } = await exchange.order({ side: 'BUY', type: 'MARKET', quantity: '0' });
    return Number(headers.get('x-mbx-order-count-1m'));
  };
  const first = await counted();
  const query = await exchange.get('/fapi/v1/openOrders', { symbol: SYMBOL });
  assert.equal(query.headers.get('x-mbx-order-count-1m'), null);
  assert.equal(await counted(), first + 1);
});

card('U11', async ({ client }) => {
  const { rateLimits, symbols } = taken(await client.raw('GET', '/fapi/v1/exchangeInfo'));
  for (const rateLimitType of ['REQUEST_WEIGHT', 'ORDERS']) {
    const limit = rateLimits.find((one: { rateLimitType: string }) => one.rateLimitType === rateLimitType);
    assert.ok(limit.interval && limit.intervalNum > 0 && limit.limit > 0, rateLimitType);
  }
  const { filters } = symbols.find(({ symbol }: { symbol: string }) => symbol === SYMBOL);
  const fields: Readonly<Record<string, readonly string[]>> = {
    PRICE_FILTER: ['minPrice', 'maxPrice', 'tickSize'],
    LOT_SIZE: ['minQty', 'maxQty', 'stepSize'],
    MARKET_LOT_SIZE: ['minQty', 'maxQty', 'stepSize'],
    MIN_NOTIONAL: ['notional'],
    PERCENT_PRICE: ['multiplierUp', 'multiplierDown'],
    MAX_NUM_ORDERS: ['limit'],
  };
  for (const [type, names] of Object.entries(fields)) {
    const found = filters.find(({ filterType }: { filterType: string }) => filterType === type);
    for (const name of names) assert.ok(found[name] !== undefined, `${type} ${name}`);
  }
});

card('U12', async ({ client }) => {
  const decimal = /^-?\d+(\.\d+)?$/;
  const premium = taken(await client.raw('GET', `/fapi/v1/premiumIndex?symbol=${SYMBOL}`));
  const book = taken(await client.raw('GET', `/fapi/v1/ticker/bookTicker?symbol=${SYMBOL}`));
  for (const value of [
    premium.markPrice,
    premium.indexPrice,
    premium.lastFundingRate,
    book.bidPrice,
    book.askQty,
  ]) {
    assert.equal(typeof value, 'string');
    assert.match(value, decimal);
  }
});

card('U13', async (exchange) => {
  await refused(-1121, exchange.client.raw('GET', '/fapi/v1/premiumIndex?symbol=NOPE'));
  await refused(-1121, exchange.order({ symbol: 'NOPE', side: 'BUY', type: 'MARKET', quantity: '1' }));
});

simulatedCard('U79', async (exchange) => {
  const stream = await exchange.userStream();
  await exchange.client.faults({ kind: 'query-lag', delayMs: 400 });
  const { clientOrderId } = await exchange.resting({ newClientOrderId: exchange.newId() });
  const ask = () => exchange.get('/fapi/v1/order', { symbol: SYMBOL, origClientOrderId: clientOrderId });
  await refused(-2013, ask());
  const [update] = await events(stream, 'ORDER_TRADE_UPDATE', 1);
  assert.equal(update.o.c, clientOrderId);
  await exchange.client.control('DELETE', '/sim/faults');
  assert.equal(taken(await ask()).status, 'NEW');
});

simulatedCard('U80', async (exchange) => {
  const outcome = async (kind: string) => {
    await exchange.client.faults({ kind, endpoint: 'POST /fapi/v1/order', count: 1 });
    const newClientOrderId = exchange.newId();
    const answer = await exchange.order(await exchange.limit('BUY', '0.97', { newClientOrderId }));
    assert.equal(answer.status, 503);
    assert.match(answer.body.msg, /^Unknown error/);
    return exchange.get('/fapi/v1/order', { symbol: SYMBOL, origClientOrderId: newClientOrderId });
  };
  assert.equal(taken(await outcome('accept-then-503')).status, 'NEW');
  await refused(-2013, outcome('refuse-then-503'));
});

simulatedCard('U81', async (exchange) => {
  await timeToCount(exchange);
  const heavy = () => exchange.get('/fapi/v1/openOrders');
  let answer = await heavy();
  while (answer.status === 200) answer = await heavy();
  assert.deepEqual([answer.status, answer.body.code], [429, -1003]);
  assert.ok(Number(answer.headers.get('retry-after')) > 0);
  while (answer.status === 429) answer = await heavy();
  assert.deepEqual([answer.status, answer.body.code], [418, -1003]);
  assert.ok(Number(answer.headers.get('retry-after')) >= 100, 'a first ban lasts two minutes');
  assert.match(answer.body.msg, /IP banned until \d{13}/);
});

simulatedCard('U82', async (exchange) => {
  await timeToCount(exchange);
  const order = () => exchange.order({ side: 'BUY', type: 'MARKET', quantity: '0' });
  let answer = await order();
  while (answer.status !== 429) answer = await order();
  assert.equal(answer.body.code, -1015);
  assert.ok(Number(answer.headers.get('retry-after')) > 0);
  taken(await exchange.get('/fapi/v1/openOrders', { symbol: SYMBOL }));
});

/** Counts are of a minute of the clock: a card that counts begins early in one. */
async function timeToCount({ client }: CardExchange): Promise<void> {
  const { serverTime } = taken(await client.raw('GET', '/fapi/v1/time'));
  const left = MINUTE_MS - (serverTime % MINUTE_MS);
  if (left < COUNTING_MS) await new Promise((resolve) => setTimeout(resolve, left));
}
