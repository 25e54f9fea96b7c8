// Goal: what a careful trader would try before trusting the engine with money, numbered as the trading rules are.
// Method: signals to a whole engine at the simulated exchange on virtual time, judged by the exchange's own books.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StrategyId, Symbol } from '#core/ids.ts';
import { defaultSettings } from '#core/settings.ts';
import { BTC, ETH, TradingDesk } from '#test/support/trading-desk.ts';
import { fairWeather } from '#test/support/weather.ts';

const strategy = (name: string) => name as StrategyId;
const entries = (desk: TradingDesk) => desk.sent.filter(({ type }) => type === 'MARKET' || type === 'LIMIT');

test('1. the same signal twice makes one order, and the second is answered as a duplicate', async () => {
  const desk = await TradingDesk.open();
  const first = await desk.signal({ id: 'once' as never });
  const second = await desk.signal({ id: 'once' as never });
  assert.deepEqual([first.duplicate, second.duplicate], [false, true]);
  assert.deepEqual(second.decision, first.decision);
  assert.equal(entries(desk).length, 1);
});

test('2. three symbols make three orders', async () => {
  const desk = await TradingDesk.open();
  for (const symbol of ['BTCUSDT', 'ETHUSDT', 'SOLUSDT']) await desk.signal({ symbol: symbol as Symbol });
  assert.deepEqual(
    entries(desk).map(({ symbol }) => symbol),
    ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'],
  );
  assert.equal(Object.keys(desk.held()).length, 3);
});

test('3. 1 500 in one position is refused at a limit of 10 % of 10 000, and no order is sent', async () => {
  const desk = await TradingDesk.open();
  assert.equal(await desk.refusalOf({ quantity: '0.03' }), 'position_too_large');
  assert.equal(desk.sent.length, 0);
});

test('4. after a day that lost 600 of 10 000 an entry is refused at 5 %, and a close passes', async () => {
  const roomy = {
    positionEquityRateMax: '10',
    limits: { ...defaultSettings.limits, exposureEquityRateMax: '10' },
  };
  const desk = await TradingDesk.open({ settings: roomy });
  await desk.signal({ symbol: ETH, strategyId: strategy('other') });
  await desk.signal({ quantity: '0.6', stopLossRate: '0.02' });
  desk.move(BTC, '48990');
  await desk.time.advance(6_000);
  desk.move(BTC, '50000');
  assert.equal(await desk.refusalOf({ quantity: '0.01' }), 'daily_loss');
  assert.equal(
    await desk.refusalOf({ action: 'close', symbol: ETH, strategyId: strategy('other') }),
    undefined,
  );
  assert.deepEqual(desk.held(), {});
});

test('5. 0.001 bitcoin at 50 000 makes one order where the exchange takes orders of 50', async () => {
  const desk = await TradingDesk.open({ minNotional: '5' });
  assert.equal(await desk.refusalOf({ quantity: '0.001' }), undefined);
  assert.deepEqual(
    entries(desk).map(({ quantity }) => quantity),
    ['0.001'],
  );
});

test("6. ten strategies in one symbol are each protected, within the exchange's cap of orders", async () => {
  const desk = await TradingDesk.open({ balance: '100000' });
  for (let index = 0; index < 10; index += 1) {
    await desk.signal({ strategyId: strategy(`s-${index}`), quantity: '0.002', takeProfitRate: '0.05' });
  }
  await desk.time.advance(1_000);
  const stops = desk.guards(BTC).filter(({ type }) => type === 'STOP_MARKET');
  assert.equal(stops.length, 10);
  assert.ok(desk.guards(BTC).length <= 200);
  for (const { exposedSince } of desk.engine.state.positions.values()) assert.equal(exposedSince, undefined);
});

for (const [leg, price, hit] of [
  ['stop', '48000', 'the take-profit is cancelled'],
  ['take-profit', '53000', 'the stop is cancelled'],
] as const) {
  test(`7. when the ${leg} fills, ${hit}, and the pair of the other symbol is untouched`, async () => {
    const desk = await TradingDesk.open();
    const levels = { stopLossRate: '0.02', takeProfitRate: '0.05' };
    await desk.signal({ ...levels, quantity: '0.01' });
    await desk.signal({ ...levels, symbol: ETH, quantity: '0.2' });
    const other = desk.guards(ETH);
    assert.equal(other.length, 2);
    desk.move(BTC, price);
    await desk.time.advance(2_000);
    assert.deepEqual(desk.guards(BTC), []);
    assert.deepEqual(desk.guards(ETH), other);
    assert.deepEqual(Object.keys(desk.held()), ['ETHUSDT LONG']);
  });
}

test('8. when both legs are gone the position is closed once, and no further order follows', async () => {
  const desk = await TradingDesk.open();
  await desk.signal({ quantity: '0.01', stopLossRate: '0.02', takeProfitRate: '0.05' });
  desk.venue.exchange.cancelAllAlgoOrders(BTC, desk.venue.nowMs);
  desk.venue.exchange.placeOrder(
    { symbol: BTC, side: 'SELL', positionSide: 'LONG', type: 'MARKET', quantity: '0.01' },
    desk.venue.nowMs,
  );
  await desk.time.advance(60_000);
  assert.deepEqual(desk.held(), {});
  assert.equal(desk.engine.state.positions.size, 0);
  const after = desk.sent.length;
  await desk.time.advance(60_000);
  assert.equal(desk.sent.length, after);
});

