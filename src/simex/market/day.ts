/** The statistics of the last 24 hours, by whole minutes. */
import type { Money, Price, Quantity, Rate } from '#core/money.ts';
import { priceOf } from '#core/money.ts';
import type { Candle } from './candles.ts';
import { merge, openOf } from './candles.ts';
import type { Tape } from './tape.ts';

export interface Day {
  readonly openMs: number;
  readonly open: Price;
  readonly high: Price;
  readonly low: Price;
  readonly last: Price;
  readonly lastQuantity: Quantity;
  readonly volume: Quantity;
  readonly turnover: Money;
  readonly average: Price;
  readonly change: Price;
  /** In percent, with three decimals. */
  readonly changePercent: Rate;
  readonly firstId: number;
  readonly lastId: number;
  readonly count: number;
}

const MINUTE_MS = 60_000;
const MINUTES_PER_DAY = 1440;
const PERCENT_THOUSANDTHS = 100_000n;
const THOUSANDTH = 10n ** 7n;

/** Undefined as long as nothing was ever traded. */
export function dayOf({ candles, prints }: Tape, nowMs: number): Day | undefined {
  const fromMs = openOf('1m', nowMs) - (MINUTES_PER_DAY - 1) * MINUTE_MS;
  let sum: Candle | undefined;
  for (const minute of candles['1m']) {
    if (minute.openMs < fromMs) continue;
    if (sum === undefined) sum = { ...minute };
    else merge(sum, minute);
  }
  const latest = prints.at(-1);
  if (sum === undefined || latest === undefined) return undefined;
  const change = sum.close - sum.open;
  return {
    openMs: fromMs,
    open: sum.open,
    high: sum.high,
    low: sum.low,
    last: latest.price,
    lastQuantity: latest.quantity,
    volume: sum.volume,
    turnover: sum.turnover,
    average: sum.volume === 0n ? sum.close : priceOf(sum.turnover, sum.volume, 'down'),
    change: change as Price,
    changePercent: (((change * PERCENT_THOUSANDTHS) / sum.open) * THOUSANDTH) as Rate,
    firstId: sum.firstId,
    lastId: sum.lastId,
    count: sum.count,
  };
}
