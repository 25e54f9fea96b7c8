/**
 * The one spot account: what it has of each asset, free and locked. An amount of any asset is a Money, so that base
 * and quote assets are counted alike.
 */
import type { Money, Price, Quantity, Rate } from '#core/money.ts';
import { addMoney, money, notional, price, rate, shareOf, subtractMoney, zeroMoney } from '#core/money.ts';

export interface Balance {
  free: Money;
  locked: Money;
}

export interface Account {
  readonly balances: Map<string, Balance>;
  updatedMs: number;
}

/** A locked amount; it is as large as the most that one of its orders can need. */
export interface Reserve {
  readonly asset: string;
  amount: Money;
}

/** Maker and taker pay the same at the lowest level. */
export const COMMISSION_BASIS_POINTS = 10;
export const COMMISSION_RATE = (rate('0.0001') * BigInt(COMMISSION_BASIS_POINTS)) as Rate;

/** Amounts are kept with eight decimals, as the exchange does. */
const CENT = 10n ** 12n;
const ONE = price('1');

export const openAccount = (balances: Readonly<Record<string, string>>): Account => ({
  balances: new Map(
    Object.entries(balances).map(([asset, free]) => [asset, { free: money(free), locked: zeroMoney }]),
  ),
  updatedMs: 0,
});

/** A quantity of the base asset as an amount. */
export const amountOf = (quantity: Quantity): Money => notional(ONE, quantity);

export function balanceOf({ balances }: Account, asset: string): Balance {
  let balance = balances.get(asset);
  if (balance === undefined) {
    balance = { free: zeroMoney, locked: zeroMoney };
    balances.set(asset, balance);
  }
  return balance;
}

/** Brings a reserve to an amount; the account must have what is missing. */
export function adjust(account: Account, reserve: Reserve, amount: Money): void {
  const balance = balanceOf(account, reserve.asset);
  const more = subtractMoney(amount, reserve.amount);
  balance.free = subtractMoney(balance.free, more);
  balance.locked = addMoney(balance.locked, more);
  reserve.amount = amount;
  if (balance.free < 0n) throw new Error(`${reserve.asset}: ${amount} cannot be locked`);
}

/** Pays out of a reserve, and what is missing there from the free balance. */
export function spend(account: Account, reserve: Reserve, amount: Money): void {
  const balance = balanceOf(account, reserve.asset);
  const locked = amount < reserve.amount ? amount : reserve.amount;
  reserve.amount = subtractMoney(reserve.amount, locked);
  balance.locked = subtractMoney(balance.locked, locked);
  balance.free = subtractMoney(balance.free, subtractMoney(amount, locked));
  if (balance.free < 0n) throw new Error(`${reserve.asset}: ${amount} cannot be paid`);
}

/** Takes in what was bought, without the commission on it. */
export function receive(account: Account, asset: string, amount: Money, feeRate: Rate): Money {
  const fee = shareOf(amount, feeRate, 'down');
  const commission = (fee - (fee % CENT)) as Money;
  const balance = balanceOf(account, asset);
  balance.free = addMoney(balance.free, subtractMoney(amount, commission));
  return commission;
}

/** What a quantity costs, in the asset that an order of that side pays with. */
export const payment = (side: 'BUY' | 'SELL', at: Price, quantity: Quantity): Money =>
  side === 'BUY' ? notional(at, quantity) : amountOf(quantity);
