/**
 * Keeps an engine running: starts it, and starts it anew when it fails, with growing pauses. A failure takes the same
 * way as a start: fold the journal, ask the exchange, compare, go on. Only a journal that cannot be trusted ends it.
 */

import type { EventFeed } from '#api/event-feed.ts';
import type { OperatorDesk } from '#api/operator.ts';
import type { RecentOrders } from '#api/recent-orders.ts';
import type { Condition } from '#api/subject.ts';
import type { OperatorCommand } from '#core/command.ts';
import type { Entry, Fact } from '#core/facts.ts';
import type { AccountId, ClientOrderId } from '#core/ids.ts';
import type { TradingSettings } from '#core/settings.ts';
import type { Answer } from '#engine/answer.ts';
import type { ComparisonOutcome } from '#engine/comparisons.ts';
import {
  type CrashPoint,
  Engine,
  type EngineProblem,
  type SignalSubmission,
  type Unready,
  unreadyBy,
} from '#engine/engine.ts';
import type { EngineStage } from '#engine/stage.ts';
import { type Clock, pause, type Timers } from '#engine/time.ts';
import type { Exchange } from '#exchange/port.ts';
import type { SignalDesk } from '#intake/desk.ts';
import { type Journal, JournalError, type JournalFault } from '#journal/port.ts';

const RESTART_DELAY_MS_MIN = 500;
const RESTART_DELAY_MS_MAX = 5_000;

export interface KeeperOptions {
  readonly account: AccountId;
  readonly version: string;
  readonly settings: TradingSettings;
  readonly acceptanceWindowMs: number;
  readonly openJournal: () => Promise<Journal>;
  readonly makeExchange: () => Exchange;
  readonly recentOrders: RecentOrders;
  readonly events: EventFeed;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly onProblem: (code: EngineProblem | 'restarts', detail: string, order?: ClientOrderId) => void;
  readonly onCompared?: (outcome: ComparisonOutcome) => void;
  readonly probe?: (point: CrashPoint) => void;
  readonly onStage?: (stage: EngineStage | undefined) => void;
}

interface Running {
  readonly engine: Engine;
  readonly journal: Journal;
  readonly exchange: Exchange;
}

export class Keeper implements SignalDesk, OperatorDesk {
  readonly account: AccountId;
  readonly #options: KeeperOptions;
  readonly #stopRequested = Promise.withResolvers<void>();
  #running: Running | undefined;
  #condition: Condition = { code: 'not_reconciled', detail: 'The engine is starting.' };
  #stopping = false;
  #ended: Promise<JournalError | undefined> = Promise.resolve(undefined);

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.account = options.account;
  }

  /** Resolves when it was stopped, or with the reason why no engine can run on this journal. */
  run(): Promise<JournalError | undefined> {
    this.#ended = this.#keep();
    return this.#ended;
  }

  /** Takes no more signals, and lets the engine finish what is under way. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#stopRequested.resolve();
    await this.#ended;
  }

  get running(): Running | undefined {
    return this.#running;
  }

  /** Why no signals are taken right now. */
  get unready(): Condition | undefined {
    if (this.#stopping) return { code: 'stopping', detail: 'The engine is shutting down.' };
    if (this.#running === undefined) return this.#condition;
    const code = this.#running.engine.unready;
    return code === undefined ? undefined : { code, detail: details[code] };
  }

  async submit(submission: SignalSubmission): Promise<Answer | Unready> {
    if (this.#stopping) return 'stopping';
    const answer = await this.#running?.engine.submitSignal(submission);
    // An engine that failed is stopped to make room for the next one, which is not what the publisher is to hear.
    return answer === undefined || (answer === 'stopping' && !this.#stopping) ? this.#condition.code : answer;
  }

  async operate(command: OperatorCommand): Promise<readonly Fact[] | Unready> {
    if (this.#stopping) return 'stopping';
    const facts = await this.#running?.engine.operate(command);
    return facts === undefined || (facts === 'stopping' && !this.#stopping) ? this.#condition.code : facts;
  }

  beat(): boolean {
    this.#running?.engine.beat();
    return this.#running !== undefined;
  }

  async #keep(): Promise<JournalError | undefined> {
    const { timers, onProblem } = this.#options;
    let delayMs = RESTART_DELAY_MS_MIN;
    while (!this.#stopping) {
      const life = await this.#live();
      if (this.#stopping) return undefined;
      if (isFinal(life.failure)) return life.failure;
      delayMs = life.ran ? RESTART_DELAY_MS_MIN : Math.min(delayMs * 2, RESTART_DELAY_MS_MAX);
      // An engine that never ran has not failed: its exchange or its journal was not there.
      const code =
        life.ran || life.failure instanceof JournalError ? unreadyBy(life.failure) : 'not_reconciled';
      this.#condition = { code, detail: `${life.failure.message}. The engine is started again.` };
      onProblem('restarts', `${life.failure.message}; started again in ${delayMs} ms`);
      await Promise.race([pause(timers, delayMs), this.#stopRequested.promise]);
    }
    return undefined;
  }

  /** One engine, from its start to its failure or to the request to stop. */
  async #live(): Promise<{ readonly ran: boolean; readonly failure: Error }> {
    const started = await Promise.race([this.#start().catch(asError), this.#stopRequested.promise]);
    // A start that waits for the exchange has nothing in flight: it ends with the process.
    if (started === undefined) return { ran: false, failure: stopped };
    if (started instanceof Error) return { ran: false, failure: started };
    this.#running = started;
    const failure = await Promise.race([started.engine.failed, this.#stopRequested.promise]);
    if (failure !== undefined) this.#condition = { code: unreadyBy(failure), detail: failure.message };
    this.#running = undefined;
    await started.engine.stop();
    return { ran: true, failure: failure ?? stopped };
  }

  async #start(): Promise<Running> {
    const { openJournal, makeExchange, recentOrders, events } = this.#options;
    const onEntry = (entry: Entry): void => {
      recentOrders.apply(entry);
      events.apply(entry);
    };
    const journal = await openJournal();
    const exchange = makeExchange();
    let engine: Engine | undefined;
    try {
      await recentOrders.warm(journal);
      engine = await Engine.start({ ...this.#options, journal, exchange, onEntry });
      await recentOrders.adopt(journal, engine.state.orders);
      return { engine, journal, exchange };
    } catch (error) {
      await engine?.stop();
      await exchange.close();
      await journal.close();
      throw error;
    }
  }
}

const details: Record<Unready, string> = {
  not_reconciled: 'The engine is comparing itself with the exchange.',
  overloaded: 'More waits for the disk than the engine lets wait.',
  journal_unavailable: 'The journal does not take facts.',
  engine_failed: 'The engine has failed and is started again.',
  stopping: 'The engine is shutting down.',
};

/** Starting again does not mend the journal. */
const finalFaults: readonly JournalFault[] = ['corrupt', 'too_new', 'foreign'];
const isFinal = (failure: Error): failure is JournalError =>
  failure instanceof JournalError && finalFaults.includes(failure.fault);

const stopped = new Error('The engine was stopped');

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
