/** Numbers and times as people read them. */

import { MICROS_PER_MS, type Micros } from '#core/ids.ts';
import type { DecimalText } from '#core/money.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** 2026-11-23T18:30:00.123456Z */
export function showTime(at: Micros): string {
  const micros = String(at % MICROS_PER_MS).padStart(3, '0');
  return `${new Date(Math.floor(at / MICROS_PER_MS)).toISOString().slice(0, -1)}${micros}Z`;
}

/** 0.4 ms, 38 ms, 1.2 s, 3 min 5 s, 2 h 10 min */
export function showDuration(micros: number): string {
  const ms = Math.max(0, micros) / MICROS_PER_MS;
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < SECOND_MS) return `${Math.round(ms)} ms`;
  if (ms < 10 * SECOND_MS) return `${(ms / SECOND_MS).toFixed(1)} s`;
  if (ms < MINUTE_MS) return `${Math.round(ms / SECOND_MS)} s`;
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min ${Math.floor((ms % MINUTE_MS) / SECOND_MS)} s`;
  return `${Math.floor(ms / HOUR_MS)} h ${Math.floor((ms % HOUR_MS) / MINUTE_MS)} min`;
}

/** 50012.30 as 50 012.30 */
export function groupDigits(text: DecimalText): string {
  const [whole = '', fraction] = text.split('.');
  const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, ' ');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

const decimalsOf = (text: DecimalText): number => text.split('.')[1]?.length ?? 0;

export const decimalsMax = (texts: readonly DecimalText[]): number =>
  texts.reduce((most, text) => Math.max(most, decimalsOf(text)), 0);

/** Cut, not rounded, to so many decimals. Only for people: never for a figure that anything is computed from. */
export function cutDecimals(text: DecimalText, decimals: number): string {
  const [whole = '', fraction = ''] = text.split('.');
  return decimals === 0 ? whole : `${whole}.${fraction.slice(0, decimals).padEnd(decimals, '0')}`;
}

/** An object with the names of the wire: snake_case. */
export function wireNames(object: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  );
}

export const plural = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`;
