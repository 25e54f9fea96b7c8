/**
 * What waits to be handed to the telemetry worker: a bounded queue of which one chunk is under way at a time. What finds
 * it full is dropped and counted.
 */

export class Outbox<T> {
  readonly #lengthMax: number;
  readonly #chunkLengthMax: number;
  #waiting: T[] = [];
  #inFlight: T[] = [];
  #dropped = 0;
  #droppedTotal = 0;

  constructor(lengthMax: number, chunkLengthMax: number) {
    this.#lengthMax = lengthMax;
    this.#chunkLengthMax = chunkLengthMax;
  }

  get queued(): number {
    return this.#waiting.length + this.#inFlight.length;
  }

  get dropped(): number {
    return this.#droppedTotal;
  }

  push(item: T): void {
    if (this.queued < this.#lengthMax) {
      this.#waiting.push(item);
      return;
    }
    this.#dropped += 1;
    this.#droppedTotal += 1;
  }

  /** The next items to deliver, unless some are under way or none wait. */
  take(): Chunk<T> | undefined {
    if (this.#inFlight.length > 0 || this.#waiting.length === 0) return undefined;
    this.#inFlight = this.#waiting.splice(0, this.#chunkLengthMax);
    return { items: this.#inFlight, dropped: this.#takeDropped() };
  }

  /** All items that are not under way, for the last delivery. */
  takeRest(): Chunk<T> {
    return { items: this.#waiting.splice(0), dropped: this.#takeDropped() };
  }

  delivered(): void {
    this.#inFlight = [];
  }

  /** What was under way with a worker that is gone waits again. */
  putBack(): void {
    this.#waiting.unshift(...this.#inFlight);
    this.#inFlight = [];
  }

  #takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }
}

export interface Chunk<T> {
  readonly items: readonly T[];
  /** How many found the queue full since the last chunk. */
  readonly dropped: number;
}
