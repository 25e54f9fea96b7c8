/**
 * Checked reading of protobuf's wire format on pbf. pbf itself reads past a truncated end without a word; here every
 * length, wire type and end of message is verified, and what is wrong becomes a WireError.
 */
import type { PbfReader } from 'pbf';

export class WireError extends Error {
  override readonly name = 'WireError';
}

const wireTypes = { varint: 0, fixed64: 1, bytes: 2 } as const;

function expectType(pbf: PbfReader, type: keyof typeof wireTypes): void {
  if (pbf.type !== wireTypes[type]) {
    throw new WireError(`a field has wire type ${pbf.type} where ${type} belongs, before byte ${pbf.pos}`);
  }
}

/** Calls `read` with each field number up to `end`; a field that `read` leaves alone is skipped. */
export function readFields(pbf: PbfReader, end: number, read: (field: number) => void): void {
  for (;;) {
    const field = pbf.nextField(end);
    if (field === 0) {
      // pbf answers 0 at the end, past the end, and for a field number of 0: only the first is right.
      if (pbf.pos !== end) throw new WireError(`a message ends at byte ${pbf.pos} instead of ${end}`);
      return;
    }
    read(field);
  }
}

/** The end of the length-delimited value that begins here. */
export function readEnd(pbf: PbfReader): number {
  expectType(pbf, 'bytes');
  const end = pbf.readVarint() + pbf.pos;
  if (end > pbf.length) throw new WireError(`a length of ${end - pbf.pos} bytes runs past the payload`);
  return end;
}

export function readText(pbf: PbfReader): string {
  expectType(pbf, 'bytes');
  return pbf.readString();
}

export function readBytes(pbf: PbfReader): Buffer {
  const end = readEnd(pbf);
  const bytes = Buffer.from(pbf.buf.buffer, pbf.buf.byteOffset + pbf.pos, end - pbf.pos);
  pbf.pos = end;
  return bytes;
}

export function readHex(pbf: PbfReader): string {
  return readBytes(pbf).toString('hex');
}

export function readVarint(pbf: PbfReader): number {
  expectType(pbf, 'varint');
  return pbf.readVarint();
}

export function readSignedVarint(pbf: PbfReader): number {
  expectType(pbf, 'varint');
  return pbf.readSVarint();
}

/** An int64 as a number where that is exact, else as its decimal text. */
export function readInt64(pbf: PbfReader): number | string {
  expectType(pbf, 'varint');
  const start = pbf.pos;
  const approximate = pbf.readVarint(true);
  if (Number.isSafeInteger(approximate)) return approximate;
  let exact = 0n;
  for (let index = start, shift = 0n; index < pbf.pos; index++, shift += 7n) {
    exact |= BigInt((pbf.buf[index] ?? 0) & 0x7f) << shift;
  }
  return BigInt.asIntN(64, exact).toString();
}

export function readFixed64(pbf: PbfReader): bigint {
  expectType(pbf, 'fixed64');
  const value = pbf.dataView.getBigUint64(pbf.pos, true);
  pbf.pos += 8;
  return value;
}

export function readSignedFixed64(pbf: PbfReader): bigint {
  return BigInt.asIntN(64, readFixed64(pbf));
}

export function readDouble(pbf: PbfReader): number {
  expectType(pbf, 'fixed64');
  return pbf.readDouble();
}

/** A repeated number: senders may pack it into one field or send one field a value. */
export function readRepeated(pbf: PbfReader, into: number[], type: 'fixed64' | 'double' | 'varint'): void {
  const readOne = () => {
    if (type === 'varint') return pbf.readVarint();
    return type === 'double' ? pbf.readDouble() : pbf.readFixed64();
  };
  if (pbf.type !== wireTypes.bytes) {
    expectType(pbf, type === 'varint' ? 'varint' : 'fixed64');
    into.push(readOne());
    return;
  }
  const end = readEnd(pbf);
  while (pbf.pos < end) into.push(readOne());
  if (pbf.pos !== end) throw new WireError(`a packed value runs past its field at byte ${end}`);
}
