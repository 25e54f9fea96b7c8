// Goal: each endpoint of the futures exchange answers with the documented names, all of them and no others, in the
// documented types.
// Method: the routes without sockets, on an account that has a bit of everything; a table of names per endpoint.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Store } from '#simex/storage/store.ts';
import { openUsdm } from '#simex/usdm/durable.ts';
import { usdmRoutes } from '#simex/usdm/routes.ts';
import { ListenKeys } from '#simex/wire/listen-keys.ts';
import { futuresLimits } from '#simex/wire/rate-limits.ts';

const START_MS = 8 * 3600_000 - 60_000;

function open(dualSide = false) {
  const exchange = openUsdm(
    new Store(undefined, 'simex'),
    { seed: 5, dualSide, startMs: START_MS },
    () => {},
  );
  const routes = usdmRoutes(exchange, new ListenKeys(() => 'a-listen-key'), futuresLimits);
  let nowMs = START_MS;
  exchange.call('setPrice', 'BTCUSDT', '50000', nowMs);
  const ask = (endpoint: string, parameters: Record<string, string> = {}) => {
    nowMs += 1;
    const route = routes[endpoint];
    assert.ok(route !== undefined, endpoint);
    return route.run({ parameters, nowMs, serverTimeMs: nowMs });
  };
  // biome-ignore lint/suspicious/noExplicitAny: the test looks into answers of every form
  const get = (endpoint: string, parameters?: Record<string, string>): any => {
    const result = ask(endpoint, parameters);
    assert.ok(result.ok, `${endpoint}: ${JSON.stringify(result)}`);
    // As a client sees it.
    return JSON.parse(JSON.stringify(result.body));
  };
  const code = (endpoint: string, parameters?: Record<string, string>): number | undefined => {
    const result = ask(endpoint, parameters);
    return result.ok ? undefined : result.code;
  };
  return { exchange, get, code };
}

