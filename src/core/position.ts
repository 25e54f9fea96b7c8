/** Positions, and the arithmetic of a fill on one. */

import type { Micros, PositionKey, PositionName, PositionSide, Seq, TraceId } from './ids.ts';
import {
  addMoney,
  addQuantity,
  type Money,
  movePrice,
  negateRate,
  notional,
  type Price,
  price,
  priceOf,
  type Quantity,
  rate,
  subtractMoney,
  subtractQuantity,
  zeroMoney,
  zeroQuantity,
} from './money.ts';
import type { ProtectionText, Story } from './order.ts';

/** Why a position is flattened: because it cannot be guarded any more, because its strategy asked before it was open, an operator did, or nobody knows whose it is. */
export type FlattenReason =
  | 'unprotected_too_long'
  | 'stop_passed'
  | 'target_reached'
  | 'unprotectable'
  | 'close_signal'
  | 'operator'
  | 'foreign';

/** The figures of a position. The quantity is unsigned: the side is in the position's name. */
export interface Holding {
  readonly quantity: Quantity;
  /** What the held quantity cost: average entry price times quantity. */
  readonly cost: Money;
  /** Profit and loss of what was closed, without fees. */
  readonly realised: Money;
  /** Fees paid in the quote asset. */
  readonly fees: Money;
}

export interface Position {
  readonly name: PositionName;
  readonly key: PositionKey;
  readonly story: Story;
  readonly openedAt: Micros;
  holding: Holding;
  /** The signal that stop and target are of: the newest that added to the position. */
  levelsOf: { readonly signal: Seq; readonly trace: TraceId };
  /** How many signals have added to it. */
  entries: number;
  stop: Price;
  /** When it last followed the market, or the position was opened. */
  stopMovedAt: Micros;
  target: Price | undefined;
  /** Since when the open stops cover less than the quantity; undefined while they cover it. */
  exposedSince: Micros | undefined;
  /** Set once the position is to be closed at the market, and kept until it is gone. */
  flatten: FlattenReason | undefined;
  /** When a fill or a correction last changed the quantity. */
  changedAt: Micros;
}

export const noHolding: Holding = {
  quantity: zeroQuantity,
  cost: zeroMoney,
  realised: zeroMoney,
  fees: zeroMoney,
};

export const entryPriceOf = (holding: Holding): Price => priceOf(holding.cost, holding.quantity, 'down');

export interface FillFigures {
  readonly price: Price;
  readonly quantity: Quantity;
  readonly fee: Money;
}

export function increase(holding: Holding, fill: FillFigures): Holding {
  return {
    quantity: addQuantity(holding.quantity, fill.quantity),
    cost: addMoney(holding.cost, notional(fill.price, fill.quantity)),
    realised: holding.realised,
    fees: addMoney(holding.fees, fill.fee),
  };
}

/** A fill that takes from the position; whatever exceeds what is held is left to reconciliation. */
export function reduce(holding: Holding, side: PositionSide, fill: FillFigures): Holding {
  const quantity = fill.quantity < holding.quantity ? fill.quantity : holding.quantity;
  const cost =
    quantity === holding.quantity
      ? holding.cost
      : notional(priceOf(holding.cost, holding.quantity, 'down'), quantity);
  const proceeds = notional(fill.price, quantity);
  const profit = side === 'LONG' ? subtractMoney(proceeds, cost) : subtractMoney(cost, proceeds);
  return {
    quantity: subtractQuantity(holding.quantity, quantity),
    cost: subtractMoney(holding.cost, cost),
    realised: addMoney(holding.realised, profit),
    fees: addMoney(holding.fees, fill.fee),
  };
}

/** Where stop and target are once the entry price is known: a distance is laid to the losing or the winning side of it. */
export function levelsFrom(
  text: ProtectionText,
  side: PositionSide,
  entry: Price,
): { stop: Price | undefined; target: Price | undefined } {
  const under = (distance: string): Price => movePrice(entry, negateRate(rate(distance)), 'up');
  const over = (distance: string): Price => movePrice(entry, rate(distance), 'down');
  const [losing, winning] = side === 'LONG' ? [under, over] : [over, under];
  const at = (level: string | undefined, distance: string | undefined, lay: (distance: string) => Price) =>
    level !== undefined ? price(level) : distance === undefined ? undefined : lay(distance);
  return { stop: at(text.stop, text.stopRate, losing), target: at(text.target, text.targetRate, winning) };
}
