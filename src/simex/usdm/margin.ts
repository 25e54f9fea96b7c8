/**
 * What the account's positions need and what is left: initial and maintenance margin, cross and isolated.
 * https://www.binance.com/en/support/faq/b3c689c1f50a44cabb3a84e663b81d93
 */
import type { Money, Price, Quantity } from '#core/money.ts';
import { addMoney, notional, subtractMoney, zeroMoney } from '#core/money.ts';
import { awayFromZero, initialMargin, isIsolated, leverageOf } from './account.ts';
import { maintenanceMargin } from './brackets.ts';
import type { Position } from './position.ts';
import { sizeOf, unrealizedPnl } from './position.ts';
import type { Floor } from './state.ts';
import { instrumentOn, markOf } from './state.ts';

/** One position at the mark price. */
export interface Valuation {
  readonly mark: Price;
  /** Never negative. */
  readonly value: Money;
  readonly unrealized: Money;
  readonly initial: Money;
  readonly maintenance: Money;
}

export interface Margin {
  readonly unrealized: Money;
  readonly positionInitial: Money;
  readonly maintenance: Money;
  /** The wallet without what isolated positions have set aside. */
  readonly crossWallet: Money;
  readonly crossUnrealized: Money;
  readonly crossMaintenance: Money;
  /** What new positions and orders may use. */
  readonly available: Money;
}

export function valuationOf(floor: Floor, position: Position): Valuation {
  const mark = markOf(floor.state, position.symbol);
  const value = notional(mark, sizeOf(position));
  const { brackets } = instrumentOn(floor, position.symbol);
  return {
    mark,
    value,
    unrealized: unrealizedPnl(position, mark),
    initial: initialMargin(value, leverageOf(floor.state.account, position.symbol)),
    maintenance: awayFromZero(maintenanceMargin(brackets, value)),
  };
}

export function marginOf(floor: Floor): Margin {
  const { account } = floor.state;
  let unrealized = zeroMoney;
  let positionInitial = zeroMoney;
  let maintenance = zeroMoney;
  let crossWallet = account.wallet;
  let crossUnrealized = zeroMoney;
  let crossMaintenance = zeroMoney;
  let crossInitial = zeroMoney;
  for (const position of account.positions.values()) {
    if (position.amount === 0n) continue;
    const one = valuationOf(floor, position);
    unrealized = addMoney(unrealized, one.unrealized);
    positionInitial = addMoney(positionInitial, one.initial);
    maintenance = addMoney(maintenance, one.maintenance);
    if (isIsolated(account, position)) {
      crossWallet = subtractMoney(crossWallet, position.isolatedWallet);
    } else {
      crossUnrealized = addMoney(crossUnrealized, one.unrealized);
      crossMaintenance = addMoney(crossMaintenance, one.maintenance);
      crossInitial = addMoney(crossInitial, one.initial);
    }
  }
  const used = addMoney(crossInitial, account.reserved);
  return {
    unrealized,
    positionInitial,
    maintenance,
    crossWallet,
    crossUnrealized,
    crossMaintenance,
    available: subtractMoney(addMoney(crossWallet, crossUnrealized), used),
  };
}

export function crossWalletOf({ state: { account } }: Floor): Money {
  let free = account.wallet;
  for (const { isolatedWallet } of account.positions.values()) free = subtractMoney(free, isolatedWallet);
  return free;
}

/** The value of the open orders of one side that may make a position larger. */
export function restingValue(floor: Floor, symbol: string, side: 'bids' | 'asks', of: Position): Money {
  let sum = zeroMoney;
  for (const order of floor.state.listings.get(symbol)?.book[side] ?? []) {
    if (order.closing || order.positionSide !== of.positionSide) continue;
    const open = (order.quantity - order.executed) as Quantity;
    sum = addMoney(sum, notional(order.price, open));
  }
  return sum;
}
