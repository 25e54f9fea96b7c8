/**
 * Publishes market streams, but only those that somebody reads: what a stream has to say is found out from the tape
 * when its turn comes, and costs nothing as long as nobody is there.
 */
import type { Candle, Candles, Interval } from './candles.ts';
import { seriesOf } from './candles.ts';
import type { Depth } from './depth.ts';
import { depthOf } from './depth.ts';
import type { Print, Tape } from './tape.ts';
import { printsFrom } from './tape.ts';

/** The messages of one stream since the last time that it was asked. */
export type Publisher = (nowMs: number) => readonly unknown[];

export interface FeedOptions {
  readonly wanted: () => ReadonlySet<string>;
  /** Starts a stream by its name: it tells what happens from now on. */
  readonly publisherOf: (name: string) => Publisher | undefined;
  readonly send: (name: string, message: unknown) => void;
}

export class Feed {
  readonly #options: FeedOptions;
  readonly #publishers = new Map<string, Publisher>();

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  /**
   * Starts the streams that are new among the wanted, to be called with each subscription: a snapshot that its reader
   * takes right then has to meet the next change.
   */
  open(): ReadonlySet<string> {
    const { wanted, publisherOf } = this.#options;
    const names = wanted();
    for (const name of names) {
      const publisher = this.#publishers.get(name) ?? publisherOf(name);
      if (publisher !== undefined) this.#publishers.set(name, publisher);
    }
    return names;
  }

  /** To be called after each step of the market. */
  publish(nowMs: number): void {
    const names = this.open();
    for (const [name, publisher] of this.#publishers) {
      if (!names.has(name)) this.#publishers.delete(name);
      else for (const message of publisher(nowMs)) this.#options.send(name, message);
    }
  }
}

export function prints(tape: Tape, word: (print: Print, nowMs: number) => object): Publisher {
  let nextId = tape.nextId;
  return (nowMs) => {
    const fresh = printsFrom(tape, nextId);
    nextId = tape.nextId;
    return fresh.map((print) => word(print, nowMs));
  };
}

/** The open candle whenever it has changed, and each that ends, once. */
export function candles(
  of: Candles,
  interval: Interval,
  word: (candle: Candle, isClosed: boolean, nowMs: number) => object,
): Publisher {
  let shown: Pick<Candle, 'openMs' | 'count'> | undefined;
  return (nowMs) => {
    const series = seriesOf(of, interval);
    const open = series.at(-1);
    if (open === undefined || (open.openMs === shown?.openMs && open.count === shown.count)) return [];
    const fromMs = shown?.openMs ?? open.openMs;
    shown = { openMs: open.openMs, count: open.count };
    const first = series.findLastIndex(({ openMs }) => openMs < fromMs) + 1;
    return series.slice(first).map((candle) => word(candle, candle !== open, nowMs));
  };
}

export function depthChanges(
  tape: Tape,
  word: (before: Depth, after: Depth, nowMs: number) => object,
): Publisher {
  let shown = depthOf(tape);
  return (nowMs) => {
    const before = shown;
    shown = depthOf(tape);
    return shown.depthChanges === before.depthChanges ? [] : [word(before, shown, nowMs)];
  };
}

/** At most once in each period of the clock. */
export function every(periodMs: number, publisher: Publisher): Publisher {
  let period = -1;
  return (nowMs) => {
    const present = Math.floor(nowMs / periodMs);
    if (present === period) return [];
    period = present;
    return publisher(nowMs);
  };
}
