/** What a variable of the environment may be: the kinds of values that the table of the configuration is made of. */

import { createPrivateKey } from 'node:crypto';
import type { Symbol } from '#core/ids.ts';
import type { DecimalText } from '#core/money.ts';
import { Secret } from '#core/secret.ts';

export interface Variable<T> {
  readonly meaning: string;
  readonly fallback: string;
  /** It is never shown, and may come from the file that NAME_FILE names. */
  readonly secret?: boolean;
  readonly optional?: boolean;
  /** Undefined if the text cannot be a value. */
  readonly read: (text: string) => T | undefined;
  /** What a value looks like, for the one who wrote another. */
  readonly form: string;
}

/** It has no value unless one is given. */
export type Optional<T> = Variable<T> & { readonly optional: true };

export const optional = <T>(variable: Omit<Variable<T>, 'fallback' | 'optional'>): Optional<T> => ({
  ...variable,
  fallback: '',
  optional: true,
});

const PORT_MAX = 65_535;

export const port = (fallback: number, meaning: string): Variable<number> => ({
  meaning,
  fallback: String(fallback),
  form: `a port from 1 to ${PORT_MAX}`,
  read: (text) => wholeNumber(text, 1, PORT_MAX),
});

export const milliseconds = (
  fallback: number,
  min: number,
  max: number,
  meaning: string,
): Variable<number> => ({
  meaning,
  fallback: String(fallback),
  form: `whole milliseconds from ${min} to ${max}`,
  read: (text) => wholeNumber(text, min, max),
});

export const text = (fallback: string, pattern: RegExp, form: string, meaning: string): Variable<string> => ({
  meaning,
  fallback,
  form,
  read: (value) => (pattern.test(value) ? value : undefined),
});

export const oneOf = <const T extends string>(
  fallback: NoInfer<T>,
  values: readonly T[],
  meaning: string,
): Variable<T> => ({
  meaning,
  fallback,
  form: `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`,
  read: (text) => values.find((value) => value === text),
});

export const decimal = (
  fallback: DecimalText,
  isValid: (value: DecimalText) => boolean,
  form: string,
  meaning: string,
): Variable<DecimalText> => ({
  meaning,
  fallback,
  form,
  read: (value) => {
    try {
      return isValid(value) ? value : undefined;
    } catch {
      return undefined;
    }
  },
});

export const secret = (fallback: string, meaning: string): Variable<Secret> => ({
  meaning,
  fallback,
  secret: true,
  form: 'a text without spaces',
  read: (value) => (value === fallback || /^\S+$/.test(value) ? new Secret(value) : undefined),
});

/** Only to loopback may keys travel in the open. */
export const address = (schemes: 'http' | 'ws', meaning: string): Optional<string> =>
  optional({
    meaning,
    form: `an address with ${schemes}s://, or ${schemes}:// on this machine`,
    read: (value) => {
      const url = URL.parse(value);
      if (url === null || url.username !== '' || url.search !== '') return undefined;
      const open = url.protocol === `${schemes}:` && LOOPBACK.test(url.hostname);
      return open || url.protocol === `${schemes}s:` ? value.replace(/\/$/, '') : undefined;
    },
  });
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** The secret of an HMAC key, or an Ed25519 key. */
export function signingKey(value: string): Secret | undefined {
  if (!value.includes('-----BEGIN')) return /^\S+$/.test(value) ? new Secret(value) : undefined;
  try {
    return createPrivateKey(value).asymmetricKeyType === 'ed25519' ? new Secret(value) : undefined;
  } catch {
    return undefined;
  }
}

export function wholeNumber(value: string, min: number, max: number): number | undefined {
  const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
  return number >= min && number <= max ? number : undefined;
}

const SYMBOL = /^[A-Z0-9_]{2,32}$/;

export function symbols(value: string): Symbol[] | undefined {
  const list = value.split(',').map((symbol) => symbol.trim());
  return list.every((symbol) => SYMBOL.test(symbol)) ? (list as Symbol[]) : undefined;
}

/** What is wanted of each symbol: of those that are named, and of all others. */
export interface PerSymbol<T> {
  readonly others: T | undefined;
  readonly named: ReadonlyMap<Symbol, T>;
}

/** Such as `5`, or `5,BTCUSDT=10`. */
export function perSymbol<T>(value: string, read: (text: string) => T | undefined): PerSymbol<T> | undefined {
  const named = new Map<Symbol, T>();
  let others: T | undefined;
  for (const part of value.split(',')) {
    const [, symbol, given = ''] = /^(?:([^=]*)=)?(.*)$/.exec(part.trim()) ?? [];
    const wanted = read(given.trim());
    if (wanted === undefined) return undefined;
    if (symbol === undefined) {
      if (others !== undefined) return undefined;
      others = wanted;
    } else {
      if (!SYMBOL.test(symbol) || named.has(symbol as Symbol)) return undefined;
      named.set(symbol as Symbol, wanted);
    }
  }
  return { others, named };
}
