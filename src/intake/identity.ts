/** Who a signal is: its key within the account, the id of one that names none, and the trace that it is told in. */

import { hash } from 'node:crypto';
import type { AccountId, SignalId, SignalKey, TraceId } from '#core/ids.ts';
import { contentFields, firstContentFields, type Signal } from '#core/signal.ts';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const BITS_PER_LETTER = 5;
const KEY_LETTERS = 20;
const DERIVED_ID_LETTERS = 26;
const TRACE_ID_DIGITS = 32;

/** The first 100 bits of SHA-256 over account and signal id. Neither can contain the line break between them. */
export const signalKeyFor = (account: AccountId, id: SignalId): SignalKey =>
  letters(digest(`${account}\n${id}`), KEY_LETTERS) as SignalKey;

/**
 * The id of a signal that names none, by its content: the same signal sent again is the same signal. The order of the
 * fields is part of it, and a field that a later version has brought is only there if it is given.
 */
export function derivedSignalId(signal: Omit<Signal, 'id'>): SignalId {
  const content: unknown[] = firstContentFields.map((field) => signal[field] ?? null);
  for (const field of contentFields.slice(firstContentFields.length)) {
    if (signal[field] !== undefined) content.push(field, signal[field]);
  }
  return `auto-${letters(digest(JSON.stringify(content)), DERIVED_ID_LETTERS)}` as SignalId;
}

export interface TraceContext {
  readonly trace: TraceId;
  readonly parentSpan?: string;
}

// https://www.w3.org/TR/trace-context/#traceparent-header: a later version may append fields after a dash.
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/;

/** A span of whoever sent a request. */
export type RemoteSpan = Required<TraceContext>;

/** The span that a request says it belongs to, if it is valid. */
export function remoteSpanOf(traceparent: unknown): RemoteSpan | undefined {
  const header = typeof traceparent === 'string' ? traceparent : '';
  const [, version, trace = '', parentSpan = '', more] = TRACEPARENT.exec(header) ?? [];
  const valid =
    version !== undefined &&
    version !== 'ff' &&
    !(version === '00' && more !== undefined) &&
    !/^0+$/.test(trace) &&
    !/^0+$/.test(parentSpan);
  return valid ? { trace: trace as TraceId, parentSpan } : undefined;
}

/** The publisher's trace if it sent one that is valid; otherwise one that follows from the signal. */
export const traceContextOf = (traceparent: unknown, key: SignalKey): TraceContext =>
  remoteSpanOf(traceparent) ?? { trace: hash('sha256', key, 'hex').slice(0, TRACE_ID_DIGITS) as TraceId };

const digest = (text: string): Buffer => hash('sha256', text, 'buffer');

/** The leading bits in base32. */
function letters(bytes: Buffer, count: number): string {
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= BITS_PER_LETTER && text.length < count) {
      bits -= BITS_PER_LETTER;
      text += ALPHABET.charAt((value >>> bits) & 31);
    }
    value &= (1 << bits) - 1;
  }
  return text;
}
