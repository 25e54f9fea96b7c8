/** Throughput without telemetry, with it exporting to a collector, and with profiles as well, in turns. */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { startTelemetry, type Telemetry } from '#telemetry/start.ts';
import { atLeast, type Figures, percentile, plain } from './figure.ts';
import { openBench, runClosedLoop } from './workload.ts';

const ROUNDS = 3;
const WARM_UP = 10_000;
const MEASURED = 40_000;
const AIM_RATIO = 0.95;
const AIM_RATIO_PROFILED = 0.97;
const STOP_MS_MAX = 1_000;

export async function telemetry(): Promise<Figures> {
  const sink = fork(new URL('./sink.ts', import.meta.url), { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  try {
    if (sink.stdout === null) throw new Error('the collector has no output');
    const [line] = await once(sink.stdout, 'data');
    const { port, profilesPort } = JSON.parse(String(line));
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      PYROSCOPE_SERVER_ADDRESS: `http://127.0.0.1:${profilesPort}`,
    };
    const ratios = { on: [] as number[], profiled: [] as number[] };
    const rates = { off: 0, on: 0, profiled: 0 };
    for (let round = 0; round < ROUNDS; round += 1) {
      const off = await measure();
      const on = await measure({ ...env, PYROSCOPE_PROFILING_ENABLED: 'false' });
      const profiled = await measure(env);
      ratios.on.push(on / off);
      ratios.profiled.push(profiled / on);
      rates.off += off / ROUNDS;
      rates.on += on / ROUNDS;
      rates.profiled += profiled / ROUNDS;
    }
    return {
      'throughput without telemetry': plain(rates.off, '1/s'),
      'throughput with telemetry': plain(rates.on, '1/s'),
      'throughput with telemetry and profiles': plain(rates.profiled, '1/s'),
      'throughput with telemetry against without': atLeast(median(ratios.on), AIM_RATIO, 'ratio'),
      'throughput with profiles against telemetry alone': atLeast(
        median(ratios.profiled),
        AIM_RATIO_PROFILED,
        'ratio',
      ),
    };
  } finally {
    sink.disconnect();
  }
}

const median = (ratios: readonly number[]): number =>
  percentile(
    ratios.toSorted((a, b) => a - b),
    0.5,
  );

async function measure(env?: Record<string, string>): Promise<number> {
  let running: Telemetry | undefined;
  const bench = await openBench(undefined, undefined, (stage) => running?.onStage?.(stage));
  running =
    env === undefined
      ? undefined
      : await startTelemetry({
          journalPath: bench.journalPath,
          cursorPath: join(bench.directory, 'telemetry.cursor'),
          env,
          version: 'bench',
          instanceId: 'bench',
          redact: (text) => text,
          destination: { write: () => {} },
        });
  try {
    await runClosedLoop(bench.engine, 0, WARM_UP);
    return await runClosedLoop(bench.engine, WARM_UP, MEASURED);
  } finally {
    await running?.stop(STOP_MS_MAX);
    await bench.close();
    await bench.remove();
  }
}
