/** The account's exposure, kept as a sum so that no decision has to look at every position. */

import { addMoney, type Money, subtractMoney } from '../money.ts';
import type { EngineState } from '../state.ts';

/** A part of it changes from one value to another. */
export function expose(state: EngineState, from: Money, to: Money): void {
  if (from !== to) state.exposure = addMoney(state.exposure, subtractMoney(to, from));
}
