/** Seeded bad weather between engine and exchange. When it has cleared, everything arrives at once and in order. */

import type { Random } from '#test/support/random.ts';
import { ACCEPTANCE_WINDOW_MS, type Fate, type Weather } from '#test/support/weather.ts';

/** How likely each fault is; a seed draws its own mix, so that some runs are calm in one respect and wild in another. */
interface Mix {
  readonly lostAnswer: number;
  readonly neverApplied: number;
  readonly failed: number;
  readonly lateApplied: number;
  readonly lostEvent: number;
  readonly repeatedEvent: number;
  readonly lateEvent: number;
  readonly queryLagMsMax: number;
  readonly tradesLagMs: number;
}

const draw = (random: Random): Mix => ({
  lostAnswer: random.pick([0, 0.05, 0.2]),
  neverApplied: random.pick([0, 0.05, 0.2]),
  failed: random.pick([0, 0.05, 0.15]),
  lateApplied: random.pick([0, 0.05, 0.2]),
  lostEvent: random.pick([0, 0.1, 0.5]),
  repeatedEvent: random.pick([0, 0.2]),
  lateEvent: random.pick([0, 0.3]),
  queryLagMsMax: random.pick([0, 300]),
  tradesLagMs: random.pick([0, 0, 2_000, 20_000]),
});

export class SeededWeather implements Weather {
  readonly #random: Random;
  readonly #mix: Mix;
  readonly #onLostSubmit: () => void;
  #cleared = false;

  /** @param onLostSubmit hears of each order that goes astray, when it does */
  constructor(random: Random, onLostSubmit: () => void) {
    this.#random = random;
    this.#onLostSubmit = onLostSubmit;
    this.#mix = draw(random);
  }

  /** From now on nothing goes wrong. */
  clear(): void {
    this.#cleared = true;
  }

  submit(): Fate {
    const fate = this.#fate();
    if (fate.failed === true || fate.answerAfterMs === 'lost') this.#onLostSubmit();
    return fate;
  }

  cancel(): Fate {
    return this.#fate();
  }

  query(): Fate {
    return this.#fate();
  }

  queryLagMs(): number {
    return this.#cleared ? 0 : this.#random.between(0, this.#mix.queryLagMsMax);
  }

  tradesLagMs(): number {
    return this.#cleared ? 0 : this.#mix.tradesLagMs;
  }

  event(): readonly number[] {
    const random = this.#random;
    if (this.#cleared) return [1];
    if (random.chance(this.#mix.lostEvent)) return [];
    const first = random.chance(this.#mix.lateEvent) ? random.between(50, 1_500) : random.between(1, 20);
    return random.chance(this.#mix.repeatedEvent) ? [first, first + random.between(0, 3_000)] : [first];
  }

  #fate(): Fate {
    const random = this.#random;
    const applyAfterMs = random.between(1, 20);
    const answerAfterMs = random.between(1, 20);
    if (this.#cleared) return { applyAfterMs: 1, answerAfterMs: 1 };
    if (random.chance(this.#mix.failed))
      return { applyAfterMs: 'never', answerAfterMs: 'lost', failed: true };
    if (random.chance(this.#mix.neverApplied)) return { applyAfterMs: 'never', answerAfterMs: 'lost' };
    if (random.chance(this.#mix.lateApplied)) {
      // A request may hang on the way and still be accepted while its receive window is open.
      const earliestMs = random.chance(0.5) ? 500 : ACCEPTANCE_WINDOW_MS - 200;
      return { applyAfterMs: random.between(earliestMs, ACCEPTANCE_WINDOW_MS - 1), answerAfterMs: 'lost' };
    }
    if (random.chance(this.#mix.lostAnswer)) return { applyAfterMs, answerAfterMs: 'lost' };
    return { applyAfterMs, answerAfterMs };
  }
}
