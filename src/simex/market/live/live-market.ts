/**
 * Follows the markets of another exchange by its public streams: paper trading at Binance's prices. While a
 * connection is away nothing is said of the market, so that nobody takes old prices for current ones.
 */
import type { DealText, LevelText, MarketBatch, MarketUpdate } from '../follow.ts';
import type { MarketSource, MarketStart } from '../source.ts';
import { MarketDataError } from '../source.ts';
import { Connection } from './connection.ts';
import { readMessage } from './messages.ts';
import type { Timers } from './timers.ts';

export interface LiveMarketOptions {
  /** Without the route: wss://fstream.binance.com. */
  readonly url: string;
  readonly timers: Timers;
  readonly onNews: (sentence: string) => void;
}

/** What has come since the last step. */
interface Waiting {
  deals: DealText[];
  quotes: { readonly bid: LevelText; readonly ask: LevelText } | undefined;
  mark: string | undefined;
}

const START_WITHIN_MS = 20_000;
/** A burst beyond this loses its oldest trades; quotes and mark price are the newest in any case. */
const DEALS_WAITING_MAX = 1000;

export class LiveMarket implements MarketSource {
  readonly #options: LiveMarketOptions;
  readonly #waiting = new Map<string, Waiting>();
  readonly #isComplete = Promise.withResolvers<true>();
  #connections: readonly Connection[] = [];

  constructor(options: LiveMarketOptions) {
    this.#options = options;
  }

  async start({ symbols, nowMs }: MarketStart): Promise<MarketBatch> {
    const { timers, url } = this.#options;
    for (const symbol of symbols) {
      this.#waiting.set(symbol, { deals: [], quotes: undefined, mark: undefined });
    }
    this.#connections = [
      this.#connect('public', symbols, ['bookTicker']),
      this.#connect('market', symbols, ['aggTrade', 'markPrice@1s']),
    ];
    const late = Promise.withResolvers<false>();
    const cancel = timers.after(START_WITHIN_MS, () => late.resolve(false));
    const isComplete = await Promise.race([this.#isComplete.promise, late.promise]);
    cancel();
    if (!isComplete) {
      throw new MarketDataError(
        `${url}: no quotes or mark price of ${this.#missing().join(', ')} within ${START_WITHIN_MS} ms`,
      );
    }
    return this.#batch(nowMs);
  }

  due(nowMs: number): Promise<MarketBatch | undefined> {
    const isCurrent = this.#connections.every(({ isLive }) => isLive);
    return Promise.resolve(isCurrent ? this.#batch(nowMs) : undefined);
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }

  #connect(route: string, symbols: readonly string[], kinds: readonly string[]): Connection {
    const { url, timers, onNews } = this.#options;
    const streams = symbols.flatMap((symbol) => kinds.map((kind) => `${symbol.toLowerCase()}@${kind}`));
    return new Connection({
      url: `${url}/${route}/stream?streams=${streams.join('/')}`,
      timers,
      onNews,
      onMessage: (text) => this.#onMessage(text),
    });
  }

  #onMessage(text: string): void {
    const message = readMessage(text);
    const waiting = message === undefined ? undefined : this.#waiting.get(message.s);
    if (message === undefined || waiting === undefined) return;
    switch (message.e) {
      case 'bookTicker':
        waiting.quotes = { bid: [message.b, message.B], ask: [message.a, message.A] };
        break;
      case 'markPriceUpdate':
        waiting.mark = message.p;
        break;
      case 'aggTrade':
        waiting.deals.push([message.p, message.q, message.m]);
        if (waiting.deals.length > DEALS_WAITING_MAX) waiting.deals.shift();
        return;
      default:
        message satisfies never;
    }
    if (this.#missing().length === 0) this.#isComplete.resolve(true);
  }

  /** Symbols of which it is not known where they stand; only asked until the first batch. */
  #missing(): string[] {
    return [...this.#waiting]
      .filter(([, { quotes, mark }]) => quotes === undefined || mark === undefined)
      .map(([symbol]) => symbol);
  }

  #batch(nowMs: number): MarketBatch {
    const updates: MarketUpdate[] = [];
    for (const [symbol, waiting] of this.#waiting) {
      const { deals, quotes, mark } = waiting;
      updates.push({
        symbol,
        deals,
        ...(quotes === undefined ? {} : { quotes }),
        ...(mark === undefined ? {} : { mark }),
      });
      waiting.deals = [];
    }
    return { followed: { source: this.#options.url, sourceMs: nowMs }, updates };
  }
}
