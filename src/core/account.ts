/** Figures of the account as a whole: its money, what signals may do, and counts by the minute. */

import { MICROS_PER_MS, type Micros } from './ids.ts';
import { type Money, type Rate, ratioOf, subtractMoney } from './money.ts';

export interface Funds {
  readonly wallet: Money;
  readonly available: Money;
  /** Wallet and unrealised results. */
  readonly equity: Money;
  /** The highest equity since trading was last made active by an operator. */
  readonly peak: Money;
  readonly measuredAt: Micros;
}

/** How far the equity is under its peak, as a rate of the peak. */
export const drawdownOf = ({ equity, peak }: Funds): Rate => ratioOf(subtractMoney(peak, equity), peak);

/** reducing and halted take the same signals; halted says that a person has to look before anything goes on. */
export type TradingState = 'active' | 'reducing' | 'halted';

export type TradingStateReason = 'operator' | 'drawdown' | 'margin_refusals' | 'heartbeat_lost';

export interface Trading {
  readonly state: TradingState;
  readonly why: TradingStateReason;
  readonly since: Micros;
}

/** What happened within one minute of the clock. */
export interface MinuteCount {
  readonly minute: number;
  readonly count: number;
}

export const noneYet: MinuteCount = { minute: 0, count: 0 };

export const countIn = ({ minute, count }: MinuteCount, at: Micros): number =>
  minute === minuteOf(at) ? count : 0;

export const oneMore = (counted: MinuteCount, at: Micros): MinuteCount => ({
  minute: minuteOf(at),
  count: countIn(counted, at) + 1,
});

const MINUTE_MICROS = 60_000 * MICROS_PER_MS;
const minuteOf = (at: Micros): number => Math.floor(at / MINUTE_MICROS);
