/**
 * One seeded run: an engine with its journal, the exchange that outlives it, publishers that repeat a signal until
 * it is acknowledged, bad weather on every link, and deaths at random times and at named points. All on virtual time.
 */

import type { Entry } from '#core/facts.ts';
import type { AccountId, SignalId, StrategyId, Symbol, TraceId } from '#core/ids.ts';
import type { PlannedOrder } from '#core/order.ts';
import { defaultSettings, type TradingSettings } from '#core/settings.ts';
import type { Signal, SignalAction } from '#core/signal.ts';
import type { Answer } from '#engine/answer.ts';
import { type CrashPoint, Engine } from '#engine/engine.ts';
import { signalKeyFor } from '#intake/identity.ts';
import { MemoryJournal } from '#journal/memory.ts';
import { JournalError } from '#journal/port.ts';
import { InProcessExchange } from '#test/support/in-process-exchange.ts';
import { Random } from '#test/support/random.ts';
import { Venue } from '#test/support/venue.ts';
import { VirtualTime } from '#test/support/virtual-time.ts';
import { ACCEPTANCE_WINDOW_MS } from '#test/support/weather.ts';
import { SeededWeather } from './weather.ts';

const START_MS = Date.UTC(2026, 0, 1);
const MARKET_STEP_MS = 200;
const STORM_MS = 40_000;
const CALM_MS = 58_000;
/** In the last part of the calm the market stands still, so that both sides can be compared at rest. */
const STILL_MS = 45_000;
const PUBLISH_RETRY_MS = 400;
/** The longest that one swallowed request can hold up: until its fate is decidable and has been asked for. */
const FAULT_COST_MS = ACCEPTANCE_WINDOW_MS + 1_000;
const account = 'sim' as AccountId;
const symbols = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'] as [Symbol, Symbol, Symbol];
const strategies = ['momentum', 'reversal'] as [StrategyId, StrategyId];
const crashPoints: [CrashPoint, ...CrashPoint[]] = ['decided', 'durable', 'sending', 'answered', 'event'];

interface Incarnation {
  alive: boolean;
  readonly journal: MemoryJournal;
  engine: Engine | undefined;
}

export class World {
  readonly seed: number;
  readonly time = new VirtualTime(START_MS);
  readonly venue: Venue;
  readonly settings: TradingSettings;
  readonly weather: SeededWeather;
  /** Whether several strategies hold parts of one position of the exchange. */
  readonly shared: boolean;
  readonly acknowledged = new Map<SignalId, Answer[]>();
  readonly violations: string[] = [];
  /** Spans of virtual time in which the engine could not help: it was dead, or the weather swallowed a request. */
  readonly excuses: { fromMs: number; toMs: number }[] = [];
  readonly #random: Random;
  readonly #publisher: Random;
  readonly #reaper: Random;
  readonly #killsMax: number;
  #journal: MemoryJournal;
  #current: Incarnation | undefined;
  #storming = true;
  #published = 0;
  #downSince: number | undefined = START_MS;
  #point: CrashPoint | undefined;
  #diskWasFull = false;
  kills = 0;

