/**
 * User stream messages, translated into reports under the engine's own ids. What cannot be told from a message is
 * asked of the exchange; what cannot be read at all is said to be lost.
 */

import type { z } from 'zod';
import type { ClientOrderId, Symbol } from '#core/ids.ts';
import type { OrderReport } from '#core/order.ts';
import type { OrderRef } from '../../port.ts';
import { parseJson } from '../json.ts';
import type { OnProblem } from '../problem.ts';
import type { Conditionals, Parent } from './conditionals.ts';
import {
  algoReport,
  algoStatusOf,
  childReport,
  isConditionalType,
  orderReport,
  ownId,
  statusOf,
  tradesOf,
} from './reports.ts';
import {
  type AlgoUpdate,
  algoOwner,
  algoUpdate,
  type OrderTradeUpdate,
  orderOwner,
  orderTradeUpdate,
  userEvent,
  whatIsWrong,
} from './schemas.ts';

interface UserEventsOptions {
  readonly conditionals: Conditionals;
  readonly onReport: (report: OrderReport) => void;
  /** The order's news is to be fetched. */
  readonly ask: (order: OrderRef) => void;
  /** News of unknown orders was lost. */
  readonly onLost: () => void;
  readonly onKeyExpired: () => void;
  /** The exchange is about to close the connection. */
  readonly onShutdown: () => void;
  readonly onProblem: OnProblem;
}

export class UserEvents {
  readonly #options: UserEventsOptions;

  constructor(options: UserEventsOptions) {
    this.#options = options;
  }

  handle(text: string): void {
    let message: unknown;
    try {
      message = parseJson(text);
    } catch {
      this.#options.onProblem('malformed_message', 'user stream: not JSON');
      this.#options.onLost();
      return;
    }
    const event = userEvent.safeParse(message);
    if (!event.success) {
      this.#options.onProblem('malformed_message', `user stream: ${whatIsWrong(event.error)}`);
      return;
    }
    // The others (ACCOUNT_UPDATE, TRADE_LITE, ...) say nothing of orders that these do not say.
    if (event.data.e === 'ORDER_TRADE_UPDATE') this.#orderTradeUpdate(message);
    if (event.data.e === 'ALGO_UPDATE') this.#algoUpdate(message);
    if (event.data.e === 'listenKeyExpired') this.#options.onKeyExpired();
    if (event.data.e === 'serverShutdown') this.#options.onShutdown();
  }

  #orderTradeUpdate(message: unknown): void {
    const owner = this.#read(orderOwner, message, 'ORDER_TRADE_UPDATE');
    if (owner === undefined) return;
    const { s, c, i } = owner.o;
    const parent = this.#options.conditionals.parentOf(i, c);
    const own = ownId(c);
    const subject = (parent?.clientAlgoId as ClientOrderId | undefined) ?? own;
    if (subject === undefined) {
      this.#foreign(message, `${s} order ${i}`);
      return;
    }
    const ref = {
      clientOrderId: subject,
      symbol: s as Symbol,
      book: parent ? 'conditional' : 'regular',
    } as const;
    const update = this.#read(orderTradeUpdate, message, 'ORDER_TRADE_UPDATE', ref);
    if (update === undefined) return;
    if (parent !== undefined) {
      this.#child(parent, update.o);
    } else if (isConditionalType(update.o.ot)) {
      // A child whose conditional order was placed before this process: its algo id is not known yet.
      this.#options.ask({ ...ref, book: 'conditional' });
    } else {
      const { z: executedQty, X: status, ap: avgPrice } = update.o;
      this.#options.onReport(
        orderReport(
          { orderId: i, clientOrderId: subject, status, executedQty, avgPrice },
          tradesOf(update.o),
        ),
      );
    }
  }

  #child(parent: Parent, update: OrderTradeUpdate): void {
    const { conditionals, onReport } = this.#options;
    const { i: orderId, X: status, z: executedQty, ap: avgPrice } = update;
    if (statusOf(status) !== 'open') conditionals.endChild(orderId);
    onReport(childReport(parent, { orderId, status, executedQty, avgPrice }, tradesOf(update)));
  }

  #algoUpdate(message: unknown): void {
    const owner = this.#read(algoOwner, message, 'ALGO_UPDATE');
    if (owner === undefined) return;
    const clientOrderId = ownId(owner.o.caid);
    if (clientOrderId === undefined) {
      this.#options.onProblem('foreign_order', `${owner.o.s} conditional order`);
      return;
    }
    const ref = { clientOrderId, symbol: owner.o.s as Symbol, book: 'conditional' } as const;
    const update = this.#read(algoUpdate, message, 'ALGO_UPDATE', ref);
    if (update !== undefined) this.#algo(ref, update.o);
  }

  #algo(ref: OrderRef, update: AlgoUpdate): void {
    const { conditionals, onReport, ask } = this.#options;
    const { caid: clientAlgoId, aid: algoId, ai: childOrderId, X: status } = update;
    const parent = { clientAlgoId, algoId };
    conditionals.learn(parent);
    if (childOrderId !== undefined) conditionals.learnChild(parent, childOrderId);
    // The child's own events were faster and have told the end.
    if (childOrderId !== undefined && conditionals.hasEnded(childOrderId)) return;
    const own = algoStatusOf(status);
    if (status === 'FINISHED' || (own !== 'open' && own !== 'child' && childOrderId !== undefined)) {
      // Ended in the matching engine, and nobody has told how.
      ask(ref);
      return;
    }
    const report = { ...parent, actualOrderId: childOrderId, actualQty: update.aq };
    onReport(algoReport(report, own === 'child' ? 'open' : own));
  }

  #foreign(message: unknown, order: string): void {
    const update = orderTradeUpdate.safeParse(message);
    // It may be the child of a conditional order of ours: ALGO_UPDATE will name it.
    if (update.success && isConditionalType(update.data.o.ot)) return;
    this.#options.onProblem('foreign_order', order);
  }

  /** @param ref whose news is lost if the message cannot be read */
  #read<Schema extends z.ZodType>(
    schema: Schema,
    message: unknown,
    kind: string,
    ref?: OrderRef,
  ): z.output<Schema> | undefined {
    const read = schema.safeParse(message);
    if (read.success) return read.data;
    this.#options.onProblem('malformed_message', `${kind}: ${whatIsWrong(read.error)}`);
    if (ref === undefined) this.#options.onLost();
    else this.#options.ask(ref);
    return undefined;
  }
}
