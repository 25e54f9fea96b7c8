/**
 * What the gauges of positions and drift show: the only thing that the projection remembers from entry to entry.
 * It is bounded by what is open, stored with the cursor, and rebuilt by reading the journal from its start.
 */

import type { Entry, Fact } from '#core/facts.ts';
import type { MetricUpdate } from './catalogue.ts';

export interface GaugeState {
  /** Open positions, and whether their stops fail to cover them. */
  readonly positions: Readonly<Record<string, 'exposed' | 'covered'>>;
  readonly drifts: readonly string[];
}

export const emptyGauges: GaugeState = { positions: {}, drifts: [] };

export class Gauges {
  readonly #positions: Map<string, 'exposed' | 'covered'>;
  readonly #drifts: Set<string>;

  constructor(state: GaugeState) {
    this.#positions = new Map(Object.entries(state.positions));
    this.#drifts = new Set(state.drifts);
  }

  get state(): GaugeState {
    return { positions: Object.fromEntries(this.#positions), drifts: [...this.#drifts] };
  }

  fold(entry: Entry): void {
    for (const fact of entry.facts) this.#foldFact(fact);
  }

  #foldFact(fact: Fact): void {
    switch (fact.type) {
      case 'position.opened':
      case 'position.exposed':
        this.#positions.set(fact.position, 'exposed');
        return;
      case 'position.protected':
        this.#positions.set(fact.position, 'covered');
        return;
      case 'position.closed':
        this.#positions.delete(fact.position);
        return;
      case 'position.adjusted':
        if (fact.to === '0') this.#positions.delete(fact.position);
        return;
      case 'drift.found':
        this.#drifts.add(`${fact.symbol}/${fact.side}`);
        return;
      case 'drift.cleared':
        this.#drifts.delete(`${fact.symbol}/${fact.side}`);
        return;
      default:
        return;
    }
  }

  readings(): MetricUpdate[] {
    let exposed = 0;
    for (const cover of this.#positions.values()) if (cover === 'exposed') exposed += 1;
    return [
      { metric: 'tradeengine.positions.open', value: this.#positions.size, labels: {} },
      { metric: 'tradeengine.positions.exposed', value: exposed, labels: {} },
      { metric: 'tradeengine.drift.open', value: this.#drifts.size, labels: {} },
    ];
  }
}
