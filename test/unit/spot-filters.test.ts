// Goal: each published spot filter refuses what it must, by its own name, and nothing else.
// Method: a table of requests against a pinned market, and properties over the whole grid of prices and quantities.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { limit, market, SpotScene } from '#test/support/spot-scene.ts';

type Parameters = Readonly<Record<string, string | undefined>>;

const rich = { USDT: '1000000000', BTC: '100000' };
const stop: Parameters = {
  symbol: 'BTCUSDT',
  side: 'SELL',
  type: 'STOP_LOSS',
  quantity: '0.01',
  stopPrice: '49000',
};

function refusalOf(parameters: Parameters): string | undefined {
  const scene = new SpotScene(rich);
  const answer = scene.exchange.placeOrder(parameters, scene.nowMs);
  return answer.ok ? undefined : `${answer.code} ${answer.msg}`;
}

const filter = (name: string): string => `-1013 Filter failure: ${name}`;
const missing = (name: string): string =>
  `-1102 Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`;
const illegal = (name: string, legal: string): string =>
  `-1100 Illegal characters found in parameter '${name}'; legal range is '${legal}'.`;
const decimal = '^([0-9]{1,20})(\\.[0-9]{1,20})?$';

const table: readonly (readonly [string, Parameters, string | undefined])[] = [
  ['a limit order on the grid', limit, undefined],
  ['a market order on the grid', market, undefined],
  ['no symbol', { ...limit, symbol: undefined }, missing('symbol')],
  ['an unknown symbol', { ...limit, symbol: 'NOPEUSDT' }, '-1121 Invalid symbol.'],
  ['no side', { ...limit, side: undefined }, missing('side')],
  ['an unknown side', { ...limit, side: 'HOLD' }, '-1117 Invalid side.'],
  ['an unknown type', { ...limit, type: 'STOP_MARKET' }, '-1116 Invalid orderType.'],
  ['a limit order without time in force', { ...limit, timeInForce: undefined }, missing('timeInForce')],
  ['an unknown time in force', { ...limit, timeInForce: 'GTX' }, '-1115 Invalid timeInForce.'],
  ['a limit order without price', { ...limit, price: undefined }, missing('price')],
  ['an empty price', { ...limit, price: '' }, "-1105 Parameter 'price' was empty."],
  [
    'a market order with a price',
    { ...market, price: '1' },
    "-1106 Parameter 'price' sent when not required.",
  ],
  [
    'a market order without a size',
    { ...market, quantity: undefined },
    "-1102 Param 'quantity' or 'quoteOrderQty' must be sent, but both were empty/null!",
  ],
  [
    'a market order with two sizes',
    { ...market, quoteOrderQty: '100' },
    '-1128 Combination of optional parameters invalid.',
  ],
  [
    'a stop without a trigger',
    { ...stop, stopPrice: undefined },
    "-1102 Param 'stopPrice' or 'trailingDelta' must be sent, but both were empty/null!",
  ],
  ['an exponent', { ...market, quantity: '1e-2' }, illegal('quantity', decimal)],
  ['a negative quantity', { ...market, quantity: '-0.01' }, illegal('quantity', decimal)],
  [
    'more decimals than an asset has',
    { ...market, quantity: '0.000000001' },
    "-1111 Parameter 'quantity' has too much precision.",
  ],
  ['zeros beyond the precision', { ...market, quantity: '0.0020000000000' }, undefined],
  ['quantity zero', { ...limit, quantity: '0' }, filter('LOT_SIZE')],
  ['a quantity off the step', { ...limit, quantity: '0.010001' }, filter('LOT_SIZE')],
  ['a quantity above the maximum', { ...limit, quantity: '9000.00001' }, filter('LOT_SIZE')],
  [
    'a market quantity above its own maximum',
    { ...market, quantity: '120.00001' },
    filter('MARKET_LOT_SIZE'),
  ],
  ['price zero', { ...limit, price: '0' }, filter('PRICE_FILTER')],
  ['a price off the tick', { ...limit, price: '49000.001' }, filter('PRICE_FILTER')],
  ['a price above the maximum', { ...limit, price: '1000000.01' }, filter('PRICE_FILTER')],
  ['a stop price off the tick', { ...stop, stopPrice: '49000.001' }, filter('PRICE_FILTER')],
  ['a price above the band', { ...limit, price: '250000.01' }, filter('PERCENT_PRICE_BY_SIDE')],
  ['a price at the top of the band', { ...limit, price: '250000', quantity: '0.0001' }, undefined],
  ['a price below the band', { ...limit, price: '9999.99' }, filter('PERCENT_PRICE_BY_SIDE')],
  ['a price at the bottom of the band', { ...limit, price: '10000' }, undefined],
  ['a limit order below the notional', { ...limit, quantity: '0.0001' }, filter('NOTIONAL')],
  ['a limit order above the notional', { ...limit, quantity: '184' }, filter('NOTIONAL')],
  ['a market order below the notional', { ...market, quantity: '0.00009' }, filter('NOTIONAL')],
  ['a market order at the notional', { ...market, quantity: '0.0001' }, undefined],
  [
    'a value below the smallest lot',
    { ...market, quantity: undefined, quoteOrderQty: '0.1' },
    filter('LOT_SIZE'),
  ],
  ['an iceberg of too many parts', { ...limit, icebergQty: '0.00019' }, filter('ICEBERG_PARTS')],
  ['an iceberg of fifty parts', { ...limit, icebergQty: '0.0002' }, undefined],
  ['an iceberg larger than its order', { ...limit, icebergQty: '1' }, '-2010 IcebergQty exceeds QTY.'],
  [
    'an iceberg that is not GTC',
    { ...limit, timeInForce: 'IOC', icebergQty: '0.001' },
    '-1014 Unsupported order combination.',
  ],
  ['a trailing delta below the range', { ...stop, trailingDelta: '9' }, filter('TRAILING_DELTA')],
  ['a trailing delta at the edge', { ...stop, trailingDelta: '10' }, undefined],
  ['a trailing delta above the range', { ...stop, trailingDelta: '2001' }, filter('TRAILING_DELTA')],
  ['a client id of 36 characters', { ...market, newClientOrderId: 'a'.repeat(36) }, undefined],
  [
    'a client id of 37 characters',
    { ...market, newClientOrderId: 'a'.repeat(37) },
    illegal('newClientOrderId', '^[a-zA-Z0-9-_]{1,36}$'),
  ],
  [
    'an unknown answer type',
    { ...market, newOrderRespType: 'FULLER' },
    "-1130 Data sent for parameter 'newOrderRespType' is not valid.",
  ],
  [
    'self-trade prevention that the symbol has not',
    { ...limit, selfTradePreventionMode: 'NONE' },
    "-1130 Data sent for parameter 'selfTradePreventionMode' is not valid.",
  ],
  [
    'a strategy type that is reserved',
    { ...limit, strategyType: '999999' },
    '-1134 strategyType was less than 1000000.',
  ],
  [
    'a pegged price',
    { ...limit, pegPriceType: 'PRIMARY_PEG' },
    '-2010 Pegged orders are not supported for this symbol.',
  ],
];
for (const [name, parameters, refusal] of table) {
  test(`${name} ${refusal === undefined ? 'is accepted' : `is refused: ${refusal.slice(0, 40)}`}`, () => {
    assert.equal(refusalOf(parameters), refusal);
  });
}

