// Goal: on every listed symbol an order at the edge of a filter is accepted, and one unit beyond it is refused with the
// code of that filter.
// Method: properties over symbols, sides, prices and quantities; the edges are computed exactly from the published rules.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Price, Quantity } from '#core/money.ts';
import { notional, quantityFor, roundToStep, scalePrice, showPrice, showQuantity } from '#core/money.ts';
import { SimulatedExchange } from '#simex/usdm/exchange.ts';
import type { Instrument, SymbolSpec } from '#simex/usdm/symbols.ts';
import { defaultSymbols, instrumentOf } from '#simex/usdm/symbols.ts';

/** Ticks and steps coarser than the precision, so that "off the grid" and "too precise" can be told apart. */
const coarse = defaultSymbols.map(
  (spec): SymbolSpec => ({
    ...spec,
    symbol: `C${spec.symbol}`,
    pricePrecision: spec.pricePrecision + 1,
    quantityPrecision: spec.quantityPrecision + 1,
    minQty: showQuantity((instrumentOf(spec).minQuantity * 5n) as Quantity),
  }),
);
const listed = [...defaultSymbols, ...coarse];
const instruments = listed.map(instrumentOf);

interface Scene {
  readonly instrument: Instrument;
  readonly side: 'BUY' | 'SELL';
  /** On the grid and near the mark price. */
  readonly price: Price;
  /** On the grid, and worth more than enough at any price within the band. */
  readonly quantity: Quantity;
}

const scenes: fc.Arbitrary<Scene> = fc
  .record({
    instrument: fc.constantFrom(...instruments),
    side: fc.constantFrom('BUY' as const, 'SELL' as const),
    ticks: fc.bigInt({ min: -100n, max: 100n }),
    steps: fc.bigInt({ min: 1n, max: 1000n }),
  })
  .map(({ instrument, side, ticks, steps }) => {
    const price = (instrument.initialPrice + ticks * instrument.tick) as Price;
    const least = quantityFor(instrument.minNotional, price, 'up');
    const quantity = roundToStep((least * 2n + steps * instrument.step) as Quantity, instrument.step, 'up');
    return { instrument, side, price, quantity: larger(quantity, instrument.minQuantity) };
  });

const larger = (a: Quantity, b: Quantity): Quantity => {
  if (a > b) return a;
  return b;
};

function codeOf({ instrument, side, price, quantity }: Scene, type: 'LIMIT' | 'MARKET' = 'LIMIT') {
  const exchange = new SimulatedExchange({
    seed: 1,
    dualSide: false,
    balance: '1000000000000',
    symbols: [instrument.spec],
  });
  const { symbol } = instrument;
  exchange.setPrice(symbol, showPrice(instrument.initialPrice), 1);
  exchange.setLeverage(symbol, '1', 1);
  const result = exchange.placeOrder(
    {
      symbol,
      side,
      type,
      quantity: showQuantity(quantity),
      ...(type === 'LIMIT' ? { price: showPrice(price), timeInForce: 'GTC' } : {}),
    },
    2,
  );
  return result.ok ? undefined : result.code;
}

