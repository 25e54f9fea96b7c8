/**
 * The simulated exchange behind the engine's port, without sockets and on any clock: what the simulation and
 * tests of the engine run it against. Requests and events pass through a Weather that delays, loses and repeats them.
 */

import type { ClientOrderId, Symbol } from '#core/ids.ts';
import { addMs, signalKeyOf } from '#core/ids.ts';
import type { InstrumentText, Quote } from '#core/instrument.ts';
import type { OrderReport, PlannedOrder, Trade } from '#core/order.ts';
import type { Clock, Timers } from '#engine/time.ts';
import { meaningOf } from '#exchange/binance/errors.ts';
import { readInstruments } from '#exchange/binance/usdm/instruments.ts';
import { usdm } from '#exchange/binance/usdm/venue.ts';
import type {
  CancelOutcome,
  Exchange,
  ExchangeEvent,
  ExchangeSnapshot,
  OrderRef,
  ReportOutcome,
  Submitted,
} from '#exchange/port.ts';
import type { Result } from '#simex/matching/result.ts';
import type { AlgoOrderView, OrderView } from '#simex/usdm/order-view.ts';
import type { OrderTradeUpdate, UserEvent } from '#simex/usdm/types.ts';
import { algoEnd, reportOf, tradeOf } from './simulated-reports.ts';
import type { Venue } from './venue.ts';
import { ACCEPTANCE_WINDOW_MS, type Fate, type Weather } from './weather.ts';

/** A request without an answer is given up after this long. */
const ANSWER_DEADLINE_MS = 2_000;
const FAILURE_ANSWER_MS = 5;

export interface ConnectionOptions {
  readonly venue: Venue;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly weather: Weather;
  /** False once the engine on this side is dead: nothing that it still does reaches the exchange. */
  readonly isAlive: () => boolean;
  /** Sees each order at the moment when the exchange takes it in hand. */
  readonly onOrder?: (order: PlannedOrder) => void;
}

export class InProcessExchange implements Exchange {
  readonly #options: ConnectionOptions;
  readonly #algoOf = new Map<number, ClientOrderId>();
  #unanswered = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** Requests whose answer is still to come. */
  get unanswered(): number {
    return this.#unanswered;
  }

  async open(listener: (event: ExchangeEvent) => void) {
    const { venue, weather, timers, isAlive } = this.#options;
    venue.listen((event) => {
      const report = this.#reportOf(event);
      if (report === undefined) return;
      for (const delayMs of weather.event()) {
        timers.after(delayMs, () => {
          if (isAlive()) listener({ kind: 'report', report });
        });
      }
    });
    return { kind: 'answer' as const, value: undefined };
  }