test('orders are counted: stops by themselves, lists by themselves, all together', () => {
  const scene = new SpotScene(rich);
  const place = (parameters: Parameters) => scene.exchange.placeOrder(parameters, scene.nowMs);
  for (let i = 0; i < 5; i += 1) assert.ok(place(stop).ok);
  assert.deepEqual(scene.refused(stop), [-1013, 'Filter failure: MAX_NUM_ALGO_ORDERS']);
  for (let i = 5; i < 200; i += 1) assert.ok(place(limit).ok);
  assert.deepEqual(scene.refused(limit), [-1013, 'Filter failure: MAX_NUM_ORDERS']);
});

const hundredths = (cents: number): string =>
  `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
const lots = (steps: number): string => `0.${String(steps).padStart(5, '0')}`;

test('every price and quantity on the grid is accepted', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1_000_000, max: 25_000_000 }),
      fc.integer({ min: 50, max: 99_999 }),
      (cents, steps) => {
        assert.equal(refusalOf({ ...limit, price: hundredths(cents), quantity: lots(steps) }), undefined);
      },
    ),
    { numRuns: 200 },
  );
});

test('every price between two ticks and every quantity between two steps is refused by its filter', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1_000_000, max: 25_000_000 }),
      fc.integer({ min: 50, max: 99_999 }),
      fc.integer({ min: 1, max: 9 }),
      (cents, steps, off) => {
        const price = hundredths(cents);
        const quantity = lots(steps);
        assert.equal(refusalOf({ ...limit, price: `${price}${off}`, quantity }), filter('PRICE_FILTER'));
        assert.equal(refusalOf({ ...limit, price, quantity: `${quantity}${off}` }), filter('LOT_SIZE'));
      },
    ),
    { numRuns: 100 },
  );
});

test('a value is accepted exactly when it is within the notional limits', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1_000_000, max: 25_000_000 }),
      fc.integer({ min: 1, max: 200 }),
      (cents, steps) => {
        // In units of 1e-7: cents times steps of 1e-5.
        const isEnough = cents * steps >= 5 * 10_000_000;
        const refusal = refusalOf({ ...limit, price: hundredths(cents), quantity: lots(steps) });
        assert.equal(refusal, isEnough ? undefined : filter('NOTIONAL'));
      },
    ),
    { numRuns: 300 },
  );
});
