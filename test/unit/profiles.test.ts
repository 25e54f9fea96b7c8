/** What a sample is labelled with, and what a profile looks like as a request. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { Micros } from '#core/ids.ts';
import type { EngineStage } from '#engine/stage.ts';
import { Metrics } from '#telemetry/metrics.ts';
import { type IngestRequest, ingestRequest } from '#telemetry/profiles/ingest.ts';
import { labelsOf } from '#telemetry/profiles/labels.ts';
import { ProfileQueue } from '#telemetry/profiles/queue.ts';
import { project } from '#telemetry/projection.ts';
import { Sender } from '#telemetry/sender.ts';
import { wholeStory } from '#test/support/telemetry-facts.ts';

const story = wholeStory();
const facts = story.flatMap((entry) => entry.facts);
const spans = story.flatMap((entry) => project(entry).spans);

const spanOf = (stage: EngineStage) => {
  const { span_id, span_name, trace_id } = labelsOf(stage);
  return spans.find(
    ({ spanId, name, traceId }) => spanId === span_id && name === span_name && traceId === trace_id,
  );
};

test('the samples of a decision carry the ids of its span, and the span names them', () => {
  const decisions = facts.filter((fact) => fact.type === 'signal.accepted' || fact.type === 'signal.refused');
  assert.ok(decisions.length > 0);
  for (const { trace, signal } of decisions) {
    const span = spanOf({ name: 'decide', trace, signal });
    assert.equal(span?.attributes['pyroscope.profile.id'], span?.spanId);
    assert.ok(span !== undefined);
  }
});

test('the samples of a submission, its answer and its reports carry the ids of its span', () => {
  const accepted = facts.filter((fact) => fact.type === 'order.accepted');
  assert.ok(accepted.length > 0);
  for (const { trace, clientOrderId } of accepted) {
    for (const name of ['submit', 'answer', 'report'] as const) {
      const stage = { name, trace, clientOrderId };
      const span = spanOf(stage);
      assert.ok(span !== undefined);
      assert.equal(span.attributes['pyroscope.profile.id'], span.spanId);
      assert.equal(labelsOf(stage).stage, name);
    }
  }
});

function droppedIn(metrics: Metrics) {
  const failed = metrics.readings().find(({ name }) => name === 'tradeengine.telemetry.failed');
  return failed?.series.find(({ labels }) => Object.values(labels).sort().join() === 'dropped,profiles')
    ?.value;
}

test('while nobody takes profiles the newest wait, and what is dropped is counted', async () => {
  const metrics = new Metrics('0.1.0', 1 as Micros);
  const sent: string[] = [];
  const gate = Promise.withResolvers<void>();
  const exporter = {
    endpoint: 'http://pyroscope',
    send: async ({ query }: IngestRequest) => {
      await gate.promise;
      sent.push(new URLSearchParams(query).get('from') ?? '');
      return { kind: 'accepted', rejected: { count: 0, message: '' } } as const;
    },
    close: () => {},
  };
  const sender = new Sender<IngestRequest>({
    signal: 'profiles',
    exporter,
    metrics,
    now: () => 0 as Micros,
    sleep: async () => {},
    report: () => {},
  });
  const queue = new ProfileQueue(sender, metrics, { 'service.name': 's' });
  for (let second = 0; second < 30; second += 1) {
    const from = (second * 1_000_000) as Micros;
    queue.offer({ items: [{ kind: 'wall', from, until: from, pprof: new Uint8Array() }], dropped: 0 });
  }
  // One is on its way, and twenty-four wait.
  assert.deepEqual([queue.status.queued, queue.status.dropped], [24, 5]);
  gate.resolve();
  await queue.stop();
  assert.deepEqual(sent, ['0', ...Array.from({ length: 24 }, (_, index) => String(index + 6))]);
  assert.equal(queue.status.exported, 25);
  assert.equal(droppedIn(metrics), 5);
});

test('what was dropped on the way to the queue is counted with the rest', async () => {
  const metrics = new Metrics('0.1.0', 1 as Micros);
  const sender = new Sender<IngestRequest>({
    signal: 'profiles',
    exporter: undefined,
    metrics,
    now: () => 0 as Micros,
    sleep: async () => {},
    report: () => {},
  });
  const queue = new ProfileQueue(sender, metrics, {});
  queue.offer({ items: [], dropped: 3 });
  assert.equal(queue.status.dropped, 3);
  assert.equal(droppedIn(metrics), 3);
  await queue.stop();
});

test('a profile is a request of the ingest protocol', () => {
  const taken = {
    kind: 'wall',
    from: 1_700_000_000_900_000 as Micros,
    until: 1_700_000_010_950_000 as Micros,
    pprof: new TextEncoder().encode('pprof'),
  } as const;
  const { query, body, length } = ingestRequest(taken, {
    'service.name': 'petrosa-tradeengine',
    'service.version': '0.1.0',
    'k8s.pod.name': 'engine-0',
    'process.pid': 4_711,
  });
  assert.deepEqual(Object.fromEntries(new URLSearchParams(query)), {
    name: 'petrosa-tradeengine{k8s_pod_name=engine-0,service_version=0.1.0}',
    format: 'pprof',
    spyName: 'nodespy',
    sampleRate: '100',
    from: '1700000000',
    until: '1700000010',
  });
  assert.equal(gunzipSync(body).toString(), 'pprof');
  assert.equal(length, body.length);
});

test('what the form cannot hold becomes an underscore, and the times are never equal', () => {
  const at = 1_700_000_000_000_000 as Micros;
  const taken = { kind: 'heap', from: at, until: at, pprof: new Uint8Array() } as const;
  const { query } = ingestRequest(taken, {
    'service.name': 'a{b}',
    '0x': 'p, q=r}',
    'deployment.environment': 'x',
  });
  const { name, from, until } = Object.fromEntries(new URLSearchParams(query));
  assert.equal(name, 'a_b_{_0x=p__q_r_,deployment_environment=x}');
  assert.equal(Number(until) - Number(from), 1);
});
