/** The requests about single orders, in the book that each order is in. */

import type { z } from 'zod';
import { addMs } from '#core/ids.ts';
import type { PlannedOrder, Refused, SubmitOutcome, Trade } from '#core/order.ts';
import type { CancelOutcome, OrderRef, ReportOutcome, Submitted } from '../../port.ts';
import type { Endpoint } from '../endpoints.ts';
import type { OnProblem } from '../problem.ts';
import type { Priority } from '../rate-gate.ts';
import { describe, type Rest, type RestCall, type RestError } from '../rest.ts';
import type { Params } from '../signing.ts';
import type { SocketMethod } from '../socket-api.ts';
import type { Conditionals } from './conditionals.ts';
import { algoReport, algoStatusOf, childReport, orderReport, statusOf, tradeList } from './reports.ts';
import {
  type AlgoOrderAnswer,
  algoCancel,
  algoOrder,
  type OrderAnswer,
  order as orderSchema,
  userTrades,
  whatIsWrong,
} from './schemas.ts';

const ORDER_PATH = '/fapi/v1/order';
const ALGO_PATH = '/fapi/v1/algoOrder';
/** For the error of the clock offset and the way inside the exchange: past recvWindow and this, it is too late. */
export const ACCEPTANCE_MARGIN_MS = 1_000;
const TRADES_PER_PAGE = 1_000;
const TRADE_PAGES_MAX = 20;

interface OrdersOptions {
  readonly rest: Rest;
  readonly conditionals: Conditionals;
  readonly recvWindowMs: number;
  readonly onProblem: OnProblem;
}

type Read<T> =
  | { readonly kind: 'answer'; readonly value: T }
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly cause: string };

export class Orders {
  readonly #options: OrdersOptions;

  constructor(options: OrdersOptions) {
    this.#options = options;
  }

  async submit(order: PlannedOrder): Promise<Submitted> {
    const { rest, recvWindowMs, conditionals, onProblem } = this.#options;
    const call =
      order.book === 'regular'
        ? signed('POST', ORDER_PATH, order, regularParams(order), 'order.place')
        : signed('POST', ALGO_PATH, order, conditionalParams(order), 'algoOrder.place');
    const result = await rest.call({ ...call, priority: priorityOf(order) });
    const { sentAt, answeredAt } = result;
    const done = (outcome: SubmitOutcome): Submitted => ({ outcome, sentAt, answeredAt });
    const unknown = (cause: string): Submitted =>
      done({ kind: 'unknown', cause, decidableAt: addMs(sentAt, recvWindowMs + ACCEPTANCE_MARGIN_MS) });
    if (result.kind === 'error') {
      const refused = refusedBy(result);
      return refused === undefined ? unknown(describe(result)) : done(refused);
    }
    if (order.book === 'regular') {
      const read = orderSchema.safeParse(result.body);
      if (read.success && read.data.clientOrderId === order.clientOrderId) {
        return done({ kind: 'accepted', report: orderReport(read.data, []) });
      }
    } else {
      const read = algoOrder.safeParse(result.body);
      if (read.success && read.data.clientAlgoId === order.clientOrderId) {
        conditionals.learn(read.data);
        const own = algoStatusOf(read.data.algoStatus);
        // A child is told by the stream, with its end.
        return done({ kind: 'accepted', report: algoReport(read.data, own === 'child' ? 'open' : own) });
      }
    }
    onProblem('malformed_answer', `POST of ${order.clientOrderId}`, order.clientOrderId);
    return unknown('the answer does not name the order');
  }

