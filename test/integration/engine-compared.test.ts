// Goal: a comparison with the exchange is told as agreed only if nothing differed.
// Method: an engine on virtual time, and orders and trades at the exchange that it has not made.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type AccountId,
  clientOrderIdOf,
  intentIdOf,
  type Micros,
  type SignalId,
  type SignalKey,
  type StrategyId,
  type Symbol,
} from '#core/ids.ts';
import { defaultSettings } from '#core/settings.ts';
import type { ComparisonOutcome } from '#engine/comparisons.ts';
import { Engine } from '#engine/engine.ts';
import { signalKeyFor, traceContextOf } from '#intake/identity.ts';
import { MemoryJournal } from '#journal/memory.ts';
import { START_MS } from '#test/support/account.ts';
import { InProcessExchange } from '#test/support/in-process-exchange.ts';
import { Venue } from '#test/support/venue.ts';
import { VirtualTime } from '#test/support/virtual-time.ts';
import { ACCEPTANCE_WINDOW_MS, fairWeather } from '#test/support/weather.ts';

const account = 'test' as AccountId;
const symbol = 'BTCUSDT' as Symbol;
const COMPARE_MS = 5_000;

async function compared() {
  const time = new VirtualTime(START_MS);
  const venue = new Venue({ seed: 1, clock: time, dualSide: true });
  const outcomes: ComparisonOutcome[] = [];
  const exchange = new InProcessExchange({
    venue,
    clock: time,
    timers: time,
    weather: fairWeather,
    isAlive: () => true,
  });
  const starting = Engine.start({
    account,
    version: '0.0.0',
    settings: defaultSettings,
    journal: new MemoryJournal(),
    exchange,
    clock: time,
    timers: time,
    acceptanceWindowMs: ACCEPTANCE_WINDOW_MS,
    onCompared: (outcome) => outcomes.push(outcome),
  });
  await time.advance(1_000);
  const engine = await starting;
  outcomes.length = 0;
  /** What the next comparisons are told as. */
  const next = async (count = 1): Promise<ComparisonOutcome[]> => {
    await time.advance(count * COMPARE_MS);
    return outcomes.splice(0);
  };
  const place = (params: Parameters<typeof venue.exchange.placeOrder>[0]): void => {
    const placed = venue.exchange.placeOrder({ symbol, positionSide: 'LONG', ...params }, venue.nowMs);
    assert.ok(placed.ok);
  };
  return { engine, exchange, place, next };
}

test('a journal and an exchange at rest agree', async () => {
  const { next } = await compared();
  assert.deepEqual(await next(2), ['agreed', 'agreed']);
});

test('a position that the journal does not know differs, as long as it is there', async () => {
  const { next, place } = await compared();
  place({ side: 'BUY', type: 'MARKET', quantity: '0.1' });
  assert.deepEqual(await next(2), ['differed', 'differed']);
  place({ side: 'SELL', type: 'MARKET', quantity: '0.1' });
  assert.deepEqual(await next(2), ['agreed', 'agreed']);
});

test('an order that the journal does not know differs, until it is cancelled', async () => {
  const { next, place } = await compared();
  const orphan = clientOrderIdOf(intentIdOf('a'.repeat(20) as SignalKey, 'entry', 'LONG'), 1);
  const limit = { side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', price: '30000', quantity: '0.1' };
  place({ ...limit, newClientOrderId: orphan });
  assert.deepEqual(await next(2), ['differed', 'agreed']);
});

test('a comparison that fails the engine is told as nothing', async () => {
  const { engine, exchange, next } = await compared();
  const takenAt = 0 as never;
  const positions = [{ symbol, side: 'LONG' as const, quantity: 'many', entryPrice: '0' }];
  exchange.snapshot = async () => ({ kind: 'answer', value: { takenAt, positions, openOrders: [] } });
  assert.deepEqual(await next(), []);
  assert.equal(engine.unready, 'engine_failed');
});

test('a position that the exchange no longer holds differs, up to the comparison that takes it out', async () => {
  const { engine, exchange, next } = await compared();
  const id = 'one' as SignalId;
  const key = signalKeyFor(account, id);
  await engine.submitSignal({
    signal: {
      id,
      strategyId: 'momentum' as StrategyId,
      symbol,
      action: 'buy',
      confidence: '0.9',
      orderType: 'market',
      timestampMs: START_MS,
    },
    key,
    ...traceContextOf(undefined, key),
    receivedAt: (START_MS * 1000) as Micros,
  });
  assert.deepEqual(await next(), ['agreed']);
  assert.equal(engine.state.positions.size, 1);
  const snapshot = exchange.snapshot.bind(exchange);
  exchange.snapshot = async () => {
    const seen = await snapshot();
    return seen.kind === 'answer' ? { ...seen, value: { ...seen.value, positions: [] } } : seen;
  };
  const outcomes: ComparisonOutcome[] = [];
  while (engine.state.positions.size > 0 && outcomes.length < 20) outcomes.push(...(await next()));
  assert.equal(engine.state.positions.size, 0);
  assert.deepEqual(new Set(outcomes), new Set(['differed']));
});
