// Goal: conditional orders with dates, price matches, trails and limits follow the documentation, and every state of the
// conditional book can be reached and is told.
// Method: scripted prices and clocks; statuses are read from ALGO_UPDATE events.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SimulatedExchange } from '#simex/usdm/exchange.ts';
import type { AlgoOrderParams } from '#simex/usdm/params.ts';
import type { AlgoUpdate, ExchangeEvent } from '#simex/usdm/types.ts';

const START_MS = 1_700_000_000_000;

function open() {
  const events: ExchangeEvent[] = [];
  const exchange = new SimulatedExchange({
    seed: 3,
    dualSide: false,
    startMs: START_MS,
    onEvent: (event) => void events.push(event),
  });
  let nowMs = START_MS;
  const setPrice = (last: string, mark = last): void => {
    nowMs += 1;
    assert.ok(exchange.setPrice('BTCUSDT', last, nowMs, mark).ok);
  };
  setPrice('50000');
  const buy = { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '0.01' };
  assert.ok(exchange.placeOrder(buy, nowMs).ok);
  const arm = (params: AlgoOrderParams): number | undefined => {
    const result = exchange.placeAlgoOrder(
      {
        algoType: 'CONDITIONAL',
        symbol: 'BTCUSDT',
        side: 'SELL',
        quantity: '0.01',
        clientAlgoId: 'one',
        ...params,
      },
      nowMs,
    );
    return result.ok ? undefined : result.code;
  };
  const statuses = (): string[] => {
    const updates = events.filter((event): event is AlgoUpdate => event.e === 'ALGO_UPDATE');
    return updates.filter(({ o }) => o.caid === 'one').map(({ o }) => o.X);
  };
  return { exchange, events, setPrice, arm, statuses };
}

const stop: AlgoOrderParams = { type: 'STOP_MARKET', triggerPrice: '49000' };
const stopLimit: AlgoOrderParams = { type: 'STOP', triggerPrice: '49000', price: '48900' };

const lives: readonly (readonly [string, (scene: ReturnType<typeof open>) => void, string[]])[] = [
  [
    'a stop that fires and fills',
    ({ arm, setPrice }) => {
      arm(stop);
      setPrice('48999');
    },
    ['NEW', 'TRIGGERING', 'TRIGGERED', 'FINISHED'],
  ],
  [
    'a stop-limit whose order rests',
    ({ arm, setPrice }) => {
      arm({ ...stopLimit, price: '49500' });
      setPrice('48999');
    },
    ['NEW', 'TRIGGERING', 'TRIGGERED'],
  ],
  [
    'a stop without margin or position when it fires',
    ({ arm, setPrice }) => {
      arm({ ...stop, quantity: '9', reduceOnly: 'false' });
      setPrice('48999');
    },
    ['NEW', 'TRIGGERING', 'REJECTED'],
  ],
  [
    'a stop that is canceled',
    ({ arm, exchange }) => {
      arm(stop);
      exchange.cancelAlgoOrder({ clientAlgoId: 'one' }, START_MS + 5);
    },
    ['NEW', 'CANCELED'],
  ],
  [
    'a stop whose position is closed by hand',
    ({ arm, exchange }) => {
      arm({ ...stop, closePosition: 'true', quantity: undefined });
      exchange.placeOrder(
        { symbol: 'BTCUSDT', side: 'SELL', type: 'MARKET', quantity: '0.01' },
        START_MS + 5,
      );
    },
    ['NEW', 'EXPIRED'],
  ],
  [
    'a stop-limit whose date has come',
    ({ arm, exchange }) => {
      arm({ ...stopLimit, timeInForce: 'GTD', goodTillDate: String(START_MS + 700_000) });
      exchange.advance(START_MS + 700_000);
    },
    ['NEW', 'EXPIRED'],
  ],
];
for (const [name, act, expected] of lives) {
  test(`${name} is told as ${expected.join(', ')}`, () => {
    const scene = open();
    act(scene);
    assert.deepEqual(scene.statuses(), expected);
  });
}

