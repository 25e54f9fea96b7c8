/** An account's state that a test drives command by command, with a market that it sets. */

import type { Command } from '#core/command.ts';
import { advance } from '#core/decide.ts';
import type { Fact, FactType } from '#core/facts.ts';
import type { AccountId, Micros, SignalId, SignalKey, StrategyId, Symbol, TraceId } from '#core/ids.ts';
import type { OrderReport, PlannedOrder, SubmitOutcome, Trade } from '#core/order.ts';
import { defaultSettings, type TradingSettings } from '#core/settings.ts';
import type { Signal } from '#core/signal.ts';
import { type EngineState, emptyState } from '#core/state.ts';
import { btcusdtText, quoteAt } from './market.ts';

export const START_MS = 1_700_000_000_000;
/** Enough that no limit binds unless a test wants it to. */
const EQUITY = '100000000';

/** Facts of one type. */
export const only = <T extends FactType>(facts: readonly Fact[], type: T): Extract<Fact, { type: T }>[] =>
  facts.filter((fact): fact is Extract<Fact, { type: T }> => fact.type === type);

export class Account {
  readonly state: EngineState = emptyState();
  nowMs = START_MS;
  mark = '50000';
  /** Between bid and ask, in whole units, with the mark in the middle. */
  spread = 0;
  /** When the heartbeat was last heard. */
  heartbeatMs: number | undefined;
  /** How long the market has been silent. */
  quoteAgeMs = 0;
  #signals = 0;
  #trades = 0;

  constructor(settings: Partial<TradingSettings> = {}, equity = EQUITY) {
    this.do({
      type: 'start',
      account: 'test' as AccountId,
      version: 'test',
      settings: { ...defaultSettings, ...settings },
      decidableAt: (this.nowMs * 1000) as Micros,
    });
    this.do({ type: 'list_instruments', instruments: [btcusdtText] });
    this.measure(equity);
    this.do({ type: 'tick' });
  }

  do(command: Command): Fact[] {
    const at = (this.nowMs * 1000) as Micros;
    return advance(this.state, command, {
      at,
      quote: (symbol) =>
        symbol === 'BTCUSDT' && this.mark !== ''
          ? quoteAt(this.mark, this.nowMs - this.quoteAgeMs, this.spread)
          : undefined,
      ...(this.heartbeatMs === undefined ? {} : { heartbeatAt: (this.heartbeatMs * 1000) as Micros }),
    });
  }

  /** What the exchange says that the account has. */
  measure(wallet: string, unrealised = '0'): Fact[] {
    return this.do({ type: 'measure_account', asset: 'USDT', wallet, available: wallet, unrealised });
  }

  signal(change: Partial<Signal> = {}): Fact[] {
    return this.signalOf({ quantity: '0.01', ...change });
  }

  /** One that names no quantity unless it is told to. */
  signalOf(change: Partial<Signal>): Fact[] {
    this.#signals += 1;
    const signal: Signal = {
      id: `s-${this.#signals}` as SignalId,
      strategyId: 'momentum' as StrategyId,
      symbol: 'BTCUSDT' as Symbol,
      action: 'buy',
      confidence: '0.9',
      orderType: 'market',
      timestampMs: this.nowMs,
      ...change,
    };
    const number = 'abcdefghijklmnopqrstuvwxyz'.charAt(this.#signals);
    return this.do({
      type: 'receive_signal',
      signal,
      key: number.repeat(20) as SignalKey,
      trace: '0af7651916cd43dd8448eb211c80319c' as TraceId,
      receivedAt: (this.nowMs * 1000) as Micros,
    });
  }

  outcome(order: PlannedOrder, outcome: SubmitOutcome): Fact[] {
    const now = (this.nowMs * 1000) as Micros;
    const { clientOrderId } = order;
    return this.do({ type: 'record_outcome', clientOrderId, outcome, sentAt: now, answeredAt: now });
  }

  accept(order: PlannedOrder): Fact[] {
    return this.outcome(order, { kind: 'accepted', report: this.report(order) });
  }

  report(order: PlannedOrder, change: Partial<OrderReport> = {}): OrderReport {
    const { clientOrderId } = order;
    return { clientOrderId, exchangeOrderId: '1', status: 'open', executed: '0', trades: [], ...change };
  }

  trade(quantity: string, price = this.mark): Trade {
    this.#trades += 1;
    return {
      tradeId: String(this.#trades),
      price,
      quantity,
      fee: '0.1',
      feeAsset: 'USDT',
      maker: false,
      tradedAtMs: this.nowMs,
    };
  }

  /** The order fills completely at the market. */
  fill(order: PlannedOrder): Fact[] {
    const report = this.report(order, {
      status: 'filled',
      executed: order.quantity,
      trades: [this.trade(order.quantity)],
    });
    return this.do({ type: 'record_report', report, how: 'stream' });
  }

  /** What becomes of an order. */
  meet(order: PlannedOrder, fate: 'accept' | 'fill' | 'part' | 'refuse' | 'unknown' | 'cancel'): Fact[] {
    if (!this.state.orders.has(order.clientOrderId)) return [];
    const now = (this.nowMs * 1000) as Micros;
    switch (fate) {
      case 'refuse':
        return this.outcome(order, { kind: 'refused', refusal: 'throttled', code: -1015, message: '' });
      case 'unknown':
        return this.outcome(order, { kind: 'unknown', cause: 'reset', decidableAt: now });
      case 'fill':
        return [...this.accept(order), ...this.fill(order)];
      case 'accept':
        return this.accept(order);
      case 'cancel': {
        const report = this.report(order, { status: 'canceled' });
        return [...this.accept(order), ...this.do({ type: 'record_report', report, how: 'stream' })];
      }
      case 'part': {
        const part = { executed: '0.001', trades: [this.trade('0.001')] };
        const report = this.report(order, part);
        return [...this.accept(order), ...this.do({ type: 'record_report', report, how: 'stream' })];
      }
    }
  }

  /** A position of 0.01 BTC with its stop at the exchange. */
  openPosition(change: Partial<Signal> = {}): { entry: PlannedOrder; stop: PlannedOrder } {
    const entry = plannedIn(this.signal(change), 'entry');
    this.accept(entry);
    const stop = plannedIn(this.fill(entry), 'stop');
    this.accept(stop);
    return { entry, stop };
  }

  pass(ms: number): Fact[] {
    this.nowMs += ms;
    return this.do({ type: 'tick' });
  }
}

export function plannedIn(facts: readonly Fact[], leg: string): PlannedOrder {
  const fact = only(facts, 'order.planned').find((planned) => planned.leg === leg);
  if (fact === undefined)
    throw new Error(`no ${leg} order planned in ${facts.map(({ type }) => type).join(', ')}`);
  return fact.order;
}
