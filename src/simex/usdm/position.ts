/** One position and what a fill does to it. */
import type { Money, Price, Quantity } from '#core/money.ts';
import { addMoney, notional, priceOf, subtractMoney, zeroMoney, zeroQuantity } from '#core/money.ts';
import type { PositionSide, Side } from './types.ts';

export interface Position {
  readonly symbol: string;
  readonly positionSide: PositionSide;
  /** Signed: negative for a short position. */
  amount: Quantity;
  /** What the open amount was entered for; never negative. */
  entryCost: Money;
  /** Isolated margin: what was set aside for it. */
  isolatedWallet: Money;
  /** Profit realised so far, fees not counted. */
  realized: Money;
  /** Fees less realised profit since it was opened: what breaking even must earn back. */
  charges: Money;
  /** Its holder has been warned of a liquidation, and it has not recovered since. */
  warned: boolean;
  updatedMs: number;
}

export const flatPosition = (symbol: string, positionSide: PositionSide): Position => ({
  symbol,
  positionSide,
  amount: zeroQuantity,
  entryCost: zeroMoney,
  isolatedWallet: zeroMoney,
  realized: zeroMoney,
  charges: zeroMoney,
  warned: false,
  updatedMs: 0,
});

export const sizeOf = ({ amount }: Position): Quantity => (amount < 0n ? -amount : amount) as Quantity;

export function smaller(a: Quantity, b: Quantity): Quantity {
  if (a < b) return a;
  return b;
}

export const entryPriceOf = (position: Position): Price =>
  position.amount === 0n ? (0n as Price) : priceOf(position.entryCost, sizeOf(position), 'down');

export function breakEvenPriceOf(position: Position): Price {
  if (position.amount === 0n) return 0n as Price;
  const cost =
    position.amount > 0n
      ? addMoney(position.entryCost, position.charges)
      : subtractMoney(position.entryCost, position.charges);
  return priceOf(cost, sizeOf(position), 'down');
}

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
