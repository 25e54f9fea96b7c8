/** What signals may do, and how much of each of the account's bounds is used. */

import { z } from 'zod';
import type { Micros } from '#core/ids.ts';
import { money, showMoney, subtractMoney } from '#core/money.ts';
import { type EngineState, settingsVersionOf } from '#core/state.ts';
import { limitNames, limitUsage } from '#core/usage.ts';
import { showTime } from './text.ts';

const decimal = z.string();

export const tradingView = z.strictObject({
  state: z
    .enum(['active', 'reducing', 'halted'])
    .describe('active takes all signals, reducing and halted only what makes positions smaller.'),
  why: z.enum(['operator', 'drawdown', 'margin_refusals', 'heartbeat_lost']),
  since: z.string().nullable().describe('Null where it never changed.'),
  settings_version: z.int(),
  equity: decimal.nullable().describe('Null until the exchange has told.'),
  limits: z
    .array(
      z.strictObject({
        limit: z.enum(limitNames),
        value: decimal.describe("In the limit's own unit: money, a rate, or a count."),
        max: decimal,
        headroom: decimal.describe('What is left of it; negative beyond it.'),
        used: decimal.describe('The value as a ratio of the bound: 1 and more binds.'),
      }),
    )
    .describe(
      'Without those that do not bind, and while the equity is unknown without those measured by it.',
    ),
});

export type TradingView = z.infer<typeof tradingView>;

export function tradingViewOf(state: Readonly<EngineState>, now: Micros): TradingView {
  const { trading, funds } = state;
  return {
    state: trading.state,
    why: trading.why,
    since: trading.since === 0 ? null : showTime(trading.since),
    settings_version: settingsVersionOf(state),
    equity: funds === undefined ? null : showMoney(funds.equity),
    limits: limitUsage(state, now).map(({ limit, value, max, used }) => ({
      limit,
      value,
      max,
      headroom: showMoney(subtractMoney(money(max), money(value))),
      used,
    })),
  };
}