  constructor(seed: number) {
    this.seed = seed;
    this.#random = new Random(seed);
    this.#publisher = this.#random.fork();
    this.#reaper = this.#random.fork();
    this.weather = new SeededWeather(this.#random.fork(), () => {
      this.excuses.push({ fromMs: this.time.nowMs, toMs: this.time.nowMs + FAULT_COST_MS });
    });
    const dualSide = this.#random.chance(0.7);
    this.settings = { ...defaultSettings, positionMode: dualSide ? 'hedge' : 'one_way', symbols };
    this.venue = new Venue({ seed, clock: this.time, dualSide });
    this.shared = this.#random.chance(0.3);
    this.#killsMax = this.#random.between(0, 4);
    this.#journal = new MemoryJournal({ schedule: (commit) => this.#commitLater(commit) });
  }

  get engine(): Engine | undefined {
    return this.#current?.engine;
  }

  get journal(): MemoryJournal {
    return this.#journal;
  }

  async run(): Promise<void> {
    this.#moveMarket(STORM_MS + CALM_MS - STILL_MS);
    this.#boot();
    this.#publishNext();
    for (let kill = 0; kill < this.#killsMax; kill += 1) {
      this.time.after(this.#reaper.between(500, STORM_MS), () => this.#strike());
    }
    await this.time.advance(STORM_MS);
    this.#storming = false;
    this.weather.clear();
    await this.time.advance(CALM_MS);
    this.#markOutage();
  }

  #commitLater(commit: () => void): void {
    this.time.after(this.#random.pick([0, 1, 3, 30]), commit);
  }

  #moveMarket(leftMs: number): void {
    if (leftMs <= 0) return;
    this.time.after(MARKET_STEP_MS, () => {
      this.venue.exchange.advance(this.venue.nowMs);
      this.#moveMarket(leftMs - MARKET_STEP_MS);
    });
  }

  #boot(): void {
    const journal = this.#journal;
    const me: Incarnation = { alive: true, journal, engine: undefined };
    this.#current = me;
    const isAlive = (): boolean => me.alive;
    const timers = {
      after: (delayMs: number, run: () => void) =>
        this.time.after(delayMs, () => {
          if (me.alive) run();
        }),
    };
    const exchange = new InProcessExchange({
      venue: this.venue,
      clock: this.time,
      timers: this.time,
      weather: this.weather,
      isAlive,
      onOrder: (order) => this.#checkIsDurable(order, journal),
    });
    const options = {
      account,
      version: 'simulation',
      settings: this.settings,
      journal,
      exchange,
      clock: this.time,
      timers,
      acceptanceWindowMs: ACCEPTANCE_WINDOW_MS,
      probe: (point: CrashPoint) => this.#onPoint(me, point),
    };
    Engine.start(options).then(
      (engine) => {
        me.engine = engine;
        void engine.failed.then((error) => this.#onFailure(me, error));
      },
      (error: Error) => this.#onFailure(me, error),
    );
  }

  /** Ends the engine as kill -9 would: what is not durable is gone, what is sent is sent. */
  #kill(me: Incarnation): void {
    if (!me.alive || !this.#storming) return;
    this.kills += 1;
    this.#end(me);
  }

  #end(me: Incarnation): void {
    me.alive = false;
    this.#markOutage();
    this.#downSince = this.time.nowMs;
    this.#current = undefined;
    this.#journal = me.journal.crash();
    this.time.after(this.#reaper.between(10, 3_000), () => this.#boot());
  }

  /** A full disk is an expected failure, and answered by starting anew; everything else is a defect. */
  #onFailure(me: Incarnation, error: Error): void {
    if (!me.alive) return;
    if (!(error instanceof JournalError) || !this.#diskWasFull) {
      this.violations.push(`the engine failed: ${error.stack}`);
    }
    this.#end(me);
  }

  #fillDisk(): void {
    const { store } = this.#journal;
    this.#diskWasFull = true;
    store.entriesMax = store.rows.length;
    this.time.after(this.#reaper.between(500, 3_000), () => {
      store.entriesMax = Number.POSITIVE_INFINITY;
    });
  }

  #strike(): void {
    const me = this.#current;
    if (me === undefined) return;
    if (this.#reaper.chance(0.2)) this.#fillDisk();
    else if (this.#reaper.chance(0.3)) this.#kill(me);
    else this.#point = this.#reaper.pick(crashPoints);
  }

  #onPoint(me: Incarnation, point: CrashPoint): void {
    if (this.#point !== point) return;
    this.#point = undefined;
    if (this.#reaper.chance(0.5)) this.#kill(me);
    else this.time.after(this.#reaper.between(0, 30), () => this.#kill(me));
  }

  #markOutage(): void {
    if (this.#downSince === undefined) return;
    this.excuses.push({ fromMs: this.#downSince, toMs: this.time.nowMs });
    this.#downSince = undefined;
  }

  #checkIsDurable(order: PlannedOrder, journal: MemoryJournal): void {
    const durable = journal.durableEntries().some((entry) => plans(entry, order.clientOrderId));
    if (!durable) this.violations.push(`${order.clientOrderId} was sent before it was durable`);
  }

  #publishNext(): void {
    const random = this.#publisher;
    this.time.after(random.between(200, 1_800), () => {
      if (!this.#storming) return;
      this.#published += 1;
      const signal = this.#makeSignal(this.#published);
      this.#publish(signal);
      if (random.chance(0.15)) this.time.after(random.between(0, 2_000), () => this.#publish(signal));
      this.#publishNext();
    });
  }

  #makeSignal(number: number): Signal {
    const random = this.#publisher;
    const symbol = random.pick(symbols);
    const action = random.pick<SignalAction>(['buy', 'buy', 'sell', 'sell', 'close']);
    const ticker = this.venue.exchange.bookTicker(symbol);
    if (!ticker.ok) throw new Error(`no ticker of ${symbol}`);
    const limit = action !== 'close' && random.chance(0.3);
    const rate = (): string => `0.00${random.between(1, 60).toString().padStart(2, '0')}`;
    return {
      id: `signal-${number}` as SignalId,
      strategyId: this.shared
        ? random.pick(strategies)
        : symbol === symbols[0]
          ? strategies[0]
          : strategies[1],
      symbol,
      action,
      confidence: random.chance(0.1) ? '0.3' : '0.9',
      orderType: limit ? 'limit' : 'market',
      ...(limit ? { price: action === 'buy' ? ticker.ticker.bidPrice : ticker.ticker.askPrice } : {}),
      ...(action === 'close' ? {} : { stopLossRate: rate() }),
      ...(action !== 'close' && random.chance(0.5) ? { takeProfitRate: rate() } : {}),
      timestampMs: this.time.nowMs,
    };
  }

  #publish(signal: Signal): void {
    const again = (): void => {
      this.time.after(PUBLISH_RETRY_MS, () => this.#publish(signal));
    };
    const me = this.#current;
    if (me?.engine === undefined) {
      again();
      return;
    }
    const key = signalKeyFor(account, signal.id);
    const trace = '0af7651916cd43dd8448eb211c80319c' as TraceId;
    let answered = false;
    // A publisher whose connection died with the engine tries again.
    this.time.after(1_000, () => {
      if (!answered) again();
    });
    me.engine.submitSignal({ signal, key, trace, receivedAt: this.time.now() }).then((answer) => {
      if (!me.alive) return;
      answered = true;
      if (typeof answer === 'string') {
        again();
        return;
      }
      this.#markReady();
      this.acknowledged.set(signal.id, [...(this.acknowledged.get(signal.id) ?? []), answer]);
    });
  }

  #markReady(): void {
    this.#markOutage();
  }
}

const plans = (entry: Entry, id: string): boolean =>
  entry.facts.some((fact) => fact.type === 'order.planned' && fact.order.clientOrderId === id);
