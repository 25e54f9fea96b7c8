/**
 * Numbers of the outside world as decimal text. A string is taken exactly or not at all. A JSON number usually comes
 * from a binary float and carries its noise (0.30000000000000004): what lies beyond the tenth decimal is rounded off.
 */

import { type DecimalText, type Rate, showRate } from '#core/money.ts';
import { isNumberLiteral } from './json.ts';

const DECIMALS_MAX = 10;
const LENGTH_MAX = 64;
/** Enough for every finite double. */
const SHIFT_PLACES_MAX = 400;
const STRING = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?$/;
const LITERAL = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

export interface Bounds {
  readonly min: DecimalText;
  /** The bound itself is not allowed. */
  readonly aboveMin?: boolean;
  readonly max: DecimalText;
  readonly belowMax?: boolean;
}

export type DecimalReading =
  | { readonly ok: true; readonly text: DecimalText }
  | {
      readonly ok: false;
      readonly code: 'wrong_type' | 'not_a_decimal' | 'out_of_range';
      readonly message: string;
    };

/** @param movePoint by how many places the decimal point moves to the left: 2 makes a rate of a percentage. */
export function readDecimal(value: unknown, bounds: Bounds, movePoint = 0): DecimalReading {
  const units =
    typeof value === 'string'
      ? parseUnits(STRING, value, movePoint, false)
      : isNumberLiteral(value)
        ? parseUnits(LITERAL, value.rawJSON, movePoint, true)
        : undefined;
  if (units === undefined)
    return { ok: false, code: 'wrong_type', message: 'must be a number or a decimal string' };
  if (units === 'malformed') {
    const decimals = DECIMALS_MAX - movePoint;
    return {
      ok: false,
      code: 'not_a_decimal',
      message: `must be a plain decimal with at most ${decimals} decimals`,
    };
  }
  return within(units, bounds, movePoint)
    ? { ok: true, text: showRate(units as Rate) }
    : { ok: false, code: 'out_of_range', message: `must be ${showBounds(bounds)}` };
}

/** A count of 1e-10, or malformed. */
function parseUnits(pattern: RegExp, text: string, movePoint: number, round: boolean): bigint | 'malformed' {
  const match = text.length > LENGTH_MAX ? null : pattern.exec(text);
  if (match === null) return 'malformed';
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const shift = Number(exponent) - fraction.length - movePoint + DECIMALS_MAX;
  if (Math.abs(shift) > SHIFT_PLACES_MAX) return 'malformed';
  const digits = BigInt(whole + fraction);
  let units: bigint;
  if (shift >= 0) {
    units = digits * 10n ** BigInt(shift);
  } else {
    const divisor = 10n ** BigInt(-shift);
    if (!round && digits % divisor !== 0n) return 'malformed';
    units = (digits * 2n + divisor) / (divisor * 2n);
  }
  return sign === '-' ? -units : units;
}

function within(units: bigint, bounds: Bounds, movePoint: number): boolean {
  const min = boundUnits(bounds.min, movePoint);
  const max = boundUnits(bounds.max, movePoint);
  const overMin = bounds.aboveMin === true ? units > min : units >= min;
  const underMax = bounds.belowMax === true ? units < max : units <= max;
  return overMin && underMax;
}

function boundUnits(text: DecimalText, movePoint: number): bigint {
  const units = parseUnits(STRING, text, movePoint, false);
  if (units === 'malformed') throw new Error(`a bound that is no decimal: ${text}`);
  return units;
}

export function showBounds({ min, aboveMin, max, belowMax }: Bounds): string {
  return `${aboveMin === true ? 'over' : 'at least'} ${min} and ${belowMax === true ? 'under' : 'at most'} ${max}`;
}
