/** What a REST endpoint is: its weight, its security and what it does. */
import type { Result } from '../matching/result.ts';
import type { Parameters } from './parameters.ts';

export interface RouteContext {
  readonly parameters: Parameters;
  /** The exchange's own clock. */
  readonly nowMs: number;
  /** The clock that it shows, which a fault may have skewed. */
  readonly serverTimeMs: number;
}

export interface Route {
  readonly weight: number | ((parameters: Parameters) => number);
  readonly security: 'none' | 'key' | 'signed';
  /** Counts against the order limits. */
  readonly isOrder?: true;
  readonly run: (context: RouteContext) => Result<{ readonly body: unknown }>;
}

/** By method and path: `GET /fapi/v1/time`. */
export type RouteTable = Readonly<Record<string, Route>>;

export const answer = (body: unknown): Result<{ readonly body: unknown }> => ({ ok: true, body });

export function given<T extends object>(
  result: Result<T>,
  body: (value: T) => unknown,
): Result<{ body: unknown }> {
  return result.ok ? { ok: true, body: body(result) } : result;
}

/** A weight that depends on whether one symbol is asked for. */
export const perSymbol = (one: number, all: number) => (parameters: Parameters) =>
  parameters['symbol'] === undefined ? all : one;
