/** Moves the market as time passes: the generator, what a source brings, and then the streams that show it. */
import type { Feed } from './market/feed.ts';
import type { MarketBatch } from './market/follow.ts';
import type { MarketSource } from './market/source.ts';
import { MarketDataError } from './market/source.ts';
import type { DurableExchange } from './storage/durable-exchange.ts';

export interface MarketLoopOptions {
  readonly exchange: DurableExchange;
  readonly feeds: readonly Feed[];
  readonly source: MarketSource | undefined;
  readonly clock: () => number;
  /** The source has failed; the market holds its last prices. */
  readonly onFailed: (error: MarketDataError) => void;
}

export class MarketLoop {
  readonly #options: MarketLoopOptions;
  #stepping = false;
  #over = false;

  constructor(options: MarketLoopOptions) {
    this.#options = options;
  }

  /** Takes the source's first prices. @throws MarketDataError */
  async start(): Promise<void> {
    const { exchange, source, clock } = this.#options;
    if (source === undefined) return;
    const { symbols, state } = exchange.view;
    this.#follow(await source.start({ symbols, followed: state.followed, nowMs: clock() }));
  }

  /** Called with each step of time; one that takes longer than a step is not overtaken. */
  tick(): void {
    if (this.#stepping || this.#over) return;
    this.#stepping = true;
    this.#step()
      .catch((error: unknown) => {
        if (!(error instanceof MarketDataError)) throw error;
        this.close();
        this.#options.onFailed(error);
      })
      .finally(() => {
        this.#stepping = false;
      });
  }

  close(): void {
    this.#over = true;
    this.#options.source?.close();
  }

  async #step(): Promise<void> {
    const { exchange, source, feeds, clock } = this.#options;
    exchange.call('advance', clock());
    const batch = await source?.due(clock());
    if (this.#over) return;
    if (batch !== undefined) this.#follow(batch);
    for (const feed of feeds) feed.publish(clock());
  }

  #follow(batch: MarketBatch): void {
    const { exchange, clock } = this.#options;
    const result = exchange.call('followMarket', batch, clock());
    if (!result.ok) throw new MarketDataError(`${batch.followed.source}: ${result.msg}`);
  }
}