  async instruments(symbols: readonly Symbol[]): Promise<{ kind: 'answer'; value: InstrumentText[] }> {
    const read = readInstruments(this.#options.venue.exchange.exchangeInfo(), symbols);
    if (read.kind === 'failed') throw new Error(read.cause);
    return read;
  }

  quote(symbol: Symbol): Quote | undefined {
    return this.#options.venue.quote(symbol);
  }

  async submit(order: PlannedOrder): Promise<Submitted> {
    const { venue, clock, weather, onOrder } = this.#options;
    const sentAt = clock.now();
    const fate = weather.submit();
    const answer = await this.#request(fate, () => {
      onOrder?.(order);
      venue.noteTaken(order.clientOrderId);
      return this.#place(order);
    });
    const answeredAt = clock.now();
    if (answer === 'failed') {
      const refusal = {
        kind: 'refused',
        refusal: 'unavailable',
        code: 503,
        message: 'Service Unavailable.',
      } as const;
      return { outcome: refusal, sentAt, answeredAt };
    }
    if (answer === 'lost') {
      const decidableAt = addMs(sentAt, ACCEPTANCE_WINDOW_MS);
      return { outcome: { kind: 'unknown', cause: 'no answer', decidableAt }, sentAt, answeredAt };
    }
    return { outcome: answer, sentAt, answeredAt };
  }

  async cancel(order: OrderRef): Promise<CancelOutcome> {
    const { venue, weather } = this.#options;
    const { symbol, clientOrderId } = order;
    const answer = await this.#request(weather.cancel(), (): CancelOutcome => {
      const result =
        order.book === 'regular'
          ? venue.exchange.cancelOrder({ symbol, origClientOrderId: clientOrderId }, venue.nowMs)
          : venue.exchange.cancelAlgoOrder({ clientAlgoId: clientOrderId }, venue.nowMs);
      return result.ok ? { kind: 'canceled' } : { kind: 'not_open' };
    });
    return typeof answer === 'string' ? { kind: 'failed', cause: answer } : answer;
  }

  async report(order: OrderRef): Promise<ReportOutcome> {
    const { venue, weather } = this.#options;
    const answer = await this.#request(weather.query(), (): ReportOutcome => {
      if (venue.ageMs(order.clientOrderId) < weather.queryLagMs()) return { kind: 'missing' };
      const report = order.book === 'regular' ? this.#regularReport(order) : this.#conditionalReport(order);
      return report === undefined ? { kind: 'missing' } : { kind: 'found', report };
    });
    return typeof answer === 'string' ? { kind: 'failed', cause: answer } : answer;
  }

  async snapshot() {
    const { clock, weather } = this.#options;
    const takenAt = clock.now();
    const answer = await this.#request(weather.query(), () => this.#snapshot(takenAt));
    return typeof answer === 'string'
      ? { kind: 'failed' as const, cause: answer }
      : { kind: 'answer' as const, value: answer };
  }

  async balance() {
    const { asset, balance, availableBalance, crossUnPnl } = this.#options.venue.exchange.balance();
    const value = { asset, wallet: balance, available: availableBalance, unrealised: crossUnPnl };
    return { kind: 'answer' as const, value };
  }

  async close(): Promise<void> {
    this.#options.venue.listen(undefined);
  }

  /** Applies a request when its fate says so, and resolves when the answer arrives. */
  #request<T>(fate: Fate, apply: () => T): Promise<T | 'lost' | 'failed'> {
    const { timers, isAlive } = this.#options;
    if (!isAlive()) return new Promise(() => {});
    this.#unanswered += 1;
    return new Promise((resolve) => {
      const answer = (afterMs: number, value: T | 'lost' | 'failed'): void => {
        const arrive = (): void => {
          this.#unanswered -= 1;
          resolve(value);
        };
        if (afterMs === 0) arrive();
        else timers.after(afterMs, arrive);
      };
      if (fate.failed === true) {
        answer(FAILURE_ANSWER_MS, 'failed');
        return;
      }
      const run = (): void => {
        const result = apply();
        if (fate.answerAfterMs !== 'lost') answer(fate.answerAfterMs, result);
      };
      if (fate.applyAfterMs === 0) run();
      else if (fate.applyAfterMs !== 'never') timers.after(fate.applyAfterMs, run);
      if (fate.answerAfterMs === 'lost') answer(ANSWER_DEADLINE_MS, 'lost');
    });
  }

  #place(order: PlannedOrder): Submitted['outcome'] {
    const { venue } = this.#options;
    const common = {
      symbol: order.symbol,
      side: order.side,
      type: order.type,
      positionSide: order.positionSide,
      quantity: order.quantity,
      ...(order.reduceOnly ? { reduceOnly: 'true' } : {}),
    };
    const { clientOrderId } = order;
    if (order.book === 'conditional') {
      const result = venue.exchange.placeAlgoOrder(
        {
          ...common,
          algoType: 'CONDITIONAL',
          workingType: 'MARK_PRICE',
          triggerPrice: order.triggerPrice,
          clientAlgoId: clientOrderId,
        },
        venue.nowMs,
      );
      if (!result.ok) return this.#refused(result.code, result.msg);
      const report = this.#conditionalReport(order);
      if (report === undefined) throw new Error(`accepted but not found: ${clientOrderId}`);
      return { kind: 'accepted', report: { ...report, trades: [] } };
    }
    const result = venue.exchange.placeOrder(
      {
        ...common,
        newClientOrderId: clientOrderId,
        newOrderRespType: 'RESULT',
        ...(order.type === 'LIMIT' ? { timeInForce: 'GTC', price: order.price } : {}),
      },
      venue.nowMs,
    );
    if (!result.ok) return this.#refused(result.code, result.msg);
    const { orderId, status, executedQty } = result.order;
    const report = reportOf(clientOrderId, String(orderId), status, executedQty, []);
    return { kind: 'accepted', report };
  }

  #refused(code: number, message: string): Submitted['outcome'] {
    const meaning = meaningOf(usdm.errors, 400, code, message);
    if (meaning.kind === 'refused') return { kind: 'refused', refusal: meaning.refusal, code, message };
    const decidableAt = addMs(this.#options.clock.now(), ACCEPTANCE_WINDOW_MS);
    return { kind: 'unknown', cause: `${code} ${message}`, decidableAt };
  }

  #regularReport({ symbol, clientOrderId }: OrderRef): OrderReport | undefined {
    const { exchange } = this.#options.venue;
    const found = exchange.queryOrder({ symbol, origClientOrderId: clientOrderId });
    if (!found.ok) return undefined;
    return this.#queried(clientOrderId, String(found.order.orderId), found.order);
  }

  #conditionalReport({ symbol, clientOrderId }: Omit<OrderRef, 'book'>): OrderReport | undefined {
    const { exchange } = this.#options.venue;
    const found: Result<{ readonly algo: AlgoOrderView }> = exchange.queryAlgoOrder({
      clientAlgoId: clientOrderId,
    });
    if (!found.ok) return undefined;
    const { algoId, algoStatus, actualOrderId } = found.algo;
    this.#algoOf.set(algoId, clientOrderId);
    if (actualOrderId === '') {
      return {
        clientOrderId,
        exchangeOrderId: String(algoId),
        status: algoEnd(algoStatus),
        executed: '0',
        trades: [],
      };
    }
    const child = exchange.queryOrder({ symbol, orderId: actualOrderId });
    if (!child.ok) return undefined;
    return { ...this.#queried(clientOrderId, String(algoId), child.order), childOrderId: actualOrderId };
  }

  #queried(clientOrderId: ClientOrderId, exchangeOrderId: string, view: OrderView): OrderReport {
    const { symbol, orderId, status, executedQty, avgPrice } = view;
    const trades = this.#trades(symbol as Symbol, orderId);
    const report = reportOf(clientOrderId, exchangeOrderId, status, executedQty, trades);
    return avgPrice === '0' ? report : { ...report, averagePrice: avgPrice };
  }

  #trades(symbol: Symbol, orderId: number): Trade[] {
    const { venue, weather } = this.#options;
    const listed = venue.exchange.userTrades({ symbol, orderId: String(orderId) });
    const until = venue.nowMs - weather.tradesLagMs();
    return listed.ok ? listed.trades.filter(({ time }) => time <= until).map(tradeOf) : [];
  }

  #snapshot(takenAt: ExchangeSnapshot['takenAt']): ExchangeSnapshot {
    const { exchange } = this.#options.venue;
    const risk = exchange.positionRisk();
    const regular = exchange.openOrders();
    const conditional = exchange.openAlgoOrders();
    if (!risk.ok || !regular.ok || !conditional.ok)
      throw new Error('the simulated exchange refuses a snapshot');
    const positions = risk.positions
      .filter(({ positionAmt }) => Number(positionAmt) !== 0)
      .map(({ symbol, positionAmt, entryPrice }) => ({
        symbol: symbol as Symbol,
        side: positionAmt.startsWith('-') ? ('SHORT' as const) : ('LONG' as const),
        quantity: positionAmt.replace('-', ''),
        entryPrice,
      }));
    const openOrders = [
      ...regular.orders.map(({ symbol, clientOrderId }) => ({
        symbol,
        clientOrderId,
        book: 'regular' as const,
      })),
      ...conditional.algos.map(({ symbol, clientAlgoId }) => ({
        symbol,
        clientOrderId: clientAlgoId,
        book: 'conditional' as const,
      })),
    ].filter(({ clientOrderId }) => signalKeyOf(clientOrderId) !== undefined) as OrderRef[];
    return { takenAt, positions, openOrders };
  }

  #reportOf(event: UserEvent): OrderReport | undefined {
    if (event.e === 'ALGO_UPDATE') {
      const { caid, aid, X, ai } = event.o;
      this.#algoOf.set(aid, caid as ClientOrderId);
      const child = ai === '' ? {} : { childOrderId: ai };
      // Its child tells of fills and of the end.
      const status = ai === '' ? algoEnd(X) : 'open';
      return {
        clientOrderId: caid as ClientOrderId,
        exchangeOrderId: String(aid),
        ...child,
        status,
        executed: '0',
        trades: [],
      };
    }
    return event.e === 'ORDER_TRADE_UPDATE' ? this.#orderUpdate(event) : undefined;
  }

  #orderUpdate({ o }: OrderTradeUpdate): OrderReport {
    const trades =
      o.x === 'TRADE'
        ? [
            {
              tradeId: String(o.t),
              price: o.L,
              quantity: o.l,
              fee: o.n,
              feeAsset: o.N,
              maker: o.m,
              tradedAtMs: o.T,
            },
          ]
        : [];
    const algo = o.si === 0 ? undefined : this.#algoOf.get(o.si);
    const id = algo ?? (o.c as ClientOrderId);
    const report = reportOf(id, algo === undefined ? String(o.i) : String(o.si), o.X, o.z, trades);
    return algo === undefined ? report : { ...report, childOrderId: String(o.i) };
  }
}
