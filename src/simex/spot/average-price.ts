/** The average price of the last five minutes, which filters measure by: every step of the market counts alike. */
import type { Price } from '#core/money.ts';

interface Minute {
  readonly startMs: number;
  sum: bigint;
  count: bigint;
}

export interface AveragePrice {
  /** Oldest first. */
  readonly minutes: Minute[];
}

export const AVERAGE_MINUTES = 5;
const MINUTE_MS = 60_000;

export const openAverage = (): AveragePrice => ({ minutes: [] });

export function count({ minutes }: AveragePrice, at: Price, nowMs: number): void {
  const startMs = nowMs - (nowMs % MINUTE_MS);
  const newest = minutes.at(-1);
  if (newest?.startMs === startMs) {
    newest.sum += at;
    newest.count += 1n;
  } else minutes.push({ startMs, sum: at, count: 1n });
  while ((minutes[0]?.startMs ?? startMs) <= startMs - AVERAGE_MINUTES * MINUTE_MS) minutes.shift();
}

/** Before the first step it is the last price. */
export function averageOf({ minutes }: AveragePrice, last: Price): Price {
  let sum = 0n;
  let steps = 0n;
  for (const minute of minutes) {
    sum += minute.sum;
    steps += minute.count;
  }
  return steps === 0n ? last : ((sum / steps) as Price);
}
