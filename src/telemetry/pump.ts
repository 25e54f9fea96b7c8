/**
 * From the journal to the collector. Three followers go through its facts, each with its own place in the stored cursor:
 * spans and log records, past a fact only once the collector has taken what it became, and metrics, which are counted.
 * What is not delivered stays in the journal, so that memory is bounded however long the collector is away, and none
 * waits for another.
 */

import type { Micros, Seq } from '#core/ids.ts';
import type { Cursor, CursorState } from './cursor.ts';
import {
  type ConfirmedCanary,
  Follower,
  IDLE_DELAY_MS,
  type Progress,
  UNREADABLE_DELAY_MS,
} from './follower.ts';
import { type FactSource, JournalTail } from './journal-tail.ts';
import { type MetricReading, Metrics } from './metrics.ts';
import type { Encoder } from './otlp/encoder.ts';
import type { Chunk } from './outbox.ts';
import type { Report } from './problem.ts';
import type { LogData, Measured, SpanData } from './projected.ts';
import { projectRuntime } from './runtime/projection.ts';
import type { RuntimeRecord } from './runtime/records.ts';
import { SpanQueue } from './runtime/span-queue.ts';
import type { Outcome, Sender, SignalStatus } from './sender.ts';
import type { SignalKind } from './signals.ts';
import { Tape } from './tape.ts';

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

export interface PumpStatus {
  readonly head: Seq;
  /** The last fact of which all telemetry is delivered. */
  readonly cursor: Seq;
  readonly lagFacts: number;
  /** The newest canary that the collector has, with its span and its log record where both are exported. */
  readonly canary: ConfirmedCanary | undefined;
  readonly signals: Readonly<Record<SignalKind, SignalStatus>>;
}

const AT_START: Progress = { seq: 0 as Seq };
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
  readonly #counting: Follower;
  readonly #deliveries: Readonly<Record<'traces' | 'logs', Follower>>;
  #cursorFails = false;
  readonly #logDeliveries = new Set<Promise<Outcome>>();
  readonly #requestSpans: SpanQueue;

  constructor(parts: PumpParts) {
    this.#parts = parts;
    this.#journal = new JournalTail(parts.source, parts.report);
    this.#stored = this.#load();
    this.#metrics = new Metrics(parts.version, parts.now(), this.#stored);
    this.#senders = {
      traces: parts.sender('traces', this.#metrics),
      metrics: parts.sender('metrics', this.#metrics),
      logs: parts.sender('logs', this.#metrics),
    };
    const tape = new Tape(this.#journal, (what, work) => this.#attempt(what, work));
    const followed = { ...parts, tape, onProgress: () => this.#save() };
    this.#counting = new Follower(
      { ...parts, tape, take: async ({ updates }) => this.#count(updates), onProgress: () => {} },
      { seq: this.#stored?.counted ?? AT_START.seq },
    );
    this.#deliveries = {
      traces: new Follower(
        { ...followed, take: async ({ spans }) => endOf(await this.#deliverSpans(spans)) },
        this.#stored?.traces ?? AT_START,
      ),
      logs: new Follower(
        { ...followed, take: async ({ logs }) => endOf(await this.#deliverLogs(logs)) },
        this.#stored?.logs ?? AT_START,
      ),
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

  get #seq(): Seq {
    const { traces, logs } = this.#deliveries;
    return Math.min(this.#counting.progress.seq, traces.progress.seq, logs.progress.seq) as Seq;
  }

  /** What both have. */
  get #canary(): ConfirmedCanary | undefined {
    const exported = (['traces', 'logs'] as const).filter(
      (kind) => this.#senders[kind].status.endpoint !== undefined,
    );
    const newest = exported.map((kind) => this.#deliveries[kind].progress.canary);
    const confirmed = newest.filter((canary) => canary !== undefined);
    if (confirmed.length < newest.length) return undefined;
    return confirmed.toSorted((a, b) => a.fact - b.fact || b.confirmedAt - a.confirmedAt)[0];
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
    const delivery = this.#deliverLogs(items);
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
    // A total that was told must not be lower after a restart.
    this.#save();
    return this.#metrics.readings();
  }

  #deliverSpans(spans: readonly SpanData[]): Promise<Outcome> {
    const { encoder } = this.#parts;
    return this.#senders.traces.deliver(spans, (piece) => encoder.spans(piece), this.#stopping.signal);
  }

  #deliverLogs(logs: readonly LogData[]): Promise<Outcome> {
    const { encoder } = this.#parts;
    return this.#senders.logs.deliver(logs, (piece) => encoder.logs(piece), this.#stopping.signal);
  }

  #countDropped(item: 'log' | 'record' | 'span', value: number): void {
    const labels = { 'tradeengine.telemetry.item': item };
    this.#metrics.add({ metric: 'tradeengine.telemetry.dropped', value, labels });
  }

  async #runFacts(): Promise<void> {
    const stopping = this.#stopping.signal;
    if (!(await this.#begun())) return;
    const { traces, logs } = this.#deliveries;
    // The first to run is the one that reads.
    await Promise.all([this.#counting.run(stopping), traces.run(stopping), logs.run(stopping)]);
  }

  /** Waits for the journal's first entry, which says whether the cursor belongs to it. False if there is none to wait for. */
  async #begun(): Promise<boolean> {
    const { sleep } = this.#parts;
    const stopping = this.#stopping.signal;
    for (;;) {
      const entries = this.#journal.read(1 as Seq, 1);
      const first = entries?.[0];
      if (first !== undefined) {
        this.#begin(first.at);
        return true;
      }
      if (stopping.aborted) return false;
      await sleep(entries === undefined ? UNREADABLE_DELAY_MS : IDLE_DELAY_MS, stopping);
    }
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

  #begin(origin: Micros): void {
    this.#origin = origin;
    const stored = this.#stored;
    if (stored === undefined) return;
    const { counted, traces, logs } = stored;
    const newest = Math.max(counted, traces.seq, logs.seq);
    if (stored.origin === origin && newest <= this.#journal.head) return;
    for (const one of [this.#counting, ...Object.values(this.#deliveries)]) one.progress = AT_START;
    this.#metrics.restart(this.#parts.now());
    this.#parts.report({
      event: 'telemetry.cursor_reset',
      severity: 'warn',
      message: `The stored telemetry cursor (fact ${newest}) belongs to another journal: export starts at fact 1.`,
    });
  }

  #count(updates: readonly Measured[]): 'taken' {
    this.#measure(updates);
    return 'taken';
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
        counted: this.#counting.progress.seq,
        traces: this.#deliveries.traces.progress,
        logs: this.#deliveries.logs.progress,
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

const endOf = (outcome: Outcome): 'taken' | 'given_up' | 'stopped' =>
  outcome === 'taken' || outcome === 'stopped' ? outcome : 'given_up';

const pointsIn = (readings: readonly MetricReading[]): number =>
  readings.reduce((sum, { series }) => sum + series.length, 0);
