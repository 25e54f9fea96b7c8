/** What each strategy won and lost in each symbol: today, since the journal's beginning, and in what is still open. */

import { z } from 'zod';
import type { Micros, Symbol } from '#core/ids.ts';
import type { Quote } from '#core/instrument.ts';
import { addMoney, type Money, showMoney, subtractMoney, zeroMoney } from '#core/money.ts';
import type { Position } from '#core/position.ts';
import { add, ofDay } from '#core/results.ts';
import { type Earned, type EngineState, nothing } from '#core/state.ts';
import { unrealisedOf } from './position.ts';
import { showTime } from './text.ts';

const decimal = z.string().describe('A decimal number as text, in the quote asset.');
const earned = z.strictObject({
  realised: decimal.describe('Of what was closed, without fees.'),
  fees: decimal,
  net: decimal.describe('After fees.'),
});
const figures = {
  today: earned.describe('Of this day, UTC.'),
  total: earned.describe("Since the journal's beginning."),
  unrealised: decimal.nullable().describe('Of open positions, without fees; null without a price.'),
};

export const pnlReport = z.strictObject({
  day: z.string(),
  strategies: z.array(
    z.strictObject({ strategy_id: z.string(), symbol: z.string(), ...figures, positions: z.int() }),
  ),
  others: z
    .strictObject({ today: earned, total: earned })
    .describe('Those that were traded longest ago, as a sum: the newest 1000 are kept apart.'),
  all: z.strictObject(figures),
});

export type PnlReport = z.infer<typeof pnlReport>;

export function pnlOf(
  state: Readonly<EngineState>,
  quote: (symbol: Symbol) => Quote | undefined,
  now: Micros,
): PnlReport {
  const open = Map.groupBy(state.positions.values(), ({ name }) => `${name.strategy}/${name.symbol}`);
  const strategies = [...state.results].map(([pair, { strategy, symbol, total, newest }]) => {
    const positions = open.get(pair) ?? [];
    const unrealised = sumOf(positions, quote);
    return { strategy, symbol, today: ofDay(newest, now), total, unrealised, positions };
  });
  const others = { today: ofDay(state.otherResults.newest, now), total: state.otherResults.total };
  const all = [...strategies, others];
  return {
    day: showTime(now).slice(0, '2026-11-25'.length),
    strategies: strategies.map(({ strategy, symbol, today, total, unrealised, positions }) => ({
      strategy_id: strategy,
      symbol,
      today: shown(today),
      total: shown(total),
      unrealised: unrealised === undefined ? null : showMoney(unrealised),
      positions: positions.length,
    })),
    others: { today: shown(others.today), total: shown(others.total) },
    all: {
      today: shown(all.reduce((sum, { today }) => add(sum, today), nothing)),
      total: shown(all.reduce((sum, { total }) => add(sum, total), nothing)),
      unrealised: shownOrNull(sumOf([...state.positions.values()], quote)),
    },
  };
}

function sumOf(
  positions: readonly Position[],
  quote: (symbol: Symbol) => Quote | undefined,
): Money | undefined {
  let sum = zeroMoney;
  for (const position of positions) {
    const price = quote(position.name.symbol);
    if (price === undefined) return undefined;
    sum = addMoney(sum, unrealisedOf(position, price));
  }
  return sum;
}

const shownOrNull = (amount: Money | undefined): string | null =>
  amount === undefined ? null : showMoney(amount);

const shown = ({ realised, fees }: Earned): z.infer<typeof earned> => ({
  realised: showMoney(realised),
  fees: showMoney(fees),
  net: showMoney(subtractMoney(realised, fees)),
});
