/** Throughput with the telemetry projection exporting to a collector, against the same without, in turns. */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { startTelemetry } from '#telemetry/start.ts';
import { atLeast, type Figures, percentile, plain } from './figure.ts';
import { openBench, runClosedLoop } from './workload.ts';

const ROUNDS = 3;
const WARM_UP = 10_000;
const MEASURED = 40_000;
const AIM_RATIO = 0.95;
const STOP_MS_MAX = 1_000;

export async function telemetry(): Promise<Figures> {
  const sink = fork(new URL('./sink.ts', import.meta.url), { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  try {
    if (sink.stdout === null) throw new Error('the collector has no output');
    const [line] = await once(sink.stdout, 'data');
    const { port } = JSON.parse(String(line));
    const ratios: number[] = [];
    const rates = { off: 0, on: 0 };
    for (let round = 0; round < ROUNDS; round += 1) {
      const off = await measure();
      const on = await measure(`http://127.0.0.1:${port}`);
      ratios.push(on / off);
      rates.off += off / ROUNDS;
      rates.on += on / ROUNDS;
    }
    ratios.sort((a, b) => a - b);
    return {
      'throughput without telemetry': plain(rates.off, '1/s'),
      'throughput with telemetry': plain(rates.on, '1/s'),
      'throughput with telemetry against without': atLeast(percentile(ratios, 0.5), AIM_RATIO, 'ratio'),
    };
  } finally {
    sink.disconnect();
  }
}

async function measure(endpoint?: string): Promise<number> {
  const bench = await openBench();
  const running =
    endpoint === undefined
      ? undefined
      : await startTelemetry({
          journalPath: bench.journalPath,
          cursorPath: join(bench.directory, 'telemetry.cursor'),
          env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint },
          version: 'bench',
          instanceId: 'bench',
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
