/** Entries to write into journals: small stories of signals, with facts of the size of real ones. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Entry, Fact, SignalReceived, SignalRefused } from '#core/facts.ts';
import type { Micros, Seq, SignalId, SignalKey, StrategyId, Symbol, TraceId } from '#core/ids.ts';
import { type Journal, JournalError, type JournalFault } from '#journal/port.ts';

const START_MICROS = Date.UTC(2026, 0, 1) * 1000;
const symbol = 'BTCUSDT' as Symbol;
const strategyId = 'momentum' as StrategyId;

export const seqOf = (number: number): Seq => number as Seq;
const KEY_LETTERS = 'abcdefghijklmnopqrstuvwxyz234567';
/** Keys of neighbours begin differently, as digests do. */
export const keyOf = (number: number): SignalKey =>
  [...number.toString(32).padStart(20, '0')]
    .map((digit) => KEY_LETTERS[Number.parseInt(digit, 32)])
    .reverse()
    .join('') as SignalKey;
const traceOf = (number: number): TraceId => number.toString(16).padStart(32, '0') as TraceId;

export const received = (seq: number, key: SignalKey = keyOf(seq)): SignalReceived => ({
  type: 'signal.received',
  signal: seqOf(seq),
  trace: traceOf(seq),
  key,
  content: {
    id: `signal-${seq}` as SignalId,
    strategyId,
    symbol,
    action: 'buy',
    confidence: '0.9' as SignalReceived['content']['confidence'],
    orderType: 'market',
    timestampMs: 1_767_225_600_000,
  },
  receivedAt: (START_MICROS + seq) as Micros,
});

export const refused = (signal: number): SignalRefused => ({
  type: 'signal.refused',
  signal: seqOf(signal),
  trace: traceOf(signal),
  strategyId,
  symbol,
  checks: [],
  reason: 'low_confidence',
  value: '0.2',
  limit: '0.5',
});

/** A fact that belongs to no signal. */
export const reconciled = (orders: number): Fact => ({ type: 'engine.reconciled', orders, positions: 0 });

export const entry = (seq: number, ...facts: Fact[]): Entry => ({
  seq: seqOf(seq),
  at: (START_MICROS + seq) as Micros,
  facts,
});

/** A signal received and refused, in one entry of two facts. */
export const signalEntry = (seq: number): Entry => entry(seq, received(seq), refused(seq));

/** Appends entries of two facts until the head has moved on by 2 * count; resolves when they are durable. */
export async function appendSignals(journal: Journal, count: number): Promise<Entry[]> {
  const entries = Array.from({ length: count }, (_, index) => signalEntry(journal.head + 1 + 2 * index));
  await Promise.all(entries.map((each) => journal.append(each)));
  return entries;
}

export async function readAll(journal: Journal, from = 1): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const each of journal.read(seqOf(from))) entries.push(each);
  return entries;
}

export const fails =
  (fault: JournalFault, seq?: number) =>
  (error: unknown): boolean =>
    error instanceof JournalError && error.fault === fault && (seq === undefined || error.seq === seq);

export async function temporaryJournal(): Promise<{ path: string; remove(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'journal-'));
  return { path: join(directory, 'new', 'journal.sqlite'), remove: () => rm(directory, { recursive: true }) };
}
