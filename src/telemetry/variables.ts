/** Reading the values of OTEL_* variables: what cannot be used is named, and a secret is never repeated. */

import { readFileSync } from 'node:fs';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Variable {
  readonly name: string;
  readonly value: string | undefined;
}

/** A sentence for whoever set the variable. */
export class SettingError extends Error {
  override readonly name = 'SettingError';
}

const DURATION_MS_MAX = 3_600_000;

/** Blank counts as not set. */
export function variable(env: Environment, name: string): Variable {
  const value = env[name]?.trim();
  return { name, value: value === '' ? undefined : value };
}

export const isTrue = ({ value }: Variable): boolean => value?.toLowerCase() === 'true';

export function oneOf<const V extends string>(
  { name, value }: Variable,
  known: readonly V[],
  fallback: V,
): V {
  if (value === undefined) return fallback;
  const found = known.find((one) => one === value);
  if (found === undefined) throw new SettingError(`${name} is ${value}: known are ${known.join(' and ')}`);
  return found;
}

export function durationMs({ name, value }: Variable, fallback: number, min: number): number {
  if (value === undefined) return fallback;
  const ms = Number(value);
  if (!Number.isInteger(ms) || ms < min || ms > DURATION_MS_MAX) {
    throw new SettingError(
      `${name} is ${value}: expected whole milliseconds from ${min} to ${DURATION_MS_MAX}`,
    );
  }
  return ms;
}

export function fileOf({ name, value }: Variable): Buffer | undefined {
  if (value === undefined) return undefined;
  try {
    return readFileSync(value);
  } catch (error) {
    throw new SettingError(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** name=value,name=value with percent encoding in both. */
export function pairsOf({ name, value }: Variable): Record<string, string> {
  const entries = (value ?? '').split(',').filter((entry) => entry.trim() !== '');
  return Object.fromEntries(
    entries.map((entry, index) => {
      const equals = entry.indexOf('=');
      const key = decoded(entry.slice(0, Math.max(0, equals)));
      const text = decoded(entry.slice(equals + 1));
      if (key === undefined || key === '' || text === undefined) {
        throw new SettingError(`${name}: entry ${index + 1} is not name=value with percent encoding`);
      }
      return [key, text];
    }),
  );
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.trim());
  } catch {
    return undefined;
  }
}
