/** What goes wrong in the engine and at its exchange, as process logs. What is about one order carries its span. */

import type { RecentOrders } from '#api/recent-orders.ts';
import type { ClientOrderId } from '#core/ids.ts';
import { submitSpanId } from '#telemetry/identity.ts';
import type { ProcessLog } from '#telemetry/process-log.ts';
import type { SpanRef } from '#telemetry/projected.ts';

/** Problems are warnings: what needs nobody informs, and what stops orders or cannot be is an error. */
const severities: Readonly<Record<string, 'info' | 'error'>> = {
  clock_resynchronised: 'info',
  engine_failed: 'error',
  engine_restarts: 'error',
  malformed_answer: 'error',
  malformed_message: 'error',
};

export class ProblemLog {
  readonly #log: (record: ProcessLog) => void;
  readonly #recentOrders: RecentOrders;

  constructor(log: (record: ProcessLog) => void, recentOrders: RecentOrders) {
    this.#log = log;
    this.#recentOrders = recentOrders;
  }

  readonly ofEngine = (code: string, detail: string, order?: ClientOrderId): void =>
    this.#write(`engine.${code}`, code, detail, order);

  readonly ofExchange = (code: string, detail: string, order?: ClientOrderId): void =>
    this.#write(`exchange.${code}`, code, detail, order);

  #write(event: string, code: string, message: string, order: ClientOrderId | undefined): void {
    this.#log({
      severity: severities[code] ?? 'warn',
      event,
      message,
      attributes: { 'tradeengine.order.id': order },
      span: order === undefined ? undefined : this.#spanOf(order),
    });
  }

  #spanOf(order: ClientOrderId): SpanRef | undefined {
    const traceId = this.#recentOrders.get(order)?.planned.story.trace;
    return traceId === undefined ? undefined : { traceId, spanId: submitSpanId(traceId, order) };
  }
}
