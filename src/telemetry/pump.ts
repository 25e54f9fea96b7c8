/**
 * From the journal to the collector: reads facts behind the stored cursor, projects them, delivers their spans and
 * log records, and only then moves the cursor. What is not delivered stays in the journal, so that memory is
 * bounded by one batch however long the collector is away.
 */

import type { Entry } from '#core/facts.ts';
import { MICROS_PER_MS, type Micros, type Seq } from '#core/ids.ts';
import type { Cursor, CursorState } from './cursor.ts';
import { type FactSource, JournalTail } from './journal-tail.ts';
import { type MetricReading, Metrics } from './metrics.ts';
import type { Encoder } from './otlp/encoder.ts';
import type { Chunk } from './outbox.ts';
import type { Report } from './problem.ts';
import type { LogData, Measured, SpanData } from './projected.ts';
import { project } from './projection.ts';
import { projectRuntime } from './runtime/projection.ts';
import type { RuntimeRecord } from './runtime/records.ts';
import { SpanQueue } from './runtime/span-queue.ts';
import type { Outcome, Sender, SignalStatus } from './sender.ts';
import type { SignalKind } from './signals.ts';

export interface PumpParts {
  readonly source: FactSource;
  readonly cursor: Cursor;
  readonly encoder: Encoder;
  readonly version: string;
  readonly metricIntervalMs: number;
  readonly now: () => Micros;
  /** Returns early when the signal aborts. */
  readonly sleep: (ms: number, wake: AbortSignal) => Promise<void>;
  readonly report: Report;
  readonly sender: (signal: SignalKind, metrics: Metrics) => Sender;
}

export interface CanaryStatus {
  readonly fact: Seq;
  readonly releasedAt: Micros;
  readonly confirmedAt: Micros;
}

export interface PumpStatus {
  readonly head: Seq;
  readonly cursor: Seq;
  /** Facts whose telemetry is not delivered. */
  readonly lagFacts: number;
  /** The newest canary that the collector has, with its span and its log record where both are exported. */
  readonly canary: CanaryStatus | undefined;
  readonly signals: Readonly<Record<SignalKind, SignalStatus>>;
}

const BATCH_ENTRIES_MAX = 256;
const IDLE_DELAY_MS = 100;
const UNREADABLE_DELAY_MS = 1_000;
/** Catching up must not take the machine from trading. */
const FACTS_PER_SECOND_MAX = 20_000;
/** For how many intervals a sampled gauge keeps its value when no more samples come. */
const SAMPLE_INTERVALS_MAX = 3;

export class Pump {
  readonly #parts: PumpParts;
  readonly #journal: JournalTail;
  /** Taken at its word until the journal can be read. */
  readonly #stored: CursorState | undefined;
  readonly #stopping = new AbortController();
  readonly #metrics: Metrics;
  readonly #senders: Readonly<Record<SignalKind, Sender>>;
  #origin: Micros | undefined;
  #seq: Seq;
  #cursorFails = false;
  #canary: CanaryStatus | undefined;
  readonly #logDeliveries = new Set<Promise<Outcome>>();
  readonly #requestSpans: SpanQueue;

