/**
 * Exact decimal arithmetic for prices, quantities and money.
 *
 * A value is a bigint count of a fixed smallest unit, so that sums, comparisons and the product of a price
 * and a quantity are exact integer operations without any rounding:
 *
 *   Price, Quantity, Rate   units of 1e-10
 *   Money                   units of 1e-20  (= Price x Quantity)
 *
 * Where a result cannot be exact (a ratio, a share of an amount) the caller names the direction of rounding.
 * On every wire, and in every fact, a value is a decimal string; these functions are the only way in and out.
 */

declare const brand: unique symbol;

/** Quote units per base unit, in units of 1e-10. */
export type Price = bigint & { readonly [brand]: 'Price' };
/** Base units, in units of 1e-10. */
export type Quantity = bigint & { readonly [brand]: 'Quantity' };
/** A plain ratio (0.02 is two percent), in units of 1e-10. */
export type Rate = bigint & { readonly [brand]: 'Rate' };
/** An amount of the quote asset, in units of 1e-20. */
export type Money = bigint & { readonly [brand]: 'Money' };

/** A decimal number as text: optional minus, digits, optional fraction; never an exponent. */
export type DecimalText = string;

export type Rounding = 'down' | 'up';

const UNIT_DIGITS = 10;
const MONEY_DIGITS = 20;
const UNIT = 10n ** 10n;
const POWERS_OF_TEN = Array.from({ length: MONEY_DIGITS + 1 }, (_, exponent) => 10n ** BigInt(exponent));
const BASIS_POINTS = 10_000n;
const HUNDREDTHS = 100n;
const MAX_TEXT_LENGTH = 64;
const DECIMAL = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;

export const zeroPrice = 0n as Price;
export const zeroQuantity = 0n as Quantity;
export const zeroMoney = 0n as Money;

export class DecimalError extends Error {
  override readonly name = 'DecimalError';
}

const powerOfTen = (exponent: number): bigint => POWERS_OF_TEN[exponent] ?? 10n ** BigInt(exponent);

function parse(text: string, digits: number): bigint {
  if (text.length > MAX_TEXT_LENGTH || !DECIMAL.test(text)) {
    throw new DecimalError(`not a decimal number: ${JSON.stringify(text.slice(0, MAX_TEXT_LENGTH))}`);
  }
  const point = text.indexOf('.');
  if (point === -1) return BigInt(text) * powerOfTen(digits);
  let end = text.length;
  while (text.charCodeAt(end - 1) === 48) end -= 1;
  const fraction = text.slice(point + 1, end);
  if (fraction.length > digits) {
    throw new DecimalError(`more than ${digits} decimals: ${JSON.stringify(text)}`);
  }
  return BigInt(text.slice(0, point) + fraction) * powerOfTen(digits - fraction.length);
}

function format(value: bigint, digits: number): DecimalText {
  if (value === 0n) return '0';
  const negative = value < 0n;
  const text = (negative ? -value : value).toString().padStart(digits + 1, '0');
  let end = text.length;
  const point = end - digits;
  while (end > point && text.charCodeAt(end - 1) === 48) end -= 1;
  const body = end === point ? text.slice(0, point) : `${text.slice(0, point)}.${text.slice(point, end)}`;
  return negative ? `-${body}` : body;
}

/** @throws DecimalError unless the text is a plain decimal with at most 10 decimals. */
export const price = (text: DecimalText): Price => parse(text, UNIT_DIGITS) as Price;
/** @throws DecimalError unless the text is a plain decimal with at most 10 decimals. */
export const quantity = (text: DecimalText): Quantity => parse(text, UNIT_DIGITS) as Quantity;
/** @throws DecimalError unless the text is a plain decimal with at most 10 decimals. */
export const rate = (text: DecimalText): Rate => parse(text, UNIT_DIGITS) as Rate;
/** @throws DecimalError unless the text is a plain decimal with at most 20 decimals. */
export const money = (text: DecimalText): Money => parse(text, MONEY_DIGITS) as Money;