  async cancel(order: OrderRef): Promise<CancelOutcome> {
    const { symbol, clientOrderId } = order;
    const regular = order.book === 'regular';
    const call = regular
      ? signed('DELETE', ORDER_PATH, order, { symbol, origClientOrderId: clientOrderId }, 'order.cancel')
      : signed('DELETE', ALGO_PATH, order, { clientAlgoId: clientOrderId }, 'algoOrder.cancel');
    const result = await this.#options.rest.call({ ...call, priority: 'protective' });
    if (result.kind === 'error') {
      return result.meaning.kind === 'missing'
        ? { kind: 'not_open' }
        : { kind: 'failed', cause: describe(result) };
    }
    // An empty success is none: the answer has to name the order.
    if (regular) {
      const read = orderSchema.safeParse(result.body);
      if (read.success && read.data.clientOrderId === clientOrderId && read.data.status === 'CANCELED') {
        return { kind: 'canceled' };
      }
    } else {
      const read = algoCancel.safeParse(result.body);
      if (read.success && read.data.clientAlgoId === clientOrderId) return { kind: 'canceled' };
    }
    this.#options.onProblem('malformed_answer', `DELETE of ${clientOrderId}`, clientOrderId);
    return { kind: 'failed', cause: 'the answer does not confirm the cancellation' };
  }

  report(order: OrderRef): Promise<ReportOutcome> {
    return order.book === 'regular' ? this.#regularReport(order) : this.#conditionalReport(order);
  }

  async #regularReport(order: OrderRef): Promise<ReportOutcome> {
    const { symbol, clientOrderId } = order;
    const params = { symbol, origClientOrderId: clientOrderId };
    const read = await this.#read(orderSchema, ORDER_PATH, order, params);
    if (read.kind !== 'answer') return read;
    if (read.value.clientOrderId !== clientOrderId) return otherOrder(clientOrderId);
    return { kind: 'found', report: orderReport(read.value, await this.#trades(order, read.value)) };
  }

  async #conditionalReport(order: OrderRef): Promise<ReportOutcome> {
    const { clientOrderId } = order;
    const read = await this.#read(algoOrder, ALGO_PATH, order, { clientAlgoId: clientOrderId });
    if (read.kind !== 'answer') return read;
    const algo = read.value;
    if (algo.clientAlgoId !== clientOrderId) return otherOrder(clientOrderId);
    this.#options.conditionals.learn(algo);
    return algo.actualOrderId === undefined
      ? childlessReport(algo)
      : this.#childReport(order, algo, algo.actualOrderId);
  }

  async #childReport(order: OrderRef, algo: AlgoOrderAnswer, orderId: string): Promise<ReportOutcome> {
    this.#options.conditionals.learnChild(algo, orderId);
    const read = await this.#read(orderSchema, ORDER_PATH, order, { symbol: order.symbol, orderId });
    // The conditional order is known: its child may only not be readable yet.
    if (read.kind === 'missing') return { kind: 'failed', cause: `its order ${orderId} is not there yet` };
    if (read.kind === 'failed') return read;
    const child = read.value;
    const report = childReport(algo, child, await this.#trades(order, child));
    const own = algoStatusOf(algo.algoStatus);
    // The child decides; but an order that the conditional book calls ended does not stay open.
    const status = statusOf(child.status) === 'open' && own !== 'child' ? own : report.status;
    return { kind: 'found', report: { ...report, status } };
  }

  /** What is known of the trades: an order whose trades cannot be read is reported without them. */
  async #trades(order: OrderRef, answer: OrderAnswer): Promise<Trade[]> {
    const trades: Trade[] = [];
    if (answer.executedQty === '0') return trades;
    let fromId: string | undefined;
    for (let page = 0; page < TRADE_PAGES_MAX; page += 1) {
      const limit = String(TRADES_PER_PAGE);
      const params = { symbol: order.symbol, orderId: answer.orderId, fromId, limit };
      const read = await this.#read(userTrades, '/fapi/v1/userTrades', order, params);
      if (read.kind !== 'answer') {
        const cause = read.kind === 'failed' ? read.cause : 'missing';
        this.#options.onProblem('trades_unread', `order ${answer.orderId}: ${cause}`, order.clientOrderId);
        return trades;
      }
      trades.push(...tradeList(read.value));
      const last = read.value.at(-1);
      if (last === undefined || read.value.length < TRADES_PER_PAGE) return trades;
      fromId = String(BigInt(last.id) + 1n);
    }
    const detail = `order ${answer.orderId} has more than ${trades.length} trades`;
    this.#options.onProblem('trades_unread', detail, order.clientOrderId);
    return trades;
  }

  async #read<Schema extends z.ZodType>(
    schema: Schema,
    path: Endpoint,
    order: OrderRef,
    params: Params,
  ): Promise<Read<z.output<Schema>>> {
    const result = await this.#options.rest.call(signed('GET', path, order, params));
    if (result.kind === 'error') {
      return result.meaning.kind === 'missing'
        ? { kind: 'missing' }
        : { kind: 'failed', cause: describe(result) };
    }
    const read = schema.safeParse(result.body);
    if (read.success) return { kind: 'answer', value: read.data };
    const cause = `GET ${path}: ${whatIsWrong(read.error)}`;
    this.#options.onProblem('malformed_answer', cause, order.clientOrderId);
    return { kind: 'failed', cause };
  }
}

