/** Carries events of the private stream to its connections, late, twice, out of order or not at all if faults say so. */

import type { UserEvent } from '../usdm/types.ts';
import type { Faults } from './faults.ts';

/** A held-back event goes out at the latest so long after it came. */
const REORDER_HOLD_MS = 200;
const PENDING_MAX = 10_000;

export class UserStreamFaults {
  readonly #faults: Faults;
  readonly #deliver: (event: UserEvent) => void;
  readonly #disconnect: () => void;
  readonly #timers = new Set<NodeJS.Timeout>();
  #held: UserEvent | undefined;

  constructor(faults: Faults, deliver: (event: UserEvent) => void, disconnect: () => void) {
    this.#faults = faults;
    this.#deliver = deliver;
    this.#disconnect = disconnect;
  }

  send(event: UserEvent): void {
    const fault = this.#faults.onUserEvent(event.e);
    switch (fault?.kind) {
      case undefined:
        this.#deliver(event);
        this.#releaseHeld();
        return;
      case 'stream-duplicate':
        this.#deliver(event);
        this.#deliver(event);
        return;
      case 'stream-drop':
      case 'stream-silent':
        return;
      case 'stream-disconnect':
        this.#disconnect();
        return;
      case 'stream-delay':
        this.#later(fault.delayMs, () => this.#deliver(event));
        return;
      case 'stream-reorder':
        this.#releaseHeld();
        this.#held = event;
        this.#later(REORDER_HOLD_MS, () => {
          if (this.#held === event) this.#releaseHeld();
        });
        return;
      default:
        fault satisfies undefined;
    }
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #releaseHeld(): void {
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) this.#deliver(held);
  }

  #later(delayMs: number, act: () => void): void {
    if (this.#timers.size >= PENDING_MAX) {
      act();
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, delayMs);
    this.#timers.add(timer);
  }
}
