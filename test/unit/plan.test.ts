import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { PositionKey, PositionSide, Seq, SignalKey, StrategyId, TraceId } from '#core/ids.ts';
import {
  isMultipleOf,
  notional,
  type Price,
  price,
  type Quantity,
  quantity,
  showQuantity,
} from '#core/money.ts';
import { type OrderIntent, planOrder } from '#core/plan.ts';
import { btcusdt, quoteAt } from '#test/support/market.ts';

const story = {
  signal: 1 as Seq,
  key: 'abcdefghij234567abcd' as SignalKey,
  trace: '0'.repeat(32) as TraceId,
};

const intent = (change: Partial<OrderIntent> & Pick<OrderIntent, 'leg'>): OrderIntent => ({
  story,
  position: 'paper/trend/BTCUSDT/LONG' as PositionKey,
  strategyId: 'trend' as StrategyId,
  attempt: 1,
  side: 'LONG',
  positionMode: 'hedge',
  quantity: quantity('0.01'),
  ...change,
});

const side = fc.constantFrom<PositionSide>('LONG', 'SHORT');
const mode = fc.constantFrom<'hedge' | 'one_way'>('hedge', 'one_way');
const anyQuantity = fc.bigInt({ min: 0n, max: quantity('2000') }).map((value) => value as Quantity);
const anyPrice = fc.bigInt({ min: 1n, max: price('2000000') }).map((value) => value as Price);
const leg = fc.constantFrom('entry', 'stop', 'take_profit', 'close', 'flatten');

test('every order that can be built obeys the filters of the symbol', () => {
  fc.assert(
    fc.property(
      leg,
      side,
      mode,
      anyQuantity,
      anyPrice,
      anyPrice,
      fc.boolean(),
      (leg, side, positionMode, size, at, mark, limit) => {
        const market = { mark, bid: mark, ask: mark, atMs: 0 };
        const trigger = leg === 'stop' || leg === 'take_profit' ? { triggerPrice: at } : {};
        const limitPrice = leg === 'entry' && limit ? { limitPrice: at } : {};
        const plan = planOrder(
          intent({ leg, side, positionMode, quantity: size, ...trigger, ...limitPrice }),
          btcusdt,
          market,
        );
        if (!plan.ok) return;
        const { order } = plan;
        const sent = quantity(order.quantity);
        const max = order.type === 'LIMIT' ? btcusdt.quantityMax : btcusdt.marketQuantityMax;
        assert.ok(sent >= btcusdt.quantityMin && sent <= max && isMultipleOf(sent, btcusdt.stepSize));
        assert.ok(sent <= size, 'never more than was asked for');
        for (const text of [order.price, order.triggerPrice]) {
          if (text === undefined) continue;
          const value = price(text);
          assert.ok(isMultipleOf(value, btcusdt.tickSize));
          assert.ok(value >= btcusdt.priceMin && value <= btcusdt.priceMax);
        }
        assert.match(order.clientOrderId, /^[.A-Z:/a-z0-9_-]{1,36}$/);
        assert.equal(order.side === 'BUY', (side === 'LONG') === (leg === 'entry'));
        assert.equal(order.positionSide, positionMode === 'hedge' ? side : 'BOTH');
        assert.equal(order.reduceOnly, positionMode === 'one_way' && leg !== 'entry');
        if (leg === 'entry') {
          const reference = order.price === undefined ? mark : price(order.price);
          assert.ok(notional(reference, sent) >= btcusdt.notionalMin);
        }
      },
    ),
    { numRuns: 2_000 },
  );
});

test('a stop or target on the wrong side of the market cannot be built', () => {
  fc.assert(
    fc.property(fc.constantFrom('stop', 'take_profit'), side, anyPrice, anyPrice, (leg, side, at, mark) => {
      const market = { mark, bid: mark, ask: mark, atMs: 0 };
      const plan = planOrder(intent({ leg, side, triggerPrice: at }), btcusdt, market);
      if (!plan.ok) return;
      const trigger = price(plan.order.triggerPrice ?? '');
      const below = (side === 'LONG') === (leg === 'stop');
      assert.ok(below ? trigger < mark : trigger > mark);
    }),
    { numRuns: 2_000 },
  );
});

test('a value just under the minimum notional is refused with both numbers', () => {
  const plan = planOrder(intent({ leg: 'entry', quantity: quantity('0.001') }), btcusdt, quoteAt('99999.9'));
  assert.ok(!plan.ok);
  assert.deepEqual(plan.refusal, { reason: 'below_min_notional', value: '99.9999', limit: '100' });
});

test('a size that the engine chose is raised to the minimum instead', () => {
  const plan = planOrder(
    intent({ leg: 'entry', quantity: quantity('0.0004'), raiseToMinimum: true }),
    btcusdt,
    quoteAt('43210'),
  );
  assert.ok(plan.ok);
  assert.equal(plan.order.quantity, '0.003', '0.002 would be worth 86.42');
});

test('what reduces a position is exempt from the minimum notional', () => {
  for (const leg of ['close', 'flatten'] as const) {
    assert.ok(planOrder(intent({ leg, quantity: quantity('0.001') }), btcusdt, quoteAt('50000')).ok);
  }
});

test('a limit outside the band around the mark price is refused with the bound', () => {
  const bought = planOrder(intent({ leg: 'entry', limitPrice: price('52600') }), btcusdt, quoteAt('50000'));
  assert.ok(!bought.ok);
  assert.deepEqual(bought.refusal, { reason: 'price_outside_band', value: '52600', limit: '52500' });
  const sold = planOrder(
    intent({ leg: 'entry', side: 'SHORT', limitPrice: price('47499.9') }),
    btcusdt,
    quoteAt('50000'),
  );
  assert.ok(!sold.ok);
  assert.deepEqual(sold.refusal, { reason: 'price_outside_band', value: '47499.9', limit: '47500' });
});

test('a limit is rounded to the tick that is better for the order', () => {
  const buy = planOrder(intent({ leg: 'entry', limitPrice: price('49999.97') }), btcusdt, quoteAt('50000'));
  const sell = planOrder(
    intent({ leg: 'entry', side: 'SHORT', limitPrice: price('50000.01') }),
    btcusdt,
    quoteAt('50000'),
  );
  assert.ok(buy.ok && sell.ok);
  assert.equal(buy.order.price, '49999.9');
  assert.equal(sell.order.price, '50000.1');
});

test('a close of more than one order may hold goes out in pieces', () => {
  const plan = planOrder(intent({ leg: 'close', quantity: quantity('130') }), btcusdt, quoteAt('50000'));
  assert.ok(plan.ok);
  assert.equal(showQuantity(plan.quantity), '120');
});
