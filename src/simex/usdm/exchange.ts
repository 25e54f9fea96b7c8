/**
 * The simulated exchange without wires: deterministic, synchronous, no clock of its own. Time comes in with each
 * call and never runs backwards; what happens goes out through the listeners of the options.
 */
import type { MarketBatch } from '../market/follow.ts';
import { MARKET_STEP_MS } from '../market/market.ts';
import type { Refusal, Result } from '../matching/result.ts';
import { readAlgoOrder } from './algo-request.ts';
import { AmendDesk } from './amend-desk.ts';
import { ConditionalDesk } from './conditional-desk.ts';
import { Deadlines } from './deadlines.ts';
import { Executions } from './executions.ts';
import { FundingDesk } from './funding-desk.ts';
import type { LedgerEntry } from './ledger.ts';
import { findAlgo, findOrder } from './lookup.ts';
import { MarketDesk } from './market-desk.ts';
import type { SimulatedExchangeOptions } from './options.ts';
import { isOpen } from './order.ts';
import { OrderDesk } from './order-desk.ts';
import type { AlgoCancelAck, AlgoOrderAck, ModifyAck, OrderAck } from './order-view.ts';
import { algoAck, modifyAck, orderAck, takenAck } from './order-view.ts';
import { wholeNumber } from './parameters.ts';
import type {
  AlgoOrderKey,
  AlgoOrderParams,
  AmendParams,
  OrderKey,
  OrderParams,
  PositionMarginParams,
} from './params.ts';
import { movePositionMargin } from './position-margin.ts';
import { ExchangeQueries } from './queries.ts';
import * as refusals from './refusals.ts';
import { MARK_PRICE_EVERY_STEPS, Reporter } from './reporter.ts';
import { isRefusal, readOrder } from './request.ts';
import type { ApiRestrictions } from './restrictions.ts';
import { RiskDesk } from './risk-desk.ts';
import { setDualSide, setFeeBurn, setLeverage, setMarginType, setMultiAssets } from './settings.ts';
import type { ExchangeState } from './state.ts';
import { listingOf, openState } from './state.ts';
import { defaultSymbols, instrumentOf } from './symbols.ts';

/** A longer pause than this (five minutes of market) is skipped, not replayed. */
const STEPS_PER_ADVANCE_MAX = 1500;

export class SimulatedExchange extends ExchangeQueries {
  readonly #report: Reporter;
  readonly #orders: OrderDesk;
  readonly #executions: Executions;
  readonly #amendments: AmendDesk;
  readonly #conditionals: ConditionalDesk;
  readonly #deadlines: Deadlines;
  readonly #funding: FundingDesk;
  readonly #risk: RiskDesk;
  readonly #market: MarketDesk;
  readonly #ledger: LedgerEntry[] = [];

