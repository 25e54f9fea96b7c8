/** What goes wrong on our own side of the collector: the journal, the clock, what cannot be told. The pump goes on. */

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { Entry } from '#core/facts.ts';
import type { Micros, Seq } from '#core/ids.ts';
import { assertComplete, headOf } from '#test/support/collected-facts.ts';
import { Collector } from '#test/support/telemetry-collector.ts';
import { journalOf } from '#test/support/telemetry-facts.ts';
import { ArrayJournal, MemoryCursor, pumpTo, stopPumps } from '#test/support/telemetry-pump.ts';
import { records } from '#test/support/telemetry-records.ts';
import { until } from '#test/support/until.ts';

let collector: Collector;

beforeEach(async () => {
  collector = new Collector();
  await collector.start();
});
afterEach(async () => {
  await stopPumps();
  collector.stop();
});

const pump = (source: ArrayJournal, cursor = new MemoryCursor(), extra: Record<string, string> = {}) =>
  pumpTo({
    source,
    cursor,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_METRIC_EXPORT_INTERVAL: '1000',
      ...extra,
    },
  });

/** A journal of which nothing from entry `damaged` on can be read, until it is mended. */
class DamagedJournal extends ArrayJournal {
  damaged = 0;

  override readBatch(from: Seq, limit: number): Entry[] {
    const batch = super.readBatch(from, limit);
    const bad = this.entries[this.damaged];
    if (bad !== undefined && batch.includes(bad)) throw new Error('does not decode');
    return batch;
  }

  override head(): Seq {
    if (this.damaged === 0) throw new Error('is not a journal');
    return super.head();
  }
}

test('a journal that cannot be read is told once, metrics go on, and its facts follow when it can', async () => {
  const entries = journalOf(3);
  const source = new DamagedJournal(entries);
  const { pump: pumping, problems } = pump(source);
  await until('metrics', () => collector.requests.metrics > 3);
  assert.deepEqual(
    problems.map(({ event }) => event),
    ['telemetry.journal_unreadable'],
  );
  assert.match(problems[0]?.message ?? '', /from fact 1 on: does not decode/);
  source.damaged = entries.length;
  await until('delivered', () => pumping.status.cursor === headOf(entries));
  assertComplete(collector, entries);
});

test('an entry that does not decode keeps none before it from being told', async () => {
  const entries = journalOf(3);
  const source = new DamagedJournal(entries);
  source.damaged = 5;
  const { pump: pumping, problems } = pump(source);
  await until('told', () => problems.length > 0);
  await until('delivered', () => pumping.status.cursor === headOf(entries.slice(0, 5)));
  assertComplete(collector, entries.slice(0, 5));
  assert.equal(problems.length, 1);
});

test('a cursor is kept while its journal cannot be read, and its totals with it', async () => {
  const entries = journalOf(3);
  const cursor = new MemoryCursor();
  const first = pump(new ArrayJournal(entries), cursor);
  await until('delivered', () => first.pump.status.cursor === headOf(entries));
  first.pump.stop();
  await first.ended;
  const source = new DamagedJournal(entries);
  const second = pump(source, cursor);
  await until('told', () => second.problems.length > 0);
  source.damaged = entries.length;
  await until('read', () => second.pump.status.head === headOf(entries));
  second.pump.stop();
  await second.ended;
  assertComplete(collector, entries);
  assert.equal(collector.metrics.get('tradeengine.signals.received')?.points[0]?.value, 3);
});

test('a cursor that turns out to be of another journal takes its totals with it', async () => {
  const cursor = new MemoryCursor();
  const first = pump(new ArrayJournal(journalOf(30)), cursor);
  await until('delivered', () => first.pump.status.cursor > 0 && first.pump.status.lagFacts === 0);
  first.pump.stop();
  await first.ended;
  const entries = journalOf(3);
  const source = new DamagedJournal(entries);
  const second = pump(source, cursor);
  await until('told', () => second.problems.length > 0);
  source.damaged = entries.length;
  await until('delivered', () => second.pump.status.cursor === headOf(entries));
  second.pump.stop();
  await second.ended;
  assert.equal(second.problems.at(-1)?.event, 'telemetry.cursor_reset');
  assert.equal(collector.metrics.get('tradeengine.signals.received')?.points[0]?.value, 3);
});

const withCanary = (): Entry[] => {
  const entries = journalOf(1);
  const at = (entries.at(-1)?.at ?? 0) as Micros;
  const seq = (headOf(entries) + 1) as Seq;
  return [...entries, { seq, at, facts: [{ type: 'telemetry.canary' }] }];
};

test('a canary has arrived when the collector has taken it', async () => {
  const { pump: pumping } = pump(new ArrayJournal(withCanary()));
  await until('delivered', () => pumping.status.lagFacts === 0);
  assert.equal(pumping.status.canary?.fact, headOf(withCanary()));
});

test('a canary that was rejected in part of an answer, refused or never sent has not arrived', async () => {
  for (const [behaviour, extra] of [
    [{ kind: 'partial', rejected: 1_000, message: 'no' }, {}],
    [{ kind: 'refuse', why: 'INVALID_ARGUMENT' }, {}],
    [{ kind: 'accept' }, { OTEL_TRACES_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' }],
  ] as const) {
    collector.behave(behaviour);
    const { pump: pumping } = pump(new ArrayJournal(withCanary()), new MemoryCursor(), extra);
    await until('given up', () => pumping.status.lagFacts === 0);
    assert.equal(pumping.status.canary, undefined, behaviour.kind);
  }
});

test('a record that cannot be told keeps no other from being told', async () => {
  const { pump: pumping, problems } = pump(new ArrayJournal());
  pumping.record({ items: [{ ...records.commit, kind: 'unheard' } as never, records.commit], dropped: 0 });
  assert.deepEqual(
    problems.map(({ event }) => event),
    ['telemetry.rejected'],
  );
  const commits = pumping.readings().find(({ name }) => name === 'tradeengine.journal.commit.entries');
  const value = commits?.series[0]?.value;
  assert.equal(typeof value === 'object' ? value.count : value, 1);
});

test('a clock that steps back does not make the pump pause for as long', async () => {
  let at = 1_795_458_600_000_000;
  const { pump: pumping, waitsMs } = pumpTo({
    source: new ArrayJournal(journalOf(50)),
    cursor: new MemoryCursor(),
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, OTEL_METRIC_EXPORT_INTERVAL: '1000' },
    now: () => {
      at -= 3_600_000_000;
      return at as Micros;
    },
  });
  await until('delivered', () => pumping.status.lagFacts === 0);
  await until('paused', () => waitsMs.length > 1);
  assert.ok(Math.max(...waitsMs) <= 1_000, `${Math.max(...waitsMs)} ms`);
});