/** Each case changes one thing of a good order. */
const edges: readonly (readonly [
  string,
  number | undefined,
  (scene: Scene) => Partial<Scene> | undefined,
])[] = [
  ['an order on the grid', undefined, () => ({})],
  [
    'the lowest price of a sell',
    undefined,
    ({ instrument }) => ({ side: 'SELL', price: floorOf(instrument) }),
  ],
  ['the highest price of a buy', undefined, ({ instrument }) => ({ side: 'BUY', price: capOf(instrument) })],
  [
    'a sell one tick lower',
    -4024,
    ({ instrument }) => ({ side: 'SELL', price: (floorOf(instrument) - instrument.tick) as Price }),
  ],
  [
    'a buy one tick higher',
    -4016,
    ({ instrument }) => ({ side: 'BUY', price: (capOf(instrument) + instrument.tick) as Price }),
  ],
  [
    'the highest price of all and a tick',
    -4002,
    ({ instrument }) => ({ price: (instrument.maxPrice + instrument.tick) as Price }),
  ],
  [
    'the lowest price of all less a tick',
    -4013,
    ({ instrument }) => ({ price: (instrument.minPrice - instrument.tick) as Price }),
  ],
  [
    'a price between two ticks',
    -4014,
    ({ instrument, price }) =>
      instrument.priceUnit === instrument.tick
        ? undefined
        : { price: (price + instrument.priceUnit) as Price },
  ],
  [
    'a price finer than the precision',
    -1111,
    ({ instrument, price }) => ({ price: (price + instrument.priceUnit / 10n) as Price }),
  ],
  [
    'a quantity between two steps',
    -4023,
    ({ instrument, quantity }) =>
      instrument.quantityUnit === instrument.step
        ? undefined
        : { quantity: (quantity + instrument.quantityUnit) as Quantity },
  ],
  [
    'a quantity finer than the precision',
    -1111,
    ({ instrument, quantity }) => ({ quantity: (quantity + instrument.quantityUnit / 10n) as Quantity }),
  ],
  [
    'the least quantity less a step',
    -4004,
    ({ instrument }) =>
      instrument.minQuantity === instrument.step
        ? undefined
        : { quantity: (instrument.minQuantity - instrument.step) as Quantity },
  ],
  ['no quantity', -4003, () => ({ quantity: 0n as Quantity })],
  [
    'the largest quantity and a step',
    -4005,
    ({ instrument }) => ({ quantity: (instrument.maxQuantity + instrument.step) as Quantity }),
  ],
  [
    'the last quantity below the notional',
    -4164,
    ({ instrument, price }) => {
      const least = roundToStep(quantityFor(instrument.minNotional, price, 'up'), instrument.step, 'up');
      const below = (least - instrument.step) as Quantity;
      return below < instrument.minQuantity || notional(price, below) >= instrument.minNotional
        ? undefined
        : { quantity: below };
    },
  ],
];

const capOf = ({ initialPrice, multiplierUp, tick }: Instrument): Price =>
  roundToStep(scalePrice(initialPrice, multiplierUp, 'down'), tick, 'down');
const floorOf = ({ initialPrice, multiplierDown, tick }: Instrument): Price =>
  roundToStep(scalePrice(initialPrice, multiplierDown, 'up'), tick, 'up');

for (const [name, code, change] of edges) {
  test(`${name} is ${code === undefined ? 'accepted' : `refused with ${code}`}`, () => {
    let tried = 0;
    fc.assert(
      fc.property(scenes, (scene) => {
        const changed = change(scene);
        if (changed === undefined) return;
        tried += 1;
        assert.equal(codeOf({ ...scene, ...changed }), code, scene.instrument.symbol);
      }),
      { numRuns: 60 },
    );
    assert.ok(tried > 5, `only ${tried} cases`);
  });
}

test('a market order has a largest quantity of its own', () => {
  for (const instrument of instruments) {
    const scene: Scene = {
      instrument,
      side: 'BUY',
      price: instrument.initialPrice,
      quantity: instrument.marketMaxQuantity,
    };
    const { symbol } = instrument;
    // Its value is beyond the margin or the brackets on some symbols, which is asked only afterwards.
    assert.notEqual(codeOf(scene, 'MARKET'), -4005, symbol);
    const more = (scene.quantity + instrument.step) as Quantity;
    assert.equal(codeOf({ ...scene, quantity: more }, 'MARKET'), -4005, symbol);
  }
});

test('a market order is refused where the best price is outside the band around the mark price', () => {
  const exchange = new SimulatedExchange({ seed: 1, dualSide: false, balance: '1000000' });
  const market = (side: string) => {
    const result = exchange.placeOrder({ symbol: 'BTCUSDT', side, type: 'MARKET', quantity: '0.01' }, 3);
    return result.ok ? undefined : result.code;
  };
  exchange.setPrice('BTCUSDT', '52500', 2, '50000');
  assert.equal(market('BUY'), -4131);
  assert.equal(market('SELL'), undefined);
  exchange.setPrice('BTCUSDT', '47500', 3, '50000');
  assert.equal(market('SELL'), -4131);
  assert.equal(market('BUY'), undefined);
});
