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
import type { Progress } from './follower.ts';
import type { MetricTotals } from './metrics.ts';

/** Rises when the file's shape changes; a file of another version is not used. */
const CURSOR_VERSION = 3;
const SLOTS = 2;
/** Several times what all totals take. */
const SLOT_BYTES = 256 * 1024;
const END = '\n';

export interface CursorState {
  /** The time of the journal's first entry: a cursor belongs to one journal. */
  readonly origin: Micros;
  /** The last fact whose metrics are in the totals. */
  readonly counted: Seq;
  /** Which facts' spans and which facts' log records the collector has: one may be away while the other is there. */
  readonly traces: Progress;
  readonly logs: Progress;
  /** When the totals began to be counted. */
  readonly since: Micros;
  readonly totals: MetricTotals;
}

export type LoadedCursor =
  | { readonly kind: 'stored'; readonly state: CursorState }
  | { readonly kind: 'none' }
  /** There is something, but it is of no use. */
  | { readonly kind: 'unusable'; readonly reason: string };

export interface Cursor {
  load(): LoadedCursor;
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
  readonly #loaded: LoadedCursor;
  #writes = 0;
  #laidOut = false;

  constructor(path: string) {
    this.#path = path;
    this.#loaded = this.#read();
  }

  /** What the file held at the start. */
  load(): LoadedCursor {
    return this.#loaded;
  }

  #read(): LoadedCursor {
    let bytes: Buffer;
    try {
      bytes = readFileSync(this.#path);
    } catch (error) {
      return isAbsent(error) ? { kind: 'none' } : { kind: 'unusable', reason: String(error) };
    }
    this.#laidOut = bytes.length === SLOTS * SLOT_BYTES;
    // A process that was killed before its first write left nothing but the slots.
    if (this.#laidOut && bytes.every((byte) => byte === 0)) return { kind: 'none' };
    const newest = this.#laidOut ? newestIn(bytes) : undefined;
    if (newest === undefined) return { kind: 'unusable', reason: 'no slot of it can be read' };
    const { writes, version: _, ...state } = newest;
    this.#writes = writes;
    return { kind: 'stored', state };
  }

  save(state: CursorState): void {
    const writes = this.#writes + 1;
    const text = JSON.stringify({ version: CURSOR_VERSION, writes, ...state });
    const bytes = Buffer.from(`${checksum(text)}${text}${END}`);
    if (bytes.length > SLOT_BYTES) throw new Error(`a cursor of ${bytes.length} bytes does not fit its slot`);
    const file = this.#open();
    try {
      writeSync(file, bytes, 0, bytes.length, (writes % SLOTS) * SLOT_BYTES);
    } finally {
      closeSync(file);
    }
    this.#writes = writes;
  }

  #open(): number {
    if (!this.#laidOut) this.#layOut();
    try {
      return openSync(this.#path, 'r+');
    } catch (error) {
      if (!isAbsent(error)) throw error;
      this.#layOut();
      return openSync(this.#path, 'r+');
    }
  }

  #layOut(): void {
    mkdirSync(dirname(this.#path), { recursive: true });
    writeFileSync(this.#path, Buffer.alloc(SLOTS * SLOT_BYTES));
    this.#laidOut = true;
  }
}

const isAbsent = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

function newestIn(bytes: Buffer): Stored | undefined {
  const slots = [bytes.subarray(0, SLOT_BYTES), bytes.subarray(SLOT_BYTES)];
  const stored = slots
    .map((slot) => parse(slot.toString('utf8', 0, Math.max(0, slot.indexOf(END)))))
    .filter((one) => one !== undefined);
  return stored.sort((a, b) => b.writes - a.writes)[0];
}

const CHECKSUM_LENGTH = 64;
const checksum = (text: string): string => hash('sha256', text, 'hex');

function parse(slot: string): Stored | undefined {
  const text = slot.slice(CHECKSUM_LENGTH);
  if (slot.slice(0, CHECKSUM_LENGTH) !== checksum(text)) return undefined;
  const stored = JSON.parse(text) as Stored;
  return stored.version === CURSOR_VERSION ? stored : undefined;
}
