/**
 * Brings items of one signal to the collector: splits what is too large, sends again what was not taken, counts what
 * never will be. It keeps no queue; the caller waits, and what it waits with stays in the journal.
 */

import { MICROS_PER_MS, type Micros } from '#core/ids.ts';
import type { LabelValue } from './attributes.ts';
import type { Delivery, Exporter } from './export/exporter.ts';
import type { Metrics } from './metrics.ts';
import type { Report } from './problem.ts';

export interface SignalStatus {
  /** Undefined where the signal is not exported. */
  readonly endpoint: string | undefined;
  /** When the collector last confirmed a delivery. */
  readonly deliveredAt: Micros | undefined;
  readonly exported: number;
  readonly rejected: number;
  /** When the collector last refused items for good. */
  readonly rejectedAt: Micros | undefined;
  /** Since when nothing gets through, and why. */
  readonly failing: { readonly since: Micros; readonly error: string } | undefined;
  readonly lastError: { readonly at: Micros; readonly error: string } | undefined;
}

type Signal = LabelValue<'tradeengine.telemetry.signal'>;

export interface SenderParts<Request> {
  readonly signal: Signal;
  readonly exporter: Exporter<Request> | undefined;
  readonly metrics: Metrics;
  readonly now: () => Micros;
  /** Returns early when the signal aborts. */
  readonly sleep: (ms: number, wake: AbortSignal) => Promise<void>;
  readonly report: Report;
}

/** A collector's gRPC server takes 4 MiB by default. */
const REQUEST_BYTES_MAX = 3 * 1024 * 1024;
const RETRY_DELAY_MS_MIN = 250;
const RETRY_DELAY_MS_MAX = 5_000;
/** A collector may ask for more patience than that, but not for any. */
const RETRY_AFTER_MS_MAX = 60_000;
/** A collector that is just being restarted is not worth a line in the log. */
const SILENT_FAILURE_MS = 3_000;

export class Sender<Request extends { readonly length: number } = Uint8Array> {
  readonly #parts: SenderParts<Request>;
  #deliveredAt: Micros | undefined;
  #exported = 0;
  #rejected = 0;
  #rejectedAt: Micros | undefined;
  #failing: { since: Micros; error: string; reported: boolean } | undefined;
  #lastError: { at: Micros; error: string } | undefined;
  #lastRejection: string | undefined;

  constructor(parts: SenderParts<Request>) {
    this.#parts = parts;
  }

  get status(): SignalStatus {
    const failing = this.#failing;
    return {
      endpoint: this.#parts.exporter?.endpoint,
      deliveredAt: this.#deliveredAt,
      exported: this.#exported,
      rejected: this.#rejected,
      rejectedAt: this.#rejectedAt,
      failing: failing === undefined ? undefined : { since: failing.since, error: failing.error },
      lastError: this.#lastError,
    };
  }

  /**
   * True once the collector has taken all items, or refused them for good. Tries for ever until `stopping` aborts,
   * and from then on once.
   */
  async deliver<T>(
    items: readonly T[],
    encode: (items: readonly T[]) => Request,
    stopping: AbortSignal,
  ): Promise<boolean> {
    const { exporter, sleep } = this.#parts;
    if (exporter === undefined) return true;
    const pieces = [items];
    let delayMs = RETRY_DELAY_MS_MIN;
    for (let piece = pieces.pop(); piece !== undefined; piece = pieces.pop()) {
      if (piece.length === 0) continue;
      const request = encode(piece);
      if (request.length > REQUEST_BYTES_MAX && piece.length > 1) {
        pieces.push(...halves(piece));
        continue;
      }
      const startedAt = this.#parts.now();
      const delivery = await exporter.send(request);
      this.#record(delivery, piece.length, startedAt);
      if (delivery.kind === 'accepted') {
        delayMs = RETRY_DELAY_MS_MIN;
      } else if (delivery.kind === 'refused') {
        // One item may have spoilt the request for the others.
        if (piece.length > 1) pieces.push(...halves(piece));
        else this.#reject(1, delivery.error);
      } else {
        if (stopping.aborted) return false;
        const { tooMuch, retryAfterMs = 0 } = delivery;
        pieces.push(...(tooMuch === true && piece.length > 1 ? halves(piece) : [piece]));
        await sleep(Math.max(delayMs, Math.min(retryAfterMs, RETRY_AFTER_MS_MAX)), stopping);
        delayMs = Math.min(delayMs * 2, RETRY_DELAY_MS_MAX);
      }
    }
    return true;
  }

