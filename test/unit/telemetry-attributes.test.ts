/** No attribute is declared that nothing carries. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FactType } from '#core/facts.ts';
import type { Seq } from '#core/ids.ts';
import { attributes } from '#telemetry/attributes.ts';
import type { MetricSpec } from '#telemetry/catalogue/spec.ts';
import { metrics } from '#telemetry/catalogue.ts';
import { project } from '#telemetry/projection.ts';
import { projectRuntime } from '#telemetry/runtime/projection.ts';
import { at, fixtures, wholeStory } from '#test/support/telemetry-facts.ts';
import { records } from '#test/support/telemetry-records.ts';

/** Only the process log carries these: with engine.crashed. */
const elsewhere = ['exception.message', 'exception.stacktrace', 'exception.type'];

test('every attribute that is declared has its place on a span, a log record or a metric', () => {
  const table = fixtures();
  const entries = (Object.keys(table) as FactType[]).map((type) => ({
    seq: 101 as Seq,
    at: at(10_000),
    facts: table[type],
  }));
  const told = [...entries, ...wholeStory()].map(project);
  const carried = new Set<string>([
    ...told.flatMap(({ spans, logs }) => [...spans, ...logs].flatMap((one) => Object.keys(one.attributes))),
    ...Object.values(records).flatMap((record) =>
      (projectRuntime(record).spans ?? []).flatMap((span) => Object.keys(span.attributes)),
    ),
    ...Object.values<MetricSpec>(metrics).flatMap(({ labels }) => labels),
  ]);
  const unused = Object.keys(attributes).filter((name) => !carried.has(name));
  assert.deepEqual(unused.toSorted(), elsewhere);
});