const signed = (
  method: RestCall['method'],
  path: Endpoint,
  { clientOrderId }: Pick<OrderRef, 'clientOrderId'>,
  params: Params,
  socketMethod?: SocketMethod,
): RestCall => ({
  method,
  path,
  params,
  security: 'signed',
  order: clientOrderId,
  ...(socketMethod === undefined ? {} : { socketMethod }),
});

/** Stops, targets and whatever makes a position smaller come before new positions. */
function priorityOf({ book, side, positionSide, reduceOnly: reduces }: PlannedOrder): Priority {
  const closesHedge =
    (positionSide === 'LONG' && side === 'SELL') || (positionSide === 'SHORT' && side === 'BUY');
  return book === 'conditional' || reduces || closesHedge ? 'protective' : 'ordinary';
}

/** Hedge mode refuses reduceOnly (-1106, -4062): there the position side says it. */
const reduceOnly = (order: PlannedOrder): string | undefined =>
  order.positionSide === 'BOTH' && order.reduceOnly ? 'true' : undefined;

const regularParams = (order: PlannedOrder): Params => ({
  symbol: order.symbol,
  side: order.side,
  positionSide: order.positionSide,
  type: order.type,
  timeInForce: order.type === 'LIMIT' ? 'GTC' : undefined,
  quantity: order.quantity,
  price: order.price,
  reduceOnly: reduceOnly(order),
  newClientOrderId: order.clientOrderId,
  newOrderRespType: order.type === 'MARKET' ? 'RESULT' : undefined,
});

const conditionalParams = (order: PlannedOrder): Params => ({
  algoType: 'CONDITIONAL',
  symbol: order.symbol,
  side: order.side,
  positionSide: order.positionSide,
  type: order.type,
  quantity: order.quantity,
  triggerPrice: order.triggerPrice,
  workingType: 'MARK_PRICE',
  reduceOnly: reduceOnly(order),
  clientAlgoId: order.clientOrderId,
});

/** A refusal, if it is certain that the order was not applied. */
function refusedBy(error: RestError): Refused | undefined {
  const { meaning, code, message } = error;
  // The gateway has measured the clock anew and tried once more: what is left is a clock that cannot be trusted.
  if (meaning.kind === 'clock') return { kind: 'refused', refusal: 'unavailable', code, message };
  return meaning.kind === 'refused'
    ? { kind: 'refused', refusal: meaning.refusal, code, message }
    : undefined;
}

const otherOrder = (clientOrderId: string): ReportOutcome => ({
  kind: 'failed',
  cause: `the answer is about another order than ${clientOrderId}`,
});

/** A conditional order that never became a regular one. */
function childlessReport(algo: AlgoOrderAnswer): ReportOutcome {
  const own = algoStatusOf(algo.algoStatus);
  if (algo.algoStatus !== 'FINISHED') {
    return { kind: 'found', report: algoReport(algo, own === 'child' ? 'open' : own) };
  }
  // FINISHED is "filled or canceled in the matching engine": without a fill it was the latter.
  return (algo.actualQty ?? '0') === '0'
    ? { kind: 'found', report: algoReport(algo, 'canceled') }
    : { kind: 'failed', cause: 'it has been filled and its order is not named' };
}
