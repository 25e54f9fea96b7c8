/**
 * Tells the outside what happened: stream events and ledger entries. Events wait until the call that caused them is
 * over, so that a listener may call the exchange again.
 */
import type { Money, Price } from '#core/money.ts';
import { showPrice, showQuantity, showRate } from '#core/money.ts';
import { MARKET_STEP_MS } from '../market/market.ts';
import { fundingRateOf, nextFundingMs } from './funding-rate.ts';
import type { LedgerEntry, LedgerFact } from './ledger.ts';
import type { AlgoOrder, Order } from './order.ts';
import type { Position } from './position.ts';
import type { Floor } from './state.ts';
import { listingOf } from './state.ts';
import type { AccountUpdateReason, ExchangeEvent } from './types.ts';
import type { Execution } from './user-events.ts';
import { accountUpdate, algoUpdate, marginCall, orderTradeUpdate, tradeLite } from './user-events.ts';

export class Reporter {
  readonly #floor: Floor;
  readonly #onEvent: ((event: ExchangeEvent) => void) | undefined;
  readonly #onLedger: (entry: LedgerEntry) => void;
  readonly #waiting: ExchangeEvent[] = [];
  #delivering = false;
  #shownMark = { mark: 0n as Price, text: '0' };

  constructor(
    floor: Floor,
    onEvent: ((event: ExchangeEvent) => void) | undefined,
    onLedger: (entry: LedgerEntry) => void,
  ) {
    this.#floor = floor;
    this.#onEvent = onEvent;
    this.#onLedger = onLedger;
  }

  /** Hands the waiting events to the listener; a call from inside the listener leaves that to the outer one. */
  deliver(): void {
    if (this.#onEvent === undefined || this.#delivering) return;
    this.#delivering = true;
    try {
      for (let event = this.#waiting.shift(); event !== undefined; event = this.#waiting.shift()) {
        this.#onEvent(event);
      }
    } finally {
      this.#delivering = false;
    }
  }

  record(symbol: string, fact: LedgerFact): void {
    const { state } = this.#floor;
    state.ledgerLength += 1;
    this.#onLedger({
      ...fact,
      seq: state.ledgerLength,
      timeMs: state.nowMs,
      markPrice: this.#markOf(symbol),
    });
  }

  order(order: Order, execution: Execution): void {
    if (this.#onEvent === undefined) return;
    const { nowMs } = this.#floor.state;
    if (execution.trade !== undefined) this.#waiting.push(tradeLite(order, execution.trade, nowMs));
    this.#waiting.push(orderTradeUpdate(order, execution, nowMs));
  }

  account(reason: AccountUpdateReason, positions: readonly Position[], change?: Money): void {
    if (this.#onEvent === undefined) return;
    this.#waiting.push(accountUpdate(this.#floor, reason, positions, change));
  }

  marginCall(positions: readonly Position[]): void {
    if (this.#onEvent !== undefined) this.#waiting.push(marginCall(this.#floor, positions));
  }

  algo(algo: AlgoOrder, rejection?: string): void {
    if (this.#onEvent === undefined) return;
    this.#waiting.push(algoUpdate(algo, rejection, this.#floor.state.nowMs));
  }

  multiAssets(on: boolean): void {
    const { nowMs } = this.#floor.state;
    if (this.#onEvent === undefined) return;
    this.#waiting.push({ e: 'ACCOUNT_CONFIG_UPDATE', E: nowMs, T: nowMs, ai: { j: on } });
  }

  leverage(symbol: string, leverage: number): void {
    const { nowMs } = this.#floor.state;
    if (this.#onEvent === undefined) return;
    this.#waiting.push({ e: 'ACCOUNT_CONFIG_UPDATE', E: nowMs, T: nowMs, ac: { s: symbol, l: leverage } });
  }

  quotes(symbol: string): void {
    if (this.#onEvent === undefined) return;
    const { nowMs } = this.#floor.state;
    const { market } = listingOf(this.#floor.state, symbol);
    const [bid] = market.bids;
    const [ask] = market.asks;
    const updateId = this.#floor.state.nextBookUpdateId;
    this.#floor.state.nextBookUpdateId += 1;
    this.#waiting.push({
      e: 'bookTicker',
      u: updateId,
      E: nowMs,
      T: nowMs,
      s: symbol,
      b: bid === undefined ? '0' : showPrice(bid.price),
      B: bid === undefined ? '0' : showQuantity(bid.quantity),
      a: ask === undefined ? '0' : showPrice(ask.price),
      A: ask === undefined ? '0' : showQuantity(ask.quantity),
    });
  }

  markPrice(symbol: string): void {
    if (this.#onEvent === undefined) return;
    const { nowMs } = this.#floor.state;
    const { market } = listingOf(this.#floor.state, symbol);
    const mark = showPrice(market.mark);
    this.#waiting.push({
      e: 'markPriceUpdate',
      E: nowMs,
      s: symbol,
      p: mark,
      ap: mark,
      P: mark,
      i: showPrice(market.middle),
      r: showRate(fundingRateOf(market)),
      T: nextFundingMs(nowMs),
    });
  }

  /** Several entries in a row tell the same mark price: its text is made once. */
  #markOf(symbol: string): string {
    const mark = this.#floor.state.listings.get(symbol)?.market.mark;
    if (mark === undefined) return '0';
    if (mark !== this.#shownMark.mark) this.#shownMark = { mark, text: showPrice(mark) };
    return this.#shownMark.text;
  }
}

/** Mark prices are published once a second. */
export const MARK_PRICE_EVERY_STEPS = 1000 / MARKET_STEP_MS;
