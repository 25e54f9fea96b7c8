/** The seeded generator of the demo strategy, with what a simulation needs besides: all of its choices come from one of these. */

import { Random as Generator } from '#cli/random.ts';

export class Random extends Generator {
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** An independent generator, so that one part's choices do not shift another's. */
  fork(): Random {
    return new Random(Math.floor(this.next() * 2 ** 32));
  }
}
