/** The time and the waiting of the telemetry threads. */

import { setTimeout as elapse } from 'node:timers/promises';
import { MICROS_PER_MS, type Micros } from '#core/ids.ts';

export const systemMs = (): number => Date.now();

export const systemMicros = (): Micros => (systemMs() * MICROS_PER_MS) as Micros;

/** Returns early, and without an error, when the signal aborts. */
export async function sleepUntilWoken(ms: number, wake: AbortSignal): Promise<void> {
  try {
    await elapse(ms, undefined, { signal: wake });
  } catch (error) {
    if (!wake.aborted) throw error;
  }
}

/** Calls again and again until the returned function is called. */
export function repeatedly(intervalMs: number, run: () => void): () => void {
  const timer = setInterval(run, intervalMs);
  return () => clearInterval(timer);
}

/** Calls once, unless the returned function is called first. Keeps no process from ending. */
export function after(delayMs: number, run: () => void): () => void {
  const timer = setTimeout(run, delayMs).unref();
  return () => clearTimeout(timer);
}
