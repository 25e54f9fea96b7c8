import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClientOrderId, Symbol } from '#core/ids.ts';
import { type BinanceRig, BTC, clock, ENTRY, eachWithRig, ref, STOP } from '../support/binance-rig.ts';
import { failure, ok } from '../support/binance-script.ts';

let rig: BinanceRig;
eachWithRig((made) => {
  rig = made;
});

test('a snapshot has the open orders of both books and unsigned positions', async () => {
  rig.server.on('GET /fapi/v1/openOrders', () =>
    ok([
      { symbol: BTC, clientOrderId: ENTRY, origType: 'LIMIT' },
      { symbol: BTC, clientOrderId: 'web_1', origType: 'LIMIT' },
      { symbol: BTC, clientOrderId: 'te-child', origType: 'STOP_MARKET' },
    ]),
  );
  rig.server.on('GET /fapi/v1/openAlgoOrders', () => ok([{ symbol: BTC, clientAlgoId: STOP, algoId: 900 }]));
  const position = (positionSide: string, positionAmt: string) => ({
    symbol: BTC,
    positionSide,
    positionAmt,
    entryPrice: '99.50',
  });
  rig.server.on('GET /fapi/v3/positionRisk', () =>
    ok([
      position('LONG', '0.010'),
      position('SHORT', '-0.020'),
      position('BOTH', '-1.5'),
      position('BOTH', '0.000'),
    ]),
  );
  const before = clock.nowMicros();
  const snapshot = await rig.make().snapshot();
  assert.equal(snapshot.kind, 'answer');
  if (snapshot.kind !== 'answer') return;
  assert.ok(snapshot.value.takenAt >= before);
  assert.deepEqual(snapshot.value.openOrders, [
    ref(ENTRY, 'regular'),
    ref('te-child' as ClientOrderId, 'conditional'),
    ref(STOP, 'conditional'),
  ]);
  assert.deepEqual(snapshot.value.positions, [
    { symbol: BTC, side: 'LONG', quantity: '0.01', entryPrice: '99.5' },
    { symbol: BTC, side: 'SHORT', quantity: '0.02', entryPrice: '99.5' },
    { symbol: BTC, side: 'SHORT', quantity: '1.5', entryPrice: '99.5' },
  ]);
});

test('a snapshot that is not whole is none', async () => {
  rig.server.on('GET /fapi/v1/openOrders', () => ok([]));
  rig.server.on('GET /fapi/v3/positionRisk', () => ok([]));
  const exchange = rig.make();
  for (const reply of [ok({}), failure(500, -1000, 'no'), 'reset'] as const) {
    rig.server.on('GET /fapi/v1/openAlgoOrders', () => reply);
    assert.equal((await exchange.snapshot()).kind, 'failed');
  }
});

test('the balance is that of the margin asset; an account without it has none', async () => {
  const asset = {
    asset: 'USDT',
    walletBalance: '100.50',
    availableBalance: '90.00',
    unrealizedProfit: '-1.20',
  };
  const exchange = rig.make();
  rig.server.on('GET /fapi/v3/account', () => ok({ assets: [{ ...asset, asset: 'BNB' }, asset] }));
  assert.deepEqual(await exchange.balance(), {
    kind: 'answer',
    value: { asset: 'USDT', wallet: '100.5', available: '90', unrealised: '-1.2' },
  });
  rig.server.on('GET /fapi/v3/account', () => ok({ assets: [] }));
  assert.equal((await exchange.balance()).kind, 'failed');
});

const filters = [
  { filterType: 'PRICE_FILTER', tickSize: '0.10', minPrice: '556.80', maxPrice: '4529764' },
  { filterType: 'LOT_SIZE', stepSize: '0.001', minQty: '0.001', maxQty: '1000' },
  { filterType: 'MARKET_LOT_SIZE', stepSize: '0.001', minQty: '0.002', maxQty: '120' },
  { filterType: 'MIN_NOTIONAL', notional: '100' },
  { filterType: 'PERCENT_PRICE', multiplierUp: '1.0500', multiplierDown: '0.9500', multiplierDecimal: '4' },
  { filterType: 'MAX_NUM_ORDERS', limit: 200 },
];

test('instruments are read for the symbols asked for; a missing symbol or filter fails by name', async () => {
  const exchange = rig.make();
  const listing = { symbol: 'BTCUSDT', baseAsset: 'BTC', quoteAsset: 'USDT', filters };
  rig.server.on('GET /fapi/v1/exchangeInfo', () => ok({ symbols: [{ symbol: 'ODD' }, listing] }));
  assert.deepEqual(await exchange.instruments([BTC]), {
    kind: 'answer',
    value: [
      {
        symbol: 'BTCUSDT',
        baseAsset: 'BTC',
        quoteAsset: 'USDT',
        tickSize: '0.1',
        priceMin: '556.8',
        priceMax: '4529764',
        stepSize: '0.001',
        quantityMin: '0.001',
        quantityMax: '1000',
        marketStepSize: '0.001',
        marketQuantityMin: '0.002',
        marketQuantityMax: '120',
        notionalMin: '100',
        multiplierUp: '1.05',
        multiplierDown: '0.95',
      },
    ],
  });
  assert.deepEqual(await exchange.instruments([BTC, 'NOPE' as Symbol]), {
    kind: 'failed',
    cause: 'not listed: NOPE',
  });
  rig.server.on('GET /fapi/v1/exchangeInfo', () =>
    ok({ symbols: [{ ...listing, filters: filters.slice(1) }] }),
  );
  assert.deepEqual(await exchange.instruments([BTC]), {
    kind: 'failed',
    cause: 'exchangeInfo of BTCUSDT: PRICE_FILTER has no tickSize',
  });
});
