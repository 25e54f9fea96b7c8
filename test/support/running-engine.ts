/** An engine that runs on real time against the simulated exchange in-process, with the HTTP server in front of it. */

import type { FastifyInstance } from 'fastify';
import { EventFeed } from '#api/event-feed.ts';
import type { ServedRequest } from '#api/observe.ts';
import { RecentOrders } from '#api/recent-orders.ts';
import { buildServer, type ServerOptions } from '#api/server.ts';
import type { Condition, Subject } from '#api/subject.ts';
import type { AccountId } from '#core/ids.ts';
import { defaultSettings, type TradingSettings } from '#core/settings.ts';
import { Engine, type EngineOptions } from '#engine/engine.ts';
import { systemClock, systemTimers } from '#engine/time.ts';
import { MemoryJournal, MemoryStore } from '#journal/memory.ts';
import type { Journal } from '#journal/port.ts';
import { InProcessExchange } from './in-process-exchange.ts';
import { Venue } from './venue.ts';
import { ACCEPTANCE_WINDOW_MS, fairWeather, type Weather } from './weather.ts';

const account = 'test' as AccountId;

export interface RunningEngine {
  readonly engine: Engine;
  readonly venue: Venue;
  readonly journal: Journal;
  readonly store: MemoryStore;
  readonly server: FastifyInstance;
  /** What the API believes of the engine's readiness; undefined asks the engine. */
  pretend: Condition | undefined;
  /** What the API has to tell of metrics. */
  metrics: string | undefined;
  /** The requests that the server told of. */
  readonly served: ServedRequest[];
  readonly problems: string[];
  stop(): Promise<void>;
}

export interface RunOptions
  extends Pick<Partial<EngineOptions>, 'onStage' | 'clock'>,
    Partial<Pick<ServerOptions, 'tokens' | 'webhooks'>> {
  readonly weather?: Weather;
  readonly settings?: TradingSettings;
  /** Those of an engine that ran before. */
  readonly before?: Pick<RunningEngine, 'venue' | 'store'>;
}

export async function runEngine({
  weather = fairWeather,
  tokens = [],
  webhooks = [],
  settings = defaultSettings,
  before,
  ...options
}: RunOptions = {}): Promise<RunningEngine> {
  const venue = before?.venue ?? new Venue({ seed: 1, clock: systemClock, dualSide: true });
  const exchange = new InProcessExchange({
    venue,
    clock: systemClock,
    timers: systemTimers,
    weather,
    isAlive: () => true,
  });
  const store = before?.store ?? new MemoryStore();
  const journal = new MemoryJournal({ store });
  const recentOrders = new RecentOrders();
  const events = new EventFeed(systemTimers);
  const problems: string[] = [];
  const served: ServedRequest[] = [];
  const engine = await Engine.start({
    account,
    version: '0.0.0',
    settings,
    journal,
    exchange,
    clock: systemClock,
    timers: systemTimers,
    acceptanceWindowMs: ACCEPTANCE_WINDOW_MS,
    onEntry: (entry) => {
      recentOrders.apply(entry);
      events.apply(entry);
    },
    onProblem: (...problem) => problems.push(problem.join(': ')),
    ...options,
  });
  const running = { pretend: undefined as Condition | undefined, metrics: undefined as string | undefined };
  const subject: Subject = {
    account,
    version: '0.0.0',
    recentOrders,
    get unready() {
      if (running.pretend !== undefined) return running.pretend;
      return engine.unready === undefined
        ? undefined
        : { code: engine.unready, detail: 'as the engine says' };
    },
    get state() {
      return engine.state;
    },
    journal,
    telemetry: () => ({
      export: 'off',
      faults: [],
      status_age_ms: null,
      worker_restarts: 0,
      dropped: { process_logs: 0, records: 0, profiles: 0 },
      lag_facts: null,
      canary_overdue: false,
      canary: null,
      signals: [],
    }),
    metrics: async () => running.metrics,
    health: () => [{ part: 'engine', ok: engine.unready === undefined, detail: 'it runs', ageMs: 0 }],
    quote: (symbol) => exchange.quote(symbol),
    balance: async () => (await exchange.balance()).value,
  };
  const desk = {
    account,
    submit: async (submission: Parameters<Engine['submitSignal']>[0]) =>
      running.pretend?.code ?? engine.submitSignal(submission),
  };
  const server = await buildServer({
    tokens,
    webhooks,
    subject,
    desk,
    operator: {
      operate: (command) => engine.operate(command),
      beat: () => {
        engine.beat();
        return true;
      },
    },
    events,
    clock: systemClock,
    onProblem: (code, detail) => problems.push(`${code}: ${detail}`),
    onRequest: (request) => served.push(request),
  });
  return Object.assign(running, {
    engine,
    venue,
    journal,
    store,
    server,
    problems,
    served,
    stop: async () => {
      await server.close();
      await engine.stop();
    },
  });
}
