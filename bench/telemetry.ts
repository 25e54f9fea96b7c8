/**
 * What telemetry costs trading: throughput and latency without it, with ours, with profiles as well, and with the SDK
 * inline, in turns on one machine with its collector.
 */

import { join } from 'node:path';
import type { Entry } from '#core/facts.ts';
import { startTelemetry, type Telemetry } from '#telemetry/start.ts';
import { atLeast, type Figure, type Figures, percentile, plain } from './figure.ts';
import { HandOvers } from './latency.ts';
import { PlainSdk } from './plain-sdk.ts';
import { Sink } from './sink-process.ts';
import { type Bench, openBench, runClosedLoop } from './workload.ts';

const ROUNDS = 3;
const WARM_UP = 10_000;
const MEASURED = 40_000;
const OPEN_LOAD = { perSecond: 1_000, warmUpSeconds: 1, seconds: 4 };
const AIM_RATIO = 0.95;
const AIM_RATIO_PROFILED = 0.97;
const STOP_MS_MAX = 1_000;

interface Running {
  readonly onStage?: Telemetry['onStage'];
  /** Hears each entry in the trading thread when it is durable. */
  readonly onCommitted?: (entry: Entry) => void;
  stop(): Promise<unknown>;
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function exporting(
  { journalPath, directory }: Bench,
  { url, profilesUrl }: Sink,
  profiled: boolean,
): Promise<Running> {
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
  return { onStage: telemetry.onStage, stop: () => telemetry.stop(STOP_MS_MAX) };
}

/** Each way to run telemetry beside an engine. All ways are measured in each round. */
const ways = {
  'without telemetry': async (): Promise<Running> => ({ stop: async () => {} }),
  'with telemetry': (bench: Bench, sink: Sink) => exporting(bench, sink, false),
  'with telemetry and profiles': (bench: Bench, sink: Sink) => exporting(bench, sink, true),
  'with the SDK inline': async (_: Bench, { url }: Sink): Promise<Running> => {
    const sdk = new PlainSdk(url);
    return {
      onCommitted: (entry) => sdk.tell(entry),
      stop: () => Promise.race([sdk.stop(), wait(STOP_MS_MAX)]),
    };
  },
};
type Way = keyof typeof ways;
const names = Object.keys(ways) as Way[];

interface Measured {
  readonly perSecond: number;
  readonly p99Ms: number;
}

export async function telemetry(): Promise<Figures> {
  const sink = await Sink.start();
  try {
    const rounds: Record<Way, Measured>[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const measured: [Way, Measured][] = [];
      for (const way of names) measured.push([way, await measure(way, sink)]);
      rounds.push(Object.fromEntries(measured) as Record<Way, Measured>);
    }
    const median = (of: (round: Record<Way, Measured>) => number): number =>
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
    const ratio = (way: Way, other: Way = 'without telemetry'): number =>
      median((round) => round[way].perSecond / round[other].perSecond);
    return {
      ...Object.fromEntries(figures),
      'throughput with telemetry against without': atLeast(ratio('with telemetry'), AIM_RATIO, 'ratio'),
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

async function measure(way: Way, sink: Sink): Promise<Measured> {
  const handOvers = new HandOvers();
  let running: Running | undefined;
  const bench = await openBench(undefined, handOvers.note, {
    onStage: (stage) => running?.onStage?.(stage),
    onCommitted: (entry) => running?.onCommitted?.(entry),
  });
  running = await ways[way](bench, sink);
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
