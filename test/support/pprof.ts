/** pprof read and written by protobufjs: independent of the library that the engine and the observatory use. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import protobuf from 'protobufjs';

const root = protobuf.parse(readFileSync(join(import.meta.dirname, 'profile.proto'), 'utf8')).root;
const profileType = root.lookupType('pprof.Profile');

interface Raw {
  sampleType: { type: number; unit: number }[];
  sample: { locationId: number[]; value: number[]; label: { key: number; str: number }[] }[];
  location: { id: number; line: { functionId: number }[] }[];
  function: { id: number; name: number }[];
  stringTable: string[];
  timeNanos: number;
  durationNanos: number;
}

export interface PlainSample {
  /** From the outermost frame to the innermost. */
  readonly frames: readonly string[];
  readonly values: readonly number[];
  readonly labels: Readonly<Record<string, string>>;
}

export interface PlainProfile {
  /** type:unit of each value. */
  readonly types: readonly string[];
  readonly timeNs: number;
  readonly durationNs: number;
  readonly samples: readonly PlainSample[];
}

export function readPprof(gzipped: Uint8Array): PlainProfile {
  const message = profileType.decode(gunzipSync(gzipped));
  const raw = profileType.toObject(message, { longs: Number, arrays: true, defaults: true }) as Raw;
  const text = (index: number): string => raw.stringTable[index] ?? '';
  const names = new Map(raw.function.map(({ id, name }) => [id, text(name)]));
  const frames = new Map(raw.location.map(({ id, line }) => [id, names.get(line[0]?.functionId ?? 0) ?? '']));
  return {
    types: raw.sampleType.map(({ type, unit }) => `${text(type)}:${text(unit)}`),
    timeNs: raw.timeNanos,
    durationNs: raw.durationNanos,
    samples: raw.sample.map(({ locationId, value, label }) => ({
      frames: locationId.map((id) => frames.get(id) ?? '').toReversed(),
      values: value,
      labels: Object.fromEntries(label.map(({ key, str }) => [text(key), text(str)])),
    })),
  };
}

export function writePprof({ types, timeNs, durationNs, samples }: PlainProfile): Uint8Array {
  const strings = [''];
  const index = (text: string): number => {
    if (!strings.includes(text)) strings.push(text);
    return strings.indexOf(text);
  };
  const functions = [...new Set(samples.flatMap(({ frames }) => frames))];
  const idOf = (frame: string): number => functions.indexOf(frame) + 1;
  const message = {
    sampleType: types.map((type) => {
      const [name = '', unit = ''] = type.split(':');
      return { type: index(name), unit: index(unit) };
    }),
    sample: samples.map(({ frames, values, labels }) => ({
      locationId: frames.map(idOf).toReversed(),
      value: values,
      label: Object.entries(labels).map(([key, value]) => ({ key: index(key), str: index(value) })),
    })),
    location: functions.map((frame) => ({ id: idOf(frame), line: [{ functionId: idOf(frame), line: 1 }] })),
    function: functions.map((frame) => ({ id: idOf(frame), name: index(frame) })),
    stringTable: strings,
    timeNanos: timeNs,
    durationNanos: durationNs,
  };
  return profileType.encode(profileType.fromObject(message)).finish();
}