  constructor(parts: PumpParts) {
    this.#parts = parts;
    this.#journal = new JournalTail(parts.source, parts.report);
    this.#stored = this.#load();
    this.#seq = this.#stored?.seq ?? (0 as Seq);
    this.#metrics = new Metrics(parts.version, parts.now(), this.#stored);
    this.#senders = {
      traces: parts.sender('traces', this.#metrics),
      metrics: parts.sender('metrics', this.#metrics),
      logs: parts.sender('logs', this.#metrics),
    };
    this.#requestSpans = new SpanQueue({
      deliver: async (spans) => (await this.#deliverSpans(spans)) !== 'stopped',
      onDropped: (count) => this.#countDropped('span', count),
    });
  }

  /** What this process's telemetry is counted in. */
  get metrics(): Metrics {
    return this.#metrics;
  }

  get status(): PumpStatus {
    const { head } = this.#journal;
    const { traces, metrics, logs } = this.#senders;
    return {
      head,
      cursor: this.#seq,
      lagFacts: Math.max(0, head - this.#seq),
      canary: this.#canary,
      signals: { traces: traces.status, metrics: metrics.status, logs: logs.status },
    };
  }

  /** Ends after stop(), when everything is delivered or the collector has failed once more. */
  async run(): Promise<void> {
    await Promise.all([this.#runFacts(), this.#runMetrics()]);
    await Promise.all([...this.#logDeliveries, this.#requestSpans.emptied()]);
    await this.#offerMetrics();
    this.#save();
  }

  /** To be called once run() has ended. */
  close(): void {
    for (const sender of Object.values(this.#senders)) sender.close();
    this.#journal.close();
  }

  stop(): void {
    this.#stopping.abort();
  }

  /** Log records of the process itself. Nothing else keeps them: the caller bounds how many it hands over. */
  async deliverLogs({ items, dropped }: Chunk<LogData>): Promise<void> {
    this.#countDropped('log', dropped);
    const { encoder } = this.#parts;
    const delivery = this.#senders.logs.deliver(items, (piece) => encoder.logs(piece), this.#stopping.signal);
    this.#logDeliveries.add(delivery);
    await delivery;
    this.#logDeliveries.delete(delivery);
  }

  /** What the parts of the process tell of their work. */
  record({ items, dropped }: Chunk<RuntimeRecord>): void {
    this.#countDropped('record', dropped);
    const spans: SpanData[] = [];
    for (const record of items) {
      const told = this.#attempt(`A record of ${record.kind}`, () => projectRuntime(record));
      if (told === undefined) continue;
      this.#measure(told.metrics);
      spans.push(...told.spans);
    }
    if (spans.length > 0) this.#requestSpans.push(spans);
  }

  /** The values of all metrics at this moment. */
  readings(): MetricReading[] {
    const { now, metricIntervalMs } = this.#parts;
    this.#metrics.ageSamples(now(), SAMPLE_INTERVALS_MAX * metricIntervalMs);
    const { head, bytes } = this.#journal;
    const lag = Math.max(0, head - this.#seq);
    this.#metrics.add({ metric: 'tradeengine.telemetry.lag', value: lag, labels: {} });
    this.#metrics.add({ metric: 'tradeengine.journal.size', value: bytes, labels: {} });
    return this.#metrics.readings();
  }

  #deliverSpans(spans: readonly SpanData[]): Promise<Outcome> {
    const { encoder } = this.#parts;
    return this.#senders.traces.deliver(spans, (piece) => encoder.spans(piece), this.#stopping.signal);
  }

  #countDropped(item: 'log' | 'record' | 'span', value: number): void {
    const labels = { 'tradeengine.telemetry.item': item };
    this.#metrics.add({ metric: 'tradeengine.telemetry.dropped', value, labels });
  }

  async #runFacts(): Promise<void> {
    const { sleep, now } = this.#parts;
    const stopping = this.#stopping.signal;
    for (;;) {
      const startedAt = now();
      const entries = this.#next();
      const last = entries?.at(-1);
      if (entries === undefined || last === undefined) {
        if (stopping.aborted) return;
        await sleep(entries === undefined ? UNREADABLE_DELAY_MS : IDLE_DELAY_MS, stopping);
        continue;
      }
      if (!(await this.#deliver(entries, last))) return;
      const factCount = this.#seq - ((entries[0]?.seq ?? this.#seq) - 1);
      // The clock may have stepped back meanwhile.
      const elapsedMs = Math.max(0, (now() - startedAt) / MICROS_PER_MS);
      await sleep(Math.max(0, (factCount / FACTS_PER_SECOND_MAX) * 1000 - elapsedMs), stopping);
    }
  }

  /** What is to be delivered next; undefined where the journal cannot be read. */
  #next(): Entry[] | undefined {
    if (this.#origin === undefined) {
      const first = this.#journal.read(1 as Seq, 1);
      if (first === undefined) return undefined;
      this.#begin(first[0]?.at);
    }
    return this.#journal.read((this.#seq + 1) as Seq, BATCH_ENTRIES_MAX);
  }

  #load(): CursorState | undefined {
    const loaded = this.#parts.cursor.load();
    if (loaded.kind === 'unusable') {
      this.#parts.report({
        event: 'telemetry.cursor_reset',
        severity: 'warn',
        message: `The stored telemetry cursor cannot be used (${loaded.reason}): export starts at fact 1.`,
      });
    }
    return loaded.kind === 'stored' ? loaded.state : undefined;
  }

  #begin(origin: Micros | undefined): void {
    this.#origin = origin;
    const stored = this.#stored;
    if (stored === undefined || this.#seq === 0) return;
    if (stored.origin === origin && stored.seq <= this.#journal.head) return;
    this.#seq = 0 as Seq;
    this.#metrics.restart(this.#parts.now());
    this.#parts.report({
      event: 'telemetry.cursor_reset',
      severity: 'warn',
      message: `The stored telemetry cursor (fact ${stored.seq}) belongs to another journal: export starts at fact 1.`,
    });
  }

  async #deliver(entries: readonly Entry[], last: Entry): Promise<boolean> {
    const { encoder } = this.#parts;
    const { logs } = this.#senders;
    const stopping = this.#stopping.signal;
    const told = this.#project(entries);
    const outcomes = await Promise.all([
      this.#deliverSpans(told.spans),
      logs.deliver(told.logs, (piece) => encoder.logs(piece), stopping),
    ]);
    if (outcomes.includes('stopped')) return false;
    this.#measure(told.updates);
    if (isArrived(outcomes)) for (const entry of entries) this.#confirm(entry);
    this.#seq = (last.seq + last.facts.length - 1) as Seq;
    this.#save();
    return true;
  }

  #confirm({ seq, at, facts }: Entry): void {
    const index = facts.findIndex(({ type }) => type === 'telemetry.canary');
    if (index === -1) return;
    this.#canary = { fact: (seq + index) as Seq, releasedAt: at, confirmedAt: this.#parts.now() };
  }

  #project(entries: readonly Entry[]): { spans: SpanData[]; logs: LogData[]; updates: Measured[] } {
    const spans: SpanData[] = [];
    const logs: LogData[] = [];
    const updates: Measured[] = [];
    for (const entry of entries) {
      const projected = this.#attempt(`The entry of fact ${entry.seq}`, () => project(entry));
      if (projected === undefined) continue;
      spans.push(...projected.spans);
      logs.push(...projected.logs);
      updates.push(...projected.metrics);
    }
    return { spans, logs, updates };
  }

