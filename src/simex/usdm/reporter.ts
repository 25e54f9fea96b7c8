/**
 * Tells the outside what happened: stream events with their documented field names, and ledger entries. Events wait
 * until the call that caused them is over, so that a listener may call the exchange again.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/user-data-streams
 */
import { showMoney, showPrice, showQuantity } from '#core/money.ts';
import { MARKET_STEP_MS } from '../market/market.ts';
import type { AlgoOrder, Order, Trade } from './order.ts';
import { averagePrice } from './order-view.ts';
import type { Position } from './position.ts';
import { entryPriceOf, unrealizedPnl } from './position.ts';
import type { ExchangeState } from './state.ts';
import { listingOf, markOf } from './state.ts';
import type { AlgoUpdate, ExchangeEvent, ExecutionType, LedgerEntry, LedgerFact } from './types.ts';

/** The numbers that the exchange documents for the end of an order. */
export const expiryReason = {
  none: 0,
  selfTrade: 1,
  immediateOrCancel: 2,
  reversedPosition: 4,
  noLiquidity: 9,
} as const;
export type ExpiryReason = (typeof expiryReason)[keyof typeof expiryReason];

export class Reporter {
  readonly #state: ExchangeState;
  readonly #onEvent: ((event: ExchangeEvent) => void) | undefined;
  readonly #onLedger: (entry: LedgerEntry) => void;
  readonly #waiting: ExchangeEvent[] = [];
  #delivering = false;

  constructor(
    state: ExchangeState,
    onEvent: ((event: ExchangeEvent) => void) | undefined,
    onLedger: (entry: LedgerEntry) => void,
  ) {
    this.#state = state;
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
    this.#state.ledgerLength += 1;
    const listing = this.#state.listings.get(symbol);
    this.#onLedger({
      ...fact,
      seq: this.#state.ledgerLength,
      timeMs: this.#state.nowMs,
      markPrice: listing === undefined ? '0' : showPrice(listing.market.mark),
    });
  }

  order(order: Order, execution: ExecutionType, last?: Trade, reason: ExpiryReason = 0): void {
    if (this.#onEvent === undefined) return;
    const { nowMs } = this.#state;
    const { origin } = order;
    this.#waiting.push({
      e: 'ORDER_TRADE_UPDATE',
      E: nowMs,
      T: nowMs,
      o: {
        s: order.symbol,
        c: order.clientOrderId,
        S: order.side,
        o: order.type,
        f: order.timeInForce,
        q: showQuantity(order.quantity),
        p: showPrice(order.price),
        ap: averagePrice(order),
        sp: origin === undefined ? '0' : showPrice(origin.triggerPrice),
        x: execution,
        X: order.status,
        i: order.orderId,
        l: last === undefined ? '0' : showQuantity(last.quantity),
        z: showQuantity(order.executed),
        L: last === undefined ? '0' : showPrice(last.price),
        n: last === undefined ? '0' : showMoney(last.commission),
        N: 'USDT',
        T: nowMs,
        t: last?.tradeId ?? 0,
        b: '0',
        a: '0',
        m: last?.maker ?? false,
        R: order.reduceOnly,
        wt: origin?.workingType ?? 'CONTRACT_PRICE',
        ot: origin?.type ?? order.type,
        ps: order.positionSide,
        cp: origin?.closePosition ?? false,
        rp: last === undefined ? '0' : showMoney(last.realized),
        pP: origin?.priceProtect ?? false,
        si: origin?.algoId ?? 0,
        ss: 0,
        V: order.selfTradePrevention,
        pm: 'NONE',
        gtd: 0,
        er: String(reason),
      },
    });
  }

  position(position: Position, why: 'ORDER' | 'MARGIN_TYPE_CHANGE'): void {
    if (this.#onEvent === undefined) return;
    const { nowMs, account } = this.#state;
    const wallet = showMoney(account.wallet);
    const entry = showPrice(entryPriceOf(position));
    this.#waiting.push({
      e: 'ACCOUNT_UPDATE',
      E: nowMs,
      T: nowMs,
      a: {
        m: why,
        B: [{ a: 'USDT', wb: wallet, cw: wallet, bc: '0' }],
        P: [
          {
            s: position.symbol,
            pa: showQuantity(position.amount),
            ep: entry,
            bep: entry,
            cr: '0',
            up: showMoney(unrealizedPnl(position, markOf(this.#state, position.symbol))),
            mt: account.isolated.has(position.symbol) ? 'isolated' : 'cross',
            iw: '0',
            ps: position.positionSide,
          },
        ],
      },
    });
  }

  algo(algo: AlgoOrder, rejection?: string): void {
    if (this.#onEvent === undefined) return;
    const { nowMs } = this.#state;
    const { child } = algo;
    const made: Pick<AlgoUpdate['o'], 'ap' | 'aq' | 'act'> =
      child === undefined
        ? {}
        : { ap: averagePrice(child), aq: showQuantity(child.executed), act: child.type };
    this.#waiting.push({
      e: 'ALGO_UPDATE',
      E: nowMs,
      T: nowMs,
      o: {
        caid: algo.clientAlgoId,
        aid: algo.algoId,
        at: 'CONDITIONAL',
        o: algo.type,
        s: algo.symbol,
        S: algo.side,
        ps: algo.positionSide,
        f: algo.timeInForce,
        q: showQuantity(algo.quantity),
        X: algo.status,
        ai: child === undefined ? '' : String(child.orderId),
        ...made,
        tp: showPrice(algo.triggerPrice),
        p: showPrice(algo.price),
        V: algo.selfTradePrevention,
        wt: algo.workingType,
        pm: 'NONE',
        cp: algo.closePosition,
        pP: algo.priceProtect,
        R: algo.reduceOnly,
        tt: algo.triggeredMs,
        gtd: 0,
        ...(rejection === undefined ? {} : { rm: rejection }),
        ia: false,
      },
    });
  }

  leverage(symbol: string, leverage: number): void {
    const { nowMs } = this.#state;
    if (this.#onEvent === undefined) return;
    this.#waiting.push({ e: 'ACCOUNT_CONFIG_UPDATE', E: nowMs, T: nowMs, ac: { s: symbol, l: leverage } });
  }

  quotes(symbol: string): void {
    if (this.#onEvent === undefined) return;
    const { nowMs } = this.#state;
    const { market } = listingOf(this.#state, symbol);
    const [bid] = market.bids;
    const [ask] = market.asks;
    const updateId = this.#state.nextBookUpdateId;
    this.#state.nextBookUpdateId += 1;
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
    const { nowMs } = this.#state;
    const { market } = listingOf(this.#state, symbol);
    const mark = showPrice(market.mark);
    this.#waiting.push({
      e: 'markPriceUpdate',
      E: nowMs,
      s: symbol,
      p: mark,
      ap: mark,
      P: mark,
      i: showPrice(market.middle),
      r: '0.0001',
      T: nextFundingMs(nowMs),
    });
  }
}

const FUNDING_INTERVAL_MS = 8 * 3600 * 1000;
export const nextFundingMs = (nowMs: number): number =>
  (Math.floor(nowMs / FUNDING_INTERVAL_MS) + 1) * FUNDING_INTERVAL_MS;

/** Mark prices are published once a second. */
export const MARK_PRICE_EVERY_STEPS = 1000 / MARKET_STEP_MS;
