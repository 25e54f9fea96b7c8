/** An entry as it is stored: its text, and what has to be known of it without reading the text. */

import { isFactType } from '#core/fact-types.ts';
import { type Entry, FACTS_VERSION, type Fact, signalOf } from '#core/facts.ts';
import type { Micros, Seq, SignalKey } from '#core/ids.ts';
import { JournalError } from './port.ts';

export interface StoredEntry {
  readonly seq: Seq;
  /** How many facts it holds. */
  readonly count: number;
  readonly body: string;
  /** The key of the signal whose receipt is its first fact. */
  readonly opens: SignalKey | undefined;
  /** The signals that its facts are about. */
  readonly signals: readonly Seq[];
}

export const lastSeq = ({ seq, count }: { seq: number; count: number }): Seq => (seq + count - 1) as Seq;

export function encodeEntry(entry: Entry): StoredEntry {
  const { seq, at, facts } = entry;
  const [first] = facts;
  if (first === undefined) throw new Error(`entry ${seq} holds no fact`);
  const signals: Seq[] = [];
  for (const fact of facts) {
    const signal = signalOf(fact);
    if (signal !== undefined && !signals.includes(signal)) signals.push(signal);
    // findSignal answers with the number of the entry.
    if (fact.type === 'signal.received' && (fact !== first || fact.signal !== seq)) {
      throw new Error(
        `entry ${seq} holds the receipt of signal ${fact.signal}, which must be its first fact`,
      );
    }
  }
  return {
    seq,
    count: facts.length,
    body: `{"v":${FACTS_VERSION},"at":${at},"facts":${JSON.stringify(facts)}}`,
    opens: first.type === 'signal.received' ? first.key : undefined,
    signals,
  };
}

/** @throws JournalError corrupt or too_new */
export function decodeEntry(seq: Seq, body: string): Entry {
  const { v, at, facts } = parse(seq, body);
  if (!Number.isSafeInteger(v) || !Number.isSafeInteger(at) || !Array.isArray(facts) || facts.length === 0) {
    throw new JournalError('corrupt', `entry ${seq} is not an entry`, { seq });
  }
  return { seq, at: at as Micros, facts: recognise(seq, upcast(seq, Number(v), facts)) };
}

function parse(seq: Seq, body: string): { v?: unknown; at?: unknown; facts?: unknown } {
  try {
    return Object(JSON.parse(body));
  } catch (cause) {
    throw new JournalError('corrupt', `entry ${seq} is not JSON`, { seq, cause });
  }
}

/** What an earlier version wrote, as this one says it: all that version 1 could say means the same in version 2. */
function upcast(seq: Seq, version: number, facts: unknown[]): unknown[] {
  if (version >= 1 && version <= FACTS_VERSION) return facts;
  const fault = version > FACTS_VERSION ? 'too_new' : 'corrupt';
  const message = `entry ${seq} has version ${version}, this program reads 1 to ${FACTS_VERSION}`;
  throw new JournalError(fault, message, { seq });
}

/** A fact that is passed over leaves a gap in all that follows from it. */
function recognise(entry: Seq, facts: unknown[]): Fact[] {
  for (const [index, fact] of facts.entries()) {
    const type: unknown = Object(fact).type;
    if (typeof type === 'string' && isFactType(type)) continue;
    const seq = (entry + index) as Seq;
    if (typeof type !== 'string') throw new JournalError('corrupt', `fact ${seq} has no type`, { seq });
    const message = `fact ${seq} is of type ${type}, which a newer version of this program has written`;
    throw new JournalError('too_new', message, { seq });
  }
  return facts as Fact[];
}
