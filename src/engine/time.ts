/** Time as the engine sees it. Everything that needs a clock or a timer is given these; simulation gives its own. */

import { MICROS_PER_MS, type Micros } from '#core/ids.ts';

export interface Clock {
  now(): Micros;
}

export interface Timers {
  /** Calls back once after a delay, unless the returned function is called first. */
  after(delayMs: number, run: () => void): () => void;
}

/** A machine that slept, or whose clock was set, is noticed by more than this. */
const STEP_MS = 1_000;
const wallMs = (): number => Date.now();

/** Wall time with the resolution of the monotonic clock. It follows steps of the wall clock, and never runs backwards. */
class SystemClock implements Clock {
  #originMs = performance.timeOrigin;
  #last = 0;

  now(): Micros {
    const elapsedMs = performance.now();
    if (Math.abs(wallMs() - (this.#originMs + elapsedMs)) > STEP_MS) this.#originMs = wallMs() - elapsedMs;
    this.#last = Math.max(this.#last, Math.round((this.#originMs + elapsedMs) * MICROS_PER_MS));
    return this.#last as Micros;
  }
}

export const systemClock: Clock = new SystemClock();

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
