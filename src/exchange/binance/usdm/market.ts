/**
 * The newest mark price, bid and ask of each symbol, from the book ticker and mark price streams.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/websocket-market-streams
 */

import type { Symbol } from '#core/ids.ts';
import { MICROS_PER_MS } from '#core/ids.ts';
import type { Quote } from '#core/instrument.ts';
import { type Price, price } from '#core/money.ts';
import type { Observer } from '../observer.ts';
import type { OnProblem } from '../problem.ts';
import type { Clock } from '../server-clock.ts';
import { StreamSocket } from '../socket.ts';

/** Mark prices come every second: silence means that the stream is dead. */
const MARK_SILENCE_MS_MAX = 6_000;
/** The best bid and ask of a quiet symbol may stay the same for long. */
const BOOK_SILENCE_MS_MAX = 15_000;

const channels = {
  book: { route: 'public', channel: 'bookTicker' },
  mark: { route: 'market', channel: 'markPrice@1s' },
} as const;

interface Book {
  readonly bid: Price;
  readonly ask: Price;
  readonly atMs: number;
}

interface Mark {
  readonly mark: Price;
  readonly atMs: number;
}

interface MarketOptions {
  readonly streamUrl: string;
  readonly symbols: readonly Symbol[];
  readonly clock: Clock;
  readonly onProblem: OnProblem;
  readonly observer: Observer;
}

export class Market {
  readonly #options: MarketOptions;
  readonly #books = new Map<string, Book>();
  readonly #marks = new Map<string, Mark>();
  readonly #sockets: readonly StreamSocket[];
  readonly #symbols: ReadonlySet<string>;
  /** Resolves when each symbol has a quote. */
  readonly ready: Promise<void>;
  #onReady: () => void = () => {};

  constructor(options: MarketOptions) {
    this.#options = options;
    this.#symbols = new Set(options.symbols);
    this.ready = new Promise((resolve) => {
      this.#onReady = resolve;
    });
    this.#sockets = [
      this.#stream({ kind: 'book', silenceMsMax: BOOK_SILENCE_MS_MAX, ping: true }),
      this.#stream({ kind: 'mark', silenceMsMax: MARK_SILENCE_MS_MAX, ping: false }),
    ];
  }

  quote(symbol: Symbol): Quote | undefined {
    const book = this.#books.get(symbol);
    const mark = this.#marks.get(symbol);
    if (book === undefined || mark === undefined) return undefined;
    return { mark: mark.mark, bid: book.bid, ask: book.ask, atMs: Math.min(book.atMs, mark.atMs) };
  }

  async close(): Promise<void> {
    await Promise.all(this.#sockets.map((socket) => socket.close()));
  }

  #stream(about: { kind: keyof typeof channels; silenceMsMax: number; ping: boolean }): StreamSocket {
    const { streamUrl, symbols, onProblem, observer } = this.#options;
    const { route, channel } = channels[about.kind];
    const streams = symbols.map((symbol) => `${symbol.toLowerCase()}@${channel}`).join('/');
    return new StreamSocket({
      ...about,
      name: channel,
      url: async () => ({ kind: 'answer', value: `${streamUrl}/${route}/stream?streams=${streams}` }),
      onConnected: () => {},
      onMessage: (text) => this.#handle(text, channel),
      onProblem,
      observer,
    });
  }

  /** Checked by hand: hundreds of these come in a second. */
  #handle(text: string, channel: string): void {
    try {
      const event = (JSON.parse(text) as { data?: Record<string, unknown> } | null)?.data;
      if (event?.['e'] === 'bookTicker') this.#book(event);
      else if (event?.['e'] === 'markPriceUpdate') this.#mark(event);
    } catch (error) {
      const detail = error instanceof Error ? error.name : 'unknown error';
      this.#options.onProblem('malformed_message', `${channel} stream: ${detail}`);
    }
  }

  #book(event: Record<string, unknown>): void {
    const symbol = this.#symbolOf(event);
    const bid = price(String(event['b']));
    const ask = price(String(event['a']));
    // One side of the book is empty: there is no market to speak of.
    if (bid <= 0n || ask <= 0n) return;
    this.#books.set(symbol, { bid, ask, atMs: this.#nowMs() });
    this.#checkReady();
  }

  #mark(event: Record<string, unknown>): void {
    const symbol = this.#symbolOf(event);
    const mark = price(String(event['p']));
    if (mark <= 0n) return;
    this.#marks.set(symbol, { mark, atMs: this.#nowMs() });
    this.#checkReady();
  }

  /** Only the symbols that were asked for: the tables stay bounded whatever the stream says. */
  #symbolOf(event: Record<string, unknown>): string {
    const symbol = String(event['s']);
    if (!this.#symbols.has(symbol)) throw new RangeError(`symbol ${symbol} was not asked for`);
    return symbol;
  }

  #nowMs(): number {
    return Math.floor(this.#options.clock.nowMicros() / MICROS_PER_MS);
  }

  #checkReady(): void {
    if (this.#books.size === this.#symbols.size && this.#marks.size === this.#symbols.size) this.#onReady();
  }
}
