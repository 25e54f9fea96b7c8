/**
 * The parts that the three OTLP requests share on the wire: resource, scope, attributes, and the walk down to the
 * single record. Field numbers: https://github.com/open-telemetry/opentelemetry-proto
 */
import { PbfReader } from 'pbf';
import type { Source } from './rows.ts';
import {
  type Attributes,
  emptyAttributes,
  emptySource,
  type JsonValue,
  jsonNumber,
  serviceOf,
} from './rows.ts';
import {
  readBytes,
  readDouble,
  readEnd,
  readFields,
  readInt64,
  readText,
  readVarint,
  WireError,
} from './wire.ts';

export const ATTRIBUTE_DEPTH_MAX = 32;

/** All three requests nest alike: resource (1: resource, 2: scope (1: scope, 2: records)). */
export function readRequest(
  payload: Uint8Array,
  readRecord: (pbf: PbfReader, end: number, source: Source) => void,
): void {
  const pbf = new PbfReader(payload);
  readFields(pbf, pbf.length, (field) => {
    if (field === 1) readResourceRecords(pbf, readEnd(pbf), readRecord);
  });
}

function readResourceRecords(
  pbf: PbfReader,
  end: number,
  readRecord: (pbf: PbfReader, end: number, source: Source) => void,
): void {
  let resource = emptyAttributes();
  const sources: Source[] = [];
  readFields(pbf, end, (field) => {
    if (field === 1) resource = readResource(pbf, readEnd(pbf));
    else if (field === 2) {
      const source = emptySource();
      sources.push(source);
      const scopeEnd = readEnd(pbf);
      readFields(pbf, scopeEnd, (inner) => {
        if (inner === 1) source.scope = readScopeName(pbf, readEnd(pbf));
        else if (inner === 2) readRecord(pbf, readEnd(pbf), source);
      });
    }
  });
  // The resource may follow its records, so they get it at the end.
  const json = JSON.stringify(resource);
  const service = serviceOf(resource);
  for (const source of sources) {
    source.resource = json;
    source.service = service;
  }
}

function readResource(pbf: PbfReader, end: number): Attributes {
  const attributes = emptyAttributes();
  readFields(pbf, end, (field) => {
    if (field === 1) readKeyValue(pbf, attributes);
  });
  return attributes;
}

function readScopeName(pbf: PbfReader, end: number): string {
  let name = '';
  readFields(pbf, end, (field) => {
    if (field === 1) name = readText(pbf);
  });
  return name;
}

export function readKeyValue(pbf: PbfReader, into: Attributes, depth = 0): void {
  let key = '';
  let value: JsonValue = null;
  readFields(pbf, readEnd(pbf), (field) => {
    if (field === 1) key = readText(pbf);
    else if (field === 2) value = readAnyValue(pbf, depth);
  });
  into[key] = value;
}

export function readAnyValue(pbf: PbfReader, depth = 0): JsonValue {
  if (depth >= ATTRIBUTE_DEPTH_MAX)
    throw new WireError(`a value is nested deeper than ${ATTRIBUTE_DEPTH_MAX}`);
  let value: JsonValue = null;
  readFields(pbf, readEnd(pbf), (field) => {
    if (field === 1) value = readText(pbf);
    else if (field === 2) value = readVarint(pbf) !== 0;
    else if (field === 3) value = readInt64(pbf);
    else if (field === 4) value = jsonNumber(readDouble(pbf));
    else if (field === 5) {
      const list: JsonValue[] = [];
      readFields(pbf, readEnd(pbf), (inner) => {
        if (inner === 1) list.push(readAnyValue(pbf, depth + 1));
      });
      value = list;
    } else if (field === 6) {
      const map = emptyAttributes();
      readFields(pbf, readEnd(pbf), (inner) => {
        if (inner === 1) readKeyValue(pbf, map, depth + 1);
      });
      value = map;
    } else if (field === 7) value = readBytes(pbf).toString('base64');
  });
  return value;
}
