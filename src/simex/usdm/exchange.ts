/**
 * The simulated exchange without wires: deterministic, synchronous, no clock of its own. Time comes in with each
 * call and never runs backwards; what happens goes out through the listeners of the options.
 */
import { DecimalError, price } from '#core/money.ts';
import { MARKET_STEP_MS, moveMarket, pinMarket } from '../market/market.ts';
import { inOrder, known } from '../matching/archive.ts';
import { page } from '../matching/page.ts';
import { isRefusal } from '../matching/result.ts';
import { leverageOf } from './account.ts';
import type { AccountView, BalanceView, PositionView } from './account-view.ts';
import { accountView, balanceView, positionViews } from './account-view.ts';
import { ConditionalDesk } from './conditional-desk.ts';
import { findAlgo, findOrder } from './lookup.ts';
import type { BookTickerView, ExchangeInfoView, PremiumIndexView } from './market-view.ts';
import { bookTickerView, exchangeInfoView, premiumIndexView } from './market-view.ts';
import { isOpen } from './order.ts';
import { OrderDesk } from './order-desk.ts';
import { algoAck, algoView, orderAck, orderView, tradeView } from './order-view.ts';
import type { AlgoOrderKey, AlgoOrderParams, HistoryParams, OrderKey, OrderParams } from './params.ts';
import * as refusals from './refusals.ts';
import { MARK_PRICE_EVERY_STEPS, Reporter } from './reporter.ts';
import { readAlgoOrder, readOrder } from './request.ts';
import { setDualSide, setLeverage, setMarginType } from './settings.ts';
import type { ExchangeState } from './state.ts';
import { listingOf, openState } from './state.ts';
import type { Instrument } from './symbols.ts';
import { defaultSymbols, instrumentOf } from './symbols.ts';
import type {
  AlgoCancelAck,
  AlgoOrderAck,
  AlgoOrderView,
  LedgerEntry,
  OrderAck,
  OrderView,
  Refusal,
  Result,
  SimulatedExchangeOptions,
  TradeView,
} from './types.ts';

/** A longer pause than this (five minutes of market) is skipped, not replayed. */
const STEPS_PER_ADVANCE_MAX = 1500;

export class SimulatedExchange {
  readonly #state: ExchangeState;
  readonly #instruments: ReadonlyMap<string, Instrument>;
  readonly #report: Reporter;
  readonly #orders: OrderDesk;
  readonly #conditionals: ConditionalDesk;
  readonly #ledger: LedgerEntry[] = [];

