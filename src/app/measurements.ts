/** Brings what the running parts tell of their work to telemetry, in telemetry's own words. */

import type { ServedRequest } from '#api/observe.ts';
import type { RecentOrders } from '#api/recent-orders.ts';
import { addMs, MICROS_PER_MS, type Micros } from '#core/ids.ts';
import { approximate } from '#core/money.ts';
import type { ComparisonOutcome } from '#engine/engine.ts';
import type { Clock } from '#engine/time.ts';
import type { ObservedRequest, Observer, StreamKind } from '#exchange/binance/observer.ts';
import type { RateGate } from '#exchange/binance/rate-gate.ts';
import type { Exchange } from '#exchange/port.ts';
import type { JournalObserver } from '#journal/sqlite.ts';
import type { EngineSample, RuntimeRecord } from '#telemetry/runtime/records.ts';
import { tradingGauges } from '#telemetry/runtime/trading-gauges.ts';
import type { Keeper } from './keeper.ts';

const MICROS_PER_SECOND = 1_000 * MICROS_PER_MS;
const MS_PER_SECOND = 1_000;
/** Longer than the exchange's adapter waits for an answer. */
const BALANCE_INTERVAL_MS = 10_000;

export interface MeasurementsOptions {
  readonly record: (record: RuntimeRecord) => void;
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
  #equity: number | undefined;
  #askBalanceAt = 0 as Micros;
  readonly journal: JournalObserver;

  constructor(options: MeasurementsOptions) {
    const { record, clock } = options;
    this.#options = options;
    this.journal = {
      now: () => clock.now(),
      onCommit: (commit) => record({ kind: 'commit', ...commit }),
    };
  }

  onRequest({ clientOrderId, ...request }: ObservedRequest): void {
    const { record, recentOrders } = this.#options;
    const planned = clientOrderId === undefined ? undefined : recentOrders.get(clientOrderId)?.planned;
    record({
      kind: 'client_request',
      ...request,
      order:
        planned === undefined
          ? undefined
          : { trace: planned.story.trace, clientOrderId: planned.order.clientOrderId },
    });
  }

  onStream(stream: StreamKind, event: 'connected' | 'reconnected' | 'heard'): void {
    this.#heardAt.set(stream, this.#options.clock.now());
    if (event === 'reconnected') this.#options.record({ kind: 'reconnect', stream });
  }

  onClock(offsetMs: number): void {
    this.#clockOffsetMs = offsetMs;
  }

  readonly onServed = ({ receipt, remote, ...request }: ServedRequest): void => {
    this.#options.record({
      kind: 'server_request',
      ...request,
      parent:
        receipt ?? (remote === undefined ? undefined : { trace: remote.trace, span: remote.parentSpan }),
    });
  };

  readonly onCompared = (outcome: ComparisonOutcome): void => {
    const { record, clock } = this.#options;
    if (outcome !== 'failed') this.#comparedAt = clock.now();
    record({ kind: 'comparison', outcome });
  };

  /** How the parts are now, and the balance as it was last known: asking for it takes until the next sample. */
  sample({ running, unready }: Keeper): EngineSample {
    const now = this.#options.clock.now();
    if (running === undefined) this.#equity = undefined;
    else void this.#askForBalance(running.exchange, now);
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
      equity: running && this.#equity,
      streamAgesSeconds: Object.fromEntries(ages),
    };
  }

  /** It costs request weight, which orders need more: seldom, and never twice at a time. */
  async #askForBalance(exchange: Pick<Exchange, 'balance'>, now: Micros): Promise<void> {
    if (now < this.#askBalanceAt) return;
    this.#askBalanceAt = addMs(now, BALANCE_INTERVAL_MS);
    const answer = await exchange.balance();
    this.#equity =
      answer.kind === 'answer'
        ? approximate(answer.value.wallet) + approximate(answer.value.unrealised)
        : undefined;
  }
}
