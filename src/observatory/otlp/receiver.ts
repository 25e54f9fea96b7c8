/** What both transports do with a request: decode it, have it stored, and say in one closed union how it went. */
import { decode, type Encoding, type Signal } from './decode.ts';
import type { Rows } from './rows.ts';

export type StoreOutcome = 'stored' | 'full' | 'unavailable' | 'refused';

/** Where rows go. The promise settles when they are durable, so an acknowledged record survives a crash. */
export interface RowSink {
  write(rows: Rows, payloadBytes: number): Promise<StoreOutcome>;
}

export type Receipt =
  | { kind: 'accepted'; rejected: number; reason: string }
  | { kind: 'malformed'; message: string }
  | { kind: 'full' }
  | { kind: 'unavailable' }
  | { kind: 'refused' };

export type Receive = (signal: Signal, encoding: Encoding, payload: Uint8Array) => Promise<Receipt>;

export function receiver(sink: RowSink, nowMs: () => number): Receive {
  return async (signal, encoding, payload) => {
    const decoded = decode(signal, encoding, payload, BigInt(nowMs()) * 1_000_000n);
    if (decoded.kind === 'malformed') return decoded;
    const outcome = await sink.write(decoded.rows, payload.length);
    if (outcome !== 'stored') return { kind: outcome };
    return { kind: 'accepted', rejected: decoded.rejected, reason: decoded.reason };
  };
}

export const RETRY_AFTER_SECONDS = 1;
export const fullMessage = 'the store cannot keep up; send it again later';
export const unavailableMessage = 'the store cannot write now; send it again later';
export const refusedMessage = 'the store refused these records';

/** Compressed, as it comes over the wire. */
export const BODY_BYTES_MAX = 16 * 1024 * 1024;
export const INFLATED_BYTES_MAX = 64 * 1024 * 1024;
