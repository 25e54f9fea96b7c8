/**
 * The engine of one account: the loop that turns commands into facts, facts into the journal, and durable facts
 * into requests at the exchange. Nothing leaves before the fact that wants it is durable. A start is a recovery:
 * fold the journal, treat what was on its way as unknown, ask the exchange, compare, go on.
 */

import type { Command, OperatorCommand, ReceiveSignal } from '#core/command.ts';
import { advance } from '#core/decide.ts';
import type { Entry, Fact } from '#core/facts.ts';
import {
  type AccountId,
  addMs,
  type ClientOrderId,
  type Micros,
  type Seq,
  type SignalKey,
} from '#core/ids.ts';
import { quantity } from '#core/money.ts';
import type { Order, OrderReport, PlannedOrder } from '#core/order.ts';
import { ordersToAskAbout } from '#core/reconcile.ts';
import type { TradingSettings } from '#core/settings.ts';
import type { EngineState } from '#core/state.ts';
import type { Exchange, ExchangeEvent, OrderRef } from '#exchange/port.ts';
import { type Journal, JournalError } from '#journal/port.ts';
import { type Answer, answerAgain, answerFrom, receiptIn } from './answer.ts';
import { type ComparisonOutcome, Comparisons } from './comparisons.ts';
import { fold, snapshotOf } from './fold.ts';
import { Inquiries } from './inquiries.ts';
import { type EngineStage, orderStage, stageOf } from './stage.ts';
import { type Clock, type Timers, within } from './time.ts';

const TICK_MS = 100;
/** Facts between two stored states: bounds how much a start has to fold. */
const STORE_STATE_FACTS = 250_000;
/** Entries that may wait for the disk before signals are turned away. */
const PENDING_ENTRIES_MAX = 20_000;
/** A disk that neither takes an entry nor fails is taken for failed after this. */
const APPEND_MS_MAX = 10_000;
/** The parts of a stop: for what is under way, for storing the state, and for closing the exchange. */
const STOP_MS_MAX = { drain: 1_500, store: 400, close: 300 } as const;

/** Moments at which a test may end the process. */
export type CrashPoint = 'decided' | 'durable' | 'sending' | 'answered' | 'event';

/** What goes wrong without being anyone's answer. */
export type EngineProblem = 'failed' | 'cancel_failed' | 'snapshot_failed' | 'balance_failed';

export interface EngineOptions {
  readonly account: AccountId;
  readonly version: string;
  readonly settings: TradingSettings;
  readonly journal: Journal;
  readonly exchange: Exchange;
  readonly clock: Clock;
  readonly timers: Timers;
  /** How long after it was sent an order can still be accepted: the receive window and a margin. */
  readonly acceptanceWindowMs: number;
  /** Hears of every entry once it is durable. */
  readonly onEntry?: (entry: Entry) => void;
  /** Hears of the order, too, where the problem is about one. */
  readonly onProblem?: (code: EngineProblem, detail: string, order?: ClientOrderId) => void;
  /** Hears of each comparison with the exchange, unless the engine has failed meanwhile. */
  readonly onCompared?: (outcome: ComparisonOutcome) => void;
  readonly probe?: (point: CrashPoint) => void;
  /** Hears what the thread turns to, and undefined when that is done. Called in the midst of it: it has to be quick. */
  readonly onStage?: (stage: EngineStage | undefined) => void;
}

interface Handled {
  /** The number of the first of the facts. */
  readonly seq: Seq;
  readonly facts: readonly Fact[];
  readonly durable: Promise<void>;
}

export type SignalSubmission = Omit<ReceiveSignal, 'type' | 'duplicateOf'>;

/** Why the engine takes no signals right now. */
export type Unready = 'not_reconciled' | 'overloaded' | 'journal_unavailable' | 'engine_failed' | 'stopping';

/** What a failure is told as. */
export const unreadyBy = (failure: unknown): Unready =>
  failure instanceof JournalError ? 'journal_unavailable' : 'engine_failed';

