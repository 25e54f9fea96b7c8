/**
 * An engine with the SQLite journal and an exchange in memory, and signals for it: strategies in turn buy and close,
 * so that what lives stays bounded while every signal runs its whole way.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Entry } from '#core/facts.ts';
import type { AccountId, SignalId, StrategyId, Symbol, TraceId } from '#core/ids.ts';
import type { PlannedOrder } from '#core/order.ts';
import { defaultSettings, type TradingSettings } from '#core/settings.ts';
import type { Signal } from '#core/signal.ts';
import { Engine, type EngineOptions } from '#engine/engine.ts';
import { systemClock, systemTimers } from '#engine/time.ts';
import { signalKeyFor } from '#intake/identity.ts';
import type { Journal } from '#journal/port.ts';
import { type JournalObserver, openSqliteJournal } from '#journal/sqlite.ts';
import { InstantExchange } from './instant-exchange.ts';

const account = 'bench' as AccountId;
const symbols = ['BTCUSDT'] as Symbol[];
const STRATEGIES = 2_000;
/** Signals under way at once in a closed loop. */
const UNDERWAY_MAX = 1_000;

export interface Bench {
  readonly engine: Engine;
  readonly directory: string;
  readonly journalPath: string;
  close(): Promise<void>;
  remove(): Promise<void>;
}

/** What listens to an engine; each costs a little, so that only those get it who use it. */
export interface Listeners {
  readonly onStage?: NonNullable<EngineOptions['onStage']>;
  readonly onCommitted?: (entry: Entry) => void;
  readonly journal?: JournalObserver;
}

/** The bounds are measured like any others, and none binds: what is measured is the whole life of a signal. */
const ANY_NUMBER = 1_000_000_000;
const ANY_RATE = '1000000';
const settings: TradingSettings = {
  ...defaultSettings,
  symbols,
  positionEquityRateMax: ANY_RATE,
  limits: {
    ...defaultSettings.limits,
    exposureEquityRateMax: ANY_RATE,
    dailyLossEquityRateMax: ANY_RATE,
    drawdownRateMax: ANY_RATE,
    positionsMax: ANY_NUMBER,
    ordersMax: ANY_NUMBER,
    entriesPerMinuteMax: ANY_NUMBER,
    equityAgeMsMax: ANY_NUMBER,
  },
};

export async function openBench(
  directory?: string,
  onSubmit?: (order: PlannedOrder) => void,
  { onStage, onCommitted, journal: observer }: Listeners = {},
): Promise<Bench> {
  const home = directory ?? (await mkdtemp(join(tmpdir(), 'tradeengine-bench-')));
  const journalPath = join(home, 'journal.db');
  const journal = await openSqliteJournal({
    path: journalPath,
    ...(observer === undefined ? {} : { observer }),
  });
  if (onCommitted !== undefined) hearCommits(journal, onCommitted);
  const engine = await Engine.start({
    account,
    version: 'bench',
    settings,
    journal,
    exchange: new InstantExchange(systemClock, onSubmit),
    clock: systemClock,
    timers: systemTimers,
    acceptanceWindowMs: 0,
    ...(onStage === undefined ? {} : { onStage }),
  });
  while (engine.unready !== undefined) await new Promise((resolve) => setTimeout(resolve, 10));
  return {
    engine,
    directory: home,
    journalPath,
    close: () => engine.stop(),
    remove: () => rm(home, { recursive: true, force: true }),
  };
}

function hearCommits(journal: Journal, onCommitted: (entry: Entry) => void): void {
  const append = journal.append.bind(journal);
  journal.append = async (entry) => {
    await append(entry);
    onCommitted(entry);
  };
}

const trace = '0af7651916cd43dd8448eb211c80319c' as TraceId;

export function submit(engine: Engine, number: number): ReturnType<Engine['submitSignal']> {
  const receivedAt = systemClock.now();
  const opening = Math.floor(number / STRATEGIES) % 2 === 0;
  const signal: Signal = {
    id: `signal-${number}` as SignalId,
    strategyId: `strategy-${number % STRATEGIES}` as StrategyId,
    symbol: 'BTCUSDT' as Symbol,
    action: opening ? 'buy' : 'close',
    confidence: '0.9',
    orderType: 'market',
    ...(opening ? { quantity: '0.01', stopLoss: '49000', takeProfit: '52000' } : {}),
    timestampMs: Math.floor(receivedAt / 1000),
  };
  return engine.submitSignal({ signal, key: signalKeyFor(account, signal.id), trace, receivedAt });
}

/** Sends signals as fast as they are decided and durable. Returns signals per second. */
export async function runClosedLoop(engine: Engine, from: number, count: number): Promise<number> {
  const start = performance.now();
  let next = from;
  const lane = async (): Promise<void> => {
    while (next < from + count) {
      const number = next;
      next += 1;
      const answer = await submit(engine, number);
      if (typeof answer === 'string') throw new Error(`signal ${number}: ${answer}`);
      if (answer.decision.outcome === 'refused')
        throw new Error(`signal ${number}: ${answer.decision.reason}`);
    }
  };
  await Promise.all(Array.from({ length: UNDERWAY_MAX }, lane));
  return (count * 1000) / (performance.now() - start);
}
