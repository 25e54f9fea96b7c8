/**
 * pprof's format as samples with readable frames. What does not fit together (a stack of unknown locations, a sample
 * with too few values) is an error, as is a message that ends too early.
 * https://github.com/google/pprof/blob/main/proto/profile.proto
 */
import { PbfReader } from 'pbf';
import {
  readEnd,
  readFields,
  readInt64,
  readRepeated,
  readText,
  readVarint,
  WireError,
} from '../otlp/wire.ts';

export interface PprofSample {
  /** From the outermost frame to the innermost. */
  frames: readonly string[];
  /** One for each type. */
  values: readonly number[];
  /** Those that are text. */
  labels: ReadonlyMap<string, string>;
}

export interface Pprof {
  types: { type: string; unit: string }[];
  /** 0 where the sender does not say. */
  timeNs: bigint;
  durationNs: bigint;
  samples: PprofSample[];
}

/** Of a deeper stack the innermost frames are kept. */
const STACK_DEPTH_MAX = 512;

interface Raw {
  types: { type: number; unit: number }[];
  samples: { locations: number[]; values: number[]; labels: { key: number; text: number }[] }[];
  locations: Map<number, number[]>;
  functions: Map<number, { name: number; file: number }>;
  strings: string[];
  timeNs: bigint;
  durationNs: bigint;
}

/** @throws what pbf throws, or WireError, for anything that is not pprof */
export function readPprof(payload: Uint8Array): Pprof {
  const raw = readRaw(payload);
  if (raw.types.length === 0) throw new WireError('a profile without a sample type');
  const text = (index: number): string => {
    const found = raw.strings[index];
    if (found === undefined) throw new WireError(`string ${index} is not in the table`);
    return found;
  };
  const nameOf = (id: number): string => {
    const named = raw.functions.get(id);
    if (named === undefined) throw new WireError(`function ${id} is not in the profile`);
    return frameName(text(named.name), text(named.file));
  };
  const framesByLocation = new Map(
    // The first line of a location is what was inlined into the next.
    [...raw.locations].map(([id, functions]) => [id, functions.map(nameOf).reverse()]),
  );
  const framesAt = (id: number): string[] => {
    const frames = framesByLocation.get(id);
    if (frames === undefined) throw new WireError(`location ${id} is not in the profile`);
    return frames;
  };
  return {
    types: raw.types.map(({ type, unit }) => ({ type: text(type), unit: text(unit) })),
    timeNs: raw.timeNs,
    durationNs: raw.durationNs,
    samples: raw.samples.map(({ locations, values, labels }) => {
      if (values.length !== raw.types.length) {
        throw new WireError(`a sample has ${values.length} values for ${raw.types.length} types`);
      }
      return {
        frames: locations.toReversed().flatMap(framesAt).slice(-STACK_DEPTH_MAX),
        values,
        labels: new Map(labels.map(({ key, text: value }) => [text(key), text(value)])),
      };
    }),
  };
}

/** Two steps of the path say which file it is, whatever machine it was on. */
function frameName(name: string, file: string): string {
  const place = file
    .replace(/^node:/, '')
    .split(/[\\/]/)
    .slice(-2)
    .join('/');
  return place === '' ? name : `${name} (${place})`;
}

function readRaw(payload: Uint8Array): Raw {
  const raw: Raw = {
    types: [],
    samples: [],
    locations: new Map(),
    functions: new Map(),
    strings: [],
    timeNs: 0n,
    durationNs: 0n,
  };
  const pbf = new PbfReader(payload);
  readFields(pbf, pbf.length, (field) => {
    if (field === 1) raw.types.push(readType(pbf));
    else if (field === 2) raw.samples.push(readSample(pbf));
    else if (field === 4) readLocation(pbf, raw.locations);
    else if (field === 5) readFunction(pbf, raw.functions);
    else if (field === 6) raw.strings.push(readText(pbf));
    else if (field === 9) raw.timeNs = BigInt(readInt64(pbf));
    else if (field === 10) raw.durationNs = BigInt(readInt64(pbf));
  });
  return raw;
}

function readType(pbf: PbfReader): Raw['types'][number] {
  const found = { type: 0, unit: 0 };
  readFields(pbf, readEnd(pbf), (field) => {
    if (field === 1) found.type = readVarint(pbf);
    else if (field === 2) found.unit = readVarint(pbf);
  });
  return found;
}

function readSample(pbf: PbfReader): Raw['samples'][number] {
  const sample: Raw['samples'][number] = { locations: [], values: [], labels: [] };
  readFields(pbf, readEnd(pbf), (field) => {
    if (field === 1) readRepeated(pbf, sample.locations, 'varint');
    else if (field === 2) readRepeated(pbf, sample.values, 'varint');
    else if (field === 3) readLabel(pbf, sample.labels);
  });
  return sample;
}

function readLabel(pbf: PbfReader, into: { key: number; text: number }[]): void {
  const label = { key: 0, text: 0 };
  readFields(pbf, readEnd(pbf), (field) => {
    if (field === 1) label.key = readVarint(pbf);
    else if (field === 2) label.text = readVarint(pbf);
  });
  if (label.text !== 0) into.push(label);
}

function readLocation(pbf: PbfReader, into: Raw['locations']): void {
  let id = 0;
  const functions: number[] = [];
  readFields(pbf, readEnd(pbf), (field) => {
    if (field === 1) id = readVarint(pbf);
    else if (field === 4) {
      readFields(pbf, readEnd(pbf), (inner) => {
        if (inner === 1) functions.push(readVarint(pbf));
      });
    }
  });
  into.set(id, functions);
}

function readFunction(pbf: PbfReader, into: Raw['functions']): void {
  let id = 0;
  const named = { name: 0, file: 0 };
  readFields(pbf, readEnd(pbf), (field) => {
    if (field === 1) id = readVarint(pbf);
    else if (field === 2) named.name = readVarint(pbf);
    else if (field === 4) named.file = readVarint(pbf);
  });
  into.set(id, named);
}
