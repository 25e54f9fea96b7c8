/** An engine on virtual time at the simulated exchange, whose prices a test sets: what a careful trader would try out. */

import type { AccountId, SignalId, StrategyId, Symbol } from '#core/ids.ts';
import type { PlannedOrder } from '#core/order.ts';
import { defaultSettings, type TradingSettings } from '#core/settings.ts';
import type { Signal } from '#core/signal.ts';
import type { Answer } from '#engine/answer.ts';
import { Engine } from '#engine/engine.ts';
import { signalKeyFor, traceContextOf } from '#intake/identity.ts';
import { MemoryJournal } from '#journal/memory.ts';
import type { LedgerEntry } from '#simex/usdm/ledger.ts';
import { defaultSymbols } from '#simex/usdm/symbols.ts';
import { START_MS } from './account.ts';
import { InProcessExchange } from './in-process-exchange.ts';
import { Venue } from './venue.ts';
import { VirtualTime } from './virtual-time.ts';
import { ACCEPTANCE_WINDOW_MS, fairWeather, type Weather } from './weather.ts';

const account = 'test' as AccountId;
export const BTC = 'BTCUSDT' as Symbol;
export const ETH = 'ETHUSDT' as Symbol;
/** Where the tests begin; every symbol stands still until it is moved. */
const PRICES: Readonly<Record<string, string>> = {
  BTCUSDT: '50000',
  ETHUSDT: '2500',
  BNBUSDT: '600',
  SOLUSDT: '150',
  XRPUSDT: '0.6',
};

export interface DeskOptions {
  readonly settings?: Partial<TradingSettings>;
  readonly balance?: string;
  /** The smallest order in BTCUSDT, in USDT. */
  readonly minNotional?: string;
  readonly weather?: Weather;
}

export class TradingDesk {
  readonly time = new VirtualTime(START_MS);
  readonly venue: Venue;
  /** Orders that reached the exchange, in order. */
  readonly sent: PlannedOrder[] = [];
  readonly #settings: TradingSettings;
  readonly #weather: Weather;
  #journal = new MemoryJournal();
  #engine: Engine | undefined;
  #signals = 0;

  private constructor({ settings, balance = '10000', minNotional, weather = fairWeather }: DeskOptions) {
    this.#settings = { ...defaultSettings, ...settings };
    this.#weather = weather;
    this.venue = new Venue({
      seed: 1,
      clock: this.time,
      dualSide: this.#settings.positionMode === 'hedge',
      balance,
      symbols: defaultSymbols.map((spec) =>
        spec.symbol === BTC && minNotional !== undefined ? { ...spec, minNotional } : spec,
      ),
    });
    for (const [symbol, price] of Object.entries(PRICES)) this.move(symbol as Symbol, price);
  }

  static async open(options: DeskOptions = {}): Promise<TradingDesk> {
    const desk = new TradingDesk(options);
    await desk.start();
    return desk;
  }

  get engine(): Engine {
    if (this.#engine === undefined) throw new Error('the engine does not run');
    return this.#engine;
  }

  get ledger(): readonly LedgerEntry[] {
    return this.venue.exchange.ledger;
  }

  /** Starts the engine from its journal, as after a death of its process. */
  async start(): Promise<void> {
    const exchange = new InProcessExchange({
      venue: this.venue,
      clock: this.time,
      timers: this.time,
      weather: this.#weather,
      isAlive: () => true,
      onOrder: (order) => this.sent.push(order),
    });
    const starting = Engine.start({
      account,
      version: '0.0.0',
      settings: this.#settings,
      journal: this.#journal,
      exchange,
      clock: this.time,
      timers: this.time,
      acceptanceWindowMs: ACCEPTANCE_WINDOW_MS,
    });
    await this.time.advance(1_000);
    this.#engine = await starting;
  }

  async restart(): Promise<void> {
    const stopping = this.engine.stop();
    await this.time.advance(3_000);
    await stopping;
    this.#journal = new MemoryJournal({ store: this.#journal.store });
    await this.start();
  }

  move(symbol: Symbol, last: string, mark = last): void {
    this.venue.exchange.setPrice(symbol, last, this.venue.nowMs, mark);
  }

  /** Sends a signal and lets what follows from it happen. */
  async signal(change: Partial<Signal> = {}): Promise<Answer> {
    const answering = this.submit(change);
    await this.time.advance(300);
    return answering;
  }

  async submit(change: Partial<Signal> = {}): Promise<Answer> {
    this.#signals += 1;
    const id = (change.id ?? `signal-${this.#signals}`) as SignalId;
    const signal: Signal = {
      strategyId: 'momentum' as StrategyId,
      symbol: BTC,
      action: 'buy',
      confidence: '0.9',
      orderType: 'market',
      timestampMs: this.time.nowMs,
      ...change,
      id,
    };
    const key = signalKeyFor(account, id);
    const context = traceContextOf(undefined, key);
    const answer = await this.engine.submitSignal({ signal, key, ...context, receivedAt: this.time.now() });
    if (typeof answer === 'string') throw new Error(`the engine takes no signals: ${answer}`);
    return answer;
  }

  /** Why a signal was refused; undefined if it was not. */
  async refusalOf(change: Partial<Signal> = {}): Promise<string | undefined> {
    const { decision } = await this.signal(change);
    return decision.outcome === 'refused' ? decision.reason : undefined;
  }

  /** Open conditional orders at the exchange, as leg and quantity. */
  guards(symbol?: Symbol): { type: string; side: string; quantity: string; triggerPrice: string }[] {
    const open = this.venue.exchange.openAlgoOrders(symbol);
    if (!open.ok) throw new Error(open.msg);
    return open.algos.map(({ orderType, side, quantity, triggerPrice }) => ({
      type: orderType,
      side,
      quantity,
      triggerPrice,
    }));
  }

  /** What the exchange holds, by symbol and side. */
  held(): Record<string, string> {
    const risk = this.venue.exchange.positionRisk();
    if (!risk.ok) throw new Error(risk.msg);
    return Object.fromEntries(
      risk.positions
        .filter(({ positionAmt }) => !/^-?0(\.0+)?$/.test(positionAmt))
        .map(({ symbol, positionSide, positionAmt }) => [`${symbol} ${positionSide}`, positionAmt]),
    );
  }
}
