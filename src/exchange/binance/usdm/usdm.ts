/**
 * Binance USD-M futures as an Exchange: REST for requests, the user stream for news, the market streams for quotes.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/general-info
 */

import type { ClientOrderId, Symbol } from '#core/ids.ts';
import type { InstrumentText, Quote } from '#core/instrument.ts';
import type { OrderReport, PlannedOrder } from '#core/order.ts';
import { Redactor, type Secret } from '#core/secret.ts';
import type {
  AccountBalance,
  Answer,
  CancelOutcome,
  Exchange,
  ExchangeEvent,
  ExchangeSnapshot,
  OrderRef,
  ReportOutcome,
  Submitted,
} from '../../port.ts';
import { checkKey } from '../key-permissions.ts';
import { nobody, type Observer } from '../observer.ts';
import type { OnProblem } from '../problem.ts';
import { RateGate } from '../rate-gate.ts';
import { Rest, type RestOptions } from '../rest.ts';
import type { Clock } from '../server-clock.ts';
import { SocketApi } from '../socket-api.ts';
import { Account } from './account.ts';
import { Conditionals } from './conditionals.ts';
import { type AccountWishes, configureAccount } from './configuration.ts';
import { askInstruments } from './instruments.ts';
import { Market } from './market.ts';
import { Orders } from './orders.ts';
import { UserEvents } from './user-events.ts';
import { UserStream } from './user-stream.ts';
import { usdm } from './venue.ts';

const OPEN_MS_MAX = 20_000;
const QUESTIONS_MAX = 200;

export interface BinanceUsdmOptions {
  /** https://fapi.binance.com */
  readonly restUrl: string;
  /** wss://fstream.binance.com */
  readonly streamUrl: string;
  /** wss://ws-fapi.binance.com/ws-fapi/v1, where orders go over the WebSocket API. */
  readonly orderUrl?: string | undefined;
  readonly apiKey: Secret;
  readonly apiSecret: Secret;
  readonly symbols: readonly Symbol[];
  readonly account: AccountWishes;
  /** https://api.binance.com, to read what the key may do before it is used; undefined where it may do anything. */
  readonly walletUrl?: string | undefined;
  /** How long after it was signed the exchange may still accept a request. Small, so that an unknown is soon decidable. */
  readonly recvWindowMs: number;
  readonly clock: Clock;
  /** Shared by adapters that follow each other: a ban outlives the one that earned it. */
  readonly rateGate?: RateGate;
  readonly onProblem: OnProblem;
  readonly observer?: Observer;
}

interface Streams {
  readonly market: Market;
  readonly user: UserStream;
}

export class BinanceUsdm implements Exchange {
  readonly #options: BinanceUsdmOptions;
  readonly #redactor = new Redactor();
  readonly #conditionals = new Conditionals();
  readonly #onProblem: OnProblem;
  readonly #observer: Observer;
  readonly #socketApi: SocketApi | undefined;
  readonly #restOptions: RestOptions;
  readonly #rest: Rest;
  readonly #orders: Orders;
  readonly #account: Account;
  /** Orders that are being asked for; true if there was more news meanwhile. */
  readonly #questions = new Map<ClientOrderId, boolean>();
  #listener: ((event: ExchangeEvent) => void) | undefined;
  #missedEvents = false;
  #streams: Streams | undefined;
  #closed = false;

