/**
 * How far the journal's telemetry has been delivered, in a file of two slots that are overwritten in turn and in place.
 * A write that is cut short leaves the other slot. Replacing the file would tie its data to the journal's next sync,
 * which trading waits for; overwriting it does not, and is not synced: a killed process loses nothing, and after a power
 * failure some facts are sent again with the same ids.
 */

import { hash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Micros, Seq } from '#core/ids.ts';
import type { MetricTotals } from './metrics.ts';

/** Rises when the file's shape changes; a file of another version is not used. */
const CURSOR_VERSION = 2;
const SLOTS = 2;
/** Several times what all totals take. */
const SLOT_BYTES = 256 * 1024;
const END = '\n';

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
  /** @throws what the file system has against it */
  save(state: CursorState): void;
}

interface Stored extends CursorState {
  readonly version: number;
  /** Counts the writes: the higher of two is the newer. */
  readonly writes: number;
}

export class FileCursor implements Cursor {
  readonly #path: string;
  #writes: number;
  #laidOut: boolean;

  constructor(path: string) {
    this.#path = path;
    mkdirSync(dirname(path), { recursive: true });
    this.#laidOut = this.#slots() !== undefined;
    this.#writes = this.#newest()?.writes ?? 0;
  }

  load(): CursorState | undefined {
    const stored = this.#newest();
    if (stored === undefined) return undefined;
    const { origin, seq, since, totals } = stored;
    return { origin, seq, since, totals };
  }

  save(state: CursorState): void {
    const writes = this.#writes + 1;
    const text = JSON.stringify({ version: CURSOR_VERSION, writes, ...state });
    const bytes = Buffer.from(`${checksum(text)}${text}${END}`);
    if (bytes.length > SLOT_BYTES) throw new Error(`a cursor of ${bytes.length} bytes does not fit its slot`);
    if (!this.#laidOut) writeFileSync(this.#path, Buffer.alloc(SLOTS * SLOT_BYTES));
    this.#laidOut = true;
    const file = openSync(this.#path, 'r+');
    try {
      writeSync(file, bytes, 0, bytes.length, (writes % SLOTS) * SLOT_BYTES);
    } finally {
      closeSync(file);
    }
    this.#writes = writes;
  }

  #newest(): Stored | undefined {
    const stored = (this.#slots() ?? []).map(parse).filter((one) => one !== undefined);
    return stored.sort((a, b) => b.writes - a.writes)[0];
  }

  /** What stands in the slots; undefined where there is no file of two slots. */
  #slots(): string[] | undefined {
    let bytes: Buffer;
    try {
      bytes = readFileSync(this.#path);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
    if (bytes.length !== SLOTS * SLOT_BYTES) return undefined;
    return [bytes.subarray(0, SLOT_BYTES), bytes.subarray(SLOT_BYTES)].map((slot) =>
      slot.toString('utf8', 0, Math.max(0, slot.indexOf(END))),
    );
  }
}

const CHECKSUM_LENGTH = 64;
const checksum = (text: string): string => hash('sha256', text, 'hex');

function parse(slot: string): Stored | undefined {
  const text = slot.slice(CHECKSUM_LENGTH);
  if (slot.slice(0, CHECKSUM_LENGTH) !== checksum(text)) return undefined;
  const stored = JSON.parse(text) as Stored;
  return stored.version === CURSOR_VERSION ? stored : undefined;
}
