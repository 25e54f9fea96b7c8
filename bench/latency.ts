/** From a signal's arrival to its order being handed to the adapter, in an open loop at a fixed rate. */

import type { ClientOrderId } from '#core/ids.ts';
import { below, type Figures, percentile, plain } from './figure.ts';
import { type Bench, openBench, submit } from './workload.ts';

const SIGNALS_PER_SECOND = 2_000;
const WARM_UP_SECONDS = 5;
const MEASURED_SECONDS = 10;
const SLICE_MS = 1;
const AIM_P99_MS = 5;

export interface OpenLoad {
  readonly perSecond: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

/** When orders were handed over; a bench is opened with its `note` and measured afterwards. */
export class HandOvers {
  readonly #at = new Map<ClientOrderId, number>();

  readonly note = ({ clientOrderId }: { readonly clientOrderId: ClientOrderId }): void => {
    this.#at.set(clientOrderId, performance.now());
  };

  /** Sorted, in milliseconds. */
  async latencies({ engine }: Bench, from: number, load: OpenLoad): Promise<number[]> {
    const latencies: number[] = [];
    const send = async (number: number): Promise<void> => {
      const arrived = performance.now();
      const answer = await submit(engine, from + number);
      if (typeof answer === 'string' || answer.decision.outcome === 'refused') {
        throw new Error(`signal ${from + number}: ${JSON.stringify(answer)}`);
      }
      await new Promise((resolve) => setImmediate(resolve));
      for (const id of answer.decision.orders) {
        const at = this.#at.get(id);
        if (at !== undefined && number >= load.perSecond * load.warmUpSeconds) latencies.push(at - arrived);
      }
      this.#at.clear();
    };
    await openLoop((load.warmUpSeconds + load.seconds) * load.perSecond, load.perSecond, send);
    return latencies.sort((a, b) => a - b);
  }
}

export async function latency(): Promise<Figures> {
  const handOvers = new HandOvers();
  const bench = await openBench(undefined, handOvers.note);
  try {
    const load = {
      perSecond: SIGNALS_PER_SECOND,
      warmUpSeconds: WARM_UP_SECONDS,
      seconds: MEASURED_SECONDS,
    };
    const latencies = await handOvers.latencies(bench, 0, load);
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
async function openLoop(
  count: number,
  perSecond: number,
  send: (number: number) => Promise<void>,
): Promise<void> {
  const underway: Promise<void>[] = [];
  const start = performance.now();
  while (underway.length < count) {
    const due = Math.min(count, Math.floor(((performance.now() - start) * perSecond) / 1_000));
    while (underway.length < due) underway.push(send(underway.length));
    await new Promise((resolve) => setTimeout(resolve, SLICE_MS));
  }
  await Promise.all(underway);
}
