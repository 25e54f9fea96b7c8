/**
 * Replays recorded files: what was traded then is traded now, at the pace of then or faster. At the end the last
 * prices stand. A restart goes on where the process before had come.
 */
import type { MarketBatch, MarketUpdate } from '../follow.ts';
import type { MarketSource, MarketStart } from '../source.ts';
import { MarketDataError } from '../source.ts';
import { Cursor } from './cursor.ts';
import { recordedFiles } from './files.ts';
import { contentBytes } from './lines.ts';

export interface ReplayOptions {
  /** Files and folders. */
  readonly paths: readonly string[];
  /** How many times faster than it was recorded. */
  readonly speed: number;
  /** The part of the recording, from 0 to 1, that has been replayed. */
  readonly onProgress?: (share: number) => void;
  readonly onEnd?: () => void;
}

/** What one step takes of one symbol; a replay that is too fast for it falls behind and loses nothing. */
const DEALS_PER_STEP_MAX = 2000;

export class Replay implements MarketSource {
  readonly #options: ReplayOptions;
  readonly #name: string;
  #cursors: readonly Cursor[] = [];
  #bytes = 0;
  #startedMs = 0;
  /** The recorded time at which the replay started. */
  #originMs = 0;
  #hasEnded = false;

  constructor(options: ReplayOptions) {
    this.#options = options;
    this.#name = `file:${options.paths.join(',')}`;
  }

  async start({ symbols, followed, nowMs }: MarketStart): Promise<MarketBatch> {
    const recorded = recordedFiles(this.#options.paths);
    for (const symbol of recorded.keys()) {
      if (!symbols.includes(symbol)) {
        throw new MarketDataError(`${this.#name}: ${symbol} is not listed; listed are ${symbols.join(', ')}`);
      }
    }
    for (const { path } of [...recorded.values()].flat()) this.#bytes += await contentBytes(path);
    this.#cursors = [...recorded].map(([symbol, files]) => new Cursor(symbol, files));
    const doneMs = followed?.source === this.#name ? followed.sourceMs : 0;
    let originMs = Number.POSITIVE_INFINITY;
    for (const cursor of this.#cursors) {
      while ((await cursor.take(doneMs, DEALS_PER_STEP_MAX)).length > 0);
      originMs = Math.min(originMs, (await cursor.peek())?.timeMs ?? originMs);
    }
    if (originMs === Number.POSITIVE_INFINITY && doneMs === 0) {
      throw new MarketDataError(`${this.#name}: nothing is recorded there`);
    }
    this.#startedMs = nowMs;
    this.#originMs = Math.max(doneMs, Number.isFinite(originMs) ? originMs : 0);
    // One that begins later than the others stands at its first price until then.
    const updates: MarketUpdate[] = [];
    for (const cursor of this.#cursors) {
      const [first] = await cursor.take(Number.POSITIVE_INFINITY, 1);
      updates.push({ symbol: cursor.symbol, deals: first === undefined ? [] : [first.deal] });
    }
    return { followed: { source: this.#name, sourceMs: this.#originMs }, updates };
  }

  async due(nowMs: number): Promise<MarketBatch> {
    const { speed, onProgress, onEnd } = this.#options;
    const untilMs = this.#originMs + Math.floor((nowMs - this.#startedMs) * speed);
    const updates: MarketUpdate[] = [];
    let reachedMs = untilMs;
    let isOver = true;
    for (const cursor of this.#cursors) {
      const deals = await cursor.take(untilMs, DEALS_PER_STEP_MAX);
      updates.push({ symbol: cursor.symbol, deals: deals.map(({ deal }) => deal) });
      const next = await cursor.peek();
      if (next === undefined) continue;
      isOver = false;
      reachedMs = Math.min(reachedMs, next.timeMs - 1);
    }
    if (!this.#hasEnded) {
      onProgress?.(isOver ? 1 : this.#bytesDone() / this.#bytes);
      if (isOver) onEnd?.();
      this.#hasEnded = isOver;
    }
    return { followed: { source: this.#name, sourceMs: reachedMs }, updates };
  }

  close(): void {
    for (const cursor of this.#cursors) cursor.close();
  }

  #bytesDone(): number {
    return this.#cursors.reduce((sum, { bytesDone }) => sum + bytesDone, 0);
  }
}
