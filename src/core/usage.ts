/** How much of each of the account's bounds is used: what operators and alerts look at. Decisions have their own checks. */

import { countIn, drawdownOf } from './account.ts';
import { dayOf, type Micros } from './ids.ts';
import {
  type DecimalText,
  type Money,
  rate,
  ratioOf,
  shareOf,
  showMoney,
  showRate,
  subtractMoney,
  zeroMoney,
} from './money.ts';
import type { EngineState } from './state.ts';

export const limitNames = [
  'exposure',
  'daily_loss',
  'drawdown',
  'losses_in_a_row',
  'positions',
  'orders',
  'entries_per_minute',
] as const;
export type LimitName = (typeof limitNames)[number];

/** Value and bound in the limit's own unit: money, a rate, or a count. */
export interface LimitUsage {
  readonly limit: LimitName;
  readonly value: DecimalText;
  readonly max: DecimalText;
  /** The value as a ratio of the bound: 1 and more binds. */
  readonly used: DecimalText;
}

/** What the closed part of the day, UTC, cost; negative where it won. */
export const lostToday = ({ today }: Readonly<EngineState>, at: Micros): Money =>
  today.day === dayOf(at) ? subtractMoney(today.fees, today.realised) : zeroMoney;

/** Without the limits that are measured by the equity while that is unknown, and without those that do not bind. */
export function limitUsage(state: Readonly<EngineState>, at: Micros): LimitUsage[] {
  const { funds, settings } = state;
  const { limits } = settings;
  const counts: [LimitName, number, number | undefined][] = [
    ['losses_in_a_row', state.lossesInARow, limits.lossesInARowMax],
    ['positions', state.positions.size, limits.positionsMax],
    ['orders', state.orders.size, limits.ordersMax],
    ['entries_per_minute', countIn(state.entriesPlanned, at), limits.entriesPerMinuteMax],
  ];
  const counted = counts.flatMap(([limit, value, max]) =>
    max === undefined
      ? []
      : [usage(limit, `${value}`, `${max}`, BigInt(value) as Money, BigInt(max) as Money)],
  );
  if (funds === undefined) return counted;
  const byEquity = (limit: LimitName, value: Money, share: DecimalText): LimitUsage => {
    const max = shareOf(funds.equity, rate(share), 'down');
    return usage(limit, showMoney(value), showMoney(max), value, max);
  };
  const drawdown = drawdownOf(funds);
  const drawdownMax = rate(limits.drawdownRateMax);
  return [
    byEquity('exposure', state.exposure, limits.exposureEquityRateMax),
    byEquity('daily_loss', lostToday(state, at), limits.dailyLossEquityRateMax),
    usage('drawdown', showRate(drawdown), limits.drawdownRateMax, drawdown, drawdownMax),
    ...counted,
  ];
}

const usage = (
  limit: LimitName,
  value: DecimalText,
  max: DecimalText,
  of: bigint,
  bound: bigint,
): LimitUsage => ({ limit, value, max, used: showRate(ratioOf(of as Money, bound as Money)) });
