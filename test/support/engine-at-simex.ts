/** An engine on real time with the futures adapter, over sockets, at a simulated exchange of its own. */

import type { TestContext } from 'node:test';
import type { Fact } from '#core/facts.ts';
import type { AccountId, Micros, SignalId, StrategyId, Symbol, TraceId } from '#core/ids.ts';
import { Secret } from '#core/secret.ts';
import { defaultSettings } from '#core/settings.ts';
import { Engine } from '#engine/engine.ts';
import { systemClock, systemTimers } from '#engine/time.ts';
import { ACCEPTANCE_MARGIN_MS } from '#exchange/binance/usdm/orders.ts';
import { BinanceUsdm } from '#exchange/binance/usdm/usdm.ts';
import { signalKeyFor } from '#intake/identity.ts';
import { MemoryJournal } from '#journal/memory.ts';
import { defaultApiKey, defaultApiSecret } from '#simex/configured-keys.ts';
import { type Simex, startSimex } from '#simex/server.ts';
import type { LedgerEntry } from '#simex/usdm/ledger.ts';
import { SimexClient } from './simex-client.ts';
import { until } from './until.ts';

const BTC = 'BTCUSDT' as Symbol;
const account = 'test' as AccountId;
const RECV_WINDOW_MS = 500;

export class EngineAtSimex {
  readonly simex: Simex;
  readonly client: SimexClient;
  readonly engine: Engine;
  readonly facts: readonly Fact[];
  readonly problems: readonly string[];

  private constructor(parts: Pick<EngineAtSimex, 'simex' | 'client' | 'engine' | 'facts' | 'problems'>) {
    ({
      simex: this.simex,
      client: this.client,
      engine: this.engine,
      facts: this.facts,
      problems: this.problems,
    } = parts);
  }

  /** @param orderUrl gives the address of a WebSocket API, where orders go over one */
  static async start(
    context: TestContext,
    orderUrl?: (simex: Simex) => Promise<string>,
  ): Promise<EngineAtSimex> {
    const simex = await startSimex({ port: 0, seed: 7 });
    context.after(() => simex.close());
    const client = new SimexClient(simex.url);
    await client.control('POST', '/sim/price', { symbol: BTC, price: '50000' });
    const facts: Fact[] = [];
    const problems: string[] = [];
    const engine = await Engine.start({
      account,
      version: '0.0.0',
      settings: { ...defaultSettings, symbols: [BTC] },
      journal: new MemoryJournal(),
      exchange: new BinanceUsdm({
        restUrl: simex.url,
        streamUrl: simex.url.replace('http:', 'ws:'),
        orderUrl: await orderUrl?.(simex),
        apiKey: new Secret(defaultApiKey),
        apiSecret: new Secret(defaultApiSecret),
        symbols: [BTC],
        account: { positionMode: 'hedge' },
        recvWindowMs: RECV_WINDOW_MS,
        clock: { nowMicros: () => systemClock.now() },
        onProblem: (...problem) => problems.push(problem.join(' ')),
      }),
      clock: systemClock,
      timers: systemTimers,
      acceptanceWindowMs: RECV_WINDOW_MS + ACCEPTANCE_MARGIN_MS,
      onEntry: (entry) => facts.push(...entry.facts),
    });
    context.after(() => engine.stop());
    await until('it is ready', () => engine.unready === undefined);
    return new EngineAtSimex({ simex, client, engine, facts, problems });
  }

  async buy(): Promise<void> {
    const receivedAt = systemClock.now();
    const id = 'the-signal' as SignalId;
    await this.engine.submitSignal({
      signal: {
        id,
        strategyId: 'strategy' as StrategyId,
        symbol: BTC,
        action: 'buy',
        confidence: '0.9',
        orderType: 'market',
        quantity: '0.01',
        timestampMs: Math.floor(receivedAt / 1_000),
      },
      key: signalKeyFor(account, id),
      trace: '0af7651916cd43dd8448eb211c80319c' as TraceId,
      receivedAt: receivedAt as Micros,
    });
  }

  /** The facts of one type about the entry. */
  entryFacts<T extends Fact['type']>(type: T): Extract<Fact, { type: T }>[] {
    return this.facts.filter(
      (fact): fact is Extract<Fact, { type: T }> =>
        fact.type === type && 'leg' in fact && fact.leg === 'entry',
    );
  }

  /** Until the position is what was asked for, and covered by its stop. */
  async settled(deadlineMs: number): Promise<void> {
    const { state } = this.engine;
    await until(
      'the position is open and protected',
      () =>
        this.facts.some(({ type }) => type === 'position.protected') &&
        [...state.positions.values()].every(({ exposedSince }) => exposedSince === undefined) &&
        [...state.orders.values()].every(({ phase }) => phase === 'open'),
      deadlineMs,
    );
  }

  async ledger<K extends LedgerEntry['kind']>(kind: K): Promise<Extract<LedgerEntry, { kind: K }>[]> {
    return (await this.client.ledger()).filter((entry) => entry.kind === kind);
  }
}
