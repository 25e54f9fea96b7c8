/** What grows with the number of signals: throughput, memory, and the time of a start. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { atLeast, below, type Figures, plain } from './figure.ts';
import { openBench, runClosedLoop } from './workload.ts';

const FIRST = 10_000;
const ALL = 1_000_000;
/** The stretch over which throughput is taken, at the beginning and at the end. */
const STRETCH = 20_000;
const WARM_UP = 10_000;
const FACTS_AT_START = 1_000_000;
const AIM_RATIO = 0.9;
const AIM_GROWTH_MB = 50;
const AIM_START_S = 3;
const MB = 1024 * 1024;

export async function slope(): Promise<Figures> {
  const bench = await openBench();
  try {
    await runClosedLoop(bench.engine, 0, WARM_UP);
    const early = await runClosedLoop(bench.engine, WARM_UP, STRETCH);
    const memoryEarly = memoryMb();
    await runClosedLoop(bench.engine, WARM_UP + STRETCH, ALL - WARM_UP - 2 * STRETCH);
    const late = await runClosedLoop(bench.engine, ALL - STRETCH, STRETCH);
    const growth = memoryMb() - memoryEarly;
    return {
      [`throughput at ${FIRST + STRETCH} signals`]: plain(early, '1/s'),
      [`throughput at ${ALL} signals`]: plain(late, '1/s'),
      'throughput at the end against the beginning': atLeast(late / early, AIM_RATIO, 'ratio'),
      'memory growth between them': below(growth, AIM_GROWTH_MB, 'MB'),
      ...(await start()),
    };
  } finally {
    await bench.close();
    await bench.remove();
  }
}

/** A start on a journal of a million facts, the whole chain verified. */
async function start(): Promise<Figures> {
  const first = await openBench();
  let sent = 0;
  while (first.engine.state.seq < FACTS_AT_START) {
    await runClosedLoop(first.engine, sent, STRETCH);
    sent += STRETCH;
  }
  await first.close();
  const began = performance.now();
  const again = await openBench(first.directory);
  const seconds = (performance.now() - began) / 1_000;
  await again.close();
  await again.remove();
  return { 'start with 1 000 000 facts': below(seconds, AIM_START_S, 's') };
}

/** Heap and buffers in use after a full collection. */
function memoryMb(): number {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / MB;
}
