/**
 * What each fact becomes. The snapshot beside this file holds the exact log record, spans and metric updates of one
 * fact of every type; `node --test --test-update-snapshots` rewrites it, and its difference is to be read.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Entry, FactType } from '#core/facts.ts';
import type { Seq } from '#core/ids.ts';
import { attributes } from '#telemetry/attributes.ts';
import { factEvents, metrics, spans } from '#telemetry/catalogue.ts';
import type { SpanData } from '#telemetry/projected.ts';
import { project } from '#telemetry/projection.ts';
import { at, defaultNames, fixtures, journalOf, wholeStory } from '#test/support/telemetry-facts.ts';

const table = fixtures();
const types = Object.keys(table) as FactType[];

const entryOf = (type: FactType): Entry => ({ seq: 101 as Seq, at: at(10_000), facts: table[type] });

test('every fact type of the catalogue has a fixture of its own type', () => {
  assert.deepEqual(types.toSorted(), Object.keys(factEvents).toSorted());
  for (const type of types)
    assert.ok(
      table[type].some((fact) => fact.type === type),
      type,
    );
});

for (const type of types) {
  test(`${type} is told as in the snapshot`, (t) => {
    t.assert.snapshot(project(entryOf(type)));
  });
}

test('all names that are used are declared', () => {
  const told = [...types.map(entryOf), ...wholeStory()].map(project);
  for (const { spans: made, logs, metrics: updates } of told) {
    for (const { name, attributes: values } of [
      ...made,
      ...logs.map((log) => ({ name: undefined, ...log })),
    ]) {
      if (name !== undefined) assert.ok(name in spans, name);
      for (const attribute of Object.keys(values)) assert.ok(attribute in attributes, attribute);
    }
    for (const { metric, labels } of updates) {
      assert.deepEqual(Object.keys(labels).toSorted(), [...metrics[metric].labels].toSorted(), metric);
    }
  }
});

test('a fact is one log record with its number', () => {
  const entries = wholeStory();
  const logs = entries.flatMap((entry) => project(entry).logs);
  const facts = entries.flatMap((entry) => entry.facts);
  assert.deepEqual(
    logs.map((log) => log.event),
    facts.map((fact) => fact.type),
  );
  assert.deepEqual(
    logs.map((log) => log.attributes['tradeengine.fact.seq']),
    facts.map((_, index) => 101 + index),
  );
});

test('telling the same entries again gives the same telemetry', () => {
  const once = wholeStory().map(project);
  const again = structuredClone(wholeStory()).map(project);
  assert.deepEqual(again, once);
});

test('span ids are unique over a whole journal', () => {
  const ids = journalOf(50).flatMap((entry) => project(entry).spans.map((span) => span.spanId));
  assert.equal(new Set(ids).size, ids.length);
  for (const id of ids) assert.match(id, /^[0-9a-f]{16}$/);
});

test('two signals of one publisher trace have spans of their own', () => {
  const one = wholeStory();
  const other = wholeStory({ seq: 201, trace: one[0] ? traceOf(one[0]) : '', id: 's-2', startedAt: 0 });
  const idsOf = (entries: Entry[]): string[] =>
    entries.flatMap((entry) => project(entry).spans).map((span) => `${span.name} ${span.spanId}`);
  // Client order ids differ between signals too; the fixtures share one key, so only these names are compared.
  const roots = (ids: string[]): string[] => ids.filter((id) => /^signal|^protection|^position/.test(id));
  assert.equal(roots(idsOf(one)).filter((id) => roots(idsOf(other)).includes(id)).length, 0);
});

const traceOf = (entry: Entry): string => project(entry).spans[0]?.traceId ?? '';

test('a signal is one trace: every parent is there, and the root is a child of the publisher', () => {
  const made = wholeStory().flatMap((entry) => project(entry).spans);
  const prompt = made.filter((span) => span.traceId === made[0]?.traceId);
  const [root, ...rest] = prompt;
  assert.equal(root?.name, 'signal receive');
  assert.equal(root?.parentIsRemote, true);
  assert.equal(root?.parentSpanId, '00f067aa0ba902b7');
  const ids = new Set(prompt.map((span) => span.spanId));
  for (const span of rest) assert.ok(ids.has(span.parentSpanId ?? ''), `${span.name} has no parent`);
  assert.deepEqual(
    prompt.map((span) => `${parentName(span, prompt)} > ${span.name}`),
    [
      'publisher > signal receive',
      'signal receive > signal decide',
      'signal decide > order submit',
      'order submit > order fill',
      'signal decide > order submit',
      'signal decide > protection arm',
      'signal decide > order submit',
    ],
  );
});

const parentName = (span: SpanData, all: readonly SpanData[]): string =>
  all.find((other) => other.spanId === span.parentSpanId)?.name ?? 'publisher';

test('the root span says who asked for what and what became of it', () => {
  const accepted = project(entryOf('signal.accepted')).spans[0]?.attributes;
  const refused = project(entryOf('signal.refused')).spans[0]?.attributes;
  assert.deepEqual(accepted, {
    'tradeengine.signal.id': 's-1',
    'tradeengine.strategy.id': 'momentum',
    'tradeengine.symbol': 'BTCUSDT',
    'tradeengine.action': 'buy',
    'tradeengine.signal.seq': 101,
    'tradeengine.decision': 'resized',
    'tradeengine.fact.seq': 101,
  });
  assert.equal(refused?.['tradeengine.decision'], 'refused');
  assert.equal(refused?.['tradeengine.refusal.reason'], 'stale');
});

test('a stop that closes the position is told in a later trace that is linked to the signal', () => {
  const made = wholeStory().flatMap((entry) => project(entry).spans);
  const root = made[0];
  const later = made.filter((span) => span.traceId !== root?.traceId);
  const [fill, close] = later;
  assert.deepEqual(
    later.map((span) => span.name),
    ['order fill', 'position close'],
  );
  assert.equal(fill?.traceId, close?.traceId);
  assert.equal(fill?.parentSpanId, close?.spanId);
  assert.equal(close?.parentSpanId, undefined);
  assert.deepEqual(close?.links, [{ traceId: root?.traceId, spanId: root?.spanId }]);
  assert.equal(close?.attributes['tradeengine.signal.trace_id'], root?.traceId);
  assert.ok((close?.start ?? 0) <= (fill?.start ?? 0), 'the parent begins no later than its child');
});

test('a position that another signal closes is linked to both signals', () => {
  const [opened] = wholeStory().flatMap((entry) => project(entry).spans);
  const closing = { ...defaultNames, seq: 201, trace: '7'.repeat(32), id: 's-2' };
  const [asked] = wholeStory(closing).flatMap((entry) => project(entry).spans);
  const [, closed] = table['position.closed'];
  const [fill] = fixtures(closing)['position.closed'];
  assert.ok(fill !== undefined && closed !== undefined);
  const { spans: made } = project({ seq: 301 as Seq, at: at(20_000), facts: [fill, closed] });
  const close = made.find(({ name }) => name === 'position close');
  assert.deepEqual(
    close?.links,
    [opened, asked].map((span) => ({ traceId: span?.traceId, spanId: span?.spanId })),
  );
});

test('a guard that fills in part, and closes nothing, starts a later trace of its own', () => {
  const fill = table['position.closed'][0];
  assert.ok(fill !== undefined);
  const facts = [fill, ...table['position.changed']];
  const made = project({ seq: 301 as Seq, at: at(20_000), facts }).spans;
  assert.equal(made.length, 1);
  assert.equal(made[0]?.parentSpanId, undefined);
  const [link] = made[0]?.links ?? [];
  assert.equal(link?.traceId, '4bf92f3577b34da6a3ce929d0e0e4736');
  assert.notEqual(made[0]?.traceId, link?.traceId);
});

test('a flattening warns, and is an error where a position went without protection for too long', () => {
  const [planned] = table['order.planned'];
  assert.ok(planned?.type === 'order.planned');
  const severityOf = (change: Partial<typeof planned>) =>
    project({ ...entryOf('order.planned'), facts: [{ ...planned, ...change }] }).logs[0]?.severity;
  assert.equal(severityOf({}), 'info');
  assert.equal(severityOf({ leg: 'flatten', why: 'target_reached' }), 'warn');
  assert.equal(severityOf({ leg: 'flatten', why: 'unprotected_too_long' }), 'error');
});
