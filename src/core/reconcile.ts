/**
 * The engine's picture held against the exchange's. The exchange is the authority on what exists, the journal on
 * why: orders of ours that the journal does not know are cancelled, and every difference is a fact. Once it has lasted,
 * positions that the exchange does not hold are taken out of the journal, and what it holds beyond is taken in.
 */

import { adopt } from './adopt.ts';
import type { CompareSnapshot, Moment } from './command.ts';
import type { Fact } from './facts.ts';
import {
  addMs,
  type ClientOrderId,
  type Micros,
  type PositionSide,
  type Symbol,
  signalKeyOf,
} from './ids.ts';
import {
  addQuantity,
  type Quantity,
  quantity,
  showQuantity,
  subtractQuantity,
  zeroQuantity,
} from './money.ts';
import type { Order } from './order.ts';
import type { Position } from './position.ts';
import { type EngineState, heldIn, isMissingTrades, positionsIn } from './state.ts';

/** A difference that is still seen this long after it was found is real, and neither a message under way nor a bad read. */
const DRIFT_CONFIRM_MS = 30_000;

/** Orders whose report the exchange should be asked for, because an event may be late or lost. */
const SILENCE_MS_MAX = 500;
const CANCEL_SILENCE_MS_MAX = 1_000;

export function* ordersToAskAbout(state: EngineState, at: Micros): Generator<Order> {
  for (const order of state.orders.values()) if (isOverdue(order, at)) yield order;
}

function isOverdue(order: Order, at: Micros): boolean {
  if (order.phase === 'unknown') return order.decidableAt === undefined || at >= order.decidableAt;
  if (order.phase !== 'open') return false;
  const silentSince = (ms: number): boolean => at > addMs(order.heardAt, ms);
  if (isMissingTrades(order)) return silentSince(SILENCE_MS_MAX);
  // A market order ends at once, and so does one that has triggered.
  if (order.plan.type === 'MARKET' || order.childOrderId !== undefined) return silentSince(SILENCE_MS_MAX);
  return order.cancelRequestedAt !== undefined && at > addMs(order.cancelRequestedAt, CANCEL_SILENCE_MS_MAX);
}

const shownIn = (snapshot: CompareSnapshot): ReadonlySet<ClientOrderId> =>
  new Set(snapshot.openOrders.map((order) => order.clientOrderId));

/** Orders that the journal holds to be open and the snapshot does not show. */
export function ordersNotIn(state: EngineState, snapshot: CompareSnapshot): Order[] {
  const shown = shownIn(snapshot);
  return [...state.orders.values()].filter(
    (order) =>
      order.phase === 'open' && order.heardAt < snapshot.takenAt && !shown.has(order.plan.clientOrderId),
  );
}

export function compareSnapshot(state: EngineState, snapshot: CompareSnapshot, moment: Moment): Fact[] {
  const facts: Fact[] = [];
  for (const { clientOrderId, symbol, book } of snapshot.openOrders) {
    if (signalKeyOf(clientOrderId) === undefined || state.orders.has(clientOrderId)) continue;
    facts.push({ type: 'orphan.found', clientOrderId, symbol, book });
  }
  const shown = shownIn(snapshot);
  const settled = [...state.orders.values()].every((order) => !isInFlight(order));
  for (const [symbol, side] of sidesToCompare(state, snapshot)) {
    facts.push(...compareSide(state, snapshot, shown, { symbol, side }, moment));
  }
  if (!state.reconciled && settled) {
    facts.push({ type: 'engine.reconciled', orders: state.orders.size, positions: state.positions.size });
  }
  return facts;
}

/** Whether the comparison that these facts came of found a difference, or left one open that was found before. */
export const foundDifference = ({ drifts }: EngineState, facts: readonly Fact[]): boolean =>
  drifts.size > 0 || facts.some(({ type }) => type === 'orphan.found' || type === 'position.adjusted');

function sidesToCompare(state: EngineState, snapshot: CompareSnapshot): [Symbol, PositionSide][] {
  const sides = new Map<string, [Symbol, PositionSide]>();
  for (const { symbol, side } of snapshot.positions) sides.set(`${symbol}/${side}`, [symbol, side]);
  for (const { name } of state.positions.values()) {
    sides.set(`${name.symbol}/${name.side}`, [name.symbol, name.side]);
  }
  for (const { symbol, side } of state.drifts.values()) sides.set(`${symbol}/${side}`, [symbol, side]);
  return [...sides.values()];
}

interface Side {
  readonly symbol: Symbol;
  readonly side: PositionSide;
}

function compareSide(
  state: EngineState,
  snapshot: CompareSnapshot,
  shown: ReadonlySet<ClientOrderId>,
  { symbol, side }: Side,
  moment: Moment,
): Fact[] {
  const positions = positionsIn(state, symbol, side);
  const moving =
    positions.some((position) => position.changedAt >= snapshot.takenAt) ||
    [...state.orders.values()].some(
      (order) =>
        order.plan.symbol === symbol && order.side === side && mayMove(order, snapshot.takenAt, shown),
    );
  if (moving) return [];
  const ours = heldIn(positions);
  const theirs = total(
    snapshot.positions.filter((p) => p.symbol === symbol && p.side === side).map((p) => quantity(p.quantity)),
  );
  const drift = state.drifts.get(`${symbol}/${side}`);
  if (ours === theirs) return drift === undefined ? [] : [{ type: 'drift.cleared', symbol, side }];
  const difference = subtractQuantity(ours, theirs);
  if (drift === undefined || drift.difference !== difference) {
    const journal = showQuantity(ours);
    return [{ type: 'drift.found', symbol, side, journal, exchange: showQuantity(theirs) }];
  }
  if (moment.at <= addMs(drift.since, DRIFT_CONFIRM_MS)) return [];
  const cleared: Fact = { type: 'drift.cleared', symbol, side };
  if (difference > 0n) return [...takeAway(positions, difference), cleared];
  const adopted = adopt(state, snapshot, { symbol, side }, subtractQuantity(theirs, ours), moment);
  return adopted.length === 0 ? [] : [...adopted, cleared];
}

/**
 * Whether the exchange may have changed the position since the journal last heard: the order is on its way, at work,
 * or no longer open there for a reason that is still to be learned.
 */
function mayMove(order: Order, takenAt: Micros, shown: ReadonlySet<ClientOrderId>): boolean {
  if (isInFlight(order) || order.childOrderId !== undefined || order.heardAt >= takenAt) return true;
  return order.phase === 'open' && !shown.has(order.plan.clientOrderId);
}

const isInFlight = (order: Order): boolean =>
  order.phase === 'planned' || order.phase === 'unknown' || isMissingTrades(order);

const total = (quantities: readonly Quantity[]): Quantity => quantities.reduce(addQuantity, zeroQuantity);

/** The newest positions give first: the oldest are the likeliest to be really there. */
export function takeAway(positions: readonly Position[], surplus: Quantity): Fact[] {
  const facts: Fact[] = [];
  let left = surplus;
  for (const { key, story, holding } of [...positions].sort((a, b) => b.openedAt - a.openedAt)) {
    if (left === 0n) break;
    const taken = holding.quantity < left ? holding.quantity : left;
    left = subtractQuantity(left, taken);
    facts.push({
      type: 'position.adjusted',
      position: key,
      signal: story.signal,
      trace: story.trace,
      from: showQuantity(holding.quantity),
      to: showQuantity(subtractQuantity(holding.quantity, taken)),
    });
  }
  return facts;
}
