/** What goes wrong about an order is told with the order. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runEngine } from '#test/support/running-engine.ts';
import { until } from '#test/support/until.ts';
import { fairWeather } from '#test/support/weather.ts';

test('a cancellation that failed names its order', async () => {
  const running = await runEngine({
    weather: { ...fairWeather, cancel: () => ({ applyAfterMs: 'never', answerAfterMs: 0, failed: true }) },
  });
  const send = (action: string) =>
    running.server.inject({
      method: 'POST',
      url: '/v1/signals?wait=decision',
      payload: { id: action, strategy_id: 's', symbol: 'BTCUSDT', action, confidence: 0.9 },
    });
  try {
    await until('it is ready', () => running.engine.unready === undefined);
    await send('buy');
    const { state } = running.engine;
    await until('it is protected', () => [...state.positions.values()].some((one) => !one.exposedSince));
    const stop = [...state.orders.values()].find(({ leg }) => leg === 'stop');
    await send('close');
    const problem = await until('a problem', () => running.problems[0]);
    assert.equal(problem, `cancel_failed: failed: ${stop?.plan.clientOrderId}`);
  } finally {
    await running.stop();
  }
});
