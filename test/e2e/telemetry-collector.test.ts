/**
 * Goal: what the docs say of telemetry is what a real OpenTelemetry Collector sees, over gRPC and over HTTP.
 * Method: the collector is built from its own modules and runs as a process; the real worker exports a journal to it.
 */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, before, beforeEach, describe, test } from 'node:test';
import { openSqliteJournal } from '#journal/sqlite.ts';
import type { MetricSpec } from '#telemetry/catalogue/spec.ts';
import { metrics } from '#telemetry/catalogue.ts';
import { systemMicros } from '#telemetry/clock.ts';
import { prometheusName } from '#telemetry/prometheus.ts';
import { startTelemetry } from '#telemetry/start.ts';
import { assertComplete } from '#test/support/collected-facts.ts';
import { buildCollector, collectorMissing } from '#test/support/collector/build.ts';
import { RealCollector } from '#test/support/collector/real-collector.ts';
import { journalOf } from '#test/support/telemetry-facts.ts';
import { records } from '#test/support/telemetry-records.ts';
import { until } from '#test/support/until.ts';

const BUILD_MS_MAX = 900_000;
const ARRIVAL_MS_MAX = 10_000;
const skip = collectorMissing;

const entries = journalOf(60);

/** Names and types as a page for Prometheus declares them. */
const declaredOn = (page: string): Map<string, string> =>
  new Map([...page.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]));

/** The label names of each sample, without those that Prometheus and the collector add. */
function labelsOn(page: string): Map<string, Set<string>> {
  const added = new Set(['job', 'instance', 'le']);
  const labels = new Map<string, Set<string>>();
  for (const [, name = '', list = ''] of page.matchAll(/^([a-z0-9_]+)\{(.*)\} \S+$/gm)) {
    const names = [...list.matchAll(/(\w+)="/g)].map(([, label = '']) => label);
    labels.set(name, new Set(names.filter((label) => !added.has(label))));
  }
  return labels;
}

const promTypes = { counter: 'counter', sum: 'gauge', gauge: 'gauge', histogram: 'histogram' } as const;

describe('a real OpenTelemetry Collector', { skip }, () => {
  let directory: string;
  let collector: RealCollector;

  before(() => buildCollector(), { timeout: BUILD_MS_MAX });
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tradeengine-collector-'));
    collector = await RealCollector.create(directory);
    await collector.start();
  });
  afterEach(async () => {
    await collector.stop();
    await rm(directory, { recursive: true });
  });

  for (const protocol of ['grpc', 'http/protobuf'] as const) {
    test(`has every span and log record of a journal over ${protocol}, none twice`, async () => {
      const journalPath = join(directory, 'journal.db');
      const journal = await openSqliteJournal({ path: journalPath });
      const telemetry = await startTelemetry({
        journalPath,
        cursorPath: join(directory, 'telemetry.cursor'),
        env: {
          OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
          OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint(protocol),
          OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
        },
        version: '0.1.0',
        instanceId: 'test-1',
        redact: (text) => text,
        destination: { write: () => {} },
      });
      await Promise.all(entries.map((entry) => journal.append(entry)));
      await telemetry.stop(ARRIVAL_MS_MAX);
      const { head } = journal;
      await journal.close();

      assert.equal(telemetry.status().cursor, head, 'a stop delivers everything');
      await until('the file is written', () => collector.logs.length >= head, ARRIVAL_MS_MAX);
      await collector.stop();
      assertComplete(collector, entries);
    });

    test(`shows Prometheus the names and labels of docs/telemetry.md over ${protocol}`, async () => {
      const telemetry = await startTelemetry({
        journalPath: join(directory, 'journal.db'),
        cursorPath: join(directory, 'telemetry.cursor'),
        env: {
          OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
          OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint(protocol),
        },
        version: '0.1.0',
        instanceId: 'test-1',
        redact: (text) => text,
        destination: { write: () => {} },
      });
      for (const record of Object.values(records)) {
        telemetry.record('at' in record ? { ...record, at: systemMicros() } : record);
      }
      await telemetry.stop(ARRIVAL_MS_MAX);
      const page = await collector.metrics();
      const declared = declaredOn(page);
      declared.delete('target_info');
      const documented = Object.entries<MetricSpec>(metrics).map(([name, spec]) => ({
        name: prometheusName(name, spec),
        spec,
      }));
      assert.deepEqual(
        [...declared].toSorted(),
        documented.map(({ name, spec }) => [name, promTypes[spec.instrument]]).toSorted(),
      );
      const labels = labelsOn(page);
      for (const { name, spec } of documented) {
        const sample = spec.instrument === 'histogram' ? `${name}_bucket` : name;
        const shown = labels.get(sample) ?? new Set();
        const documentedLabels = new Set(spec.labels.map((label) => label.replaceAll('.', '_')));
        // Of a sparse metric labels may be absent.
        if (spec.sparse === true) assert.ok(shown.isSubsetOf(documentedLabels), `the labels of ${name}`);
        else assert.deepEqual(shown, documentedLabels, `the labels of ${name}`);
      }
      assert.match(page, /target_info\{[^}]*job="petrosa-tradeengine"/);
    });
  }
});
