/** An exchange in memory that takes every order at once and fills market orders whole: all the time is the engine's. */

import type { ClientOrderId, Symbol } from '#core/ids.ts';
import type { InstrumentText, Quote } from '#core/instrument.ts';
import { price } from '#core/money.ts';
import type { OrderReport, PlannedOrder } from '#core/order.ts';
import type { Clock } from '#engine/time.ts';
import type { Exchange, ExchangeEvent, OrderRef } from '#exchange/port.ts';
import { btcusdtText } from '#test/support/market.ts';

const MARK = '50000';
const mark = price(MARK);

const listing = (symbol: Symbol): InstrumentText => ({
  ...btcusdtText,
  symbol,
  marketQuantityMax: '1000',
  notionalMin: '5',
});

export class InstantExchange implements Exchange {
  readonly #clock: Clock;
  readonly #onSubmit: (order: PlannedOrder) => void;
  readonly #open = new Map<ClientOrderId, PlannedOrder>();
  #listener: (event: ExchangeEvent) => void = () => {};
  #orders = 0;

  constructor(clock: Clock, onSubmit: (order: PlannedOrder) => void = () => {}) {
    this.#clock = clock;
    this.#onSubmit = onSubmit;
  }

  async open(listener: (event: ExchangeEvent) => void) {
    this.#listener = listener;
    return { kind: 'answer' as const, value: undefined };
  }

  async instruments(symbols: readonly Symbol[]) {
    return { kind: 'answer' as const, value: symbols.map(listing) };
  }

  quote(): Quote {
    return { mark, bid: mark, ask: mark, atMs: Math.floor(this.#clock.now() / 1000) };
  }

  async submit(order: PlannedOrder) {
    this.#onSubmit(order);
    const sentAt = this.#clock.now();
    this.#orders += 1;
    const report = this.#take(order, String(this.#orders));
    return { outcome: { kind: 'accepted' as const, report }, sentAt, answeredAt: this.#clock.now() };
  }

  async cancel({ clientOrderId }: OrderRef) {
    if (!this.#open.delete(clientOrderId)) return { kind: 'not_open' as const };
    const report: OrderReport = {
      clientOrderId,
      exchangeOrderId: '0',
      status: 'canceled',
      executed: '0',
      trades: [],
    };
    this.#listener({ kind: 'report', report });
    return { kind: 'canceled' as const };
  }

  async report() {
    return { kind: 'failed' as const, cause: 'never needed: every answer arrives' };
  }

  async snapshot() {
    const openOrders = [...this.#open.values()];
    return { kind: 'answer' as const, value: { takenAt: this.#clock.now(), positions: [], openOrders } };
  }

  async balance() {
    const value = { asset: 'USDT', wallet: '10000', available: '10000', unrealised: '0' };
    return { kind: 'answer' as const, value };
  }

  async close(): Promise<void> {}

  #take(order: PlannedOrder, exchangeOrderId: string): OrderReport {
    const { clientOrderId, quantity } = order;
    if (order.type !== 'MARKET') {
      this.#open.set(clientOrderId, order);
      return { clientOrderId, exchangeOrderId, status: 'open', executed: '0', trades: [] };
    }
    const trade = {
      tradeId: exchangeOrderId,
      price: MARK,
      quantity,
      fee: '0.02',
      feeAsset: 'USDT',
      maker: false,
      tradedAtMs: Math.floor(this.#clock.now() / 1000),
    };
    return { clientOrderId, exchangeOrderId, status: 'filled', executed: quantity, trades: [trade] };
  }
}
