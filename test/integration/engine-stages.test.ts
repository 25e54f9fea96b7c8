/** The engine tells what it works on: by the boundaries of its synchronous work, and by the story of its facts. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EngineStage } from '#engine/stage.ts';
import { systemClock } from '#engine/time.ts';
import { runEngine } from '#test/support/running-engine.ts';
import { until } from '#test/support/until.ts';

const signal = (id: string) => ({ id, strategy_id: 's', symbol: 'BTCUSDT', action: 'buy', confidence: 0.9 });

test('a signal is decided, its orders are submitted, answered and reported on, each within its stage', async () => {
  const told: (EngineStage | undefined)[] = [];
  const running = await runEngine({ onStage: (stage) => told.push(stage) });
  const send = (id: string) =>
    running.server.inject({ method: 'POST', url: '/v1/signals?wait=decision', payload: signal(id) });
  try {
    await until('it is ready', () => running.engine.unready === undefined);
    await send('a');
    const isProtected = () =>
      [...running.engine.state.positions.values()].some(({ exposedSince }) => !exposedSince);
    await until('the position is protected', () => isProtected());
    const stages = told.filter((stage) => stage !== undefined);
    assert.deepEqual(
      new Set(stages.map(({ name }) => name)),
      new Set(['decide', 'submit', 'answer', 'report']),
    );
    assert.equal(stages[0]?.name, 'decide');
    // Work does not nest, so that what is told last is what the thread does.
    for (const [index, stage] of told.entries())
      if (stage !== undefined) assert.equal(told[index + 1], undefined);

    const [decide] = stages.filter((stage) => stage.name === 'decide');
    assert.ok(decide !== undefined);
    const facts = (await running.journal.story(decide.signal)).flatMap((entry) => entry.facts);
    const received = facts.find((fact) => fact.type === 'signal.received');
    assert.equal(received?.signal, decide.signal);
    assert.equal(received?.trace, decide.trace);
    const planned = facts.filter((fact) => fact.type === 'order.planned');
    assert.ok(planned.length >= 2);
    for (const { order, story } of planned) {
      const submitted = stages.find(
        (stage) => stage.name === 'submit' && stage.clientOrderId === order.clientOrderId,
      );
      assert.equal(submitted?.trace, story.trace);
    }

    const before = told.filter((stage) => stage?.name === 'decide').length;
    await send('a');
    assert.equal(
      told.filter((stage) => stage?.name === 'decide').length,
      before,
      'a duplicate is not decided',
    );
  } finally {
    await running.stop();
  }
});

test('a stage ends also where its work throws', async () => {
  const told: (EngineStage | undefined)[] = [];
  const running = await runEngine({
    onStage: (stage) => told.push(stage),
    clock: {
      now: () => {
        if (told.at(-1)?.name === 'decide') throw new Error('the clock broke');
        return systemClock.now();
      },
    },
  });
  try {
    await until('it is ready', () => running.engine.unready === undefined);
    const answer = await running.server.inject({
      method: 'POST',
      url: '/v1/signals?wait=decision',
      payload: signal('a'),
    });
    assert.equal(answer.statusCode, 500);
    assert.equal(told.at(-2)?.name, 'decide');
    assert.equal(told.at(-1), undefined);
  } finally {
    await running.stop();
  }
});
