// Goal: each published filter refuses what it must, with its own code, and nothing else.
// Method: a table of requests against a pinned market, and properties over the whole grid of prices and quantities.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SimulatedExchange } from '#simex/usdm/exchange.ts';
import type { OrderParams } from '#simex/usdm/params.ts';
import type { SymbolSpec } from '#simex/usdm/symbols.ts';
import { defaultSymbols } from '#simex/usdm/symbols.ts';

const bitcoin = defaultSymbols.find((spec) => spec.symbol === 'BTCUSDT');
if (bitcoin === undefined) throw new Error('BTCUSDT is not listed');
/** Steps coarser than the precision, so that precision and step can be told apart. */
const coarse: SymbolSpec = { ...bitcoin, symbol: 'CRSUSDT', stepSize: '0.005', minQty: '0.005' };

const limit: OrderParams = {
  symbol: 'BTCUSDT',
  side: 'BUY',
  positionSide: 'LONG',
  type: 'LIMIT',
  timeInForce: 'GTC',
  quantity: '0.01',
  price: '49000',
};
const market: OrderParams = {
  symbol: 'BTCUSDT',
  side: 'BUY',
  positionSide: 'LONG',
  type: 'MARKET',
  quantity: '0.01',
};

function codeOf(params: OrderParams): number | undefined {
  const exchange = new SimulatedExchange({
    seed: 1,
    balance: '100000000',
    symbols: [bitcoin as SymbolSpec, coarse],
  });
  exchange.setPrice('BTCUSDT', '50000', 1);
  exchange.setPrice('CRSUSDT', '50000', 1);
  const result = exchange.placeOrder(params, 2);
  const [last] = exchange.ledger.slice(-1);
  if (!result.ok) {
    assert.equal(last?.kind, 'order_refused', 'a refusal is in the ledger');
    assert.equal(exchange.ledger.length, 1, 'a refusal changes nothing else');
  }
  return result.ok ? undefined : result.code;
}

const table: readonly (readonly [string, OrderParams, number | undefined])[] = [
  ['a limit order on the grid', limit, undefined],
  ['a market order on the grid', market, undefined],
  ['no symbol', { ...limit, symbol: undefined }, -1102],
  ['an unknown symbol', { ...limit, symbol: 'NOPEUSDT' }, -1121],
  ['no side', { ...limit, side: undefined }, -1102],
  ['an unknown side', { ...limit, side: 'HOLD' }, -1117],
  ['an unknown type', { ...limit, type: 'ICEBERG' }, -1116],
  ['a conditional type', { ...limit, type: 'STOP_MARKET' }, -4120],
  ['a limit order without time in force', { ...limit, timeInForce: undefined }, -1102],
  ['an unknown time in force', { ...limit, timeInForce: 'GTD?' }, -1115],
  ['a limit order without price', { ...limit, price: undefined }, -1102],
  ['a market order with a price', { ...market, price: '50000' }, -1106],
  ['a market order with time in force', { ...market, timeInForce: 'GTC' }, -1106],
  ['no quantity', { ...market, quantity: undefined }, -1102],
  ['an exponent', { ...market, quantity: '1e-2' }, -1102],
  ['not a number', { ...market, quantity: 'NaN' }, -1102],
  ['quantity zero', { ...market, quantity: '0' }, -4003],
  ['a negative quantity', { ...market, quantity: '-0.01' }, -4003],
  ['a quantity finer than the precision', { ...market, quantity: '0.0105' }, -1111],
  ['a quantity off the step', { ...market, symbol: 'CRSUSDT', quantity: '0.012' }, -4023],
  ['a quantity below the minimum', { ...market, symbol: 'CRSUSDT', quantity: '0.004' }, -4004],
  ['a limit quantity above the maximum', { ...limit, quantity: '1000.001' }, -4005],
  ['a market quantity above its own maximum', { ...market, quantity: '120.001' }, -4005],
  ['price zero', { ...limit, price: '0' }, -4001],
  ['a price finer than the precision', { ...limit, price: '49000.001' }, -1111],
  ['a price off the tick', { ...limit, price: '49000.05' }, -4014],
  ['a price above the maximum', { ...limit, price: '809484.1' }, -4002],
  ['a price below the minimum', { ...limit, price: '261' }, -4013],
  ['a buy above the band', { ...limit, price: '52500.1' }, -4016],
  ['a buy at the edge of the band', { ...limit, price: '52500' }, undefined],
  ['a sell below the band', { ...limit, side: 'SELL', positionSide: 'SHORT', price: '47499.9' }, -4024],
  [
    'a sell at the edge of the band',
    { ...limit, side: 'SELL', positionSide: 'SHORT', price: '47500' },
    undefined,
  ],
  ['a limit order below the notional', { ...limit, quantity: '0.002' }, -4164],
  ['a market order below the notional', { ...market, quantity: '0.001' }, -4164],
  ['a market order at the notional', { ...market, quantity: '0.002' }, undefined],
  ['a client id of 36 characters', { ...market, newClientOrderId: 'a'.repeat(36) }, undefined],
  ['a client id of 37 characters', { ...market, newClientOrderId: 'a'.repeat(37) }, -4015],
  ['a client id with a space', { ...market, newClientOrderId: 'a b' }, -1130],
  ['an unknown answer type', { ...market, newOrderRespType: 'FULLER' }, -1130],
];
for (const [name, params, code] of table) {
  test(`${name} ${code === undefined ? 'is accepted' : `is refused with ${code}`}`, () => {
    assert.equal(codeOf(params), code);
  });
}

test('every price and quantity on the grid is accepted', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 475_000, max: 525_000 }),
      fc.integer({ min: 3, max: 1000 }),
      (ticks, steps) => {
        const price = `${Math.floor(ticks / 10)}.${ticks % 10}`;
        const quantity = (steps / 1000).toFixed(3);
        assert.equal(codeOf({ ...limit, price, quantity, timeInForce: 'GTC' }), undefined);
      },
    ),
    { numRuns: 200 },
  );
});

test('every price between two ticks is refused', () => {
  fc.assert(
    fc.property(fc.integer({ min: 480_000, max: 520_000 }), fc.integer({ min: 1, max: 9 }), (ticks, off) => {
      assert.equal(codeOf({ ...limit, price: `${Math.floor(ticks / 10)}.${ticks % 10}${off}` }), -4014);
    }),
    { numRuns: 100 },
  );
});
