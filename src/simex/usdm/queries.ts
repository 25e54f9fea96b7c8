/** What the exchange may be asked: nothing here changes it. */

import type { Result } from '../matching/result.ts';
import type { AccountView, BalanceView, PositionView } from './account-view.ts';
import { accountView, balanceView, positionViews } from './account-view.ts';
import { findAlgo, findOrder, knownAlgos, knownOrders, knownTrades, page, weekly } from './lookup.ts';
import type { BookTickerView, ExchangeInfoView, PremiumIndexView } from './market-view.ts';
import { bookTickerView, exchangeInfoView, premiumIndexView } from './market-view.ts';
import { isOpen } from './order.ts';
import { checkOrder } from './order-rules.ts';
import type { AlgoOrderView, OrderView, TradeView } from './order-view.ts';
import { algoView, orderView, tradeView } from './order-view.ts';
import type { AlgoOrderKey, HistoryParams, OrderKey, OrderParams } from './params.ts';
import * as refusals from './refusals.ts';
import { isRefusal, readOrder } from './request.ts';
import type { ExchangeState, Floor } from './state.ts';
import { listingOf } from './state.ts';

export class ExchangeQueries {
  /** The live state and its rules: to be read or stored at once, never changed. */
  readonly floor: Floor;

  constructor(floor: Floor) {
    this.floor = floor;
  }

  get state(): ExchangeState {
    return this.floor.state;
  }

  get nowMs(): number {
    return this.state.nowMs;
  }

  get symbols(): readonly string[] {
    return [...this.floor.instruments.keys()];
  }

  get dualSide(): boolean {
    return this.state.account.dualSide;
  }

  // Regular book

  queryOrder(key: OrderKey): Result<{ readonly order: OrderView }> {
    const order = findOrder(this.state.history, key, refusals.noSuchOrder());
    return isRefusal(order) ? order : { ok: true, order: orderView(order) };
  }

  /** Whether an order would be taken now. */
  testOrder(params: OrderParams): Result<object> {
    const request = readOrder(params, this.floor.instruments, this.dualSide, this.nowMs);
    if (isRefusal(request)) return request;
    return checkOrder(this.floor, request, false) ?? { ok: true };
  }

  queryOpenOrder(key: OrderKey): Result<{ readonly order: OrderView }> {
    const order = findOrder(this.state.history, key, refusals.noSuchOrder());
    if (isRefusal(order)) return order;
    return isOpen(order) ? { ok: true, order: orderView(order) } : refusals.noSuchOrder();
  }

  openOrders(symbol?: string): Result<{ readonly orders: readonly OrderView[] }> {
    if (symbol !== undefined && !this.#isListed(symbol)) return refusals.invalidSymbol();
    const listings = symbol === undefined ? this.symbols : [symbol];
    const open = listings.flatMap((one) => {
      const { book } = listingOf(this.state, one);
      return [...book.bids, ...book.asks];
    });
    return { ok: true, orders: open.sort((a, b) => a.orderId - b.orderId).map(orderView) };
  }

  allOrders(params: HistoryParams): Result<{ readonly orders: readonly OrderView[] }> {
    if (params.symbol !== undefined && !this.#isListed(params.symbol)) return refusals.invalidSymbol();
    const found = page(
      knownOrders(this.state.history),
      (order) => ({ id: order.orderId, symbol: order.symbol, timeMs: order.createdMs }),
      params,
      params.orderId,
      weekly(this.nowMs),
    );
    return isRefusal(found) ? found : { ok: true, orders: found.map(orderView) };
  }

  userTrades(params: HistoryParams): Result<{ readonly trades: readonly TradeView[] }> {
    const { symbol, orderId, fromId, startTime, endTime } = params;
    if (symbol === undefined) return refusals.missingParameter('symbol');
    if (!this.#isListed(symbol)) return refusals.invalidSymbol();
    if (fromId !== undefined && (startTime !== undefined || endTime !== undefined)) {
      return refusals.badCombination();
    }
    const found = page(
      knownTrades(this.state.history).filter(
        ({ order }) => orderId === undefined || String(order.orderId) === orderId,
      ),
      ({ tradeId, order, timeMs }) => ({ id: tradeId, symbol: order.symbol, timeMs }),
      params,
      fromId,
      weekly(this.nowMs),
    );
    return isRefusal(found) ? found : { ok: true, trades: found.map(tradeView) };
  }

  // Conditional book

  queryAlgoOrder(key: AlgoOrderKey): Result<{ readonly algo: AlgoOrderView }> {
    const algo = findAlgo(this.state.history, key, refusals.noSuchOrder());
    return isRefusal(algo) ? algo : { ok: true, algo: algoView(algo) };
  }

  openAlgoOrders(symbol?: string): Result<{ readonly algos: readonly AlgoOrderView[] }> {
    if (symbol !== undefined && !this.#isListed(symbol)) return refusals.invalidSymbol();
    const listings = symbol === undefined ? this.symbols : [symbol];
    const open = listings.flatMap((one) => listingOf(this.state, one).algos);
    return { ok: true, algos: open.sort((a, b) => a.algoId - b.algoId).map(algoView) };
  }

  allAlgoOrders(params: HistoryParams & AlgoOrderKey): Result<{ readonly algos: readonly AlgoOrderView[] }> {
    if (params.symbol === undefined) return refusals.missingParameter('symbol');
    const found = page(
      knownAlgos(this.state.history),
      (algo) => ({ id: algo.algoId, symbol: algo.symbol, timeMs: algo.createdMs }),
      params,
      params.algoId,
      weekly(this.nowMs),
    );
    return isRefusal(found) ? found : { ok: true, algos: found.map(algoView) };
  }

  // Account

  account(): AccountView {
    return accountView(this.floor);
  }

  balance(): BalanceView {
    return balanceView(this.floor);
  }

  positionRisk(symbol?: string): Result<{ readonly positions: readonly PositionView[] }> {
    if (symbol !== undefined && !this.#isListed(symbol)) return refusals.invalidSymbol();
    return { ok: true, positions: positionViews(this.floor, symbol) };
  }

  // Public data

  exchangeInfo(): ExchangeInfoView {
    return exchangeInfoView(this.floor.instruments, this.nowMs);
  }

  bookTicker(symbol: string): Result<{ readonly ticker: BookTickerView }> {
    if (!this.#isListed(symbol)) return refusals.invalidSymbol();
    return { ok: true, ticker: bookTickerView(this.state, symbol) };
  }

  premiumIndex(symbol: string): Result<{ readonly premium: PremiumIndexView }> {
    if (!this.#isListed(symbol)) return refusals.invalidSymbol();
    return { ok: true, premium: premiumIndexView(this.state, symbol) };
  }

  #isListed(symbol: string): boolean {
    return this.floor.instruments.has(symbol);
  }
}
