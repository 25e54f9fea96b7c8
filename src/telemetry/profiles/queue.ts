/**
 * Profiles on their way to Pyroscope. Nothing else keeps them: they wait here while it does not answer, the newest of
 * them, and what is dropped is counted.
 */

import type { Metrics } from '../metrics.ts';
import type { Chunk } from '../outbox.ts';
import type { Resource } from '../resource.ts';
import type { Sender, SignalStatus } from '../sender.ts';
import { type IngestRequest, ingestRequest } from './ingest.ts';
import type { TakenProfile } from './profiler.ts';

export interface ProfileStatus extends SignalStatus {
  readonly queued: number;
  readonly dropped: number;
}

/** Two minutes of both kinds. */
const QUEUE_LENGTH_MAX = 24;

export class ProfileQueue {
  readonly #sender: Sender<IngestRequest>;
  readonly #metrics: Metrics;
  readonly #resource: Resource;
  readonly #stopping = new AbortController();
  readonly #waiting: IngestRequest[] = [];
  #delivering: Promise<void> | undefined;
  #dropped = 0;

  constructor(sender: Sender<IngestRequest>, metrics: Metrics, resource: Resource) {
    this.#sender = sender;
    this.#metrics = metrics;
    this.#resource = resource;
  }

  get status(): ProfileStatus {
    return { ...this.#sender.status, queued: this.#waiting.length, dropped: this.#dropped };
  }

  offer({ items, dropped }: Chunk<TakenProfile>): void {
    for (const profile of items) this.#waiting.push(ingestRequest(profile, this.#resource));
    const old = this.#waiting.splice(0, Math.max(0, this.#waiting.length - QUEUE_LENGTH_MAX));
    this.#countDropped(dropped + old.length);
    this.#delivering ??= this.#deliver();
  }

  /** Resolves when what waits is delivered, or could not be in one attempt more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#delivering;
    this.#sender.close();
  }

  #countDropped(value: number): void {
    if (value === 0) return;
    this.#dropped += value;
    const labels = {
      'tradeengine.telemetry.signal': 'profiles',
      'tradeengine.telemetry.failure': 'dropped',
    } as const;
    this.#metrics.add({ metric: 'tradeengine.telemetry.failed', value, labels });
  }

  async #deliver(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const request = next;
      const outcome = await this.#sender.deliver([request], () => request, this.#stopping.signal);
      if (outcome === 'stopped') break;
    }
    this.#delivering = undefined;
  }
}
