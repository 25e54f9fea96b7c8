/** Time as the engine sees it. Everything that needs a clock or a timer is given these; simulation gives its own. */

import { MICROS_PER_MS, type Micros } from '#core/ids.ts';

export interface Clock {
  now(): Micros;
}

export interface Timers {
  /** Calls back once after a delay, unless the returned function is called first. */
  after(delayMs: number, run: () => void): () => void;
}

/** Wall time that never runs backwards within the process, with the resolution of the monotonic clock. */
export const systemClock: Clock = {
  now: () => Math.round((performance.timeOrigin + performance.now()) * MICROS_PER_MS) as Micros,
};

export const systemTimers: Timers = {
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Resolves after a delay. */
export const pause = (timers: Timers, delayMs: number): Promise<void> =>
  new Promise((resolve) => {
    timers.after(delayMs, resolve);
  });

/** The value, or `late` if it takes longer than the deadline. */
export async function within<T, L>(
  timers: Timers,
  deadlineMs: number,
  work: Promise<T>,
  late: L,
): Promise<T | L> {
  let cancel = (): void => {};
  const deadline = new Promise<L>((resolve) => {
    cancel = timers.after(deadlineMs, () => resolve(late));
  });
  return Promise.race([work, deadline]).finally(() => cancel());
}
