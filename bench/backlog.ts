/**
 * A collector that was away: whether trading notices (the delay of its event loop at a steady load, with the collector
 * there and with it gone), and what catching up with an hour's facts takes in memory and time.
 */

import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { startTelemetry } from '#telemetry/start.ts';
import type { Telemetry } from '#telemetry/telemetry.ts';
import { below, type Figures, plain } from './figure.ts';
import { HandOvers } from './latency.ts';
import { Sink } from './sink.ts';
import { type Bench, openBench, runClosedLoop } from './workload.ts';

const LOAD = { perSecond: 1_000, warmUpSeconds: 2, seconds: 8 };
/** An hour of 25 signals a second. */
const BACKLOG_SIGNALS = 90_000;
const LOOK_MS = 1;
const POLL_MS = 100;
const CAUGHT_UP_MS_MAX = 300_000;
const STOP_MS_MAX = 1_000;
const AIM_DELAY_RATIO = 1.2;
const AIM_MEMORY_MB = 150;
const NANOS_PER_MS = 1e6;
const MB = 1024 * 1024;

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const exportingTo = ({ journalPath, directory }: Bench, { url }: Sink): Promise<Telemetry> =>
  startTelemetry({
    journalPath,
    cursorPath: join(directory, 'telemetry.cursor'),
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: url, PYROSCOPE_PROFILING_ENABLED: 'false' },
    version: 'bench',
    instanceId: 'bench',
    redact: (text) => text,
    destination: { write: () => {} },
  });

export async function backlog(): Promise<Figures> {
  const sink = await Sink.start();
  try {
    const there = await loopDelayP99Ms(sink);
    await sink.tell('away');
    const away = await loopDelayP99Ms(sink);
    return {
      'p99 of the event loop delay at 1 000/s, collector there': plain(there, 'ms'),
      'p99 of the event loop delay at 1 000/s, collector away': plain(away, 'ms'),
      'delay with the collector away against there': below(away / there, AIM_DELAY_RATIO, 'ratio'),
      ...(await catchUp(sink)),
    };
  } finally {
    sink.stop();
  }
}

async function loopDelayP99Ms(sink: Sink): Promise<number> {
  const handOvers = new HandOvers();
  const bench = await openBench(undefined, handOvers.note);
  const telemetry = await exportingTo(bench, sink);
  const delay = monitorEventLoopDelay({ resolution: LOOK_MS });
  try {
    const measuring = wait(LOAD.warmUpSeconds * 1_000).then(() => delay.enable());
    await handOvers.latencies(bench, 0, LOAD);
    await measuring;
    return delay.percentile(99) / NANOS_PER_MS;
  } finally {
    delay.disable();
    await telemetry.stop(STOP_MS_MAX);
    await bench.close();
    await bench.remove();
  }
}

/** The collector has been away for an hour, and comes back. */
async function catchUp(sink: Sink): Promise<Figures> {
  const bench = await openBench();
  try {
    await runClosedLoop(bench.engine, 0, BACKLOG_SIGNALS);
    await bench.close();
    const before = process.memoryUsage().rss;
    const telemetry = await exportingTo(bench, sink);
    await wait(STOP_MS_MAX);
    await sink.tell('back');
    const start = performance.now();
    let most = before;
    let facts = 0;
    do {
      await wait(POLL_MS);
      most = Math.max(most, process.memoryUsage().rss);
      facts = telemetry.status().head ?? 0;
      if (performance.now() - start > CAUGHT_UP_MS_MAX) throw new Error('it does not catch up');
    } while (facts === 0 || telemetry.status().lagFacts !== 0);
    const seconds = (performance.now() - start) / 1_000;
    await telemetry.stop(STOP_MS_MAX);
    return {
      'memory that catching up with an hour takes': below((most - before) / MB, AIM_MEMORY_MB, 'MB'),
      'facts caught up with': plain(facts / seconds, '1/s'),
    };
  } finally {
    await bench.remove();
  }
}
