/**
 * Goal: from a profile to the span that its samples were taken in, and back. Method: real processes trade until the
 * profiler, which looks a hundred times a second, has met them at it.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { FlameAnswer, FlameNode, ProfilesAnswer, TraceAnswer } from '#observatory/answers.ts';
import { Scene } from '#test/support/scene.ts';
import { until } from '#test/support/until.ts';

const SIGNALS_AT_ONCE = 20;
/** The worker takes what processor trading and the rest of the machine leave. */
const ARRIVAL_MS_MAX = 60_000;

let scene: Scene;
let published = 0;

before(async () => {
  scene = await Scene.open(12);
});
after(() => scene.close());

const ask = async <Answer>(path: string): Promise<Answer | undefined> =>
  (await scene.get(`${scene.observatoryUrl}${path}`)) as Answer | undefined;

function trade(): Promise<unknown> {
  const signals = Array.from({ length: SIGNALS_AT_ONCE }, () => {
    published += 1;
    return {
      signal_id: `profiled-${published}`,
      strategy_id: `strategy-${published % 5}`,
      symbol: 'BTCUSDT',
      action: published % 2 === 0 ? 'buy' : 'close',
      confidence: 0.9,
      stop_loss_pct: 5,
    };
  });
  return Promise.all(signals.map((signal) => scene.post(`${scene.engineUrl}/v1/signals`, signal)));
}

const framesOf = ({ name, children }: FlameNode): string[] => [name, ...children.flatMap(framesOf)];

test('a profile leads to the span that it was taken in, and the span to its profiles', {
  timeout: 4 * ARRIVAL_MS_MAX,
}, async () => {
  await scene.startObservatory();
  await scene.startEngine({ PYROSCOPE_FLUSH_INTERVAL_MS: '1000' });
  const { spanId, traceId, name } = await until(
    'a sample was taken in a span',
    async () => {
      await trade();
      const answer = await ask<ProfilesAnswer>('/api/profiles?type=cpu');
      return answer?.profiles.flatMap(({ spans }) => spans)[0];
    },
    ARRIVAL_MS_MAX,
  );

  const span = await until(
    'the span has arrived',
    async () => {
      const trace = await ask<TraceAnswer>(`/api/traces/${traceId}`);
      return trace?.spans.find((one) => one.spanId === spanId);
    },
    ARRIVAL_MS_MAX,
  );
  assert.equal(span.name, name);
  assert.equal(span.attributes['pyroscope.profile.id'], spanId);

  const found = await ask<ProfilesAnswer>(`/api/profiles?span_id=${spanId}&trace_id=${traceId}`);
  assert.ok((found?.profiles.length ?? 0) > 0);
  assert.equal(found?.profiles[0]?.service, span.service);
  const flame = await ask<FlameAnswer>(`/api/profiles/flame?type=wall&span_id=${spanId}`);
  assert.ok((flame?.root.total ?? 0) > 0);
  assert.ok(
    flame !== undefined && framesOf(flame.root).some((frame) => frame.includes('(engine/engine.ts)')),
  );

  const heap = await until(
    'a profile of the heap',
    async () => {
      const answer = await ask<FlameAnswer>('/api/profiles/flame?type=inuse_space');
      return (answer?.root.total ?? 0) > 0 && answer;
    },
    ARRIVAL_MS_MAX,
  );
  assert.equal(heap.unit, 'bytes');
});
