/**
 * Goal: whatever dies, the collector ends up with the telemetry of each committed fact, once by its id.
 * Method: real processes. A real OpenTelemetry Collector is stopped or frozen while signals are traded, the engine is
 * killed with SIGKILL meanwhile, and starts again; in the end the journal is the oracle.
 */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, before, beforeEach, describe, test } from 'node:test';
import type { Entry } from '#core/facts.ts';
import type { Seq } from '#core/ids.ts';
import { openJournalReader } from '#journal/reader.ts';
import { assertComplete, assertCompleteById, headOf } from '#test/support/collected-facts.ts';
import { buildCollector, collectorMissing } from '#test/support/collector/build.ts';
import { RealCollector } from '#test/support/collector/real-collector.ts';
import { Scene } from '#test/support/scene.ts';
import { until } from '#test/support/until.ts';

const BUILD_MS_MAX = 900_000;
const SIGNALS = 4;
const TRADED_MS_MAX = 5_000;
const ARRIVAL_MS_MAX = 20_000;
const BATCH = 256;
const skip = collectorMissing;

describe('the engine killed while the collector is away', { skip, timeout: 120_000 }, () => {
  let directory: string;
  let collector: RealCollector;
  let scene: Scene;
  let published = 0;

  before(() => buildCollector(), { timeout: BUILD_MS_MAX });
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tradeengine-collector-'));
    collector = await RealCollector.create(directory);
    scene = await Scene.open(11);
  });
  afterEach(async () => {
    await scene.close();
    await collector.stop();
    await rm(directory, { recursive: true });
  });

  const startEngine = (protocol: 'grpc' | 'http/protobuf'): Promise<void> =>
    scene.startEngine({
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint(protocol),
      OTEL_EXPORTER_OTLP_TIMEOUT: '1000',
    });

  async function trade(): Promise<void> {
    for (let count = 0; count < SIGNALS; count += 1) {
      published += 1;
      const signal_id = `collector-${published}`;
      const signal = {
        signal_id,
        strategy_id: `strategy-${published}`,
        symbol: 'ETHUSDT',
        action: 'buy',
        confidence: 0.9,
        stop_loss_pct: 5,
      };
      assert.ok(await scene.post(`${scene.engineUrl}/v1/signals`, signal), `${signal_id} was not taken`);
      const protectedIn = async (): Promise<boolean> => {
        const story = await scene.get(`${scene.engineUrl}/v1/explain/${signal_id}`);
        return JSON.stringify(story ?? '').includes('position.protected');
      };
      await until(`${signal_id} is protected`, protectedIn, TRADED_MS_MAX);
    }
  }

  function committed(): Entry[] {
    const reader = openJournalReader(scene.journalPath);
    const entries: Entry[] = [];
    for (let next = 1 as Seq; next <= reader.head(); ) {
      const batch = reader.readBatch(next, BATCH);
      entries.push(...batch);
      const last = batch.at(-1);
      assert.ok(last !== undefined);
      next = (last.seq + last.facts.length) as Seq;
    }
    reader.close();
    return entries;
  }

  const has = (head: number): boolean =>
    new Set(collector.logs.map((log) => log.attributes['tradeengine.fact.seq'])).isSupersetOf(
      new Set(Array.from({ length: head }, (_, index) => index + 1)),
    );
  const arrival = (): Promise<true> =>
    until('all facts are at the collector', async () => has(headOf(committed())), ARRIVAL_MS_MAX);

  for (const protocol of ['grpc', 'http/protobuf'] as const) {
    test(`stopped, over ${protocol}: everything arrives, none twice`, async () => {
      await collector.start();
      await startEngine(protocol);
      await trade();
      await arrival();
      await collector.stop();
      await trade();
      await scene.killEngine();
      await collector.start();
      await startEngine(protocol);
      await trade();
      // An engine that ends has two seconds for what it still owes; one that lives has until it is delivered.
      await arrival();
      await scene.stopEngine();
      await arrival();
      await collector.stop();
      assertComplete(collector, committed());
    });

    test(`frozen, over ${protocol}: everything arrives, once by its id`, async () => {
      await collector.start();
      await startEngine(protocol);
      await trade();
      await arrival();
      collector.signal('SIGSTOP');
      await trade();
      await scene.killEngine();
      collector.signal('SIGCONT');
      await startEngine(protocol);
      await trade();
      await scene.stopEngine();
      await arrival();
      await collector.stop();
      // What lay in the frozen collector's socket it reads afterwards, from an engine that has died since.
      assertCompleteById(collector, committed());
    });
  }
});
