/** What facts about positions change in the state. */

import type { Micros, PositionKey, PositionName } from '../ids.ts';
import { money, notional, price, quantity, subtractMoney, zeroMoney } from '../money.ts';
import { entryPriceOf, type Holding, noHolding, type Position } from '../position.ts';
import type {
  PositionAdjusted,
  PositionAdopted,
  PositionChanged,
  PositionClosed,
  PositionOpened,
  PositionStopMoved,
} from '../position-facts.ts';
import { bookEarned } from '../results.ts';
import type { EngineState } from '../state.ts';
import { expose } from './exposure.ts';

export function positionOf(
  state: EngineState,
  { position: key }: { readonly position: PositionKey },
): Position {
  const position = state.positions.get(key);
  if (position === undefined) throw new Error(`no position ${key} at fact ${state.seq + 1}`);
  return position;
}

export function openPosition(state: EngineState, fact: PositionOpened, at: Micros): void {
  const holding = holdingOf(fact);
  const { strategyId: strategy, symbol, side } = fact;
  const name = { account: state.account, strategy, symbol, side };
  book(state, name, noHolding, holding, at);
  state.positions.set(fact.position, {
    name,
    key: fact.position,
    story: fact.story,
    openedAt: at,
    holding,
    levelsOf: { signal: fact.signal, trace: fact.trace },
    entries: 1,
    stop: price(fact.stop),
    stopMovedAt: at,
    target: fact.target === undefined ? undefined : price(fact.target),
    exposedSince: at,
    flatten: fact.flatten,
    changedAt: at,
  });
}

export function changePosition(
  state: EngineState,
  position: Position,
  fact: PositionChanged,
  at: Micros,
): void {
  const holding = holdingOf(fact);
  book(state, position.name, position.holding, holding, at);
  position.holding = holding;
  position.changedAt = at;
  position.flatten ??= fact.flatten;
  if (fact.stop === undefined) return;
  if (fact.signal !== position.levelsOf.signal) position.entries += 1;
  position.levelsOf = { signal: fact.signal, trace: fact.trace };
  position.stop = price(fact.stop);
  position.target = fact.target === undefined ? undefined : price(fact.target);
}

export function closePosition(
  state: EngineState,
  position: Position,
  fact: PositionClosed,
  at: Micros,
): void {
  const holding = holdingOf(fact);
  book(state, position.name, position.holding, holding, at);
  const lost = subtractMoney(holding.realised, holding.fees) < 0n;
  state.lossesInARow = lost ? state.lossesInARow + 1 : 0;
  state.positions.delete(position.key);
}

export function adjustPosition(
  state: EngineState,
  position: Position,
  fact: PositionAdjusted,
  at: Micros,
): void {
  const to = quantity(fact.to);
  const { cost } = position.holding;
  if (to === 0n) {
    expose(state, cost, zeroMoney);
    state.positions.delete(position.key);
    return;
  }
  const entry = entryPriceOf(position.holding);
  position.holding = { ...position.holding, quantity: to, cost: notional(entry, to) };
  expose(state, cost, position.holding.cost);
  position.changedAt = at;
}

export function adoptPosition(state: EngineState, fact: PositionAdopted, at: Micros): void {
  const held = state.positions.get(fact.position);
  const cost = money(fact.cost);
  expose(state, held?.holding.cost ?? zeroMoney, cost);
  const holding = { ...(held?.holding ?? noHolding), quantity: quantity(fact.quantity), cost };
  if (held !== undefined) {
    held.holding = holding;
    held.changedAt = at;
    return;
  }
  state.positions.set(fact.position, {
    name: { account: state.account, strategy: fact.strategyId, symbol: fact.symbol, side: fact.side },
    key: fact.position,
    story: fact.story,
    openedAt: at,
    holding,
    levelsOf: { signal: fact.signal, trace: fact.trace },
    entries: 1,
    stop: price(fact.stop),
    stopMovedAt: at,
    target: undefined,
    exposedSince: at,
    flatten: fact.flatten,
    changedAt: at,
  });
}

export function moveStop(position: Position, { to }: PositionStopMoved, at: Micros): void {
  position.stop = price(to);
  position.stopMovedAt = at;
}

/** What a fill realised and cost is the result of the day, UTC, on which it was booked. */
function book(state: EngineState, name: PositionName, before: Holding, after: Holding, at: Micros): void {
  expose(state, before.cost, after.cost);
  const realised = subtractMoney(after.realised, before.realised);
  const fees = subtractMoney(after.fees, before.fees);
  bookEarned(state, name, { realised, fees }, at);
}

const holdingOf = (fact: PositionOpened | PositionChanged | PositionClosed): Holding => ({
  quantity: quantity(fact.quantity),
  cost: money(fact.cost),
  realised: money(fact.realised),
  fees: money(fact.fees),
});
