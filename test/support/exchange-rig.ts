/** The futures adapter against the simulated exchange, over sockets; the exchange's own ledger is the judge. */

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { type ClientOrderId, clientOrderIdOf, type IntentId, type Micros, type Symbol } from '#core/ids.ts';
import { addQuantity, quantity, showQuantity, zeroQuantity } from '#core/money.ts';
import type { OrderReport, PlannedOrder } from '#core/order.ts';
import { Secret } from '#core/secret.ts';
import type { PositionMode } from '#core/settings.ts';
import { BinanceUsdm } from '#exchange/binance/usdm/usdm.ts';
import type { Exchange, ExchangeEvent, OrderRef } from '#exchange/port.ts';
import { defaultApiKey, defaultApiSecret } from '#simex/configured-keys.ts';
import { type Simex, startSimex } from '#simex/server.ts';
import type { LedgerEntry } from '#simex/usdm/ledger.ts';
import { until } from './until.ts';

export const BTC = 'BTCUSDT' as Symbol;
const ETH = 'ETHUSDT' as Symbol;
export const SYMBOLS = [BTC, ETH];

/** An exchange of its own for each test, so that they can run side by side: opening waits for a market of one step a second. */
export class Rig {
  readonly simex: Simex;
  readonly events: ExchangeEvent[] = [];
  readonly problems: string[] = [];
  exchange: Exchange;
  #ids = 0;

  private constructor(simex: Simex) {
    this.simex = simex;
    this.exchange = this.adapter('hedge');
  }

  static async start(context: TestContext): Promise<Rig> {
    const simex = await startSimex({ port: 0, seed: 7 });
    const rig = new Rig(simex);
    context.after(async () => {
      await rig.exchange.close();
      await simex.close();
    });
    await rig.open(rig.exchange);
    await rig.price(BTC, '50000');
    return rig;
  }

  adapter(positionMode: PositionMode, apiSecret: string = defaultApiSecret): Exchange {
    return new BinanceUsdm({
      restUrl: this.simex.url,
      streamUrl: this.simex.url.replace('http:', 'ws:'),
      apiKey: new Secret(defaultApiKey),
      apiSecret: new Secret(apiSecret),
      symbols: SYMBOLS,
      account: { positionMode },
      recvWindowMs: 2_000,
      clock: { nowMicros: () => (Date.now() * 1000) as Micros },
      onProblem: (code, detail) => this.problems.push(`${code} ${detail}`),
    });
  }

  /** Replaces the adapter that is open. */
  async reopen(positionMode: PositionMode): Promise<void> {
    await this.exchange.close();
    this.events.length = 0;
    this.exchange = this.adapter(positionMode);
    await this.open(this.exchange);
  }

  async open(exchange: Exchange): Promise<void> {
    const answer = await exchange.open((event) => this.events.push(event));
    assert.deepEqual(answer, { kind: 'answer', value: undefined });
  }

  async control(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.simex.url}/sim/${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const answer = await response.json();
    assert.equal(response.status, 200, JSON.stringify(answer));
    return answer;
  }

  price(symbol: Symbol, at: string): Promise<unknown> {
    return this.control('POST', 'price', { symbol, price: at });
  }

  fault(kind: string, endpoint?: string): Promise<unknown> {
    const faults = [{ kind, count: 1, ...(endpoint === undefined ? {} : { endpoint }) }];
    return this.control('POST', 'faults', { faults });
  }

  async ledger(id: ClientOrderId, kind: LedgerEntry['kind']): Promise<LedgerEntry[]> {
    const { entries } = (await this.control('GET', 'ledger?limit=10000')) as { entries: LedgerEntry[] };
    return entries.filter((entry) => {
      const name =
        'clientOrderId' in entry ? entry.clientOrderId : 'clientAlgoId' in entry && entry.clientAlgoId;
      return name === id && entry.kind === kind;
    });
  }

  plan(fields: Partial<PlannedOrder> = {}): PlannedOrder {
    this.#ids += 1;
    const leg = fields.book === 'conditional' ? 'sl' : 'el';
    return {
      clientOrderId: clientOrderIdOf(`te-aaaaaaaaaaaaaaaaaaaa-${leg}` as IntentId, this.#ids),
      book: 'regular',
      symbol: BTC,
      side: 'BUY',
      positionSide: 'LONG',
      type: 'MARKET',
      quantity: '0.01',
      reduceOnly: false,
      ...fields,
    } as PlannedOrder;
  }

  stopAt(triggerPrice: string, fields: Partial<PlannedOrder> = {}): PlannedOrder {
    return this.plan({ book: 'conditional', type: 'STOP_MARKET', side: 'SELL', triggerPrice, ...fields });
  }

  async submitted(order: PlannedOrder): Promise<OrderReport> {
    const { outcome } = await this.exchange.submit(order);
    if (outcome.kind !== 'accepted') throw new Error(`${order.clientOrderId} is ${JSON.stringify(outcome)}`);
    return outcome.report;
  }

  async found(order: PlannedOrder): Promise<OrderReport> {
    const outcome = await this.exchange.report(refOf(order));
    if (outcome.kind !== 'found') throw new Error(`${order.clientOrderId} is ${JSON.stringify(outcome)}`);
    return outcome.report;
  }

  /** What the stream has told of an order. */
  reportsOf(id: ClientOrderId): OrderReport[] {
    return this.events.flatMap((event) =>
      event.kind === 'report' && event.report.clientOrderId === id ? [event.report] : [],
    );
  }

  async told({ clientOrderId }: PlannedOrder, status: OrderReport['status']): Promise<void> {
    const isTold = () => this.reportsOf(clientOrderId).some((report) => report.status === status);
    await until(`${clientOrderId} ${status}`, isTold);
  }
}

export const refOf = ({ clientOrderId, symbol, book }: PlannedOrder): OrderRef => ({
  clientOrderId,
  symbol,
  book,
});

export const traded = (reports: readonly OrderReport[]): string => {
  const trades = new Map(
    reports.flatMap((report) => report.trades.map((trade) => [trade.tradeId, trade.quantity])),
  );
  return showQuantity(
    [...trades.values()].reduce((sum, text) => addQuantity(sum, quantity(text)), zeroQuantity),
  );
};
