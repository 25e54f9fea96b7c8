/** The log of the process itself: one JSON object a line on stdout, and the same records over OTLP. */

import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import type { Micros } from '#core/ids.ts';
import { type AttributeValue, type AttributeValues, allowed } from './attributes.ts';
import type { ProcessEvent } from './catalogue/process-events.ts';
import { Outbox } from './outbox.ts';
import type { LogData, Severity, SpanRef } from './projected.ts';
import { type RepetitionParts, Repetitions } from './repetitions.ts';

export interface ProcessLog {
  readonly severity: Severity;
  /** A sentence that a person can read. */
  readonly message: string;
  readonly event: ProcessEvent;
  readonly attributes?: AttributeValues;
  readonly span?: SpanRef | undefined;
}

const QUEUE_LENGTH_MAX = 2_048;
const CHUNK_LENGTH_MAX = 256;
const BODY_LENGTH_MAX = 4_096;

export interface ProcessLoggerParts {
  readonly now: () => Micros;
  readonly after: RepetitionParts<ProcessLog>['after'];
  /** Hears that a record waits to go over OTLP; undefined where none do. */
  readonly onQueued: (() => void) | undefined;
  /** Takes secrets out of a text. */
  readonly redact: (text: string) => string;
  /** Where lines of JSON go. */
  readonly destination: DestinationStream;
}

export class ProcessLogger {
  readonly #parts: ProcessLoggerParts;
  readonly #stdout: Logger;
  readonly #repetitions: Repetitions<ProcessLog>;
  /** The records that are on their way to the collector. */
  readonly outbox = new Outbox<LogData>(QUEUE_LENGTH_MAX, CHUNK_LENGTH_MAX);

  constructor(parts: ProcessLoggerParts) {
    this.#parts = parts;
    const options = {
      level: 'debug',
      base: null,
      messageKey: 'message',
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label: string) => ({ level: label }) },
    };
    this.#stdout = pino(options, parts.destination);
    this.#repetitions = new Repetitions({ after: parts.after, tell: (record) => this.#tell(record) });
  }

  write(record: ProcessLog): void {
    this.#repetitions.tell(record);
  }

  /** Tells what was withheld. */
  flush(): void {
    this.#repetitions.flush();
  }

  #tell({ severity, message, event, attributes = {}, span }: ProcessLog): void {
    const { onQueued, now, redact } = this.#parts;
    // Redacted whole: half a secret is not recognised.
    const body = redact(message).slice(0, BODY_LENGTH_MAX);
    const passed = allowed(redactAll(attributes, redact));
    const trace = span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId };
    this.#stdout[severity]({ event, ...trace, ...passed }, body);
    if (onQueued === undefined) return;
    this.outbox.push({ at: now(), severity, event, body, attributes: passed, span });
    onQueued();
  }
}

const redactAll = (
  attributes: AttributeValues,
  redact: (text: string) => string,
): Readonly<Record<string, AttributeValue | undefined>> =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, redactValue(value, redact)]));

function redactValue(
  value: AttributeValue | undefined,
  redact: (text: string) => string,
): AttributeValue | undefined {
  if (typeof value === 'string') return redact(value);
  return Array.isArray(value) ? value.map(redact) : value;
}
