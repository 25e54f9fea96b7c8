/** Spans of runtime records on their way to the collector. While it is away they wait here, as many as fit. */

import type { SpanData } from '../projected.ts';

const SPANS_MAX = 4_096;
const BATCH_SPANS_MAX = 512;

export interface SpanQueueParts {
  /** True once the collector has taken the spans, or refused them for good. */
  readonly deliver: (spans: readonly SpanData[]) => Promise<boolean>;
  readonly onDropped: (count: number) => void;
}

export class SpanQueue {
  readonly #parts: SpanQueueParts;
  #waiting: SpanData[] = [];
  #sending: Promise<void> | undefined;

  constructor(parts: SpanQueueParts) {
    this.#parts = parts;
  }

  push(spans: readonly SpanData[]): void {
    const room = Math.max(0, SPANS_MAX - this.#waiting.length);
    this.#waiting.push(...spans.slice(0, room));
    if (spans.length > room) this.#parts.onDropped(spans.length - room);
    this.#sending ??= this.#send();
  }

  /** Resolves when all are delivered, or the collector has failed after the request to stop. */
  async emptied(): Promise<void> {
    await this.#sending;
  }

  async #send(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH_SPANS_MAX);
      if (!(await this.#parts.deliver(batch))) this.#parts.onDropped(batch.length);
    }
    this.#sending = undefined;
  }
}
