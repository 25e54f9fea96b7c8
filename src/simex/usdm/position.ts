/** One position and what a fill does to it. */
import type { Money, Price, Quantity } from '#core/money.ts';
import { addMoney, notional, priceOf, subtractMoney, zeroMoney, zeroQuantity } from '#core/money.ts';
import { smaller } from '../matching/levels.ts';
import type { PositionSide, Side } from './types.ts';

export interface Position {
  readonly symbol: string;
  readonly positionSide: PositionSide;
  /** Signed: negative for a short position. */
  amount: Quantity;
  /** What the open amount was entered for; never negative. */
  entryCost: Money;
  updatedMs: number;
}

export const flatPosition = (symbol: string, positionSide: PositionSide): Position => ({
  symbol,
  positionSide,
  amount: zeroQuantity,
  entryCost: zeroMoney,
  updatedMs: 0,
});

export const sizeOf = ({ amount }: Position): Quantity => (amount < 0n ? -amount : amount) as Quantity;

export const entryPriceOf = (position: Position): Price =>
  position.amount === 0n ? (0n as Price) : priceOf(position.entryCost, sizeOf(position), 'down');

export const isReducedBy = ({ amount }: Position, side: Side): boolean =>
  side === 'BUY' ? amount < 0n : amount > 0n;

/** How much of a quantity makes the position smaller; the rest, if any, opens or turns it. */
export function reducingPart(position: Position, side: Side, quantity: Quantity): Quantity {
  if (!isReducedBy(position, side)) return zeroQuantity;
  return smaller(quantity, sizeOf(position));
}

export function unrealizedPnl(position: Position, mark: Price): Money {
  const value = notional(mark, sizeOf(position));
  return position.amount < 0n
    ? subtractMoney(position.entryCost, value)
    : subtractMoney(value, position.entryCost);
}

/** Applies a fill and gives the profit realised by it, fees not counted. */
export function applyFill(position: Position, side: Side, quantity: Quantity, price: Price): Money {
  const sign = side === 'BUY' ? 1n : -1n;
  const closed = reducingPart(position, side, quantity);
  let realized = zeroMoney;
  if (closed > 0n) {
    const share = ((position.entryCost * closed) / sizeOf(position)) as Money;
    const value = notional(price, closed);
    realized = side === 'SELL' ? subtractMoney(value, share) : subtractMoney(share, value);
    position.entryCost = subtractMoney(position.entryCost, share);
  }
  const opened = (quantity - closed) as Quantity;
  if (opened > 0n) position.entryCost = addMoney(position.entryCost, notional(price, opened));
  position.amount = (position.amount + sign * quantity) as Quantity;
  return realized;
}
