/** What goes wrong in the engine and at its exchange, as process logs. What is about one order carries its span. */

import type { RecentOrders } from '#api/recent-orders.ts';
import type { ClientOrderId } from '#core/ids.ts';
import type { OnProblem } from '#exchange/binance/problem.ts';
import type { ProcessEvent } from '#telemetry/catalogue/process-events.ts';
import { submitSpanId } from '#telemetry/identity.ts';
import type { ProcessLog } from '#telemetry/process-log.ts';
import type { SpanRef } from '#telemetry/projected.ts';
import type { KeeperOptions } from './keeper.ts';

/** Problems are warnings: what needs nobody informs, and what stops orders or cannot be is an error. */
const severities: Readonly<Partial<Record<ProcessEvent, 'info' | 'error'>>> = {
  'exchange.account_changed': 'info',
  'exchange.clock_resynchronised': 'info',
  'engine.failed': 'error',
  'engine.restarts': 'error',
  'exchange.banned': 'error',
  'exchange.operator_needed': 'error',
  'exchange.malformed_answer': 'error',
  'exchange.malformed_message': 'error',
};

export class ProblemLog {
  readonly #log: (record: ProcessLog) => void;
  readonly #recentOrders: RecentOrders;

  constructor(log: (record: ProcessLog) => void, recentOrders: RecentOrders) {
    this.#log = log;
    this.#recentOrders = recentOrders;
  }

  readonly ofEngine: KeeperOptions['onProblem'] = (code, detail, order) =>
    this.#write(`engine.${code}`, detail, order);

  readonly ofExchange: OnProblem = (code, detail, order) => this.#write(`exchange.${code}`, detail, order);

  #write(event: ProcessEvent, message: string, order: ClientOrderId | undefined): void {
    this.#log({
      severity: severities[event] ?? 'warn',
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
