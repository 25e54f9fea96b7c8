// Goal: questions about symbols, market, orders and account are answered in the documented form.
// Method: a pinned market, and the answers themselves.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accepted, limit, market, oco, SpotScene } from '#test/support/spot-scene.ts';

type Rows = readonly Record<string, unknown>[];
const rows = (answer: Parameters<typeof accepted>[0]): Rows => accepted(answer) as unknown as Rows;

test('exchangeInfo tells all symbols, or those that are asked for', () => {
  const { ask } = new SpotScene().exchange;
  const symbolsOf = (parameters: Record<string, string>) =>
    (accepted(ask.exchangeInfo(parameters))['symbols'] as Rows).map(({ symbol }) => symbol);
  assert.deepEqual(symbolsOf({}), ['BTCUSDT', 'ETHUSDT', 'BNBUSDT', 'SOLUSDT', 'XRPUSDT']);
  assert.deepEqual(symbolsOf({ symbol: 'BTCUSDT' }), ['BTCUSDT']);
  assert.deepEqual(symbolsOf({ symbols: '["XRPUSDT","BNBUSDT"]' }), ['XRPUSDT', 'BNBUSDT']);
  assert.deepEqual(symbolsOf({ permissions: '["MARGIN","LEVERAGED"]' }), []);
  assert.deepEqual(symbolsOf({ permissions: 'SPOT', symbolStatus: 'TRADING' }).length, 5);
  assert.deepEqual(symbolsOf({ symbolStatus: 'HALT' }), []);
  const refusals: readonly (readonly [Record<string, string>, number])[] = [
    [{ symbol: 'NOPEUSDT' }, -1121],
    [{ symbols: '["NOPEUSDT"]' }, -1121],
    [{ symbols: 'BTCUSDT' }, -1135],
    [{ symbols: '["BTCUSDT","BTCUSDT"]' }, -1151],
    [{ symbol: 'BTCUSDT', symbols: '["BTCUSDT"]' }, -1128],
    [{ symbol: 'BTCUSDT', permissions: 'SPOT' }, -1128],
    [{ symbolStatus: 'ASLEEP' }, -1122],
  ];
  for (const [parameters, code] of refusals) {
    assert.equal(SpotScene.refusal(ask.exchangeInfo(parameters))[0], code, JSON.stringify(parameters));
  }
});

test('permission sets are told unless they are not wanted', () => {
  const { ask } = new SpotScene().exchange;
  const setsOf = (parameters: Record<string, string>) =>
    (accepted(ask.exchangeInfo({ symbol: 'BTCUSDT', ...parameters }))['symbols'] as Rows)[0]?.[
      'permissionSets'
    ];
  assert.deepEqual(setsOf({}), [['SPOT']]);
  assert.deepEqual(setsOf({ showPermissionSets: 'false' }), []);
});

test('one symbol is answered alone, several as a list', () => {
  const { ask } = new SpotScene().exchange;
  assert.deepEqual(accepted(ask.price({ symbol: 'BTCUSDT' })), {
    symbol: 'BTCUSDT',
    price: '50000.00000000',
  });
  assert.deepEqual(accepted(ask.price({ symbols: '["BTCUSDT"]' })), [
    { symbol: 'BTCUSDT', price: '50000.00000000' },
  ]);
  assert.equal(rows(ask.bookTicker({})).length, 5);
  const ticker = accepted(ask.bookTicker({ symbol: 'BTCUSDT' }));
  assert.deepEqual([ticker['bidPrice'], ticker['askPrice']], ['49999.99000000', '50000.01000000']);
});

test('the depth has the best levels first, as many as are wanted', () => {
  const { ask } = new SpotScene().exchange;
  const { bids, asks } = accepted(ask.depth({ symbol: 'BTCUSDT', limit: '3' })) as unknown as {
    bids: readonly (readonly [string, string])[];
    asks: readonly (readonly [string, string])[];
  };
  assert.equal(bids.length, 3);
  assert.equal(bids[0]?.[0], '49999.99000000');
  const prices = asks.map(([price]) => Number(price));
  assert.deepEqual(
    prices,
    [...prices].sort((a, b) => a - b),
  );
});

test('the average price is that of the last five minutes', () => {
  const scene = new SpotScene();
  const average = (): string =>
    String(accepted(scene.exchange.ask.averagePrice({ symbol: 'BTCUSDT' }))['price']);
  assert.equal(average(), '50000.00000000');
  scene.price('52000');
  assert.equal(average(), '51000.00000000');
  const minuteMs = 60_000;
  scene.exchange.advance(6 * minuteMs);
  assert.equal(average(), '52000.00000000', 'what is older no longer counts');
});

test('histories begin with an id or a time, and are as long as is wanted', () => {
  const scene = new SpotScene();
  const placed = [1, 2, 3].map(() => scene.place(market)['orderId']);
  const { ask } = scene.exchange;
  const ids = (parameters: Record<string, string>) =>
    rows(ask.allOrders({ symbol: 'BTCUSDT', ...parameters })).map(({ orderId }) => orderId);
  assert.deepEqual(ids({}), placed);
  assert.deepEqual(ids({ limit: '2' }), placed.slice(1));
  assert.deepEqual(ids({ orderId: String(placed[1]), limit: '1' }), [placed[1]]);
  assert.deepEqual(ids({ startTime: '1', limit: '1' }), [placed[0]]);
  const trades = rows(ask.trades({ symbol: 'BTCUSDT', orderId: String(placed[2]) }));
  assert.deepEqual(
    trades.map(({ orderId, isBuyer }) => [orderId, isBuyer]),
    [[placed[2], true]],
  );
  assert.equal(SpotScene.refusal(ask.allOrders({ symbol: 'BTCUSDT', limit: '1001' }))[0], -1130);
  const days = { symbol: 'BTCUSDT', startTime: '1', endTime: String(25 * 3_600_000) };
  assert.equal(SpotScene.refusal(ask.trades(days))[0], -1127);
  assert.equal(SpotScene.refusal(ask.allOrders({}))[0], -1102);
});

test('an order that is named twice must fit both names', () => {
  const scene = new SpotScene();
  const { orderId } = scene.place({ ...limit, newClientOrderId: 'mine' });
  const find = (origClientOrderId: string) =>
    scene.exchange.ask.order({ symbol: 'BTCUSDT', orderId: String(orderId), origClientOrderId });
  assert.equal(accepted(find('mine'))['orderId'], orderId);
  assert.equal(SpotScene.refusal(find('yours'))[0], -2013);
});

test('the account shows what is locked, and leaves out what is nothing if so wanted', () => {
  const scene = new SpotScene({ USDT: '1000', BTC: '1', ETH: '0' });
  scene.list('oco', oco);
  const balances = (parameters: Record<string, string>) =>
    accepted(scene.exchange.ask.account(parameters))['balances'] as Rows;
  assert.deepEqual(
    balances({ omitZeroBalances: 'true' }).map(({ asset, locked }) => [asset, locked]),
    [
      ['USDT', '0.00000000'],
      ['BTC', '0.01000000'],
    ],
  );
  assert.equal(balances({}).length, 3);
  assert.deepEqual(accepted(scene.exchange.ask.commission({ symbol: 'BTCUSDT' }))['standardCommission'], {
    maker: '0.00100000',
    taker: '0.00100000',
    buyer: '0.00000000',
    seller: '0.00000000',
  });
});
