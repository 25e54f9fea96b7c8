/**
 * The journal of one account: an append-only, numbered, hash-chained sequence of entries. It is the only thing
 * that makes a fact true: whatever acts on a fact waits until its entry is durable.
 */

import type { Entry } from '#core/facts.ts';
import type { Seq, SignalKey } from '#core/ids.ts';

export interface Snapshot {
  /** STATE_VERSION of the writer. */
  readonly version: number;
  /** The last fact folded into the state. */
  readonly seq: Seq;
  readonly state: Uint8Array;
}

export type JournalFault =
  /** Someone else appended: this writer has been deposed. */
  | 'stale_sequence'
  /** The store did not take the entry: full disk, I/O error, lost connection. Nothing more is appended. */
  | 'unavailable'
  /** What is stored is not what was written. */
  | 'corrupt'
  /** The store was written by a newer version of this program. */
  | 'too_new'
  /** It is the journal of another account, or of another trading mode. */
  | 'foreign';

export class JournalError extends Error {
  override readonly name = 'JournalError';
  readonly fault: JournalFault;
  /** Where the chain breaks, or the number that was refused. */
  readonly seq: Seq | undefined;

  constructor(fault: JournalFault, message: string, options: { seq?: Seq; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.fault = fault;
    this.seq = options.seq;
  }
}

export interface Journal {
  /** The number of the last fact appended, durable or on its way; 0 for an empty journal. */
  readonly head: Seq;
  /** How many entries wait to become durable. */
  readonly pending: number;
  /**
   * Appends an entry whose seq must be head + 1. Resolves when it is durable, in the order of the calls.
   * After the first failure every later append fails too. The receipt of a signal must be the first fact of its
   * entry: a wrongly built entry throws at once, and is no failure.
   * @throws JournalError by rejection
   */
  append(entry: Entry): Promise<void>;
  /** The durable entries from the one that holds fact `from` on, in order. */
  read(from: Seq): AsyncIterable<Entry>;
  /** The signal.received fact of a key, over all time, appended entries included. */
  findSignal(key: SignalKey): Promise<Seq | undefined>;
  /** The durable entries that hold a fact about a signal, in order. */
  story(signal: Seq): Promise<Entry[]>;
  /** The facts that are folded into the state must be durable. */
  saveSnapshot(snapshot: Snapshot): Promise<void>;
  /** The newest snapshot that is whole. */
  loadSnapshot(): Promise<Snapshot | undefined>;
  /** Waits for what is pending, then lets go of the store. */
  close(): Promise<void>;
}
