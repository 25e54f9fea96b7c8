/**
 * A strategy to watch the engine by: seeded, so that the same seed wants the same things. It mostly buys and sells with
 * a stop and a target, closes what it opened, and sometimes sends what the engine has to refuse or recognise.
 */

import { Random } from './random.ts';

const STRATEGIES = ['momentum', 'reversion', 'breakout'] as const;
const OPEN_MAX = 6;
const SHARES = { unsure: 0.1, repeated: 0.07, closing: 0.2, hold: 0.03 } as const;

export interface WireSignal {
  readonly id: string;
  readonly strategy_id: string;
  readonly symbol: string;
  readonly action: 'buy' | 'sell' | 'close' | 'hold';
  readonly confidence: number;
  readonly stop_loss_pct?: number;
  readonly take_profit_pct?: number;
  readonly current_price?: string;
  readonly source: string;
  readonly rationale: string;
  readonly timestamp: number;
}

interface Holding {
  readonly strategy: string;
  readonly symbol: string;
}

export interface DemoStrategyOptions {
  readonly seed: number;
  /** Tells the runs of the same seed apart: a signal's id is never used twice. */
  readonly runId: string;
  readonly symbols: readonly string[];
  /** What is open from an earlier run. */
  readonly open: readonly Holding[];
}

export class DemoStrategy {
  readonly #random: Random;
  readonly #options: DemoStrategyOptions;
  /** Oldest first. */
  #open: Holding[];
  #last: WireSignal | undefined;
  #count = 0;

  constructor(options: DemoStrategyOptions) {
    this.#options = options;
    this.#random = new Random(options.seed);
    this.#open = [...options.open];
  }

  /** @param priceOf the market as the strategy sees it. */
  next(nowMs: number, priceOf: (symbol: string) => string | undefined): WireSignal {
    const random = this.#random;
    // The first one shows what the engine is for: it opens a position.
    if (this.#count === 0) {
      this.#count = 1;
      this.#last = this.#enter(1, nowMs, priceOf);
      return this.#last;
    }
    const draw = random.next();
    if (this.#last !== undefined && draw < SHARES.repeated) return this.#last;
    this.#count += 1;
    const closing = this.#open.length >= OPEN_MAX || (this.#open.length > 1 && draw > 1 - SHARES.closing);
    const oldest = this.#open[0];
    const signal =
      closing && oldest !== undefined ? this.#close(oldest, nowMs) : this.#enter(draw, nowMs, priceOf);
    this.#last = signal;
    return signal;
  }

  #close(holding: Holding, nowMs: number): WireSignal {
    this.#open = this.#open.filter((one) => one !== holding);
    return {
      ...this.#common(nowMs),
      strategy_id: holding.strategy,
      symbol: holding.symbol,
      action: 'close',
      confidence: 0.9,
      rationale: 'the position has been open for long enough',
    };
  }

  #enter(draw: number, nowMs: number, priceOf: (symbol: string) => string | undefined): WireSignal {
    const random = this.#random;
    const strategy = random.pick(STRATEGIES);
    const symbol = random.pick(this.#options.symbols);
    const price = priceOf(symbol);
    const unsure = draw < SHARES.repeated + SHARES.unsure;
    const hold = !unsure && draw < SHARES.repeated + SHARES.unsure + SHARES.hold;
    const action = hold ? 'hold' : random.next() < 0.55 ? 'buy' : 'sell';
    if (!unsure && !hold) this.#remember({ strategy, symbol });
    return {
      ...this.#common(nowMs),
      strategy_id: strategy,
      symbol,
      action,
      confidence: hundredths(unsure ? random.between(30, 59) : random.between(62, 98)),
      stop_loss_pct: hundredths(random.between(80, 250)),
      take_profit_pct: hundredths(random.between(120, 400)),
      ...(price === undefined ? {} : { current_price: price }),
      rationale: `${strategy} of the demo`,
    };
  }

  #common(nowMs: number) {
    const { runId } = this.#options;
    return { id: `demo-${runId}-${this.#count}`, source: 'demo', timestamp: nowMs };
  }

  #remember(holding: Holding): void {
    const known = this.#open.some(
      ({ strategy, symbol }) => strategy === holding.strategy && symbol === holding.symbol,
    );
    if (!known) this.#open.push(holding);
  }
}

const hundredths = (count: number): number => count / 100;
