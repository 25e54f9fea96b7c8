/** Reads single parameters of requests, each with the refusal that the exchange words for it. */
import type { Money, Price, Quantity } from '#core/money.ts';
import { DecimalError, money, price, quantity } from '#core/money.ts';
import type { Refusal } from '../matching/result.ts';
import * as refusals from './refusals.ts';

/** Exactly the names of the wire, all text. */
export type Parameters = Readonly<Record<string, string | undefined>>;

const DECIMAL = '^([0-9]{1,20})(\\.[0-9]{1,20})?$';
const CLIENT_ID = '^[a-zA-Z0-9-_]{1,36}$';
const WHOLE = '^[0-9]{1,20}$';
const ASSET_DECIMALS_MAX = 8;
const MONEY_DECIMALS_MAX = 16;

/** Thrown and caught inside `collect` only: it keeps a dozen checks in a row readable. */
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

/** The value of a parameter, or undefined where it was not sent. */
export function optional(parameters: Parameters, name: string): string | undefined {
  const value = parameters[name];
  return value === '' ? fail(refusals.emptyParameter(name)) : value;
}

export const required = (parameters: Parameters, name: string): string =>
  optional(parameters, name) ?? fail(refusals.missingParameter(name));

function decimal<T>(read: (text: string) => T, name: string, text: string, decimalsMax: number): T {
  if (!new RegExp(DECIMAL).test(text)) fail(refusals.illegalCharacters(name, DECIMAL));
  const [, decimals = ''] = text.split('.');
  if (decimals.replace(/0+$/, '').length > decimalsMax) fail(refusals.tooPrecise(name));
  try {
    return read(text.replace(/^0+(?=\d)/, ''));
  } catch (error) {
    if (error instanceof DecimalError) return fail(refusals.invalidParameter(name));
    throw error;
  }
}

export function readPrice(parameters: Parameters, name: string): Price {
  const at = decimal(price, name, required(parameters, name), ASSET_DECIMALS_MAX);
  // Within the exchange a price of zero stands for none, and no symbol allows it.
  return at === 0n ? fail(refusals.filterFailure('PRICE_FILTER')) : at;
}
export const readQuantity = (parameters: Parameters, name: string): Quantity =>
  decimal(quantity, name, required(parameters, name), ASSET_DECIMALS_MAX);
export const readMoney = (parameters: Parameters, name: string): Money =>
  decimal(money, name, required(parameters, name), MONEY_DECIMALS_MAX);

export function readWhole(parameters: Parameters, name: string): number | undefined {
  const text = optional(parameters, name);
  if (text === undefined) return undefined;
  return new RegExp(WHOLE).test(text) ? Number(text) : fail(refusals.illegalCharacters(name, WHOLE));
}

export function readFlag(parameters: Parameters, name: string): boolean | undefined {
  const text = optional(parameters, name)?.toLowerCase();
  if (text === undefined) return undefined;
  return text === 'true' || text === 'false' ? text === 'true' : fail(refusals.invalidParameter(name));
}

export const choice = <T extends string>(value: string, allowed: readonly T[], refusal: Refusal): T =>
  allowed.find((one) => one === value) ?? fail(refusal);

export function readClientId(parameters: Parameters, name: string): string | undefined {
  const text = optional(parameters, name);
  if (text === undefined || new RegExp(CLIENT_ID).test(text)) return text;
  return fail(refusals.illegalCharacters(name, CLIENT_ID));
}

/** A JSON list of text, as in `symbols=["BTCUSDT","BNBUSDT"]`. */
export function readTexts(parameters: Parameters, name: string): readonly string[] | undefined {
  const text = optional(parameters, name);
  if (text === undefined) return undefined;
  const parsed = parse(text);
  return Array.isArray(parsed) && parsed.every((one) => typeof one === 'string')
    ? parsed
    : fail(refusals.invalidJson(name));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
