/**
 * The mark price at which a position is liquidated, everything else staying as it is.
 * https://www.binance.com/en/support/faq/b3c689c1f50a44cabb3a84e663b81d93
 */
import type { Money, Price, Quantity, Rate } from '#core/money.ts';
import { addMoney, notional, rate, subtractMoney } from '#core/money.ts';
import { isIsolated } from './account.ts';
import { bracketAt } from './brackets.ts';
import { crossWalletOf, valuationOf } from './margin.ts';
import type { Position } from './position.ts';
import { sizeOf } from './position.ts';
import type { Floor } from './state.ts';
import { instrumentOn, markOf } from './state.ts';

/** One position of the symbol: one-way mode has one, hedge mode in cross margin has two that share the price. */
export interface Leg {
  /** Signed: negative for a short position. */
  readonly amount: Quantity;
  readonly entryCost: Money;
  /** Maintenance margin rate and amount of its bracket. */
  readonly rate: Rate;
  readonly deduction: Money;
}

const ONE = rate('1');
const NEVER = 0n as Price;
/** A price in another bracket changes the bracket: so often is it looked up again. */
const ROUNDS_MAX = 4;

/** @param balance the wallet, less the maintenance margin of other symbols, plus their unrealised profit */
export function liquidationPrice(legs: readonly Leg[], balance: Money): Price {
  let numerator: bigint = balance;
  let denominator = 0n;
  for (const { amount, entryCost, rate: maintenance, deduction } of legs) {
    const size = amount < 0n ? -amount : amount;
    numerator += deduction + (amount < 0n ? entryCost : -entryCost);
    denominator += size * maintenance - amount * ONE;
  }
  if (denominator === 0n) return NEVER;
  const price = (numerator * ONE) / denominator;
  return (price > 0n ? price : NEVER) as Price;
}

export function liquidationPriceOf(floor: Floor, position: Position): Price {
  if (position.amount === 0n) return NEVER;
  const { account } = floor.state;
  const { brackets } = instrumentOn(floor, position.symbol);
  let own = [position];
  let balance = position.isolatedWallet;
  if (!isIsolated(account, position)) {
    const open = [...account.positions.values()].filter(({ amount }) => amount !== 0n);
    own = open.filter(({ symbol }) => symbol === position.symbol);
    balance = crossWalletOf(floor);
    for (const other of open) {
      if (other.symbol === position.symbol || isIsolated(account, other)) continue;
      const { unrealized, maintenance } = valuationOf(floor, other);
      balance = addMoney(balance, subtractMoney(unrealized, maintenance));
    }
  }
  let price = markOf(floor.state, position.symbol);
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const at = price;
    const legs = own.map((leg) => {
      const bracket = bracketAt(brackets, notional(at, sizeOf(leg)));
      return { amount: leg.amount, entryCost: leg.entryCost, ...bracket };
    });
    price = liquidationPrice(legs, balance);
    if (price === NEVER || price === at) break;
  }
  return price;
}
