/** Signals decided and journaled per second, closed loop, with the SQLite journal and an exchange in memory. */

import { atLeast, type Figures } from './figure.ts';
import { openBench, runClosedLoop } from './workload.ts';

const WARM_UP = 20_000;
const MEASURED = 60_000;
const AIM_PER_SECOND = 20_000;

export async function throughput(): Promise<Figures> {
  const bench = await openBench();
  try {
    await runClosedLoop(bench.engine, 0, WARM_UP);
    const perSecond = await runClosedLoop(bench.engine, WARM_UP, MEASURED);
    return { 'signals decided and journaled': atLeast(perSecond, AIM_PER_SECOND, '1/s') };
  } finally {
    await bench.close();
    await bench.remove();
  }
}
