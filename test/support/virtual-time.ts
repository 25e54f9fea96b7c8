/** Time that stands still until it is moved: a clock and timers for simulation, in microseconds. */

import { MICROS_PER_MS, type Micros } from '#core/ids.ts';
import type { Clock, Timers } from '#engine/time.ts';

interface Event {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
  canceled: boolean;
}

/** Lets every promise that can go on go on. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class VirtualTime implements Clock, Timers {
  #now: number;
  #order = 0;
  /** A binary heap by (at, order). */
  readonly #events: Event[] = [];

  constructor(startMs: number) {
    this.#now = startMs * MICROS_PER_MS;
  }

  now(): Micros {
    return this.#now as Micros;
  }

  get nowMs(): number {
    return Math.floor(this.#now / MICROS_PER_MS);
  }

  after(delayMs: number, run: () => void): () => void {
    this.#order += 1;
    const event = {
      at: this.#now + Math.max(0, delayMs) * MICROS_PER_MS,
      order: this.#order,
      run,
      canceled: false,
    };
    this.#push(event);
    return () => {
      event.canceled = true;
    };
  }

  /** Runs what is due, in order, up to a time from now. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms * MICROS_PER_MS;
    await settle();
    for (let next = this.#events[0]; next !== undefined && next.at <= until; next = this.#events[0]) {
      this.#pop();
      if (next.canceled) continue;
      this.#now = Math.max(this.#now, next.at);
      next.run();
      await settle();
    }
    this.#now = until;
  }

  #push(event: Event): void {
    const heap = this.#events;
    let index = heap.push(event) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#isBefore(index, parent)) return;
      this.#swap(index, parent);
      index = parent;
    }
  }

  #pop(): void {
    const heap = this.#events;
    this.#swap(0, heap.length - 1);
    heap.pop();
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      if (left >= heap.length) return;
      const child = left + 1 < heap.length && this.#isBefore(left + 1, left) ? left + 1 : left;
      if (!this.#isBefore(child, index)) return;
      this.#swap(child, index);
      index = child;
    }
  }

  #at(index: number): Event {
    const event = this.#events[index];
    if (event === undefined) throw new Error(`no event at ${index}`);
    return event;
  }

  #isBefore(a: number, b: number): boolean {
    const [x, y] = [this.#at(a), this.#at(b)];
    return x.at === y.at ? x.order < y.order : x.at < y.at;
  }

  #swap(a: number, b: number): void {
    const [x, y] = [this.#at(a), this.#at(b)];
    this.#events[a] = y;
    this.#events[b] = x;
  }
}