const btc = { symbol: 'BTCUSDT' };
const limit = { ...btc, side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.01', price: '49000' };

/** An account with a position, a liquidation, funding, an amended order and moved margin. */
function furnished() {
  const scene = open();
  const { exchange, get } = scene;
  get('POST /fapi/v1/marginType', { ...btc, marginType: 'ISOLATED' });
  get('POST /fapi/v1/order', { ...btc, side: 'BUY', type: 'MARKET', quantity: '0.02' });
  exchange.call('setPrice', 'BTCUSDT', '50000', START_MS + 100, '46000');
  exchange.call('setPrice', 'BTCUSDT', '50000', START_MS + 100);
  get('POST /fapi/v1/order', { ...btc, side: 'BUY', type: 'MARKET', quantity: '0.02' });
  get('POST /fapi/v1/positionMargin', { ...btc, amount: '5', type: '1' });
  get('POST /fapi/v1/order', { ...limit, newClientOrderId: 'rest' });
  get('PUT /fapi/v1/order', {
    ...btc,
    origClientOrderId: 'rest',
    side: 'BUY',
    quantity: '0.01',
    price: '48000',
    modifyId: '7',
  });
  exchange.call('advance', START_MS + 60_400);
  return scene;
}

const order =
  'orderId symbol status clientOrderId price origQty executedQty timeInForce type reduceOnly closePosition side ' +
  'positionSide stopPrice workingType priceProtect origType priceMatch selfTradePreventionMode goodTillDate updateTime';
const totals =
  'totalInitialMargin totalMaintMargin totalWalletBalance totalUnrealizedProfit totalMarginBalance ' +
  'totalPositionInitialMargin totalOpenOrderInitialMargin totalCrossWalletBalance totalCrossUnPnl availableBalance ' +
  'maxWithdrawAmount assets positions';
const balance =
  'accountAlias asset balance crossWalletBalance crossUnPnl availableBalance maxWithdrawAmount marginAvailable updateTime';

const names: readonly (readonly [string, Record<string, string>, string])[] = [
  ['GET /fapi/v1/openOrder', { ...btc, origClientOrderId: 'rest' }, `${order} avgPrice cumQuote time`],
  ['GET /fapi/v1/allOrders', {}, `${order} avgPrice cumQuote time`],
  ['GET /fapi/v1/orderAmendment', btc, 'amendmentId symbol pair orderId clientOrderId time amendment'],
  [
    'GET /fapi/v1/forceOrders',
    {},
    'orderId symbol status clientOrderId price avgPrice origQty executedQty cumQuote timeInForce type reduceOnly ' +
      'closePosition side positionSide stopPrice workingType origType time updateTime',
  ],
  [
    'GET /fapi/v1/userTrades',
    btc,
    'id orderId symbol side positionSide price qty quoteQty realizedPnl commission commissionAsset buyer maker marginAsset time',
  ],
  ['GET /fapi/v1/income', {}, 'symbol incomeType income asset info time tranId tradeId'],
  ['GET /fapi/v1/positionMargin/history', btc, 'symbol type deltaType amount asset time positionSide'],
  ['GET /fapi/v1/fundingRate', btc, 'symbol fundingRate fundingTime markPrice'],
  [
    'GET /fapi/v1/fundingInfo',
    {},
    'symbol adjustedFundingRateCap adjustedFundingRateFloor fundingIntervalHours disclaimer',
  ],
  ['GET /fapi/v1/commissionRate', btc, 'symbol makerCommissionRate takerCommissionRate rpiCommissionRate'],
  ['GET /fapi/v1/leverageBracket', {}, 'symbol brackets'],
  ['GET /fapi/v1/leverageBracket', btc, 'symbol brackets'],
  ['GET /fapi/v1/adlQuantile', btc, 'symbol adlQuantile'],
  ['GET /fapi/v1/apiTradingStatus', {}, 'indicators updateTime'],
  ['GET /fapi/v1/rateLimit/order', {}, 'rateLimitType interval intervalNum limit'],
  ['GET /fapi/v1/feeBurn', {}, 'feeBurn'],
  ['GET /fapi/v1/multiAssetsMargin', {}, 'multiAssetsMargin'],
  ['GET /fapi/v1/symbolConfig', btc, 'symbol marginType isAutoAddMargin leverage maxNotionalValue'],
  [
    'GET /fapi/v1/accountConfig',
    {},
    'feeTier canTrade canDeposit canWithdraw dualSidePosition updateTime multiAssetsMargin tradeGroupId',
  ],
  ['GET /fapi/v3/account', {}, totals],
  [
    'GET /fapi/v2/account',
    {},
    `feeTier feeBurn canTrade canDeposit canWithdraw updateTime multiAssetsMargin tradeGroupId ${totals}`,
  ],
  ['GET /fapi/v3/balance', {}, balance],
  ['GET /fapi/v2/balance', {}, balance],
  [
    'GET /fapi/v3/positionRisk',
    btc,
    'symbol positionSide positionAmt entryPrice breakEvenPrice markPrice unRealizedProfit liquidationPrice isolatedMargin ' +
      'notional marginAsset isolatedWallet initialMargin maintMargin positionInitialMargin openOrderInitialMargin adl ' +
      'bidNotional askNotional updateTime',
  ],
  [
    'GET /fapi/v2/positionRisk',
    btc,
    'symbol positionAmt entryPrice breakEvenPrice markPrice unRealizedProfit liquidationPrice leverage maxNotionalValue ' +
      'marginType isolatedMargin isAutoAddMargin positionSide notional isolatedWallet updateTime',
  ],
  [
    'GET /sapi/v1/account/apiRestrictions',
    {},
    'ipRestrict createTime enableReading enableFutures enableSpotAndMarginTrading enableMargin enableWithdrawals ' +
      'enableInternalTransfer permitsUniversalTransfer enableVanillaOptions enablePortfolioMarginTrading ' +
      'enableFixApiTrade enableFixReadOnly',
  ],
];
const { get: ask } = furnished();
for (const [endpoint, parameters, expected] of names) {
  test(`${endpoint}${'symbol' in parameters ? ' of a symbol' : ''} has the documented names`, () => {
    const body = ask(endpoint, parameters);
    const one = Array.isArray(body) ? body[0] : body;
    assert.ok(one !== undefined, 'there is nothing to look at');
    assert.deepEqual(Object.keys(one).sort(), expected.split(' ').sort());
  });
}

test('wallet endpoints that clients call first answer with nothing', () => {
  assert.deepEqual(ask('GET /sapi/v1/capital/config/getall'), []);
  assert.deepEqual(ask('GET /sapi/v1/margin/allPairs'), []);
});

test('numbers of the brackets are numbers, amounts elsewhere are text', () => {
  const { brackets } = ask('GET /fapi/v1/leverageBracket', btc);
  assert.deepEqual(brackets[1], {
    bracket: 2,
    initialLeverage: 100,
    notionalCap: 800000,
    notionalFloor: 300000,
    maintMarginRatio: 0.005,
    cum: 300,
  });
  const { amount, ...moved } = ask('POST /fapi/v1/positionMargin', { ...btc, amount: '1.5', type: '1' });
  assert.deepEqual(
    [amount, moved],
    [1.5, { code: 200, msg: 'Successfully modify position margin.', type: 1 }],
  );
  assert.equal(ask('GET /fapi/v2/positionRisk', btc)[0].leverage, '20');
  assert.equal(ask('GET /fapi/v1/symbolConfig', btc)[0].maxNotionalValue, '100000000');
});

test('income can be asked for by type', () => {
  const types = (parameters: Record<string, string>) =>
    [
      ...new Set(ask('GET /fapi/v1/income', parameters).map((row: { incomeType: string }) => row.incomeType)),
    ].sort();
  assert.deepEqual(types({}), ['COMMISSION', 'FUNDING_FEE', 'INSURANCE_CLEAR', 'REALIZED_PNL']);
  assert.deepEqual(types({ incomeType: 'FUNDING_FEE' }), ['FUNDING_FEE']);
  const pages = ['1', '2'].map((page) => ask('GET /fapi/v1/income', { limit: '2', page }));
  assert.deepEqual([...pages[0], ...pages[1]], ask('GET /fapi/v1/income', { startTime: '1', limit: '4' }));
});

test('version 2 lists every symbol, version 3 those with positions or orders', () => {
  const { get } = open(true);
  assert.equal(get('GET /fapi/v2/account').positions.length, 10);
  assert.equal(get('GET /fapi/v2/positionRisk', btc).length, 2);
  assert.deepEqual(get('GET /fapi/v3/account').positions, []);
  assert.deepEqual(get('GET /fapi/v3/positionRisk'), []);
});

test('batches come as JSON, with numbers or text, and refusals stand in their place', () => {
  const { get, code } = open();
  const batch = JSON.stringify([
    { ...limit, newClientOrderId: 'a', quantity: 0.01 },
    { ...limit, price: '1' },
    { ...limit, newClientOrderId: 'c' },
  ]);
  const placed = get('POST /fapi/v1/batchOrders', { batchOrders: batch });
  assert.deepEqual(
    placed.map((one: { status?: string; code?: number }) => one.status ?? one.code),
    ['NEW', -4013, 'NEW'],
  );
  const changes = JSON.stringify([
    { ...btc, origClientOrderId: 'a', side: 'BUY', quantity: 0.02, price: 48000 },
  ]);
  assert.equal(get('PUT /fapi/v1/batchOrders', { batchOrders: changes })[0].origQty, '0.02');
  const byId = { ...btc, orderIdList: `[${placed[0].orderId},1]` };
  assert.deepEqual(
    get('DELETE /fapi/v1/batchOrders', byId).map(
      (one: { status?: string; code?: number }) => one.status ?? one.code,
    ),
    ['CANCELED', -2011],
  );
  assert.equal(
    get('DELETE /fapi/v1/batchOrders', { ...btc, origClientOrderIdList: '["c"]' })[0].status,
    'CANCELED',
  );
  assert.equal(code('POST /fapi/v1/batchOrders', {}), -1102);
  assert.equal(code('POST /fapi/v1/batchOrders', { batchOrders: '[1]' }), -1102);
  assert.equal(code('POST /fapi/v1/batchOrders', { batchOrders: '{}' }), -1102);
  assert.equal(code('DELETE /fapi/v1/batchOrders', btc), -1102);
});

test('an order that is no longer open has no open order', () => {
  const { get, code } = open();
  get('POST /fapi/v1/order', { ...limit, newClientOrderId: 'one' });
  const key = { ...btc, origClientOrderId: 'one' };
  assert.equal(get('GET /fapi/v1/openOrder', key).status, 'NEW');
  get('DELETE /fapi/v1/order', key);
  assert.equal(code('GET /fapi/v1/openOrder', key), -2013);
});

test('a test order is judged and changes nothing', () => {
  const { exchange, get, code } = open();
  const before = JSON.stringify(exchange.view.account());
  assert.deepEqual(get('POST /fapi/v1/order/test', limit), {});
  assert.equal(code('POST /fapi/v1/order/test', { ...limit, price: '1' }), -4013);
  assert.deepEqual(get('GET /fapi/v1/openOrders'), []);
  assert.equal(JSON.stringify(exchange.view.account()), before);
});

test('settings are taken as the documentation spells them', () => {
  const { get, code } = open();
  assert.deepEqual(get('POST /fapi/v1/leverage', { ...btc, leverage: '100' }), {
    leverage: 100,
    maxNotionalValue: '800000',
    symbol: 'BTCUSDT',
  });
  assert.deepEqual(get('POST /fapi/v1/multiAssetsMargin', { multiAssetsMargin: 'true' }), {
    code: 200,
    msg: 'success',
  });
  assert.deepEqual(get('GET /fapi/v1/multiAssetsMargin'), { multiAssetsMargin: true });
  assert.deepEqual(get('POST /fapi/v1/feeBurn', { feeBurn: 'true' }), { code: 200, msg: 'success' });
  assert.deepEqual(get('GET /fapi/v1/feeBurn'), { feeBurn: true });
  assert.equal(code('POST /fapi/v1/feeBurn', { feeBurn: 'maybe' }), -1102);
  assert.deepEqual(get('POST /fapi/v1/countdownCancelAll', { ...btc, countdownTime: '120000' }), {
    symbol: 'BTCUSDT',
    countdownTime: '120000',
  });
  for (const endpoint of ['leverageBracket', 'commissionRate', 'adlQuantile', 'symbolConfig', 'openOrders']) {
    assert.equal(code(`GET /fapi/v1/${endpoint}`, { symbol: 'NOPEUSDT' }), -1121, endpoint);
  }
});

test('what a key may do is settable, and stays what it was otherwise', () => {
  const { exchange, get } = open();
  const before = get('GET /sapi/v1/account/apiRestrictions');
  assert.deepEqual([before.ipRestrict, before.enableFutures, before.enableWithdrawals], [true, true, false]);
  exchange.call('setApiRestrictions', { enableWithdrawals: true, ipRestrict: false }, START_MS + 5);
  const after = get('GET /sapi/v1/account/apiRestrictions');
  assert.deepEqual(after, { ...before, enableWithdrawals: true, ipRestrict: false });
  assert.equal(get('GET /fapi/v1/accountConfig').canWithdraw, true);
});
