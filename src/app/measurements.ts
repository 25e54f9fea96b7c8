/** Brings what the running parts tell of their work to telemetry, in telemetry's own words. */

import type { ServedRequest } from '#api/observe.ts';
import type { RecentOrders } from '#api/recent-orders.ts';
import { type ClientOrderId, MICROS_PER_MS, type Micros } from '#core/ids.ts';
import type { ComparisonOutcome } from '#engine/comparisons.ts';
import type { Clock } from '#engine/time.ts';
import type { ObservedRequest, Observer, StreamKind } from '#exchange/binance/observer.ts';
import type { RateGate } from '#exchange/binance/rate-gate.ts';
import type { JournalObserver } from '#journal/sqlite.ts';
import type { EngineSample, RecordOf, RuntimeRecord } from '#telemetry/runtime/records.ts';
import { tradingGauges } from '#telemetry/runtime/trading-gauges.ts';
import type { Keeper } from './keeper.ts';

const MICROS_PER_SECOND = 1_000 * MICROS_PER_MS;
const MS_PER_SECOND = 1_000;

export interface MeasurementsOptions {
  readonly record: (record: RuntimeRecord) => void;
  /** Hears what went wrong in measuring. */
  readonly onFailure: (error: unknown) => void;
  readonly clock: Clock;
  readonly rateGate: RateGate;
  /** They know the trace of an order even if the stream tells its end before the answer to its request is here. */
  readonly recentOrders: RecentOrders;
}

export class Measurements implements Observer {
  readonly #options: MeasurementsOptions;
  readonly #heardAt = new Map<StreamKind, Micros>();
  #clockOffsetMs: number | undefined;
  #comparedAt: Micros | undefined;
  readonly journal: JournalObserver;

  constructor(options: MeasurementsOptions) {
    this.#options = options;
    this.journal = {
      now: () => options.clock.now(),
      onCommit: (commit) => this.#record(() => ({ kind: 'commit', ...commit })),
    };
  }

  onRequest({ clientOrderId, address, ...request }: ObservedRequest): void {
    const order = this.#orderOf(clientOrderId);
    this.#record(() => ({ kind: 'client_request', ...request, ...address, order }));
  }

  onStream(stream: StreamKind, event: 'connected' | 'reconnected' | 'heard'): void {
    this.#heardAt.set(stream, this.#options.clock.now());
    if (event === 'reconnected') this.#record(() => ({ kind: 'reconnect', stream }));
  }

  onClock(offsetMs: number): void {
    this.#clockOffsetMs = offsetMs;
  }

  readonly onServed = ({ receipt, remote, ...request }: ServedRequest): void => {
    this.#record(() => ({
      kind: 'server_request',
      ...request,
      parent:
        receipt ?? (remote === undefined ? undefined : { trace: remote.trace, span: remote.parentSpan }),
    }));
  };

  readonly onCompared = (outcome: ComparisonOutcome): void => {
    if (outcome !== 'failed') this.#comparedAt = this.#options.clock.now();
    this.#record(() => ({ kind: 'comparison', outcome }));
  };

  /** How the parts are now. */
  sample({ running, unready }: Keeper): EngineSample {
    const now = this.#options.clock.now();
    const ages = [...this.#heardAt].map(([stream, at]) => [stream, (now - at) / MICROS_PER_SECOND]);
    return {
      kind: 'engine_sample',
      at: now,
      ready: unready === undefined,
      trading:
        running === undefined
          ? []
          : tradingGauges(running.engine.state, (symbol) => running.exchange.quote(symbol), now),
      journal: running && { pending: running.journal.pending, facts: running.journal.head },
      ...this.#options.rateGate.status(now),
      clockOffsetSeconds: this.#clockOffsetMs === undefined ? undefined : this.#clockOffsetMs / MS_PER_SECOND,
      comparisonAgeSeconds:
        this.#comparedAt === undefined ? undefined : (now - this.#comparedAt) / MICROS_PER_SECOND,
      streamAgesSeconds: Object.fromEntries(ages),
    };
  }

  /** Trading calls in the midst of its work: a defect in measuring is told, and goes no further. */
  #record(make: () => RuntimeRecord): void {
    try {
      this.#options.record(make());
    } catch (error) {
      this.#options.onFailure(error);
    }
  }

  #orderOf(id: ClientOrderId | undefined): RecordOf<'client_request'>['order'] {
    const planned = id === undefined ? undefined : this.#options.recentOrders.get(id)?.planned;
    return planned && { trace: planned.story.trace, clientOrderId: planned.order.clientOrderId };
  }
}