const refused: readonly (readonly [string, AlgoOrderParams, number])[] = [
  [
    'a limit far above its trigger',
    { ...stopLimit, side: 'BUY', triggerPrice: '51000', price: '53550.1' },
    -4183,
  ],
  ['a limit far below its trigger', { ...stopLimit, price: '46549.9' }, -4184],
  ['GTD without a date', { ...stopLimit, timeInForce: 'GTD' }, -1102],
  ['a date too near', { ...stopLimit, timeInForce: 'GTD', goodTillDate: String(START_MS + 1000) }, -5040],
  ['a price match of a market stop', { ...stop, priceMatch: 'QUEUE' }, -5038],
  ['a price match beside a price', { ...stopLimit, priceMatch: 'QUEUE' }, -1106],
  [
    'closePosition with reduceOnly',
    { ...stop, quantity: undefined, closePosition: 'true', reduceOnly: 'true' },
    -1106,
  ],
  [
    'closePosition of a trailing stop',
    { type: 'TRAILING_STOP_MARKET', callbackRate: '1', quantity: undefined, closePosition: 'true' },
    -4136,
  ],
  [
    'closePosition on the wrong side',
    { ...stop, side: 'BUY', triggerPrice: '51000', quantity: undefined, closePosition: 'true' },
    -4509,
  ],
  ['a callback below a tenth of a percent', { type: 'TRAILING_STOP_MARKET', callbackRate: '0.09' }, -1130],
  ['a trailing stop without callback', { type: 'TRAILING_STOP_MARKET' }, -1102],
];
for (const [name, params, code] of refused) {
  test(`${name} is refused with ${code}`, () => {
    assert.equal(open().arm(params), code);
  });
}

test('a price match is looked up when the order fires', () => {
  const { exchange, arm, setPrice } = open();
  assert.equal(arm({ ...stopLimit, price: undefined, priceMatch: 'OPPONENT' }), undefined);
  setPrice('48990');
  const found = exchange.queryOrder({ symbol: 'BTCUSDT', origClientOrderId: 'one' });
  assert.ok(found.ok);
  assert.deepEqual([found.order.price, found.order.priceMatch], ['48989.9', 'OPPONENT']);
});

test('a trailing stop without activation price follows from the price at which it was placed', () => {
  const { arm, setPrice, statuses } = open();
  assert.equal(arm({ type: 'TRAILING_STOP_MARKET', callbackRate: '1' }), undefined);
  setPrice('49500.1');
  assert.deepEqual(statuses(), ['NEW']);
  setPrice('49500');
  assert.deepEqual(statuses(), ['NEW', 'TRIGGERING', 'TRIGGERED', 'FINISHED']);
});

test('a buying trailing stop mirrors a selling one', () => {
  const { arm, setPrice, statuses } = open();
  arm({ type: 'TRAILING_STOP_MARKET', side: 'BUY', callbackRate: '2', activatePrice: '49000' });
  for (const price of ['49500', '49000', '48000', '48959.9']) setPrice(price);
  assert.deepEqual(statuses(), ['NEW']);
  setPrice('48960');
  assert.equal(statuses().at(-1), 'FINISHED');
});

test('the date of a stop-limit goes with the order that it becomes', () => {
  const { exchange, arm, setPrice, statuses } = open();
  const goodTillDate = START_MS + 700_000;
  arm({ ...stopLimit, price: '49500', timeInForce: 'GTD', goodTillDate: String(goodTillDate) });
  setPrice('48990');
  const child = () => {
    const found = exchange.queryOrder({ symbol: 'BTCUSDT', origClientOrderId: 'one' });
    assert.ok(found.ok);
    return found.order;
  };
  assert.deepEqual([child().timeInForce, child().goodTillDate], ['GTD', goodTillDate]);
  exchange.advance(goodTillDate);
  assert.equal(child().status, 'EXPIRED');
  assert.equal(statuses().at(-1), 'FINISHED');
});

test('two hundred conditional orders are the most of the whole account', () => {
  const { exchange, arm } = open();
  exchange.setPrice('ETHUSDT', '2500', START_MS + 9);
  for (let i = 0; i < 150; i += 1) assert.equal(arm({ ...stop, clientAlgoId: `btc-${i}` }), undefined);
  const other = { ...stop, symbol: 'ETHUSDT', triggerPrice: '2400' };
  for (let i = 0; i < 50; i += 1) assert.equal(arm({ ...other, clientAlgoId: `eth-${i}` }), undefined);
  assert.equal(arm({ ...other, clientAlgoId: 'one-more' }), -4045);
});