test('9. a stop on the wrong side is refused and never sent', async () => {
  const desk = await TradingDesk.open();
  desk.move(ETH, '43.32');
  assert.equal(await desk.refusalOf({ symbol: ETH, stopLoss: '44.84', quantity: '5' }), 'wrong_side_stop');
  assert.equal(
    await desk.refusalOf({ symbol: ETH, action: 'sell', stopLoss: '41.8', quantity: '5' }),
    'wrong_side_stop',
  );
  assert.equal(desk.sent.length, 0);
});

test('10. a stop that is too far is drawn in to the configured maximum', async () => {
  const desk = await TradingDesk.open();
  desk.move(ETH, '50');
  await desk.signal({ symbol: ETH, action: 'sell', quantity: '5', stopLoss: '200' });
  const [stop] = desk.guards(ETH);
  assert.ok(Math.abs(Number(stop?.triggerPrice) - 60) < 0.1, stop?.triggerPrice);
});

test("11. a stop outside the exchange's range of prices is refused, with the numbers", async () => {
  const desk = await TradingDesk.open({ settings: { stopLossRateMax: '0.999' } });
  const { decision } = await desk.signal({ quantity: '0.01', stopLoss: '100' });
  assert.ok(decision.outcome === 'refused');
  assert.deepEqual([decision.reason, decision.value, decision.limit], ['price_outside_band', '100', '261.1']);
  assert.equal(desk.sent.length, 0);
});

test('12. an order under the minimum notional is refused; what reduces is exempt', async () => {
  const desk = await TradingDesk.open();
  assert.equal(await desk.refusalOf({ quantity: '0.001' }), 'below_min_notional');
  await desk.signal({ quantity: '0.002' });
  desk.move(BTC, '49500');
  assert.equal(await desk.refusalOf({ action: 'close' }), undefined);
  assert.deepEqual(desk.held(), {});
});

test('14. a close without a position is skipped, with the reason', async () => {
  const desk = await TradingDesk.open();
  assert.equal(await desk.refusalOf({ action: 'close' }), 'nothing_to_close');
  assert.equal(desk.sent.length, 0);
});

test('15. refusals for want of margin beyond the limit let only reductions pass, and say so', async () => {
  const poor = {
    positionEquityRateMax: '1000',
    limits: { ...defaultSettings.limits, exposureEquityRateMax: '1000' },
  };
  const desk = await TradingDesk.open({ settings: poor });
  await desk.signal({ quantity: '0.002', strategyId: strategy('holder') });
  for (let count = 0; count <= defaultSettings.limits.marginRefusalsPerMinuteMax; count += 1) {
    assert.equal(desk.engine.state.trading.state, 'active');
    await desk.signal({ quantity: '10', strategyId: strategy(`s-${count}`) });
  }
  assert.deepEqual(
    [desk.engine.state.trading.state, desk.engine.state.trading.why],
    ['reducing', 'margin_refusals'],
  );
  assert.equal(await desk.refusalOf({ quantity: '0.002' }), 'not_active');
  assert.equal(await desk.refusalOf({ action: 'close', strategyId: strategy('holder') }), undefined);
});

for (const [foreignPositions, outcome] of [
  ['protect', 'gets a stop'],
  ['flatten', 'is closed'],
] as const) {
  test(`16. a position found at the exchange ${outcome}; a take-profit that is there stays`, async () => {
    const desk = await TradingDesk.open({ settings: { foreignPositions } });
    const place = { symbol: BTC, positionSide: 'LONG' } as const;
    const { exchange } = desk.venue;
    exchange.placeOrder({ ...place, side: 'BUY', type: 'MARKET', quantity: '0.1' }, desk.venue.nowMs);
    exchange.placeAlgoOrder(
      {
        ...place,
        algoType: 'CONDITIONAL',
        side: 'SELL',
        type: 'TAKE_PROFIT_MARKET',
        triggerPrice: '55000',
        quantity: '0.1',
      },
      desk.venue.nowMs,
    );
    await desk.time.advance(60_000);
    if (foreignPositions === 'flatten') {
      assert.deepEqual(desk.held(), {});
      return;
    }
    assert.deepEqual(
      desk
        .guards(BTC)
        .map(({ type, quantity }) => [type, quantity])
        .toSorted(),
      [
        ['STOP_MARKET', '0.1'],
        ['TAKE_PROFIT_MARKET', '0.1'],
      ],
    );
  });
}

