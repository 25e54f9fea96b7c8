/** When a signal was made, as publishers write it. */

import { z } from 'zod';
import { readDecimal } from './decimal.ts';
import { isNumberLiteral } from './json.ts';
import type { SignalProblem } from './problems.ts';

const dateTime = z.iso.datetime({ offset: true, local: true });
const OFFSET = /(?:Z|[+-]\d{2}:\d{2})$/;

/** Numbers below are seconds, from here on milliseconds: in seconds it is the year 5138, in milliseconds 1973. */
const MILLISECONDS_FROM = 100_000_000_000;
const YEAR_2000_MS = 946_684_800_000;
const YEAR_2100_MS = 4_102_444_800_000;

const malformed: SignalProblem = {
  code: 'wrong_format',
  message: 'must be an RFC 3339 time, or the epoch in seconds or milliseconds',
};
const outside: SignalProblem = { code: 'out_of_range', message: 'must lie between the years 2000 and 2100' };

export function readTimestampMs(value: unknown): number | SignalProblem {
  let ms: number;
  if (isNumberLiteral(value)) {
    const reading = readDecimal(value, { min: '0', max: '100000000000000' });
    if (!reading.ok) return outside;
    const epoch = Number(reading.text);
    ms = Math.floor(epoch < MILLISECONDS_FROM ? epoch * 1000 : epoch);
  } else if (typeof value === 'string') {
    if (!dateTime.safeParse(value).success) return malformed;
    // Publishers that write no offset write UTC.
    ms = Date.parse(OFFSET.test(value) ? value : `${value}Z`);
    if (Number.isNaN(ms)) return malformed;
  } else {
    return { code: 'wrong_type', message: 'must be a string or a number' };
  }
  return ms >= YEAR_2000_MS && ms < YEAR_2100_MS ? ms : outside;
}
