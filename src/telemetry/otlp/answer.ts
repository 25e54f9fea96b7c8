/**
 * What a collector answers: how many items it did not take of a request that it accepted otherwise, and when it wants
 * to be asked again. An answer comes from outside: each length and wire type is checked.
 */

import { PbfReader } from 'pbf';

export interface Rejected {
  readonly count: number;
  readonly message: string;
}

/** The bytes are not the message that they should be. */
class AnswerError extends Error {
  override readonly name = 'AnswerError';
}

type Fields = Map<number, number | Buffer>;

const VARINT = 0;
const BYTES = 2;
const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo';
const MS_PER_SECOND = 1000;
const NANOS_PER_MS = 1_000_000;

/** Undefined if the answer is not OTLP. All three signals number their answer's fields alike. */
export function rejectedIn(answer: Uint8Array): Rejected | undefined {
  return ifOtlp(() => {
    const partial = fieldsOf(bytesIn(fieldsOf(answer), 1));
    return { count: numberIn(partial, 1), message: bytesIn(partial, 2).toString() };
  });
}

/** A google.rpc.Status: what is wrong, and perhaps when to ask again. Undefined if it is none. */
export function statusIn(
  answer: Uint8Array,
): { readonly message: string; readonly retryAfterMs: number | undefined } | undefined {
  return ifOtlp(() => {
    const status = fieldsOf(answer);
    return { message: bytesIn(status, 2).toString(), retryAfterMs: retryAfterMsIn(bytesIn(status, 3)) };
  });
}

/** Of several details the last counts; a collector gives one. */
function retryAfterMsIn(detail: Buffer): number | undefined {
  const any = fieldsOf(detail);
  if (bytesIn(any, 1).toString() !== RETRY_INFO) return undefined;
  const delay = fieldsOf(bytesIn(fieldsOf(bytesIn(any, 2)), 1));
  return numberIn(delay, 1) * MS_PER_SECOND + numberIn(delay, 2) / NANOS_PER_MS;
}

function ifOtlp<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof AnswerError) return undefined;
    throw error;
  }
}

/** The newest value of each field that is a number or bytes. */
function fieldsOf(bytes: Uint8Array): Fields {
  const fields: Fields = new Map();
  const pbf = new PbfReader(bytes);
  try {
    for (let field = pbf.nextField(); field !== 0; field = pbf.nextField()) {
      if (pbf.type === VARINT) fields.set(field, pbf.readVarint());
      if (pbf.type !== BYTES) continue;
      const end = pbf.readVarint() + pbf.pos;
      fields.set(field, Buffer.from(bytes.subarray(pbf.pos, end)));
      pbf.pos = end;
    }
  } catch (error) {
    // pbf throws plain errors at what it cannot read.
    throw new AnswerError('not protobuf', { cause: error });
  }
  // pbf answers 0 at the end, past the end, and for a field number of 0: only the first is right.
  if (pbf.pos !== bytes.length) throw new AnswerError('not a whole message');
  return fields;
}

function numberIn(fields: Fields, field: number): number {
  const value = fields.get(field) ?? 0;
  if (typeof value !== 'number') throw new AnswerError(`field ${field} is not a number`);
  return value;
}

function bytesIn(fields: Fields, field: number): Buffer {
  const value = fields.get(field) ?? Buffer.alloc(0);
  if (typeof value === 'number') throw new AnswerError(`field ${field} is a number`);
  return value;
}