export class Engine {
  readonly #options: EngineOptions;
  readonly #state: EngineState;
  readonly #inquiries: Inquiries;
  readonly #arriving = new Map<SignalKey, Promise<unknown>>();
  readonly #underway = new Set<Promise<unknown>>();
  readonly #failure = Promise.withResolvers<Error>();
  #durable: Promise<void> = Promise.resolve();
  #storedSeq: Seq;
  #fault: Error | undefined;
  #stopping = false;
  readonly #comparisons: Comparisons;
  /** When the journal last made an entry durable, or had none to wait for. */
  #writtenAt: Micros;
  #cancelTick: () => void = () => {};
  #heartbeatAt: Micros;

  private constructor(options: EngineOptions, state: EngineState, storedSeq: Seq) {
    this.#options = options;
    this.#state = state;
    this.#storedSeq = storedSeq;
    this.#writtenAt = options.clock.now();
    this.#heartbeatAt = this.#writtenAt;
    const { exchange, clock, timers } = options;
    this.#inquiries = new Inquiries({
      exchange,
      clock,
      timers,
      handle: (command) => void this.#handle(command),
      orderOf: (id) => state.orders.get(id),
    });
    this.#comparisons = new Comparisons({
      exchange,
      clock,
      state,
      handle: (command) => this.#handle(command)?.facts,
      inquiries: this.#inquiries,
      onProblem: (code, cause) => options.onProblem?.(code, cause),
      onCompared: (outcome) => options.onCompared?.(outcome),
    });
  }

  /**
   * Brings the account up from its journal and the exchange's word. Resolves when the engine runs; it is ready
   * for signals once it has compared itself with the exchange.
   * @throws JournalError if the journal cannot be trusted; Error if the exchange cannot be reached.
   */
  static async start(options: EngineOptions): Promise<Engine> {
    const { state, storedSeq } = await fold(options.journal);
    const kept = `account ${state.account} in ${state.settings.mode} mode`;
    const wanted = `account ${options.account} in ${options.settings.mode} mode`;
    if (state.seq > 0 && kept !== wanted) {
      throw new JournalError('foreign', `the journal is of ${kept}, the configuration of ${wanted}`);
    }
    const engine = new Engine(options, state, storedSeq);
    await engine.#open();
    return engine;
  }

  /** What is known. Read it, never change it. */
  get state(): Readonly<EngineState> {
    return this.#state;
  }

  /** Resolves if the engine cannot go on and has to be started anew. */
  get failed(): Promise<Error> {
    return this.#failure.promise;
  }

  get unready(): Unready | undefined {
    if (this.#stopping) return 'stopping';
    if (this.#fault !== undefined) return unreadyBy(this.#fault);
    if (!this.#state.reconciled) return 'not_reconciled';
    return this.#options.journal.pending > PENDING_ENTRIES_MAX ? 'overloaded' : undefined;
  }

  /** Resolves with the decision once it is durable. The same signal again gets the first answer again. */
  async submitSignal(submission: SignalSubmission): Promise<Answer | Unready> {
    const { key } = submission;
    // Two deliveries of one signal at the same moment take turns, so that the second finds the first.
    const earlier = this.#arriving.get(key);
    const receive = () => this.#receive(submission);
    const mine = earlier === undefined ? receive() : earlier.then(receive);
    this.#arriving.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.#arriving.get(key) === mine) this.#arriving.delete(key);
    }
  }

  async #receive(submission: SignalSubmission): Promise<Answer | Unready> {
    const { journal } = this.#options;
    const duplicateOf = await journal.findSignal(submission.key);
    const unready = this.unready;
    if (unready !== undefined) return unready;
    const first = duplicateOf === undefined ? undefined : await this.#firstFactsOf(duplicateOf);
    const handled = await this.#durably({
      type: 'receive_signal',
      ...submission,
      ...(first === undefined ? {} : { duplicateOf: receiptIn(first) }),
    });
    if (typeof handled === 'string') return handled;
    return first === undefined ? answerFrom(handled.facts) : answerAgain(first, handled);
  }

  /** Resolves with the facts of an operator's command once they are durable: none where there was nothing to do. */
  async operate(command: OperatorCommand): Promise<readonly Fact[] | Unready> {
    // Whoever reduces must be heard by an engine that takes no signals yet.
    if (this.#stopping) return 'stopping';
    const handled = await this.#durably(command);
    return typeof handled === 'string' ? handled : handled.facts;
  }

  /** Resolves once the facts of a command are durable. */
  async #durably(command: Command): Promise<Handled | Unready> {
    const handled = this.#handle(command);
    if (handled === undefined) return this.unready ?? 'engine_failed';
    try {
      await handled.durable;
    } catch (error) {
      return unreadyBy(error);
    }
    return handled;
  }

  /** The source of the heartbeat is alive. */
  beat(): void {
    this.#heartbeatAt = this.#options.clock.now();
  }

  /** The facts of the entry that holds the first receipt. */
  async #firstFactsOf(signal: Seq): Promise<readonly Fact[]> {
    const [entry] = await this.#options.journal.story(signal);
    if (entry === undefined) throw new Error(`signal ${signal} has no story`);
    return entry.facts;
  }

  /** Takes no more signals, lets what is under way finish within a deadline, and stores the state. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#cancelTick();
    const { timers, journal, exchange } = this.#options;
    await within(
      timers,
      STOP_MS_MAX.drain,
      Promise.allSettled([...this.#underway, ...this.#arriving.values()]),
      undefined,
    );
    if (this.#fault === undefined) await within(timers, STOP_MS_MAX.store, this.#storeState(), undefined);
    // What is answered from now on is found out at the next start.
    this.#fault ??= new Error('the engine was stopped');
    await within(timers, STOP_MS_MAX.close, exchange.close(), undefined);
    await journal.close();
  }

  async #open(): Promise<void> {
    const { account, version, settings, exchange, clock, acceptanceWindowMs } = this.#options;
    const opened = await exchange.open((event) => this.#hear(event));
    if (opened.kind === 'failed') throw new Error(`the exchange is not open: ${opened.cause}`);
    const listed = await exchange.instruments(settings.symbols);
    if (listed.kind === 'failed') throw new Error(`the exchange lists no instruments: ${listed.cause}`);
    const decidableAt = addMs(clock.now(), acceptanceWindowMs);
    this.#handle({ type: 'start', account, version, settings, decidableAt });
    this.#handle({ type: 'list_instruments', instruments: listed.value });
    this.#askAboutAll();
    this.#tick();
  }

  /** Decides a command; undefined once the engine has failed. The promise rejects if the facts cannot be made durable. */
  #handle(command: Command): Handled | undefined {
    const { onStage } = this.#options;
    if (onStage === undefined) return this.#decide(command);
    onStage(stageOf(command, this.#state));
    try {
      return this.#decide(command);
    } finally {
      onStage(undefined);
    }
  }

  #decide(command: Command): Handled | undefined {
    if (this.#fault !== undefined) return undefined;
    const { clock, exchange, journal, probe } = this.#options;
    const at = clock.now();
    const seq = (this.#state.seq + 1) as Seq;
    let facts: Fact[];
    try {
      facts = advance(this.#state, command, {
        at,
        quote: (symbol) => exchange.quote(symbol),
        heartbeatAt: this.#heartbeatAt,
      });
    } catch (error) {
      // The state may be half changed: nothing more is decided on it.
      this.#fail(error);
      return undefined;
    }
    if (facts.length === 0) return { seq, facts, durable: this.#durable };
    probe?.('decided');
    const entry: Entry = { seq, at, facts };
    const durable = journal.append(entry);
    this.#durable = durable;
    durable.then(
      () => this.#carryOut(entry),
      (error) => this.#fail(error),
    );
    return { seq, facts, durable };
  }

  #fail(error: unknown): void {
    if (this.#fault !== undefined) return;
    this.#fault = error instanceof Error ? error : new Error(String(error));
    this.#cancelTick();
    this.#options.onProblem?.('failed', this.#fault.message);
    this.#failure.resolve(this.#fault);
  }

  /** What durable facts ask for. */
  #carryOut(entry: Entry): void {
    const { probe, onEntry, clock } = this.#options;
    this.#writtenAt = clock.now();
    probe?.('durable');
    onEntry?.(entry);
    for (const fact of entry.facts) {
      if (fact.type === 'order.planned') this.#track(this.#submit(fact.order));
      // A position that differs has a reason: an order of which the engine missed something.
      else if (fact.type === 'drift.found') this.#askAbout((order) => order.plan.symbol === fact.symbol);
      else if (fact.type === 'cancel.requested' || fact.type === 'orphan.found')
        this.#track(this.#cancel(fact));
    }
    if (entry.seq - this.#storedSeq > STORE_STATE_FACTS) this.#track(this.#storeState());
  }

  #track(work: Promise<unknown>): void {
    this.#underway.add(work);
    const done = () => this.#underway.delete(work);
    work.then(done, (error) => {
      done();
      this.#fail(error);
    });
  }

  async #submit(order: PlannedOrder): Promise<void> {
    const { exchange, probe, onStage } = this.#options;
    const { clientOrderId } = order;
    probe?.('sending');
    onStage?.(orderStage('submit', clientOrderId, this.#state));
    const submission = exchange.submit(order);
    onStage?.(undefined);
    const { outcome, sentAt, answeredAt } = await submission;
    probe?.('answered');
    this.#handle({ type: 'record_outcome', clientOrderId, outcome, sentAt, answeredAt });
    if (outcome.kind === 'accepted') this.#checkForMissingTrades(outcome.report);
  }

  async #cancel(order: OrderRef): Promise<void> {
    const outcome = await this.#options.exchange.cancel(order);
    const { clientOrderId } = order;
    if (outcome.kind === 'failed') this.#options.onProblem?.('cancel_failed', outcome.cause, clientOrderId);
    // Either way the order's own report tells what became of it.
    const live = this.#state.orders.get(clientOrderId);
    if (live !== undefined) this.#inquiries.ask(live);
  }

  #hear(event: ExchangeEvent): void {
    this.#options.probe?.('event');
    if (event.kind === 'gap') {
      this.#askAboutAll();
      return;
    }
    this.#handle({ type: 'record_report', report: event.report, how: 'stream' });
    this.#checkForMissingTrades(event.report);
  }

  /** An execution that the exchange counts and no event has told of was lost on the way, or is about to come. */
  #checkForMissingTrades(report: OrderReport): void {
    const order = this.#state.orders.get(report.clientOrderId);
    if (order !== undefined && quantity(report.executed) > order.filled) this.#inquiries.askSoon(order);
  }

  #askAboutAll(): void {
    this.#askAbout(() => true);
    this.#comparisons.soon();
  }

  #askAbout(concerns: (order: Order) => boolean): void {
    for (const order of this.#state.orders.values()) {
      if (order.phase === 'open' && concerns(order)) this.#inquiries.ask(order);
    }
  }

  #tick(): void {
    const { clock, timers, journal } = this.#options;
    const at = clock.now();
    if (journal.pending === 0) this.#writtenAt = at;
    if (at > addMs(this.#writtenAt, APPEND_MS_MAX)) {
      this.#fail(new JournalError('unavailable', `the journal has not answered for ${APPEND_MS_MAX} ms`));
      return;
    }
    this.#handle({ type: 'tick' });
    for (const order of ordersToAskAbout(this.#state, at)) this.#inquiries.ask(order);
    if (this.#comparisons.isDue(at)) this.#track(this.#comparisons.run());
    if (!this.#stopping && this.#fault === undefined)
      this.#cancelTick = timers.after(TICK_MS, () => this.#tick());
  }

  async #storeState(): Promise<void> {
    if (this.#state.seq === this.#storedSeq) return;
    const snapshot = snapshotOf(this.#state);
    this.#storedSeq = snapshot.seq;
    // A state may only be stored when every fact in it is.
    await this.#durable;
    await this.#options.journal.saveSnapshot(snapshot);
  }
}
