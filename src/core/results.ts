/** What each strategy won and lost in each symbol: kept as sums, so that nobody has to read the journal for them. */

import { dayOf, type Micros } from './ids.ts';
import { addMoney } from './money.ts';
import { type DayResult, type Earned, type EngineState, nothing, type PairResult } from './state.ts';

/** Beyond it the pair that was booked longest ago is counted among the others. */
const PAIRS_MAX = 1_000;

export const add = (a: Earned, b: Earned): Earned => ({
  realised: addMoney(a.realised, b.realised),
  fees: addMoney(a.fees, b.fees),
});

/** Of the day on which `at` lies. */
export const ofDay = (result: DayResult, at: Micros): Earned => (result.day === dayOf(at) ? result : nothing);

const onDay = (result: DayResult, earned: Earned, at: Micros): DayResult => ({
  day: dayOf(at),
  ...add(ofDay(result, at), earned),
});

/** Books what a fill earned and cost: on the account's day, and to the strategy in the symbol. */
export function bookEarned(
  state: EngineState,
  { strategy, symbol }: Pick<PairResult, 'strategy' | 'symbol'>,
  earned: Earned,
  at: Micros,
): void {
  state.today = onDay(state.today, earned, at);
  const pair = `${strategy}/${symbol}`;
  const before = state.results.get(pair);
  const newest = before?.newest ?? { day: dayOf(at), ...nothing };
  // The pair that was booked longest ago comes first.
  state.results.delete(pair);
  state.results.set(pair, {
    strategy,
    symbol,
    total: add(before?.total ?? nothing, earned),
    newest: onDay(newest, earned, at),
  });
  if (state.results.size > PAIRS_MAX) countAmongOthers(state, at);
}

function countAmongOthers(state: EngineState, at: Micros): void {
  for (const [pair, { total, newest }] of state.results) {
    state.results.delete(pair);
    state.otherResults = {
      total: add(state.otherResults.total, total),
      newest: onDay(state.otherResults.newest, ofDay(newest, at), at),
    };
    return;
  }
}
