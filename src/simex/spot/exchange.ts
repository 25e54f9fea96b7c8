/**
 * The simulated spot exchange without wires: deterministic, synchronous, no clock of its own. Time comes in with each
 * call and never runs backwards; what happens goes out through the listeners of the options.
 *
 * Its markets are generated from the same seed as those of the futures exchange, so that both see one price.
 */
import type { Money } from '#core/money.ts';
import { addMoney, DecimalError, money, price } from '#core/money.ts';
import { MARKET_STEP_MS, moveMarket, pinMarket } from '../market/market.ts';
import type { Result } from '../matching/result.ts';
import { balanceOf } from './account.ts';
import { count } from './average-price.ts';
import type { SpotEvent } from './events.ts';
import { ListDesk } from './list-desk.ts';
import type { ListKind } from './list-request.ts';
import type { Answer } from './order-calls.ts';
import { OrderCalls } from './order-calls.ts';
import { OrderDesk } from './order-desk.ts';
import { Queries } from './queries.ts';
import type { Parameters } from './reading.ts';
import * as refusals from './refusals.ts';
import { Reporter } from './reporter.ts';
import type { SpotState } from './state.ts';
import { listingOf, openState } from './state.ts';
import type { Instrument } from './symbols.ts';
import { defaultSymbols, instrumentOf } from './symbols.ts';
import type { SpotLedgerEntry, SpotOpening } from './types.ts';

export interface SpotExchangeOptions extends SpotOpening {
  readonly onEvent?: (event: SpotEvent) => void;
  /** Gets every ledger entry once, in order. Without it the exchange keeps them itself (`ledger`). */
  readonly onLedger?: (entry: SpotLedgerEntry) => void;
}

/** A longer pause than this (five minutes of market) is skipped, not replayed. */
const STEPS_PER_ADVANCE_MAX = 1500;

export class SpotExchange {
  readonly #state: SpotState;
  readonly #instruments: ReadonlyMap<string, Instrument>;
  readonly #report: Reporter;
  readonly #orders: OrderDesk;
  readonly #lists: ListDesk;
  readonly #calls: OrderCalls;
  readonly #ledger: SpotLedgerEntry[] = [];
  /** Questions, which change nothing. */
  readonly ask: Queries;

  /** With a stored state the exchange goes on from it; options must be those that it was made with. */
  constructor(options: SpotExchangeOptions, state?: SpotState) {
    this.#instruments = new Map(
      (options.symbols ?? defaultSymbols).map((spec) => [spec.symbol, instrumentOf(spec)]),
    );
    this.#state = state ?? openState(options, this.#instruments);
    for (const symbol of this.#state.listings.keys()) {
      if (!this.#instruments.has(symbol))
        throw new Error(`the stored state lists ${symbol}, the options do not`);
    }
    const onLedger = options.onLedger ?? ((entry: SpotLedgerEntry) => void this.#ledger.push(entry));
    this.#report = new Reporter(this.#state, options.onEvent, onLedger);
    this.#orders = new OrderDesk(this.#state, this.#instruments, this.#report, {
      onWorking: (order) => this.#lists.orderWorking(order),
      onEnded: (order) => this.#lists.orderEnded(order),
    });
    this.#lists = new ListDesk(this.#state, this.#report, this.#orders);
    this.#calls = new OrderCalls(this.#state, this.#instruments, this.#report, this.#orders, this.#lists);
    this.ask = new Queries(this.#state, this.#instruments);
  }

  /** Everything that happened, unless the options have a listener for it. */
  get ledger(): readonly SpotLedgerEntry[] {
    return this.#ledger;
  }

  /** The live state: to be stored at once, never changed. */
  get state(): SpotState {
    return this.#state;
  }

  get nowMs(): number {
    return this.#state.nowMs;
  }

  // Market

  /** Lets the market run up to now: prices move, resting orders fill, stops fire. */
  advance(nowMs: number): void {
    const behind = Math.floor((nowMs - this.#state.marketMs) / MARKET_STEP_MS);
    const skipped = Math.max(0, behind - STEPS_PER_ADVANCE_MAX);
    this.#state.marketMs += skipped * MARKET_STEP_MS;
    for (let step = skipped; step < behind; step += 1) {
      this.#state.marketMs += MARKET_STEP_MS;
      this.#at(this.#state.marketMs, () => {
        for (const instrument of this.#instruments.values()) {
          moveMarket(listingOf(this.#state, instrument.symbol).market, instrument);
          this.#marketMoved(instrument);
        }
      });
    }
    this.#at(nowMs, () => undefined);
  }

  /** Pins the last price; the best quotes are one tick around it. */
  setPrice(symbol: string, last: string, nowMs: number): Result<object> {
    const instrument = this.#instruments.get(symbol);
    if (instrument === undefined) return refusals.invalidSymbol();
    const at = read(price, last);
    if (at === undefined || at % instrument.tick !== 0n || at <= instrument.tick) {
      return refusals.invalidParameter('price');
    }
    return this.#at(nowMs, () => {
      pinMarket(listingOf(this.#state, symbol).market, instrument, at, at);
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

  // Account

  /** Brings in an amount of an asset from elsewhere, or takes one out. */
  transfer(asset: string, delta: string, nowMs: number): Result<object> {
    const amount: Money | undefined = read(money, delta);
    const balance = balanceOf(this.#state.account, asset);
    if (amount === undefined || balance.free + amount < 0n) return refusals.invalidParameter('amount');
    return this.#at(nowMs, () => {
      balance.free = addMoney(balance.free, amount);
      this.#report.transfer(asset, amount);
      return { ok: true };
    });
  }

  // Orders

  placeOrder(parameters: Parameters, nowMs: number): Answer {
    return this.#at(nowMs, () => this.#calls.place(parameters));
  }

  testOrder(parameters: Parameters): Answer {
    return this.#calls.test(parameters);
  }

  cancelOrder(parameters: Parameters, nowMs: number): Answer {
    return this.#at(nowMs, () => this.#calls.cancel(parameters));
  }

  cancelAllOrders(parameters: Parameters, nowMs: number): Answer {
    return this.#at(nowMs, () => this.#calls.cancelAll(parameters));
  }

  cancelReplaceOrder(parameters: Parameters, nowMs: number): Answer {
    return this.#at(nowMs, () => this.#calls.cancelReplace(parameters));
  }

  amendOrder(parameters: Parameters, nowMs: number): Answer {
    return this.#at(nowMs, () => this.#calls.amend(parameters));
  }

  placeList(kind: ListKind, parameters: Parameters, nowMs: number): Answer {
    return this.#at(nowMs, () => this.#calls.placeList(kind, parameters));
  }

  cancelList(parameters: Parameters, nowMs: number): Answer {
    return this.#at(nowMs, () => this.#calls.cancelList(parameters));
  }

  #marketMoved(instrument: Instrument): void {
    const { market, average } = listingOf(this.#state, instrument.symbol);
    count(average, market.last, this.#state.nowMs);
    this.#report.quotes(instrument.symbol);
    this.#orders.matchResting(instrument);
    this.#orders.matchTriggers(instrument.symbol);
  }

  /** Runs one call at its instant and then tells the listener what it caused. */
  #at<T>(nowMs: number, act: () => T): T {
    if (nowMs > this.#state.nowMs) this.#state.nowMs = nowMs;
    const outcome = act();
    this.#report.deliver();
    return outcome;
  }
}

function read<T>(parse: (text: string) => T, text: string): T | undefined {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof DecimalError) return undefined;
    throw error;
  }
}
