/** Real time for commands, which live outside of any simulation. */

import { MICROS_PER_MS } from '#core/ids.ts';
import { pause, systemClock, systemTimers } from '#engine/time.ts';

export const nowMs = (): number => Math.floor(systemClock.now() / MICROS_PER_MS);

export const pauseFor = (delayMs: number): Promise<void> => pause(systemTimers, delayMs);
