/**
 * How far the journal's telemetry has been delivered, in a small file. It is replaced as a whole by a rename and is
 * not synced to the disk: a killed process loses nothing, and after a power failure some facts are sent again with
 * the same ids, which is cheaper than competing with the journal for the disk.
 */

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Micros, Seq } from '#core/ids.ts';
import type { MetricTotals } from './metrics.ts';

/** Rises when the file's shape changes; a file of another version is not used. */
const CURSOR_VERSION = 2;

export interface CursorState {
  /** The time of the journal's first entry: a cursor belongs to one journal. */
  readonly origin: Micros;
  /** The last fact whose span and log record the collector has. */
  readonly seq: Seq;
  /** When the totals began to be counted. */
  readonly since: Micros;
  readonly totals: MetricTotals;
}

export interface Cursor {
  /** Undefined where there is nothing stored that can be used. */
  load(): CursorState | undefined;
  save(state: CursorState): void;
}

export class FileCursor implements Cursor {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    mkdirSync(dirname(path), { recursive: true });
  }

  load(): CursorState | undefined {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
    return parse(text);
  }

  save(state: CursorState): void {
    const temporary = `${this.#path}.new`;
    writeFileSync(temporary, JSON.stringify({ version: CURSOR_VERSION, ...state }));
    renameSync(temporary, this.#path);
  }
}

function parse(text: string): CursorState | undefined {
  let stored: unknown;
  try {
    stored = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof stored !== 'object' || stored === null) return undefined;
  const { version, ...state } = stored as Partial<CursorState & { version: number }>;
  return version === CURSOR_VERSION && isWhole(state) ? state : undefined;
}

const isWhole = (state: Partial<CursorState>): state is CursorState =>
  Number.isSafeInteger(state.origin) &&
  Number.isSafeInteger(state.seq) &&
  Number.isSafeInteger(state.since) &&
  typeof state.totals === 'object';
