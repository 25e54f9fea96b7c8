/** The exchange's side of a simulation: it lives on while engines come and go. */

import type { ClientOrderId, Symbol } from '#core/ids.ts';
import { MICROS_PER_MS } from '#core/ids.ts';
import type { Quote } from '#core/instrument.ts';
import { price } from '#core/money.ts';
import type { Clock } from '#engine/time.ts';
import { SimulatedExchange } from '#simex/usdm/exchange.ts';
import type { SymbolSpec } from '#simex/usdm/symbols.ts';
import type { UserEvent } from '#simex/usdm/types.ts';

export interface VenueOptions {
  readonly seed: number;
  readonly clock: Clock;
  readonly dualSide: boolean;
  readonly balance?: string;
  readonly symbols?: readonly SymbolSpec[];
}

export class Venue {
  readonly exchange: SimulatedExchange;
  readonly #clock: Clock;
  readonly #takenAtMs = new Map<ClientOrderId, number>();
  #listener: ((event: UserEvent) => void) | undefined;

  constructor(options: VenueOptions) {
    this.#clock = options.clock;
    this.exchange = new SimulatedExchange({
      seed: options.seed,
      dualSide: options.dualSide,
      balance: options.balance ?? '1000000',
      startMs: this.nowMs,
      ...(options.symbols === undefined ? {} : { symbols: options.symbols }),
      onEvent: (event) => {
        if (event.e === 'ORDER_TRADE_UPDATE' || event.e === 'ALGO_UPDATE') this.#listener?.(event);
      },
    });
  }

  get nowMs(): number {
    return Math.floor(this.#clock.now() / MICROS_PER_MS);
  }

  listen(listener: ((event: UserEvent) => void) | undefined): void {
    this.#listener = listener;
  }

  noteTaken(id: ClientOrderId): void {
    this.#takenAtMs.set(id, this.nowMs);
  }

  ageMs(id: ClientOrderId): number {
    return this.nowMs - (this.#takenAtMs.get(id) ?? 0);
  }

  quote(symbol: Symbol): Quote | undefined {
    const ticker = this.exchange.bookTicker(symbol);
    const premium = this.exchange.premiumIndex(symbol);
    if (!ticker.ok || !premium.ok) return undefined;
    return {
      mark: price(premium.premium.markPrice),
      bid: price(ticker.ticker.bidPrice),
      ask: price(ticker.ticker.askPrice),
      atMs: this.nowMs,
    };
  }
}
