/** Reads single parameters of requests: presence, spelling and form, each with its own refusal. */
import type { Price, Quantity } from '#core/money.ts';
import { DecimalError, price } from '#core/money.ts';
import type { Refusal } from '../matching/result.ts';
import { priceMatches } from './matching.ts';
import type { AlgoOrderParams, OrderParams } from './params.ts';
import * as refusals from './refusals.ts';
import type { Instrument } from './symbols.ts';
import type { PriceMatch } from './types.ts';

const CLIENT_ID = /^[.A-Z:/a-z0-9_-]{1,36}$/;
const CLIENT_ID_LENGTH_MAX = 36;
export const NO_PRICE = 0n as Price;
export const NO_QUANTITY = 0n as Quantity;

/** Thrown by a reader and caught by `collect`: it keeps a dozen checks in a row readable. */
class Refused extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.msg);
    this.refusal = refusal;
  }
}

export function collect<T>(read: () => T): T | Refusal {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refused) return error.refusal;
    throw error;
  }
}

export function fail(refusal: Refusal): never {
  throw new Refused(refusal);
}

export function required(value: string | undefined, name: string): string {
  return value === undefined || value === '' ? fail(refusals.missingParameter(name)) : value;
}

export function decimal<T>(read: (text: string) => T, value: string | undefined, name: string): T {
  try {
    return read(required(value, name));
  } catch (error) {
    if (error instanceof DecimalError) return fail(refusals.missingParameter(name));
    throw error;
  }
}

export function flag(value: string | undefined, name: string): boolean {
  if (value === undefined) return false;
  const lower = value.toLowerCase();
  if (lower !== 'true' && lower !== 'false') fail(refusals.invalidParameter(name));
  return lower === 'true';
}

export function choice<T extends string>(value: string, allowed: readonly T[], refusal: Refusal): T {
  return allowed.find((one) => one === value) ?? fail(refusal);
}

export function clientIdOf(value: string | undefined, name: string): string | undefined {
  if (value === undefined || value === '') return undefined;
  if (value.length > CLIENT_ID_LENGTH_MAX) fail(refusals.clientIdTooLong());
  if (!CLIENT_ID.test(value)) fail(refusals.invalidParameter(name));
  return value;
}

/** Price or price match: one of them, not both. */
export function pricing(params: {
  readonly price?: string | undefined;
  readonly priceMatch?: string | undefined;
}): {
  readonly price: Price;
  readonly priceMatch: PriceMatch;
} {
  const { priceMatch } = params;
  if (priceMatch === undefined || priceMatch === 'NONE') {
    return { price: decimal(price, params.price, 'price'), priceMatch: 'NONE' };
  }
  if (params.price !== undefined) fail(refusals.needlessParameter('price'));
  return { price: NO_PRICE, priceMatch: choice(priceMatch, priceMatches, refusals.invalidPriceMatch()) };
}

const GOOD_TILL_AFTER_MS = 600_000;
const GOOD_TILL_MAX_MS = 253_402_300_799_000;

/** A whole number such as a time or an id, or undefined. */
export const wholeNumber = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;

/** When a GTD order ends, to the second; 0 for every other time in force. */
export function goodTillOf(timeInForce: string, value: string | undefined, nowMs: number): number {
  if (timeInForce !== 'GTD') return 0;
  const atMs = wholeNumber(value) ?? fail(refusals.missingParameter('goodTillDate'));
  if (atMs <= nowMs + GOOD_TILL_AFTER_MS || atMs >= GOOD_TILL_MAX_MS) fail(refusals.invalidGoodTillDate());
  return atMs - (atMs % 1000);
}

export function readCommon(
  params: OrderParams | AlgoOrderParams,
  instruments: ReadonlyMap<string, Instrument>,
  dualSide: boolean,
) {
  const instrument = instruments.get(required(params.symbol, 'symbol')) ?? fail(refusals.invalidSymbol());
  const side = choice(required(params.side, 'side'), ['BUY', 'SELL'] as const, refusals.invalidSide());
  const positionSide = choice(
    params.positionSide ?? 'BOTH',
    ['BOTH', 'LONG', 'SHORT'] as const,
    refusals.invalidParameter('positionSide'),
  );
  if (dualSide === (positionSide === 'BOTH')) fail(refusals.positionSideMismatch());
  // The exchange spells the name in lower case in this one message.
  if (dualSide && params.reduceOnly !== undefined) fail(refusals.needlessParameter('reduceonly'));
  const selfTradePrevention = choice(
    params.selfTradePreventionMode ?? 'EXPIRE_MAKER',
    ['NONE', 'EXPIRE_TAKER', 'EXPIRE_MAKER', 'EXPIRE_BOTH'] as const,
    refusals.invalidSelfTradePrevention(),
  );
  return {
    instrument,
    side,
    positionSide,
    reduceOnly: flag(params.reduceOnly, 'reduceOnly'),
    selfTradePrevention,
  };
}
