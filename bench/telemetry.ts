/**
 * What telemetry costs trading: throughput and latency without it, with ours, with profiles as well, and with the SDK
 * inline, in turns on one machine with its collector.
 */

import { join } from 'node:path';
import { systemClock } from '#engine/time.ts';
import { startTelemetry } from '#telemetry/start.ts';
import type { Telemetry } from '#telemetry/telemetry.ts';
import { atLeast, type Figure, type Figures, percentile, plain } from './figure.ts';
import { HandOvers } from './latency.ts';
import { PlainSdk } from './plain-sdk.ts';
import { Sink } from './sink.ts';
import { type Bench, type Listeners, openBench, runClosedLoop } from './workload.ts';

const ROUNDS = 3;
const WARM_UP = 10_000;
const MEASURED = 40_000;
const OPEN_LOAD = { perSecond: 1_000, warmUpSeconds: 1, seconds: 4 };
const AIM_RATIO = 0.95;
const AIM_RATIO_PROFILED = 0.97;
const AIM_RATIO_ALL = 0.97;
const STOP_MS_MAX = 1_000;

interface Running {
  readonly telemetry?: Telemetry;
  readonly sdk?: PlainSdk;
  stop(): Promise<unknown>;
}

interface Way {
  /** What of the engine it listens to; nothing is running yet when it is asked. */
  readonly listeners: (running: () => Running | undefined) => Listeners;
  readonly start: (bench: Bench, sink: Sink) => Promise<Running>;
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const exporting =
  (profiled: boolean) =>
  async ({ journalPath, directory }: Bench, { url, profilesUrl }: Sink): Promise<Running> => {
    const telemetry = await startTelemetry({
      journalPath,
      cursorPath: join(directory, 'telemetry.cursor'),
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: url,
        PYROSCOPE_SERVER_ADDRESS: profilesUrl,
        PYROSCOPE_PROFILING_ENABLED: String(profiled),
      },
      version: 'bench',
      instanceId: 'bench',
      redact: (text) => text,
      destination: { write: () => {} },
    });
    return { telemetry, stop: () => telemetry.stop(STOP_MS_MAX) };
  };

/** Each commit is a record, as in the engine process; its requests are not, for there are none here. */
const recording = (running: () => Running | undefined): Listeners => ({
  journal: {
    now: () => systemClock.now(),
    onCommit: (commit) => running()?.telemetry?.record({ kind: 'commit', ...commit }),
  },
});

/** Each way to run telemetry beside an engine. All ways are measured in each round. */
const ways = {
  'without telemetry': { listeners: () => ({}), start: async () => ({ stop: async () => {} }) },
  'with telemetry': { listeners: recording, start: exporting(false) },
  'with telemetry and profiles': {
    listeners: (running) => ({
      ...recording(running),
      onStage: (stage) => running()?.telemetry?.onStage?.(stage),
    }),
    start: exporting(true),
  },
  'with the SDK inline': {
    listeners: (running) => ({ onCommitted: (entry) => running()?.sdk?.tell(entry) }),
    start: async (_, { url }) => {
      const sdk = new PlainSdk(url);
      return { sdk, stop: () => Promise.race([sdk.stop(), wait(STOP_MS_MAX)]) };
    },
  },
} as const satisfies Record<string, Way>;
type WayName = keyof typeof ways;
const names = Object.keys(ways) as WayName[];

interface Measured {
  readonly perSecond: number;
  readonly p99Ms: number;
}

export async function telemetry(): Promise<Figures> {
  const sink = await Sink.start();
  try {
    const rounds: Record<WayName, Measured>[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const measured: [WayName, Measured][] = [];
      for (const way of names) measured.push([way, await measure(way, sink)]);
      rounds.push(Object.fromEntries(measured) as Record<WayName, Measured>);
    }
    const median = (of: (round: Record<WayName, Measured>) => number): number =>
      percentile(
        rounds.map(of).sort((a, b) => a - b),
        0.5,
      );
    const figures: [string, Figure][] = [];
    for (const way of names) {
      figures.push([
        `throughput ${way}`,
        plain(
          median((round) => round[way].perSecond),
          '1/s',
        ),
      ]);
      figures.push([
        `p99 at 1 000/s ${way}`,
        plain(
          median((round) => round[way].p99Ms),
          'ms',
        ),
      ]);
    }
    const ratio = (way: WayName, other: WayName = 'without telemetry'): number =>
      median((round) => round[way].perSecond / round[other].perSecond);
    return {
      ...Object.fromEntries(figures),
      'throughput with telemetry against without': atLeast(ratio('with telemetry'), AIM_RATIO, 'ratio'),
      'throughput with everything on against off': atLeast(
        ratio('with telemetry and profiles'),
        AIM_RATIO_ALL,
        'ratio',
      ),
      'throughput with profiles against telemetry alone': atLeast(
        ratio('with telemetry and profiles', 'with telemetry'),
        AIM_RATIO_PROFILED,
        'ratio',
      ),
      'throughput with the SDK inline against without': plain(ratio('with the SDK inline'), 'ratio'),
    };
  } finally {
    sink.stop();
  }
}

async function measure(name: WayName, sink: Sink): Promise<Measured> {
  const way: Way = ways[name];
  const handOvers = new HandOvers();
  let running: Running | undefined;
  const bench = await openBench(
    undefined,
    handOvers.note,
    way.listeners(() => running),
  );
  running = await way.start(bench, sink);
  try {
    const latencies = await handOvers.latencies(bench, 0, OPEN_LOAD);
    const from = (OPEN_LOAD.warmUpSeconds + OPEN_LOAD.seconds) * OPEN_LOAD.perSecond;
    await runClosedLoop(bench.engine, from, WARM_UP);
    const perSecond = await runClosedLoop(bench.engine, from + WARM_UP, MEASURED);
    return { perSecond, p99Ms: percentile(latencies, 0.99) };
  } finally {
    await running.stop();
    await bench.close();
    await bench.remove();
  }
}
