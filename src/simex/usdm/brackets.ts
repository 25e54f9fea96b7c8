/**
 * Leverage brackets: how large a position may be at which leverage, and how much margin must stay behind it.
 * https://www.binance.com/en/support/faq/b3c689c1f50a44cabb3a84e663b81d93
 */
import type { Money, Rate } from '#core/money.ts';
import { addMoney, money, rate, shareOf, subtractMoney, zeroMoney } from '#core/money.ts';

/** Largest position value, highest leverage up to it, maintenance margin rate. */
export type BracketSpec = readonly [cap: string, leverage: number, rate: string];

export interface Bracket {
  readonly floor: Money;
  readonly cap: Money;
  readonly leverage: number;
  readonly rate: Rate;
  /** What the rate takes too much of the part below the floor; the exchange calls it `cum`. */
  readonly deduction: Money;
}

export function readBrackets(specs: readonly BracketSpec[]): readonly Bracket[] {
  let floor = zeroMoney;
  let rateBelow = 0n as Rate;
  let deduction = zeroMoney;
  return specs.map(([cap, leverage, text]) => {
    const own = rate(text);
    deduction = addMoney(deduction, shareOf(floor, (own - rateBelow) as Rate, 'down'));
    const bracket = { floor, cap: money(cap), leverage, rate: own, deduction };
    floor = bracket.cap;
    rateBelow = own;
    return bracket;
  });
}

/** The bracket of a position's value; what is above the last cap stays in the last one. */
export function bracketAt(brackets: readonly Bracket[], value: Money): Bracket {
  const bracket = brackets.find(({ cap }) => value <= cap) ?? brackets.at(-1);
  if (bracket === undefined) throw new Error('a symbol has no leverage brackets');
  return bracket;
}

export function maintenanceMargin(brackets: readonly Bracket[], value: Money): Money {
  const bracket = bracketAt(brackets, value);
  return subtractMoney(shareOf(value, bracket.rate, 'up'), bracket.deduction);
}

/** How large a position may be at a leverage. */
export function largestAt(brackets: readonly Bracket[], leverage: number): Money {
  let largest = zeroMoney;
  for (const bracket of brackets) {
    if (bracket.leverage >= leverage) largest = bracket.cap;
  }
  return largest;
}

export const leverageMax = (brackets: readonly Bracket[]): number => brackets[0]?.leverage ?? 1;
