/**
 * Goal: from any of signal id, order id, trace id, log line, exemplar or profile one gets to all the others. Method: real
 * processes trade until the observatory has one of each kind; every edge between two kinds is then walked over its API.
 */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type {
  ExemplarsAnswer,
  FindAnswer,
  LogsAnswer,
  ProfilesAnswer,
  TraceAnswer,
} from '#observatory/answers.ts';
import { Scene } from '#test/support/scene.ts';
import { until } from '#test/support/until.ts';

const SIGNALS_AT_ONCE = 20;
const SEEN_MS_MAX = 60_000;

let scene: Scene;
let published = 0;

async function trade(): Promise<void> {
  const signals = Array.from({ length: SIGNALS_AT_ONCE }, () => {
    published += 1;
    return {
      signal_id: `walked-${published}`,
      strategy_id: `strategy-${published % 5}`,
      symbol: 'BTCUSDT',
      action: published % 2 === 0 ? 'buy' : 'close',
      confidence: 0.9,
      stop_loss_pct: 5,
    };
  });
  await Promise.all(signals.map((signal) => scene.post(`${scene.engineUrl}/v1/signals`, signal)));
}

const ask = async <Answer>(path: string): Promise<Answer | undefined> =>
  (await scene.get(`${scene.observatoryUrl}${path}`)) as Answer | undefined;

/** What each kind of thing is known by, for a story that has one of each. */
interface Story {
  readonly signal: string;
  readonly order: string;
  readonly trace: string;
  /** A log line is known by the trace and the span that it carries, an exemplar and a profile likewise. */
  readonly logSpan: string;
  readonly exemplarSpan: string;
  readonly profileSpan: string;
}

/** How one gets from a trace to each kind of thing that belongs to it: what of it is known there. */
const fromTrace = {
  signal: async (trace) => (await ask<FindAnswer>(`/api/find?id=${trace}`))?.signals,
  order: async (trace) => (await ask<FindAnswer>(`/api/find?id=${trace}`))?.orders,
  trace: async (trace) => (await ask<TraceAnswer>(`/api/traces/${trace}`))?.spans.map(() => trace),
  logSpan: async (trace) =>
    (await ask<LogsAnswer>(`/api/logs?trace_id=${trace}`))?.logs.map(({ spanId }) => spanId ?? ''),
  exemplarSpan: async (trace) =>
    (await ask<ExemplarsAnswer>(`/api/exemplars?trace_id=${trace}`))?.exemplars.map(({ spanId }) => spanId),
  profileSpan: async (trace) =>
    (await ask<ProfilesAnswer>(`/api/profiles?trace_id=${trace}`))?.profiles.flatMap(({ spans }) =>
      spans.map(({ spanId }) => spanId),
    ),
} satisfies Record<keyof Story, (trace: string) => Promise<string[] | undefined>>;

const kinds = Object.keys(fromTrace) as (keyof Story)[];

/** A story that has been met by the profiler, and of which a metric keeps a value. */
async function storyWithAll(): Promise<Story | undefined> {
  await trade();
  const profiles = await ask<ProfilesAnswer>('/api/profiles?limit=200');
  const profiled = profiles?.profiles.flatMap(({ spans }) => spans) ?? [];
  for (const { traceId: trace, spanId: profileSpan } of profiled) {
    if (trace === null) continue;
    const [exemplarSpan] = (await fromTrace.exemplarSpan(trace)) ?? [];
    const [logSpan] = (await fromTrace.logSpan(trace)) ?? [];
    const found = await ask<FindAnswer>(`/api/find?id=${trace}`);
    const signal = found?.signals[0];
    const order = found?.orders[0];
    if (exemplarSpan === undefined || logSpan === undefined || signal === undefined || order === undefined)
      continue;
    return { signal, order, trace, logSpan, exemplarSpan, profileSpan };
  }
  return undefined;
}

describe('from each kind of telemetry to every other', { timeout: 2 * SEEN_MS_MAX }, () => {
  let story: Story;
  before(async () => {
    scene = await Scene.open(21);
    await scene.startObservatory();
    await scene.startEngine({ PYROSCOPE_FLUSH_INTERVAL_MS: '500', OTEL_METRIC_EXPORT_INTERVAL: '200' });
    story = await until('a story with one of each kind', storyWithAll, SEEN_MS_MAX);
  });
  after(() => scene.close());

  for (const from of kinds) {
    for (const to of kinds.filter((kind) => kind !== from)) {
      it(`leads from ${from} to ${to}`, async () => {
        // The id of every kind of thing is known to the observatory: it names the traces of its story.
        const traces =
          (await ask<FindAnswer>(`/api/find?id=${encodeURIComponent(story[from])}`))?.traces ?? [];
        const reached = await Promise.all(traces.map(({ traceId }) => fromTrace[to](traceId)));
        assert.ok(reached.flat().includes(story[to]), `${story[from]} does not lead to ${story[to]}`);
      });
    }
  }
});