  constructor(options: BinanceUsdmOptions) {
    this.#options = options;
    this.#redactor.hide('apiKey', options.apiKey);
    this.#redactor.hide('apiSecret', options.apiSecret);
    this.#onProblem = (code, detail, order) => options.onProblem(code, this.#redactor.redact(detail), order);
    this.#observer = options.observer ?? nobody;
    const { clock, recvWindowMs } = options;
    const shared = { conditionals: this.#conditionals, onProblem: this.#onProblem };
    const rateGate = options.rateGate ?? new RateGate(usdm.limits);
    const own = { redactor: this.#redactor, onProblem: this.#onProblem, observer: this.#observer };
    const { orderUrl } = options;
    if (orderUrl !== undefined) this.#socketApi = new SocketApi({ ...own, url: orderUrl, clock, rateGate });
    this.#restOptions = { ...options, ...own, venue: usdm, rateGate, socketApi: this.#socketApi };
    this.#rest = new Rest(this.#restOptions);
    this.#orders = new Orders({ ...shared, rest: this.#rest, recvWindowMs });
    this.#account = new Account({ ...shared, rest: this.#rest, clock });
  }

  async open(listener: (event: ExchangeEvent) => void): Promise<Answer<void>> {
    if (this.#streams !== undefined || this.#closed) throw new Error('open() is called once, before close()');
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<Answer<void>>((resolve) => {
      timer = setTimeout(
        () => resolve({ kind: 'failed', cause: `not open within ${OPEN_MS_MAX} ms` }),
        OPEN_MS_MAX,
      );
    });
    const opened = await Promise.race([this.#connect(), deadline]);
    clearTimeout(timer);
    if (opened.kind === 'failed') {
      await this.close();
      return opened;
    }
    setImmediate(() => {
      if (this.#closed) return;
      this.#listener = listener;
      if (this.#missedEvents) this.#emit({ kind: 'gap' });
    });
    return opened;
  }

  instruments(symbols: readonly Symbol[]): Promise<Answer<InstrumentText[]>> {
    return askInstruments(this.#rest, symbols, this.#restOptions.rateGate);
  }

  quote(symbol: Symbol): Quote | undefined {
    return this.#streams?.market.quote(symbol);
  }

  submit(order: PlannedOrder): Promise<Submitted> {
    return this.#orders.submit(order);
  }

  cancel(order: OrderRef): Promise<CancelOutcome> {
    return this.#orders.cancel(order);
  }

  report(order: OrderRef): Promise<ReportOutcome> {
    return this.#orders.report(order);
  }

  snapshot(): Promise<Answer<ExchangeSnapshot>> {
    return this.#account.snapshot();
  }

  balance(): Promise<Answer<AccountBalance>> {
    return this.#account.balance();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#listener = undefined;
    await Promise.all([this.#streams?.user.close(), this.#streams?.market.close()]);
    await this.#rest.close();
  }

  async #connect(): Promise<Answer<void>> {
    const clock = await this.#rest.startClock();
    if (clock.kind === 'failed') return clock;
    const { walletUrl, account: wishes } = this.#options;
    if (walletUrl !== undefined) {
      const key = await checkKey(walletUrl, this.#restOptions);
      if (key.kind === 'failed') return key;
    }
    const configured = await configureAccount(wishes, { rest: this.#rest, onProblem: this.#onProblem });
    if (configured.kind === 'failed') return configured;
    if (this.#closed) return { kind: 'failed', cause: 'closed' };
    this.#socketApi?.open();
    const { streamUrl, symbols, clock: ours } = this.#options;
    const market = new Market({
      streamUrl,
      symbols,
      clock: ours,
      onProblem: this.#onProblem,
      observer: this.#observer,
    });
    const connected = Promise.withResolvers<void>();
    this.#streams = { market, user: this.#userStream(connected.resolve) };
    await Promise.all([market.ready, connected.promise]);
    return { kind: 'answer', value: undefined };
  }

  #userStream(onFirstConnected: () => void): UserStream {
    const events = new UserEvents({
      conditionals: this.#conditionals,
      onReport: (report) => this.#emitReport(report),
      ask: (order) => void this.#ask(order),
      onLost: () => this.#emit({ kind: 'gap' }),
      onKeyExpired: () => this.#streams?.user.reconnect(),
      onShutdown: () => this.#streams?.user.renew(),
      onProblem: this.#onProblem,
    });
    return new UserStream({
      rest: this.#rest,
      streamUrl: this.#options.streamUrl,
      redactor: this.#redactor,
      onConnected: (again) => (again ? this.#emit({ kind: 'gap' }) : onFirstConnected()),
      onMessage: (text) => events.handle(text),
      onProblem: this.#onProblem,
      observer: this.#observer,
    });
  }

  /** Events begin after open() has resolved: what came before is told as a gap. */
  #emit(event: ExchangeEvent): void {
    if (this.#listener === undefined) this.#missedEvents = true;
    else this.#listener(event);
  }

  #emitReport(report: OrderReport): void {
    this.#emit({ kind: 'report', report });
  }

  /** Fetches an order's news that the stream could not tell, and tells it as the stream would have. */
  async #ask(order: OrderRef): Promise<void> {
    const { clientOrderId } = order;
    if (this.#questions.has(clientOrderId)) {
      this.#questions.set(clientOrderId, true);
      return;
    }
    if (this.#questions.size >= QUESTIONS_MAX) {
      this.#lose(order, `${QUESTIONS_MAX} orders are being asked for`);
      return;
    }
    do {
      this.#questions.set(clientOrderId, false);
      const outcome = await this.#orders.report(order);
      if (this.#closed) break;
      if (outcome.kind === 'found') {
        const { childOrderId, status } = outcome.report;
        if (childOrderId !== undefined && status !== 'open') this.#conditionals.endChild(childOrderId);
        this.#emitReport(outcome.report);
      } else {
        this.#lose(order, outcome.kind === 'failed' ? outcome.cause : 'missing');
      }
    } while (this.#questions.get(clientOrderId) === true);
    this.#questions.delete(clientOrderId);
  }

  /** Whoever hears of a gap compares all orders with the exchange. */
  #lose(order: OrderRef, cause: string): void {
    this.#onProblem('news_unread', `${order.clientOrderId}: ${cause}`, order.clientOrderId);
    this.#emit({ kind: 'gap' });
  }
}
