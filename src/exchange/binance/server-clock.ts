/**
 * The offset of the server's clock: measured at the start, at an interval, and when the server says that a timestamp is
 * off. What cannot be measured stays as it was.
 */

import { MICROS_PER_MS, type Micros } from '#core/ids.ts';
import type { Answer } from '../port.ts';
import type { OnProblem } from './problem.ts';

const INTERVAL_MS = 60_000;
const SAMPLES = 3;
/** A change that no drift explains: somebody has set a clock, or a measurement was bad. */
const JUMP_MS = 250;

/** Our time. */
export interface Clock {
  nowMicros(): Micros;
}

/** The server's time, asked for once. */
export interface ClockSample {
  readonly serverTimeMs: number;
  readonly sentAt: Micros;
  readonly answeredAt: Micros;
}

interface ServerClockOptions {
  readonly sample: () => Promise<Answer<ClockSample>>;
  /** @param offsetMs the server's clock less ours */
  readonly onMeasured: (offsetMs: number) => void;
  readonly onProblem: OnProblem;
}

export class ServerClock {
  readonly #options: ServerClockOptions;
  #offsetMs: number | undefined;
  #measuring: Promise<Answer<void>> | undefined;
  #interval: NodeJS.Timeout | undefined;

  constructor(options: ServerClockOptions) {
    this.#options = options;
  }

  /** The server's time at this moment of ours, in milliseconds. */
  timeAt(now: Micros): number {
    return Math.floor(now / MICROS_PER_MS) + (this.#offsetMs ?? 0);
  }

  /** Measures now, and from now on at an interval. */
  start(): Promise<Answer<void>> {
    this.#interval ??= setInterval(() => void this.#measureAgain(), INTERVAL_MS);
    return this.measure();
  }

  /** One measurement serves all who ask for it at the same time. */
  measure(): Promise<Answer<void>> {
    this.#measuring ??= this.#measure().finally(() => {
      this.#measuring = undefined;
    });
    return this.#measuring;
  }

  close(): void {
    clearInterval(this.#interval);
  }

  async #measureAgain(): Promise<void> {
    const measured = await this.measure();
    if (measured.kind === 'failed') this.#options.onProblem('clock_failed', measured.cause);
  }

  async #measure(): Promise<Answer<void>> {
    const { sample, onMeasured } = this.#options;
    let roundTripMicrosMin = Number.POSITIVE_INFINITY;
    let offsetMs = 0;
    for (let taken = 0; taken < SAMPLES; taken += 1) {
      const answer = await sample();
      if (answer.kind === 'failed') return { kind: 'failed', cause: `server time: ${answer.cause}` };
      const { serverTimeMs, sentAt, answeredAt } = answer.value;
      const roundTripMicros = answeredAt - sentAt;
      // The shortest round trip bounds the error best.
      if (roundTripMicros >= roundTripMicrosMin) continue;
      roundTripMicrosMin = roundTripMicros;
      offsetMs = Math.round(serverTimeMs - (sentAt + roundTripMicros / 2) / MICROS_PER_MS);
    }
    this.#tellJump(offsetMs);
    this.#offsetMs = offsetMs;
    onMeasured(offsetMs);
    return { kind: 'answer', value: undefined };
  }

  #tellJump(offsetMs: number): void {
    const before = this.#offsetMs;
    if (before === undefined || Math.abs(offsetMs - before) <= JUMP_MS) return;
    this.#options.onProblem('clock_jumped', `the offset was ${before} ms and is now ${offsetMs} ms`);
  }
}
