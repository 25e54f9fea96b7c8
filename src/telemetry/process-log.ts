/** The log of the process itself: one JSON object a line on stdout, and the same records over OTLP. */

import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import type { Micros } from '#core/ids.ts';
import { type AttributeValues, allowed } from './attributes.ts';
import type { LogData, Severity, SpanRef } from './projected.ts';

export interface ProcessLog {
  readonly severity: Severity;
  /** A sentence that a person can read. */
  readonly message: string;
  /** A name for records of the same kind. */
  readonly event: string;
  readonly attributes?: AttributeValues;
  readonly span?: SpanRef;
}

const QUEUE_LENGTH_MAX = 2048;
const CHUNK_LENGTH_MAX = 256;

export class ProcessLogger {
  readonly #stdout: Logger;
  readonly #now: () => Micros;
  #waiting: LogData[] = [];
  #inFlight: LogData[] = [];
  #dropped = 0;
  #droppedTotal = 0;

  constructor(now: () => Micros, destination?: DestinationStream) {
    this.#now = now;
    const options = {
      level: 'debug',
      base: null,
      messageKey: 'message',
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label: string) => ({ level: label }) },
    };
    this.#stdout = destination === undefined ? pino(options) : pino(options, destination);
  }

  get queued(): number {
    return this.#waiting.length + this.#inFlight.length;
  }

  /** How many records the queue had no place for. They are on stdout. */
  get dropped(): number {
    return this.#droppedTotal;
  }

  /** @param queue whether the record is to go over OTLP too. */
  write({ severity, message, event, attributes = {}, span }: ProcessLog, queue: boolean): void {
    const passed = allowed(attributes);
    const trace = span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId };
    this.#stdout[severity]({ event, ...trace, ...passed }, message);
    if (!queue) return;
    if (this.queued >= QUEUE_LENGTH_MAX) {
      this.#dropped += 1;
      this.#droppedTotal += 1;
      return;
    }
    this.#waiting.push({ at: this.#now(), severity, event, body: message, attributes, span });
  }

  /** The next records to deliver, unless some are under way or none wait. */
  take(): { logs: readonly LogData[]; dropped: number } | undefined {
    if (this.#inFlight.length > 0 || this.#waiting.length === 0) return undefined;
    this.#inFlight = this.#waiting.splice(0, CHUNK_LENGTH_MAX);
    return { logs: this.#inFlight, dropped: this.#takeDropped() };
  }

  /** All records that are not under way, for the last delivery. */
  takeRest(): { logs: readonly LogData[]; dropped: number } {
    return { logs: this.#waiting.splice(0), dropped: this.#takeDropped() };
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