  /** With a stored state the exchange goes on from it; options must be those that it was made with. */
  constructor(options: SimulatedExchangeOptions, state?: ExchangeState) {
    this.#instruments = new Map(
      (options.symbols ?? defaultSymbols).map((spec) => [spec.symbol, instrumentOf(spec)]),
    );
    this.#state = state ?? openState(options, this.#instruments);
    for (const symbol of this.#state.listings.keys()) {
      if (!this.#instruments.has(symbol))
        throw new Error(`the stored state lists ${symbol}, the options do not`);
    }
    const onLedger = options.onLedger ?? ((entry: LedgerEntry) => void this.#ledger.push(entry));
    this.#report = new Reporter(this.#state, options.onEvent, onLedger);
    this.#orders = new OrderDesk(this.#state, this.#report, {
      onOrderEnded: (order) => this.#conditionals.orderEnded(order),
      onPositionClosed: (position) => this.#conditionals.positionClosed(position),
    });
    this.#conditionals = new ConditionalDesk(this.#state, this.#report, this.#orders);
  }

  /** Everything that happened, unless the options have a listener for it. */
  get ledger(): readonly LedgerEntry[] {
    return this.#ledger;
  }

  /** The live state: to be stored at once, never changed. */
  get state(): ExchangeState {
    return this.#state;
  }

  get nowMs(): number {
    return this.#state.nowMs;
  }

  get symbols(): readonly string[] {
    return [...this.#instruments.keys()];
  }

  // Market

  /** Lets the market run up to now: prices move, resting orders fill, conditional orders fire. */
  advance(nowMs: number): void {
    const behind = Math.floor((nowMs - this.#state.marketMs) / MARKET_STEP_MS);
    const skipped = Math.max(0, behind - STEPS_PER_ADVANCE_MAX);
    this.#state.marketMs += skipped * MARKET_STEP_MS;
    for (let step = skipped; step < behind; step += 1) {
      this.#state.marketMs += MARKET_STEP_MS;
      const { marketMs } = this.#state;
      this.#at(marketMs, () => {
        const publishMark = Math.floor(marketMs / MARKET_STEP_MS) % MARK_PRICE_EVERY_STEPS === 0;
        for (const instrument of this.#instruments.values()) {
          moveMarket(listingOf(this.#state, instrument.symbol).market, instrument);
          if (publishMark) this.#report.markPrice(instrument.symbol);
          this.#marketMoved(instrument);
        }
        return undefined;
      });
    }
    this.#at(nowMs, () => undefined);
  }

  /** Pins last and mark price; the best quotes are one tick around the last. */
  setPrice(symbol: string, last: string, nowMs: number, mark: string = last): Result<object> {
    const instrument = this.#instruments.get(symbol);
    if (instrument === undefined) return refusals.invalidSymbol();
    const at = readPrice(last);
    const markAt = readPrice(mark);
    if (at === undefined || at % instrument.tick !== 0n || at <= instrument.tick) {
      return refusals.invalidParameter('price');
    }
    if (markAt === undefined || markAt <= 0n) return refusals.invalidParameter('markPrice');
    return this.#at(nowMs, () => {
      pinMarket(listingOf(this.#state, symbol).market, instrument, at, markAt);
      this.#report.markPrice(symbol);
      this.#marketMoved(instrument);
      return { ok: true };
    });
  }

  /** Lets a pinned market move again from where it is. */
  releasePrice(symbol: string, nowMs: number): Result<object> {
    if (!this.#instruments.has(symbol)) return refusals.invalidSymbol();
    return this.#at(nowMs, () => {
      listingOf(this.#state, symbol).market.pinned = false;
      return { ok: true };
    });
  }

  // Regular book

  placeOrder(params: OrderParams, nowMs: number): Result<{ readonly order: OrderAck }> {
    return this.#at(nowMs, () => {
      const { newOrderRespType = 'ACK' } = params;
      const knownAnswer = newOrderRespType === 'ACK' || newOrderRespType === 'RESULT';
      const request = knownAnswer
        ? readOrder(params, this.#instruments, this.#state.account.dualSide)
        : refusals.invalidParameter('newOrderRespType');
      const outcome = isRefusal(request) ? request : this.#orders.submit(request);
      if (!outcome.ok) {
        this.#report.record(params.symbol ?? '', {
          kind: 'order_refused',
          symbol: params.symbol ?? '',
          clientOrderId: params.newClientOrderId ?? '',
          code: outcome.code,
          msg: outcome.msg,
        });
        return outcome;
      }
      const ack = orderAck(outcome.order);
      // ACK says that the order was taken, and nothing about what became of it.
      const taken =
        newOrderRespType === 'RESULT' ? ack : { ...ack, status: 'NEW' as const, executedQty: '0' };
      return { ok: true, order: taken };
    });
  }

  cancelOrder(key: OrderKey, nowMs: number): Result<{ readonly order: OrderAck }> {
    return this.#at(nowMs, () => {
      const order = findOrder(this.#state.history, key, refusals.unknownOrderToCancel());
      if (isRefusal(order)) return order;
      if (!isOpen(order)) return refusals.unknownOrderToCancel();
      this.#orders.cancel(order);
      return { ok: true, order: orderAck(order) };
    });
  }

  cancelAllOrders(symbol: string | undefined, nowMs: number): Result<{ readonly canceled: number }> {
    return this.#at(nowMs, () => {
      if (symbol === undefined) return refusals.missingParameter('symbol');
      if (!this.#instruments.has(symbol)) return refusals.invalidSymbol();
      const { book } = listingOf(this.#state, symbol);
      const open = [...book.bids, ...book.asks];
      for (const order of open) this.#orders.cancel(order);
      return { ok: true, canceled: open.length };
    });
  }

  queryOrder(key: OrderKey): Result<{ readonly order: OrderView }> {
    const order = findOrder(this.#state.history, key, refusals.noSuchOrder());
    return isRefusal(order) ? order : { ok: true, order: orderView(order) };
  }

  openOrders(symbol?: string): Result<{ readonly orders: readonly OrderView[] }> {
    if (symbol !== undefined && !this.#instruments.has(symbol)) return refusals.invalidSymbol();
    const listings = symbol === undefined ? this.symbols : [symbol];
    const open = listings.flatMap((one) => {
      const { book } = listingOf(this.#state, one);
      return [...book.bids, ...book.asks];
    });
    return { ok: true, orders: open.sort((a, b) => a.orderId - b.orderId).map(orderView) };
  }

  allOrders(params: HistoryParams): Result<{ readonly orders: readonly OrderView[] }> {
    const found = page(
      known(this.#state.history.orders),
      (order) => ({ id: order.orderId, symbol: order.symbol, timeMs: order.createdMs }),
      params,
      params.orderId,
      refusals.invalidParameter,
    );
    return isRefusal(found) ? found : { ok: true, orders: found.map(orderView) };
  }

  userTrades(params: HistoryParams): Result<{ readonly trades: readonly TradeView[] }> {
    if (params.symbol === undefined) return refusals.missingParameter('symbol');
    const { orderId } = params;
    const found = page(
      inOrder(this.#state.history.trades).filter(
        ({ order }) => orderId === undefined || String(order.orderId) === orderId,
      ),
      ({ tradeId, order, timeMs }) => ({ id: tradeId, symbol: order.symbol, timeMs }),
      params,
      params.fromId,
      refusals.invalidParameter,
    );
    return isRefusal(found) ? found : { ok: true, trades: found.map(tradeView) };
  }

  // Conditional book

  placeAlgoOrder(params: AlgoOrderParams, nowMs: number): Result<{ readonly algo: AlgoOrderAck }> {
    return this.#at(nowMs, () => {
      const request = readAlgoOrder(params, this.#instruments, this.#state.account.dualSide);
      const outcome = isRefusal(request) ? request : this.#conditionals.submit(request);
      if (outcome.ok) return { ok: true, algo: algoAck(outcome.algo) };
      this.#report.record(params.symbol ?? '', {
        kind: 'algo_refused',
        symbol: params.symbol ?? '',
        clientAlgoId: params.clientAlgoId ?? '',
        code: outcome.code,
        msg: outcome.msg,
      });
      return outcome;
    });
  }

  cancelAlgoOrder(key: AlgoOrderKey, nowMs: number): Result<{ readonly algo: AlgoCancelAck }> {
    return this.#at(nowMs, () => {
      const algo = findAlgo(this.#state.history, key, refusals.unknownOrderToCancel());
      if (isRefusal(algo)) return algo;
      if (algo.status !== 'NEW') return refusals.unknownOrderToCancel();
      this.#conditionals.cancel(algo);
      const { algoId, clientAlgoId } = algo;
      return { ok: true, algo: { algoId, clientAlgoId, code: '200', msg: 'success' } };
    });
  }

  cancelAllAlgoOrders(symbol: string | undefined, nowMs: number): Result<{ readonly canceled: number }> {
    return this.#at(nowMs, () => {
      if (symbol === undefined) return refusals.missingParameter('symbol');
      if (!this.#instruments.has(symbol)) return refusals.invalidSymbol();
      const open = [...listingOf(this.#state, symbol).algos];
      for (const algo of open) this.#conditionals.cancel(algo);
      return { ok: true, canceled: open.length };
    });
  }

  queryAlgoOrder(key: AlgoOrderKey): Result<{ readonly algo: AlgoOrderView }> {
    const algo = findAlgo(this.#state.history, key, refusals.noSuchOrder());
    return isRefusal(algo) ? algo : { ok: true, algo: algoView(algo) };
  }

  openAlgoOrders(symbol?: string): Result<{ readonly algos: readonly AlgoOrderView[] }> {
    if (symbol !== undefined && !this.#instruments.has(symbol)) return refusals.invalidSymbol();
    const listings = symbol === undefined ? this.symbols : [symbol];
    const open = listings.flatMap((one) => listingOf(this.#state, one).algos);
    return { ok: true, algos: open.sort((a, b) => a.algoId - b.algoId).map(algoView) };
  }

  allAlgoOrders(params: HistoryParams & AlgoOrderKey): Result<{ readonly algos: readonly AlgoOrderView[] }> {
    if (params.symbol === undefined) return refusals.missingParameter('symbol');
    const found = page(
      known(this.#state.history.algos),
      (algo) => ({ id: algo.algoId, symbol: algo.symbol, timeMs: algo.createdMs }),
      params,
      params.algoId,
      refusals.invalidParameter,
    );
    return isRefusal(found) ? found : { ok: true, algos: found.map(algoView) };
  }

  // Account

  account(): AccountView {
    return accountView(this.#state);
  }

  balance(): BalanceView {
    return balanceView(this.#state);
  }

  positionRisk(symbol?: string): Result<{ readonly positions: readonly PositionView[] }> {
    if (symbol !== undefined && !this.#instruments.has(symbol)) return refusals.invalidSymbol();
    return { ok: true, positions: positionViews(this.#state, symbol) };
  }

  get dualSide(): boolean {
    return this.#state.account.dualSide;
  }

  setDualSide(dualSide: boolean, nowMs: number): Result<object> {
    return this.#at(nowMs, () => setDualSide(this.#state, this.#report, dualSide));
  }

  leverage(symbol: string): number {
    return leverageOf(this.#state.account, symbol);
  }

  setLeverage(
    symbol: string | undefined,
    leverage: string | undefined,
    nowMs: number,
  ): Result<{ readonly leverage: number }> {
    return this.#at(nowMs, () => setLeverage(this.#state, this.#report, symbol, leverage));
  }

  isIsolated(symbol: string): boolean {
    return this.#state.account.isolated.has(symbol);
  }

  setMarginType(symbol: string | undefined, marginType: string | undefined, nowMs: number): Result<object> {
    return this.#at(nowMs, () => setMarginType(this.#state, this.#report, symbol, marginType));
  }

  // Public data

  exchangeInfo(): ExchangeInfoView {
    return exchangeInfoView(this.#instruments, this.#state.nowMs);
  }

  bookTicker(symbol: string): Result<{ readonly ticker: BookTickerView }> {
    if (!this.#instruments.has(symbol)) return refusals.invalidSymbol();
    return { ok: true, ticker: bookTickerView(this.#state, symbol) };
  }

  premiumIndex(symbol: string): Result<{ readonly premium: PremiumIndexView }> {
    if (!this.#instruments.has(symbol)) return refusals.invalidSymbol();
    return { ok: true, premium: premiumIndexView(this.#state, symbol) };
  }

  #marketMoved(instrument: Instrument): void {
    this.#report.quotes(instrument.symbol);
    this.#orders.matchResting(instrument);
    this.#conditionals.matchTriggers(instrument);
  }

  /** Runs one call at its instant and then tells the listener what it caused. */
  #at<T extends object | undefined>(nowMs: number, act: () => T | Refusal): T | Refusal {
    if (nowMs > this.#state.nowMs) this.#state.nowMs = nowMs;
    const outcome = act();
    this.#report.deliver();
    return outcome;
  }
}

function readPrice(text: string): ReturnType<typeof price> | undefined {
  try {
    return price(text);
  } catch (error) {
    if (error instanceof DecimalError) return undefined;
    throw error;
  }
}
