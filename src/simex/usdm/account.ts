/** The one account of the simulated exchange: its wallet, positions and settings, and what a fill does to them. */
import type { Money, Price, Quantity, Rate } from '#core/money.ts';
import { addMoney, notional, rate, shareOf, subtractMoney, zeroMoney } from '#core/money.ts';
import type { Position } from './position.ts';
import { applyFill, flatPosition, reducingPart, sizeOf } from './position.ts';
import type { ApiRestrictions } from './restrictions.ts';
import type { PositionSide, Side } from './types.ts';

export interface Account {
  dualSide: boolean;
  multiAssets: boolean;
  /** Fees in BNB, which the account does not hold: only the setting is kept. */
  feeBurn: boolean;
  restrictions: ApiRestrictions;
  /** All of it: what isolated positions have set aside is part of it. */
  wallet: Money;
  /** Margin set aside for resting orders. */
  reserved: Money;
  /** By symbol and position side. */
  readonly positions: Map<string, Position>;
  readonly leverage: Map<string, number>;
  readonly isolated: Set<string>;
  updatedMs: number;
}

interface FillEffect {
  readonly realized: Money;
  readonly commission: Money;
}

export const TAKER_FEE = rate('0.0005');
export const MAKER_FEE = rate('0.0002');
const DEFAULT_LEVERAGE = 20;

/** Amounts are kept with eight decimals, as the exchange does. */
const CENT = 10n ** 12n;
const towardsZero = (amount: Money): Money => ((amount / CENT) * CENT) as Money;
export const awayFromZero = (amount: Money): Money =>
  (amount % CENT === 0n ? amount : towardsZero(amount) + (amount < 0n ? -CENT : CENT)) as Money;

export const openAccount = (wallet: Money, dualSide: boolean, restrictions: ApiRestrictions): Account => ({
  dualSide,
  multiAssets: false,
  feeBurn: false,
  restrictions,
  wallet,
  reserved: zeroMoney,
  positions: new Map(),
  leverage: new Map(),
  isolated: new Set(),
  updatedMs: 0,
});

const keyOf = (symbol: string, positionSide: PositionSide): string => `${symbol}:${positionSide}`;

/** For a question: a position that never was is flat, and is not remembered for that. */
export const heldPosition = (account: Account, symbol: string, positionSide: PositionSide): Position =>
  account.positions.get(keyOf(symbol, positionSide)) ?? flatPosition(symbol, positionSide);

/** To be changed. */
export function positionOf(account: Account, symbol: string, positionSide: PositionSide): Position {
  const key = keyOf(symbol, positionSide);
  let position = account.positions.get(key);
  if (position === undefined) {
    position = flatPosition(symbol, positionSide);
    account.positions.set(key, position);
  }
  return position;
}

export const leverageOf = (account: Account, symbol: string): number =>
  account.leverage.get(symbol) ?? DEFAULT_LEVERAGE;

export const isIsolated = (account: Account, { symbol }: Position): boolean => account.isolated.has(symbol);

export const initialMargin = (value: Money, leverage: number): Money =>
  awayFromZero((value / BigInt(leverage)) as Money);

export function fill(
  account: Account,
  position: Position,
  side: Side,
  quantity: Quantity,
  price: Price,
  feeRate: Rate,
  nowMs: number,
): FillEffect {
  const closed = reducingPart(position, side, quantity);
  if (isIsolated(account, position)) setAside(account, position, quantity, closed, price);
  const realized = towardsZero(applyFill(position, side, quantity, price));
  const commission = awayFromZero(shareOf(notional(price, quantity), feeRate, 'up'));
  account.wallet = addMoney(account.wallet, subtractMoney(realized, commission));
  position.realized = addMoney(position.realized, realized);
  const earlier = position.amount === 0n || (closed > 0n && closed < quantity) ? zeroMoney : position.charges;
  position.charges =
    position.amount === 0n ? zeroMoney : addMoney(earlier, subtractMoney(commission, realized));
  position.updatedMs = nowMs;
  account.updatedMs = nowMs;
  return { realized, commission };
}

/**
 * Isolated margin goes with the position: what closes frees its share, what opens sets the initial margin aside.
 * Profit and fees are settled with the rest of the wallet.
 */
function setAside(
  account: Account,
  position: Position,
  quantity: Quantity,
  closed: Quantity,
  price: Price,
): void {
  if (closed > 0n) {
    const freed = towardsZero(((position.isolatedWallet * closed) / sizeOf(position)) as Money);
    position.isolatedWallet =
      closed === sizeOf(position) ? zeroMoney : subtractMoney(position.isolatedWallet, freed);
  }
  const opened = (quantity - closed) as Quantity;
  if (opened === 0n) return;
  const margin = initialMargin(notional(price, opened), leverageOf(account, position.symbol));
  position.isolatedWallet = addMoney(position.isolatedWallet, margin);
}