export const showPrice = (value: Price): DecimalText => format(value, UNIT_DIGITS);
export const showQuantity = (value: Quantity): DecimalText => format(value, UNIT_DIGITS);
export const showRate = (value: Rate): DecimalText => format(value, UNIT_DIGITS);
export const showMoney = (value: Money): DecimalText => format(value, MONEY_DIGITS);

/** Price times quantity: exact. */
export const notional = (at: Price, of: Quantity): Money => (at * of) as Money;

export const addMoney = (a: Money, b: Money): Money => (a + b) as Money;
export const subtractMoney = (a: Money, b: Money): Money => (a - b) as Money;
export const negateMoney = (a: Money): Money => -a as Money;
export const addQuantity = (a: Quantity, b: Quantity): Quantity => (a + b) as Quantity;
export const subtractQuantity = (a: Quantity, b: Quantity): Quantity => (a - b) as Quantity;

/** Division of integers towards zero ('down') or away from zero ('up'). */
function divide(numerator: bigint, denominator: bigint, rounding: Rounding): bigint {
  const quotient = numerator / denominator;
  if (rounding === 'down' || quotient * denominator === numerator) return quotient;
  const positive = numerator > 0n ? denominator > 0n : denominator < 0n;
  return positive ? quotient + 1n : quotient - 1n;
}

/** A share of an amount, e.g. a fee. */
export const shareOf = (amount: Money, share: Rate, rounding: Rounding): Money =>
  divide(amount * share, UNIT, rounding) as Money;

/** One amount as a ratio of another, e.g. a loss of the equity. */
export const ratioOf = (amount: Money, of: Money): Rate =>
  (of === 0n ? 0n : divide(amount * UNIT, of, 'down')) as Rate;

/** The amount of which another is a share: divideMoney(2, 0.02) is 100. */
export const divideMoney = (amount: Money, by: Rate, rounding: Rounding): Money =>
  divide(amount * UNIT, by, rounding) as Money;

/** A price moved by a share of itself: movePrice(100, 0.02) is 102, movePrice(100, -0.02) is 98. */
export const movePrice = (from: Price, by: Rate, rounding: Rounding): Price =>
  divide(from * (UNIT + by), UNIT, rounding) as Price;

export const negateRate = (a: Rate): Rate => -a as Rate;

/** A price times a ratio: scalePrice(100, 1.05) is 105. */
export const scalePrice = (from: Price, by: Rate, rounding: Rounding): Price =>
  divide(from * by, UNIT, rounding) as Price;

/** The way from one price to another in basis points of a third, with two decimals: basisPoints(100, 101, 100) is 100. */
export const basisPoints = (from: Price, to: Price, of: Price): Rate =>
  (divide((to - from) * BASIS_POINTS * HUNDREDTHS, of, 'down') * (UNIT / HUNDREDTHS)) as Rate;

/** The way from one price to another as a ratio of a third: rateBetween(99, 101, 100) is 0.02. */
export const rateBetween = (from: Price, to: Price, of: Price): Rate =>
  (of === 0n ? 0n : divide((to - from) * UNIT, of, 'down')) as Rate;

/** The price at which a quantity is worth an amount, e.g. the average price of several fills. */
export const priceOf = (amount: Money, of: Quantity, rounding: Rounding): Price =>
  divide(amount, of, rounding) as Price;

/** The quantity that an amount buys at a price. */
export const quantityFor = (amount: Money, at: Price, rounding: Rounding): Quantity =>
  divide(amount, at, rounding) as Quantity;

/** The nearest multiple of step, counted from zero, at or below ('down') or at or above ('up') the value. */
export function roundToStep<T extends Price | Quantity>(value: T, step: T, rounding: Rounding): T {
  const steps = divide(value, step, rounding);
  return (steps * step) as T;
}

export const isMultipleOf = <T extends Price | Quantity>(value: T, step: T): boolean =>
  (value as bigint) % (step as bigint) === 0n;

/** For display and for telemetry, where an approximation is what a chart needs. Never for a decision. */
export const approximate = (text: DecimalText): number => Number(text);