  /** Sends what the next call would replace anyway: once. */
  async offer<T>(items: readonly T[], encode: (items: readonly T[]) => Request): Promise<boolean> {
    return await this.deliver(items, encode, AbortSignal.abort());
  }

  close(): void {
    this.#parts.exporter?.close();
  }

  #record(delivery: Delivery, count: number, startedAt: Micros): void {
    if (delivery.kind !== 'failed') {
      this.#recover();
      if (delivery.kind === 'refused') return;
      this.#deliveredAt = this.#parts.now();
      const taken = Math.max(0, count - delivery.rejected.count);
      this.#exported += taken;
      this.#count('exported', taken);
      if (delivery.rejected.count > 0) this.#reject(delivery.rejected.count, delivery.rejected.message);
      return;
    }
    const { error } = delivery;
    const { now, report, signal, exporter } = this.#parts;
    this.#lastError = { at: now(), error };
    this.#count('retried', count);
    this.#failing = { since: startedAt, reported: false, ...this.#failing, error };
    const failingMs = (now() - this.#failing.since) / MICROS_PER_MS;
    if (this.#failing.reported || failingMs < SILENT_FAILURE_MS) return;
    this.#failing.reported = true;
    report({
      event: 'telemetry.failing',
      severity: 'warn',
      message: `The collector at ${exporter?.endpoint} does not take ${signal}: ${error}. ${meanwhile(signal)}`,
    });
  }

  #recover(): void {
    const before = this.#failing;
    this.#failing = undefined;
    if (before?.reported !== true) return;
    const { now, report, signal } = this.#parts;
    const seconds = Math.round((now() - before.since) / (MICROS_PER_MS * 1000));
    report({
      event: 'telemetry.recovered',
      severity: 'info',
      message: `The collector takes ${signal} again after ${seconds} s.`,
    });
  }

  /** The same rejection is counted each time and reported once. */
  #reject(count: number, error: string): void {
    const { now, report, signal } = this.#parts;
    this.#rejected += count;
    this.#rejectedAt = now();
    this.#count('rejected', count);
    this.#lastError = { at: now(), error };
    if (this.#lastRejection === error) return;
    this.#lastRejection = error;
    report({
      event: 'telemetry.rejected',
      severity: 'error',
      message: `The collector rejected ${count} items of ${signal} for good: ${error || 'it does not say why'}`,
    });
  }

  #count(what: 'exported' | 'retried' | 'rejected', value: number): void {
    const signal = { 'tradeengine.telemetry.signal': this.#parts.signal };
    this.#parts.metrics.add(
      what === 'exported'
        ? { metric: 'tradeengine.telemetry.exported', value, labels: signal }
        : {
            metric: 'tradeengine.telemetry.failed',
            value,
            labels: { ...signal, 'tradeengine.telemetry.failure': what },
          },
    );
  }
}

const meanwhile = (signal: Signal): string =>
  signal === 'profiles' ? 'The newest of them wait.' : 'The facts wait in the journal.';

/** The second half first: pieces are taken from the end, and the oldest goes out first. */
function halves<T>(items: readonly T[]): [readonly T[], readonly T[]] {
  const middle = Math.ceil(items.length / 2);
  return [items.slice(middle), items.slice(0, middle)];
}
