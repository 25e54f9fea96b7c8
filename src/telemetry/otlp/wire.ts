/**
 * Writing protobuf as OTLP needs it, on pbf: nested messages, exact times, ids from their hexadecimal text, attributes.
 * Field numbers: https://github.com/open-telemetry/opentelemetry-proto
 */

import { PbfWriter } from 'pbf';
import type { Micros } from '#core/ids.ts';
import { type AttributeValue, allowedValue } from '../attributes.ts';
import type { Resource } from '../resource.ts';

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

const ASCII_MAX = 0x7f;
const NANOS_PER_MICRO = 1000;
const TWO_TO_32 = 2 ** 32;

/** Begins a nested message; what the call returns belongs to `endMessage`. */
export function beginMessage(pbf: PbfWriter, field: number): number {
  pbf.writeTag(field, BYTES);
  // Room for the length of a short message, which most are; a longer one is moved at its end.
  pbf.realloc(1);
  pbf.pos += 1;
  return pbf.pos;
}

export function endMessage(pbf: PbfWriter, start: number): void {
  const length = pbf.pos - start;
  let extra = 0;
  for (let rest = length; rest > 0x7f; rest >>>= 7) extra += 1;
  if (extra > 0) {
    pbf.realloc(extra);
    pbf.buf.copyWithin(start + extra, start, pbf.pos);
  }
  pbf.pos = start - 1;
  pbf.writeVarint(length);
  pbf.pos += length;
}

/** pbf's own strings are wrong for some characters beyond U+1FFFF; most of ours are ASCII, which needs no encoder. */
export function writeText(pbf: PbfWriter, field: number, text: string): void {
  pbf.writeTag(field, BYTES);
  const start = pbf.pos;
  pbf.writeVarint(text.length);
  pbf.realloc(text.length);
  const { buf } = pbf;
  let { pos } = pbf;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code > ASCII_MAX) {
      pbf.pos = start;
      pbf.writeBytes(Buffer.from(text));
      return;
    }
    buf[pos] = code;
    pos += 1;
  }
  pbf.pos = pos;
}

export function writeNumber(pbf: PbfWriter, field: number, value: number): void {
  pbf.writeTag(field, VARINT);
  pbf.writeVarint(value);
}

export function writeDouble(pbf: PbfWriter, field: number, value: number): void {
  pbf.writeTag(field, FIXED64);
  pbf.writeDouble(value);
}

export function writeFlags(pbf: PbfWriter, field: number, flags: number): void {
  pbf.writeTag(field, FIXED32);
  pbf.writeFixed32(flags);
}

/** A whole number up to 2^53. */
export function writeCount(pbf: PbfWriter, field: number, value: number): void {
  pbf.writeTag(field, FIXED64);
  pbf.writeFixed64(value);
}

/** Nanoseconds exceed what a number holds exactly, so that their halves are computed apart. */
export function writeTime(pbf: PbfWriter, field: number, at: Micros): void {
  const low = (at % TWO_TO_32) * NANOS_PER_MICRO;
  const high = Math.floor(at / TWO_TO_32) * NANOS_PER_MICRO + Math.floor(low / TWO_TO_32);
  pbf.writeTag(field, FIXED64);
  pbf.realloc(8);
  pbf.dataView.setUint32(pbf.pos, low % TWO_TO_32, true);
  pbf.dataView.setUint32(pbf.pos + 4, high, true);
  pbf.pos += 8;
}

export function writeId(pbf: PbfWriter, field: number, hex: string): void {
  const length = hex.length >>> 1;
  pbf.writeTag(field, BYTES);
  pbf.writeVarint(length);
  pbf.realloc(length);
  for (let at = 0; at < hex.length; at += 2) {
    pbf.buf[pbf.pos] = (digit(hex.charCodeAt(at)) << 4) | digit(hex.charCodeAt(at + 1));
    pbf.pos += 1;
  }
}

/** 0 to 9 and, in either case, a to f. */
const digit = (code: number): number => (code & 0xf) + (code > 0x40 ? 9 : 0);

/** The key of each declared attribute as it stands on the wire. */
const keys = new Map<string, Uint8Array>();

function keyOf(name: string): Uint8Array {
  let key = keys.get(name);
  if (key === undefined) {
    const pbf = new PbfWriter();
    writeText(pbf, 1, name);
    key = pbf.finish();
    keys.set(name, key);
  }
  return key;
}

/** Only what the allow-list passes. */
export function writeAttributes(
  pbf: PbfWriter,
  field: number,
  values: Readonly<Record<string, unknown>>,
): void {
  for (const name in values) {
    const value = allowedValue(name, values[name]);
    if (value === undefined) continue;
    const start = beginMessage(pbf, field);
    const key = keyOf(name);
    pbf.realloc(key.length);
    pbf.buf.set(key, pbf.pos);
    pbf.pos += key.length;
    writeValue(pbf, 2, value);
    endMessage(pbf, start);
  }
}

/** Written as they are: what the operator sets is on no list. */
export function writePairs(pbf: PbfWriter, field: number, pairs: Resource): void {
  for (const [name, value] of Object.entries(pairs)) {
    const start = beginMessage(pbf, field);
    writeText(pbf, 1, name);
    writeValue(pbf, 2, value);
    endMessage(pbf, start);
  }
}

export function writeValue(pbf: PbfWriter, field: number, value: AttributeValue): void {
  const start = beginMessage(pbf, field);
  if (typeof value === 'string') writeText(pbf, 1, value);
  else if (typeof value === 'boolean') writeNumber(pbf, 2, value ? 1 : 0);
  else if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) writeNumber(pbf, 3, value);
    else writeDouble(pbf, 4, value);
  } else {
    const list = beginMessage(pbf, 5);
    for (const one of value) writeValue(pbf, 1, one);
    endMessage(pbf, list);
  }
  endMessage(pbf, start);
}