test('17. a target that the market has passed is not placed again and again: the position goes at the market', async () => {
  let delayMs = 0;
  const weather = { ...fairWeather, submit: () => ({ applyAfterMs: delayMs, answerAfterMs: 0 }) };
  const desk = await TradingDesk.open({ weather });
  // Guards are 500 ms on their way: the market moves past the target before it arrives.
  const answering = desk.submit({ quantity: '0.01', stopLossRate: '0.02', takeProfitRate: '0.01' });
  await desk.time.advance(0);
  delayMs = 500;
  await answering;
  desk.move(BTC, '51000');
  await desk.time.advance(10_000);
  const targets = desk.sent.filter(({ type }) => type === 'TAKE_PROFIT_MARKET');
  assert.ok(targets.length <= 2, `${targets.length} targets were sent`);
  assert.deepEqual(desk.held(), {});
  assert.deepEqual(desk.guards(BTC), []);
});

test('18. without its heartbeat a buy is refused and a close passes, and a restart keeps it so', async () => {
  const desk = await TradingDesk.open({
    settings: { limits: { ...defaultSettings.limits, heartbeatMsMax: 5_000 } },
  });
  await desk.signal({ quantity: '0.01' });
  await desk.time.advance(6_000);
  assert.equal(desk.engine.state.trading.why, 'heartbeat_lost');
  assert.equal(await desk.refusalOf({ quantity: '0.01' }), 'not_active');
  await desk.restart();
  desk.engine.beat();
  assert.equal(await desk.refusalOf({ quantity: '0.01' }), 'not_active');
  assert.equal(await desk.refusalOf({ action: 'close' }), undefined);
  assert.deepEqual(desk.held(), {});
});

test('19. in hedge mode buy and sell both execute; in one-way mode the second is refused', async () => {
  const hedge = await TradingDesk.open();
  await hedge.signal({ quantity: '0.01' });
  await hedge.signal({ quantity: '0.01', action: 'sell' });
  assert.deepEqual(Object.keys(hedge.held()).toSorted(), ['BTCUSDT LONG', 'BTCUSDT SHORT']);
  const oneWay = await TradingDesk.open({ settings: { positionMode: 'one_way' } });
  await oneWay.signal({ quantity: '0.01' });
  assert.equal(await oneWay.refusalOf({ quantity: '0.01', action: 'sell' }), 'opposite_position');
});

test('21. an entry that fills in part and is cancelled is protected in what it filled', async () => {
  const desk = await TradingDesk.open({ balance: '1000000' });
  // The best ask holds far less than one bitcoin, and the rest of the order rests.
  const answer = await desk.signal({
    orderType: 'limit',
    price: '50000.1',
    quantity: '1',
    stopLossRate: '0.02',
  });
  assert.ok(answer.decision.outcome !== 'refused');
  const [id] = answer.decision.orders;
  desk.venue.exchange.cancelOrder({ symbol: BTC, origClientOrderId: id as string }, desk.venue.nowMs);
  await desk.time.advance(1_000);
  const [held] = Object.values(desk.held());
  assert.ok(held !== undefined && Number(held) < 1, `held ${held}`);
  assert.deepEqual(
    desk.guards(BTC).map(({ type, quantity }) => [type, quantity]),
    [['STOP_MARKET', held]],
  );
});

test('22. while a stop is replaced there is never a moment without one', async () => {
  const desk = await TradingDesk.open({ settings: { trailingRate: '0.01' } });
  await desk.signal({ quantity: '0.01', stopLossRate: '0.02' });
  for (let price = 50_100; price <= 52_000; price += 100) {
    desk.move(BTC, `${price}`);
    await desk.time.advance(1_500);
  }
  let open = 0;
  const covered: number[] = [];
  for (const entry of desk.ledger) {
    if (entry.kind === 'algo_accepted') open += 1;
    else if (entry.kind === 'algo_canceled') open -= 1;
    else continue;
    covered.push(open);
  }
  assert.ok(covered.length > 10, 'the stop was replaced many times');
  assert.ok(Math.min(...covered) >= 1);
});

test('23. under a thousand signals at once the exposure never passes its bound, at any instant of the ledger', async () => {
  const desk = await TradingDesk.open({
    settings: { limits: { ...defaultSettings.limits, entriesPerMinuteMax: 10_000, positionsMax: 10_000 } },
  });
  const symbols = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT', 'BNBUSDT'] as Symbol[];
  const answers = Array.from({ length: 1_000 }, (_, index) =>
    desk.submit({
      strategyId: strategy(`s-${index % 50}`),
      symbol: symbols[index % symbols.length] ?? BTC,
      quoteQuantity: `${200 + (index % 7) * 50}`,
    }),
  );
  await desk.time.advance(5_000);
  const refused = (await Promise.all(answers)).filter(({ decision }) => decision.outcome === 'refused');
  assert.ok(refused.length > 900);
  let exposure = 0;
  let most = 0;
  for (const entry of desk.ledger) {
    if (entry.kind !== 'fill') continue;
    exposure += Number(entry.price) * Number(entry.quantity);
    most = Math.max(most, exposure);
  }
  // A market order pays what the book asks beyond its first level: 0.1 % is more than the levels are apart.
  assert.ok(most > 7_000 && most <= 8_000 * 1.001, `exposure reached ${most}`);
});
