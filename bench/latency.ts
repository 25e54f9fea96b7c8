/** From a signal's arrival to its order being handed to the adapter, in an open loop at a fixed rate. */

import type { ClientOrderId } from '#core/ids.ts';
import { below, type Figures, percentile, plain } from './figure.ts';
import { openBench, submit } from './workload.ts';

const SIGNALS_PER_SECOND = 2_000;
const WARM_UP_SECONDS = 5;
const MEASURED_SECONDS = 10;
const SLICE_MS = 1;
const AIM_P99_MS = 5;

export async function latency(): Promise<Figures> {
  const handedOver = new Map<ClientOrderId, number>();
  const bench = await openBench(undefined, (order) => {
    handedOver.set(order.clientOrderId, performance.now());
  });
  const latencies: number[] = [];
  const send = async (number: number): Promise<void> => {
    const arrived = performance.now();
    const answer = await submit(bench.engine, number);
    if (typeof answer === 'string' || answer.decision.outcome === 'refused') {
      throw new Error(`signal ${number}: ${JSON.stringify(answer)}`);
    }
    await new Promise((resolve) => setImmediate(resolve));
    for (const id of answer.decision.orders) {
      const at = handedOver.get(id);
      if (at !== undefined && number >= SIGNALS_PER_SECOND * WARM_UP_SECONDS) latencies.push(at - arrived);
    }
    handedOver.clear();
  };
  try {
    await openLoop((WARM_UP_SECONDS + MEASURED_SECONDS) * SIGNALS_PER_SECOND, send);
    latencies.sort((a, b) => a - b);
    return {
      'intake to order at 2 000/s, p50': plain(percentile(latencies, 0.5), 'ms'),
      'intake to order at 2 000/s, p99': below(percentile(latencies, 0.99), AIM_P99_MS, 'ms'),
    };
  } finally {
    await bench.close();
    await bench.remove();
  }
}

/** Sends what is due by the clock, whether or not earlier signals have been answered. */
async function openLoop(count: number, send: (number: number) => Promise<void>): Promise<void> {
  const underway: Promise<void>[] = [];
  const start = performance.now();
  while (underway.length < count) {
    const due = Math.min(count, Math.floor(((performance.now() - start) * SIGNALS_PER_SECOND) / 1_000));
    while (underway.length < due) underway.push(send(underway.length));
    await new Promise((resolve) => setTimeout(resolve, SLICE_MS));
  }
  await Promise.all(underway);
}
