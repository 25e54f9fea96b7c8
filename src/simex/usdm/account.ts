/** The one account of the simulated exchange: wallet, positions, leverage and cross margin. */
import type { Money, Price, Quantity, Rate } from '#core/money.ts';
import { addMoney, negateMoney, notional, rate, shareOf, subtractMoney, zeroMoney } from '#core/money.ts';
import type { Position } from './position.ts';
import { applyFill, flatPosition, sizeOf, unrealizedPnl } from './position.ts';
import type { PositionSide, Side } from './types.ts';

export interface Account {
  dualSide: boolean;
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
/** The lowest bracket, for every size: liquidation is not simulated. */
export const MAINTENANCE_MARGIN_RATE = rate('0.004');
const DEFAULT_LEVERAGE = 20;
export const LEVERAGE_MAX = 125;

/** Amounts are kept with eight decimals, as the exchange does. */
const CENT = 10n ** 12n;
const towardsZero = (amount: Money): Money => ((amount / CENT) * CENT) as Money;
const awayFromZero = (amount: Money): Money =>
  (amount % CENT === 0n ? amount : towardsZero(amount) + (amount < 0n ? -CENT : CENT)) as Money;

export const openAccount = (wallet: Money, dualSide: boolean): Account => ({
  dualSide,
  wallet,
  reserved: zeroMoney,
  positions: new Map(),
  leverage: new Map(),
  isolated: new Set(),
  updatedMs: 0,
});

const keyOf = (symbol: string, positionSide: PositionSide): string => `${symbol}:${positionSide}`;

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

export function fill(
  account: Account,
  position: Position,
  side: Side,
  quantity: Quantity,
  price: Price,
  feeRate: Rate,
  nowMs: number,
): FillEffect {
  const realized = towardsZero(applyFill(position, side, quantity, price));
  const commission = awayFromZero(shareOf(notional(price, quantity), feeRate, 'up'));
  account.wallet = addMoney(account.wallet, subtractMoney(realized, commission));
  position.updatedMs = nowMs;
  account.updatedMs = nowMs;
  return { realized, commission };
}

export interface Margin {
  readonly unrealized: Money;
  readonly positionInitial: Money;
  readonly maintenance: Money;
  /** What new positions and orders may use. */
  readonly available: Money;
}

export const initialMargin = (value: Money, leverage: number): Money =>
  awayFromZero((value / BigInt(leverage)) as Money);

export function marginOf(account: Account, markOf: (symbol: string) => Price): Margin {
  let unrealized = zeroMoney;
  let positionInitial = zeroMoney;
  let maintenance = zeroMoney;
  for (const position of account.positions.values()) {
    if (position.amount === 0n) continue;
    const mark = markOf(position.symbol);
    const value = notional(mark, sizeOf(position));
    unrealized = addMoney(unrealized, unrealizedPnl(position, mark));
    positionInitial = addMoney(positionInitial, initialMargin(value, leverageOf(account, position.symbol)));
    maintenance = addMoney(maintenance, awayFromZero(shareOf(value, MAINTENANCE_MARGIN_RATE, 'up')));
  }
  const equity = addMoney(account.wallet, unrealized);
  const used = addMoney(positionInitial, account.reserved);
  return { unrealized, positionInitial, maintenance, available: addMoney(equity, negateMoney(used)) };
}
