/** The futures adapter against a scripted exchange, and the answers that scripts are made of. */

import assert from 'node:assert/strict';
import { afterEach, beforeEach } from 'node:test';
import type { ClientOrderId, Micros, Symbol } from '#core/ids.ts';
import type { OrderBook, PlannedOrder } from '#core/order.ts';
import { Secret } from '#core/secret.ts';
import { BinanceUsdm, type BinanceUsdmOptions } from '#exchange/binance/usdm/usdm.ts';
import type { ExchangeEvent, OrderRef } from '#exchange/port.ts';
import { ScriptedBinance } from './binance-script.ts';

export const KEY = 'api-key-canary-19';
export const SECRET = 'api-secret-canary-23';
export const BTC = 'BTCUSDT' as Symbol;
export const RECV_WINDOW_MS = 2_000;
export const ENTRY = 'te-aaaaaaaaaaaaaaaaaaaa-el1' as ClientOrderId;
export const STOP = 'te-aaaaaaaaaaaaaaaaaaaa-sl1' as ClientOrderId;

export const clock = {
  nowMicros: () => Math.round((performance.timeOrigin + performance.now()) * 1000) as Micros,
};

export class BinanceRig {
  server: ScriptedBinance;
  readonly problems: string[] = [];
  readonly events: ExchangeEvent[] = [];
  readonly #adapters: BinanceUsdm[] = [];

  constructor(server: ScriptedBinance) {
    this.server = server;
  }

  /** An adapter that has not been opened. */
  make(options: Partial<BinanceUsdmOptions> = {}): BinanceUsdm {
    const adapter = new BinanceUsdm({
      restUrl: this.server.restUrl,
      streamUrl: this.server.streamUrl,
      apiKey: new Secret(KEY),
      apiSecret: new Secret(SECRET),
      symbols: [BTC],
      account: { positionMode: 'hedge' },
      recvWindowMs: RECV_WINDOW_MS,
      clock,
      onProblem: (...problem) => this.problems.push(problem.join(' ')),
      ...options,
    });
    this.#adapters.push(adapter);
    return adapter;
  }

  async open(options: Partial<BinanceUsdmOptions> = {}): Promise<BinanceUsdm> {
    const adapter = this.make(options);
    const answer = await adapter.open((event) => this.events.push(event));
    assert.deepEqual(answer, { kind: 'answer', value: undefined });
    // Events begin in the next turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
    return adapter;
  }

  async close(): Promise<void> {
    for (const adapter of this.#adapters) await adapter.close();
    await this.server.stop();
  }
}

/** A new rig for each test of the file that calls this. */
export function eachWithRig(use: (rig: BinanceRig) => void): void {
  let rig: BinanceRig | undefined;
  beforeEach(async () => {
    rig = new BinanceRig(await ScriptedBinance.start());
    use(rig);
  });
  afterEach(() => rig?.close());
}

export const entry = {
  clientOrderId: ENTRY,
  book: 'regular',
  symbol: BTC,
  side: 'BUY',
  positionSide: 'LONG',
  type: 'MARKET',
  quantity: '0.01',
  reduceOnly: false,
} as PlannedOrder;
export const stop = {
  ...entry,
  clientOrderId: STOP,
  book: 'conditional',
  side: 'SELL',
  type: 'STOP_MARKET',
  triggerPrice: '95.5',
  reduceOnly: false,
} as PlannedOrder;

export const ref = (clientOrderId: ClientOrderId, book: OrderBook): OrderRef => ({
  clientOrderId,
  symbol: BTC,
  book,
});
export const orderBody = (fields: Record<string, unknown> = {}) => ({
  orderId: 7,
  symbol: BTC,
  status: 'NEW',
  clientOrderId: ENTRY,
  executedQty: '0.000',
  ...fields,
});
export const algoBody = (fields: Record<string, unknown> = {}) => ({
  algoId: 900,
  clientAlgoId: STOP,
  symbol: BTC,
  algoStatus: 'NEW',
  actualOrderId: '',
  actualQty: '',
  ...fields,
});
export const tradeBody = (id: number, qty: string) => ({
  id,
  price: '99.50',
  qty,
  commission: '0.00049750',
  commissionAsset: 'USDT',
  maker: false,
  time: 1700000000000,
});
export const trade = (tradeId: string, quantity: string) => ({
  tradeId,
  price: '99.5',
  quantity,
  fee: '0.0004975',
  feeAsset: 'USDT',
  maker: false,
  tradedAtMs: 1700000000000,
});
