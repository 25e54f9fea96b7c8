// Goal: each signal in the list has the outcome that its own stages tell, whatever else is in its trace.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { SignalSummary } from '#observatory/answers.ts';
import { emptySource, emptySpan, noRows, type SpanRow } from '#observatory/otlp/rows.ts';
import { newestSignals } from '#observatory/queries/signals.ts';
import { openStore, type Store } from '#observatory/store/store.ts';
import { temporaryDirectory } from '#test/support/observatory/running.ts';

const source = emptySource();
const startNs = 1_763_900_000_000_000_000n;
let spanCount = 0;

interface Stage {
  name: string;
  /** Milliseconds after the receipt. */
  endMs: number;
  attributes?: Record<string, string>;
  error?: string;
  below?: Stage[];
}

/** The spans of a receipt and the stages below it. */
function spansOf(traceId: string, stage: Stage, parentSpanId = ''): SpanRow[] {
  spanCount++;
  const spanId = spanCount.toString(16).padStart(16, '0');
  const attributes = Object.fromEntries(
    Object.entries(stage.attributes ?? {}).map(([key, value]) => [`tradeengine.${key}`, value]),
  );
  const span: SpanRow = {
    ...emptySpan(source),
    traceId,
    spanId,
    parentSpanId,
    name: stage.name,
    startNs,
    endNs: startNs + BigInt(stage.endMs * 1e6),
    attributes,
    statusCode: stage.error === undefined ? 0 : 2,
    statusMessage: stage.error ?? '',
  };
  return [span, ...(stage.below ?? []).flatMap((inner) => spansOf(traceId, inner, spanId))];
}

const receipt = (signalId: string, decision: string, below: Stage[]): Stage => ({
  name: 'signal receive',
  endMs: 1,
  attributes: { 'signal.id': signalId, decision },
  below: [{ name: 'signal decide', endMs: 1, below }],
});

const submit = (endMs: number, outcome: string, more: Partial<Stage> = {}, leg = 'entry'): Stage => ({
  name: 'order submit',
  endMs,
  attributes: { 'order.leg': leg, 'order.outcome': outcome },
  ...more,
});
const resolve = (endMs: number, outcome: string): Stage => ({
  name: 'order resolve',
  endMs,
  attributes: { 'order.leg': 'entry', 'order.outcome': outcome },
});
const fill: Stage = { name: 'order fill', endMs: 30, attributes: { 'order.leg': 'entry' } };
const stop = submit(35, 'accepted', {}, 'stop');

const cases: Record<string, { stages: Stage[]; outcome: string; latencyMs: number; reason?: string }> = {
  decided: { stages: [], outcome: 'accepted', latencyMs: 1 },
  submitted: { stages: [submit(20, 'accepted')], outcome: 'submitted', latencyMs: 20 },
  filled: { stages: [submit(20, 'accepted', { below: [fill] }), stop], outcome: 'filled', latencyMs: 20 },
  armed: {
    stages: [submit(20, 'accepted', { below: [fill] }), stop, { name: 'protection arm', endMs: 40 }],
    outcome: 'protected',
    latencyMs: 20,
  },
  refused: {
    stages: [submit(20, 'refused', { error: '-2019 Margin is insufficient.' })],
    outcome: 'order_refused',
    latencyMs: 20,
    reason: '-2019 Margin is insufficient.',
  },
  retried: {
    stages: [submit(20, 'refused', { error: '-1001 Disconnected.' }), submit(50, 'accepted')],
    outcome: 'submitted',
    latencyMs: 20,
  },
  unknown: {
    stages: [submit(20, 'unknown', { error: 'timeout' })],
    outcome: 'order_unknown',
    latencyMs: 20,
    reason: 'timeout',
  },
  resolved: {
    stages: [submit(20, 'unknown', { error: 'timeout', below: [resolve(900, 'placed')] })],
    outcome: 'submitted',
    latencyMs: 20,
  },
};

describe('outcome of a signal', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let store: Store;
  let signals: SignalSummary[];

  before(async () => {
    directory = await temporaryDirectory();
    store = await openStore({ directory: `${directory.path}/store`, nowMs: Date.now });
    // All in one trace, as a publisher may send them, with a duplicate of the first.
    const traceId = 'ab'.repeat(16);
    const spans = Object.entries(cases).flatMap(([name, { stages }]) =>
      spansOf(traceId, receipt(name, 'accepted', stages)),
    );
    spans.push(...spansOf(traceId, { ...receipt('again', 'duplicate', []), below: [] }));
    assert.equal(await store.sink.write({ ...noRows(), spans }, 1), 'stored');
    ({ signals } = await newestSignals(store.reader, 50, undefined));
  });
  after(async () => {
    await store.close();
    await directory.remove();
  });

  for (const [name, { outcome, latencyMs, reason = null }] of Object.entries(cases)) {
    it(`is ${outcome} for ${name}`, () => {
      const signal = signals.find((candidate) => candidate.signalId === name);
      assert.deepEqual(
        { outcome: signal?.outcome, latencyMs: signal?.latencyMs, reason: signal?.reason },
        { outcome, latencyMs, reason },
      );
    });
  }

  it('is duplicate for a signal that came again', () => {
    const signal = signals.find((candidate) => candidate.signalId === 'again');
    assert.equal(signal?.outcome, 'duplicate');
  });
});