  /** With a stored state the exchange goes on from it; options must be those that it was made with. */
  constructor(options: SimulatedExchangeOptions, stored?: ExchangeState) {
    const instruments = new Map(
      (options.symbols ?? defaultSymbols).map((spec) => [spec.symbol, instrumentOf(spec)]),
    );
    const state = stored ?? openState(options, instruments);
    for (const symbol of state.listings.keys()) {
      if (!instruments.has(symbol)) throw new Error(`the stored state lists ${symbol}, the options do not`);
    }
    const floor = { state, instruments };
    super(floor);
    const onLedger = options.onLedger ?? ((entry: LedgerEntry) => void this.#ledger.push(entry));
    this.#report = new Reporter(floor, options.onEvent, onLedger);
    this.#executions = new Executions(state, this.#report, {
      onOrderEnded: (order) => this.#conditionals.orderEnded(order),
      onPositionClosed: (position) => this.#conditionals.positionClosed(position),
    });
    this.#orders = new OrderDesk(floor, this.#report, this.#executions);
    this.#amendments = new AmendDesk(floor, this.#report, this.#executions, this.#orders);
    this.#conditionals = new ConditionalDesk(floor, this.#report, this.#orders);
    this.#deadlines = new Deadlines(floor, this.#report, this.#executions, this.#conditionals);
    this.#funding = new FundingDesk(floor, this.#report);
    this.#risk = new RiskDesk(floor, this.#report, this.#executions);
    this.#market = new MarketDesk(state, instruments, this.#report, (instrument) => {
      this.#orders.matchResting(instrument);
      this.#conditionals.matchTriggers(instrument);
    });
  }

  /** Everything that happened, unless the options have a listener for it. */
  get ledger(): readonly LedgerEntry[] {
    return this.#ledger;
  }

  // Market

  /** Lets the market run up to now: prices move, orders fill, fire and end, funding and margin are settled. */
  advance(nowMs: number): void {
    const { state } = this;
    const behind = Math.floor((nowMs - state.marketMs) / MARKET_STEP_MS);
    const skipped = Math.max(0, behind - STEPS_PER_ADVANCE_MAX);
    state.marketMs += skipped * MARKET_STEP_MS;
    for (let step = skipped; step < behind; step += 1) {
      state.marketMs += MARKET_STEP_MS;
      const { marketMs } = state;
      this.#at(marketMs, () => {
        this.#deadlines.enforce();
        this.#market.step(Math.floor(marketMs / MARKET_STEP_MS) % MARK_PRICE_EVERY_STEPS === 0);
        this.#funding.settle();
        this.#risk.check();
        return undefined;
      });
    }
    this.#at(nowMs, () => void this.#deadlines.enforce());
  }

  /** Pins last and mark price; the best quotes are one tick around the last. */
  setPrice(symbol: string, last: string, nowMs: number, mark: string = last): Result<object> {
    const instrument = this.floor.instruments.get(symbol);
    if (instrument === undefined) return refusals.invalidSymbol();
    return this.#at(nowMs, () => {
      const outcome = this.#market.setPrice(instrument, last, mark);
      if (outcome.ok) this.#risk.check();
      return outcome;
    });
  }

  /** Takes over prices from outside. */
  followMarket(batch: MarketBatch, nowMs: number): Result<object> {
    return this.#at(nowMs, () => {
      const outcome = this.#market.follow(batch);
      if (outcome.ok) this.#risk.check();
      return outcome;
    });
  }

  /** Lets a pinned market move again from where it is. */
  releasePrice(symbol: string, nowMs: number): Result<object> {
    if (!this.floor.instruments.has(symbol)) return refusals.invalidSymbol();
    return this.#at(nowMs, () => {
      listingOf(this.state, symbol).market.pinned = false;
      return { ok: true };
    });
  }

  // Regular book

  placeOrder(params: OrderParams, nowMs: number): Result<{ readonly order: OrderAck }> {
    return this.#at(nowMs, () => this.#place(params));
  }

  /** In the order of the list; one that is refused does not keep the next one back. */
  placeOrders(list: readonly OrderParams[], nowMs: number): Result<{ readonly results: Outcome<OrderAck> }> {
    if (list.length < 1 || list.length > BATCH_MAX) return refusals.wrongBatchSize();
    return this.#at(nowMs, () => ({ ok: true, results: list.map((params) => this.#place(params)) }));
  }

  modifyOrder(params: AmendParams, nowMs: number): Result<{ readonly order: ModifyAck }> {
    return this.#at(nowMs, () => this.#modify(params));
  }

  modifyOrders(
    list: readonly AmendParams[],
    nowMs: number,
  ): Result<{ readonly results: Outcome<ModifyAck> }> {
    if (list.length < 1 || list.length > BATCH_MAX) return refusals.wrongBatchSize();
    return this.#at(nowMs, () => ({ ok: true, results: list.map((params) => this.#modify(params)) }));
  }

  cancelOrder(key: OrderKey, nowMs: number): Result<{ readonly order: OrderAck }> {
    return this.#at(nowMs, () => this.#cancel(key));
  }

  cancelOrders(list: readonly OrderKey[], nowMs: number): Result<{ readonly results: Outcome<OrderAck> }> {
    if (list.length < 1 || list.length > CANCEL_BATCH_MAX) return refusals.wrongCancelBatchSize();
    return this.#at(nowMs, () => ({ ok: true, results: list.map((key) => this.#cancel(key)) }));
  }

  cancelAllOrders(symbol: string | undefined, nowMs: number): Result<{ readonly canceled: number }> {
    return this.#onSymbol(symbol, nowMs, (listed) => {
      const { book } = listingOf(this.state, listed);
      const open = [...book.bids, ...book.asks];
      for (const order of open) this.#executions.cancel(order);
      return { ok: true, canceled: open.length };
    });
  }

  /** Cancels all orders of a symbol when the time is up, unless it is called again before. */
  countdownCancelAll(
    symbol: string | undefined,
    countdownTime: string | undefined,
    nowMs: number,
  ): Result<{ readonly symbol: string; readonly countdownTime: string }> {
    return this.#onSymbol(symbol, nowMs, (listed) => {
      const countdownMs = wholeNumber(countdownTime);
      if (countdownMs === undefined) return refusals.missingParameter('countdownTime');
      this.#deadlines.countDown(listed, countdownMs);
      return { ok: true, symbol: listed, countdownTime: String(countdownMs) };
    });
  }

  // Conditional book

  placeAlgoOrder(params: AlgoOrderParams, nowMs: number): Result<{ readonly algo: AlgoOrderAck }> {
    return this.#at(nowMs, () => {
      const request = readAlgoOrder(params, this.floor.instruments, this.dualSide, this.nowMs);
      const outcome = isRefusal(request) ? request : this.#conditionals.submit(request);
      if (outcome.ok) return { ok: true, algo: algoAck(outcome.algo) };
      const { symbol = '', clientAlgoId = '' } = params;
      const { code, msg } = outcome;
      this.#report.record(symbol, { kind: 'algo_refused', symbol, clientAlgoId, code, msg });
      return outcome;
    });
  }

  cancelAlgoOrder(key: AlgoOrderKey, nowMs: number): Result<{ readonly algo: AlgoCancelAck }> {
    return this.#at(nowMs, () => {
      const algo = findAlgo(this.state.history, key, refusals.unknownOrderToCancel());
      if (isRefusal(algo)) return algo;
      if (algo.status !== 'NEW') return refusals.unknownOrderToCancel();
      this.#conditionals.cancel(algo);
      const { algoId, clientAlgoId } = algo;
      return { ok: true, algo: { algoId, clientAlgoId, code: '200', msg: 'success' } };
    });
  }

  cancelAllAlgoOrders(symbol: string | undefined, nowMs: number): Result<{ readonly canceled: number }> {
    return this.#onSymbol(symbol, nowMs, (listed) => {
      const open = [...listingOf(this.state, listed).algos];
      for (const algo of open) this.#conditionals.cancel(algo);
      return { ok: true, canceled: open.length };
    });
  }

  // Account

  setDualSide(dualSide: boolean, nowMs: number): Result<object> {
    return this.#at(nowMs, () => setDualSide(this.floor, this.#report, dualSide));
  }

  setLeverage(
    symbol: string | undefined,
    leverage: string | undefined,
    nowMs: number,
  ): Result<{ readonly leverage: number }> {
    return this.#at(nowMs, () => setLeverage(this.floor, this.#report, symbol, leverage));
  }

  setMarginType(symbol: string | undefined, marginType: string | undefined, nowMs: number): Result<object> {
    return this.#at(nowMs, () => setMarginType(this.floor, this.#report, symbol, marginType));
  }

  setMultiAssets(on: boolean, nowMs: number): Result<object> {
    return this.#at(nowMs, () => setMultiAssets(this.floor, this.#report, on));
  }

  setFeeBurn(on: boolean, nowMs: number): Result<object> {
    return this.#at(nowMs, () => setFeeBurn(this.floor, this.#report, on));
  }

  movePositionMargin(params: PositionMarginParams, nowMs: number): ReturnType<typeof movePositionMargin> {
    return this.#at(nowMs, () => movePositionMargin(this.floor, this.#report, params));
  }

  /** What the API key may do; the rest stays as it is. */
  setApiRestrictions(restrictions: Partial<ApiRestrictions>, nowMs: number): Result<object> {
    return this.#at(nowMs, () => {
      const { account } = this.state;
      account.restrictions = { ...account.restrictions, ...restrictions };
      const value = JSON.stringify(account.restrictions);
      this.#report.record('', { kind: 'settings', symbol: '', setting: 'api_restrictions', value });
      return { ok: true };
    });
  }

  #place(params: OrderParams): Result<{ readonly order: OrderAck }> {
    const { newOrderRespType = 'ACK' } = params;
    const knownAnswer = newOrderRespType === 'ACK' || newOrderRespType === 'RESULT';
    const request = knownAnswer
      ? readOrder(params, this.floor.instruments, this.dualSide, this.nowMs)
      : refusals.invalidParameter('newOrderRespType');
    const outcome = isRefusal(request) ? request : this.#orders.submit(request);
    if (outcome.ok) {
      const { order } = outcome;
      return { ok: true, order: newOrderRespType === 'RESULT' ? orderAck(order) : takenAck(order) };
    }
    const { symbol = '', newClientOrderId: clientOrderId = '' } = params;
    const { code, msg } = outcome;
    this.#report.record(symbol, { kind: 'order_refused', symbol, clientOrderId, code, msg });
    return outcome;
  }

  #modify(params: AmendParams): Result<{ readonly order: ModifyAck }> {
    const outcome = this.#amendments.amend(params);
    if (outcome.ok) return { ok: true, order: modifyAck(outcome.order, outcome.modifyId) };
    const { symbol = '', origClientOrderId: clientOrderId = '' } = params;
    const { code, msg } = outcome;
    this.#report.record(symbol, { kind: 'amendment_refused', symbol, clientOrderId, code, msg });
    return outcome;
  }

  #cancel(key: OrderKey): Result<{ readonly order: OrderAck }> {
    const order = findOrder(this.state.history, key, refusals.unknownOrderToCancel());
    if (isRefusal(order)) return order;
    if (!isOpen(order)) return refusals.unknownOrderToCancel();
    this.#executions.cancel(order);
    return { ok: true, order: orderAck(order) };
  }

  #onSymbol<T extends object>(
    symbol: string | undefined,
    nowMs: number,
    act: (symbol: string) => T | Refusal,
  ): T | Refusal {
    return this.#at(nowMs, () => {
      if (symbol === undefined) return refusals.missingParameter('symbol');
      return this.floor.instruments.has(symbol) ? act(symbol) : refusals.invalidSymbol();
    });
  }

  /** Runs one call at its instant and then tells the listener what it caused. */
  #at<T extends object | undefined>(nowMs: number, act: () => T | Refusal): T | Refusal {
    if (nowMs > this.state.nowMs) this.state.nowMs = nowMs;
    const outcome = act();
    this.#report.deliver();
    return outcome;
  }
}

type Outcome<T> = readonly Result<{ readonly order: T }>[];

const BATCH_MAX = 5;
const CANCEL_BATCH_MAX = 10;