  #measure(updates: readonly Measured[]): void {
    for (const update of updates) {
      this.#attempt(`A value of ${update.metric}`, () => this.#metrics.add(update));
    }
  }

  /** One thing that cannot be told must not keep all later ones from being told. */
  #attempt<T>(what: string, tell: () => T): T | undefined {
    try {
      return tell();
    } catch (error) {
      const message = `${what} has no telemetry: ${String(error)}`;
      this.#parts.report({ event: 'telemetry.rejected', severity: 'error', message });
      return undefined;
    }
  }

  async #runMetrics(): Promise<void> {
    const stopping = this.#stopping.signal;
    while (!stopping.aborted) {
      await this.#parts.sleep(this.#parts.metricIntervalMs, stopping);
      if (!stopping.aborted) await this.#offerMetrics();
    }
  }

  async #offerMetrics(): Promise<void> {
    const { encoder, now } = this.#parts;
    const at = now();
    // Collectors object to metrics without points.
    const readings = this.readings().filter(({ series }) => series.length > 0);
    const offered = this.#senders.metrics.offer(
      readings,
      (piece) => encoder.metrics(piece, at),
      this.#stopping.signal,
      pointsIn,
    );
    // They are encoded by now; what is measured while the collector answers is for the next time.
    this.#metrics.forgetExemplars();
    await offered;
  }

  /** A cursor that cannot be stored costs repetitions after the next start, and nothing now. */
  #save(): void {
    if (this.#origin === undefined) return;
    try {
      this.#parts.cursor.save({
        origin: this.#origin,
        seq: this.#seq,
        since: this.#metrics.since,
        totals: this.#metrics.totals(),
      });
      this.#cursorFails = false;
    } catch (error) {
      if (this.#cursorFails) return;
      this.#cursorFails = true;
      this.#parts.report({
        event: 'telemetry.cursor_unsaved',
        severity: 'warn',
        message: `The telemetry cursor cannot be stored: ${String(error)}`,
      });
    }
  }
}

/** All of what is exported was taken, and something is. */
function isArrived(outcomes: readonly Outcome[]): boolean {
  const exported = outcomes.filter((outcome) => outcome !== 'not_exported');
  return exported.length > 0 && exported.every((outcome) => outcome === 'taken');
}

const pointsIn = (readings: readonly MetricReading[]): number =>
  readings.reduce((sum, { series }) => sum + series.length, 0);
