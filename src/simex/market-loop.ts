/** Moves the market as time passes: the generator, what a source brings, and then the streams that show it. */
import { showPrice } from '#core/money.ts';
import type { Feed } from './market/feed.ts';
import type { MarketBatch } from './market/follow.ts';
import type { MarketSource } from './market/source.ts';
import { MarketDataError } from './market/source.ts';
import type { DurableSpot } from './spot/durable.ts';
import type { DurableUsdm } from './usdm/durable.ts';

export interface MarketLoopOptions {
  readonly exchange: DurableUsdm;
  readonly spot: DurableSpot;
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
    const { exchange, spot, source, feeds, clock } = this.#options;
    const nowMs = clock();
    // Both exchanges at one instant, so that their markets keep step.
    exchange.call('advance', nowMs);
    spot.call('advance', nowMs);
    const batch = await source?.due(clock());
    if (this.#over) return;
    if (batch !== undefined) this.#follow(batch);
    for (const feed of feeds) feed.publish(clock());
  }

  #follow(batch: MarketBatch): void {
    const { exchange, spot, clock } = this.#options;
    const result = exchange.call('followMarket', batch, clock());
    if (!result.ok) throw new MarketDataError(`${batch.followed.source}: ${result.msg}`);
    // It is one market, wherever the symbol trades; spot need not list it.
    for (const { symbol } of batch.updates) {
      const last = exchange.view.state.listings.get(symbol)?.market.last;
      if (last !== undefined) spot.call('setPrice', symbol, showPrice(last), clock());
    }
  }
}
