/**
 * A profile as the store keeps it: what it is searched by in columns, its samples as one packed table. Samples of the
 * same stack and span are added up.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { z } from 'zod';
import type { Pprof, PprofSample } from './pprof.ts';

export interface ProfileRow {
  service: string;
  labels: Record<string, string>;
  startNs: bigint;
  endNs: bigint;
  types: ProfiledType[];
  spans: ProfiledSpan[];
  /** Packed: see unpackSamples. */
  samples: Uint8Array;
}

export interface ProfiledType {
  type: string;
  unit: string;
  total: number;
}

/** Work that samples say they belong to, by the labels that Grafana's span profiles have. */
export interface ProfiledSpan {
  traceId: string;
  spanId: string;
  name: string;
  stage: string;
}

/** Where a profile comes from and when it was taken, as its request says. */
export interface ProfileSource {
  service: string;
  labels: Record<string, string>;
  fromNs: bigint;
}

const sampleTable = z.object({
  frames: z.array(z.string()),
  samples: z.array(
    z.object({
      /** An index into the spans of the row; -1 for none. */
      span: z.number(),
      /** Indexes into the frames, the outermost first. */
      stack: z.array(z.number()),
      /** In the order of the types of the row. */
      values: z.array(z.number()),
    }),
  ),
});
export type SampleTable = z.infer<typeof sampleTable>;

/** What a damaged or forged row might claim to be. */
const UNPACKED_BYTES_MAX = 128 * 1024 * 1024;

export function unpackSamples(packed: Uint8Array): SampleTable {
  const text = inflateRawSync(packed, { maxOutputLength: UNPACKED_BYTES_MAX }).toString('utf8');
  return sampleTable.parse(JSON.parse(text));
}

export function profileRow({ types, timeNs, durationNs, samples }: Pprof, source: ProfileSource): ProfileRow {
  const startNs = timeNs > 0n ? timeNs : source.fromNs;
  const spans = new Numbering<ProfiledSpan>();
  const frames = new Numbering<string>();
  const merged = new Map<string, SampleTable['samples'][number]>();
  for (const sample of samples) {
    const span = spanOf(sample);
    const spanIndex = span === undefined ? -1 : spans.of(Object.values(span).join(), span);
    const stack = sample.frames.map((frame) => frames.of(frame, frame));
    const key = `${spanIndex}:${stack.join()}`;
    const known = merged.get(key);
    if (known === undefined) merged.set(key, { span: spanIndex, stack, values: [...sample.values] });
    else known.values = known.values.map((value, index) => value + (sample.values[index] ?? 0));
  }
  const table: SampleTable = { frames: frames.values, samples: [...merged.values()] };
  return {
    service: source.service,
    labels: source.labels,
    startNs,
    endNs: startNs + (durationNs > 0n ? durationNs : 0n),
    types: types.map(({ type, unit }, index) => ({
      type,
      unit,
      total: samples.reduce((sum, { values }) => sum + (values[index] ?? 0), 0),
    })),
    spans: spans.values,
    samples: deflateRawSync(JSON.stringify(table)),
  };
}

const spanIdPattern = /^(?!0{16})[0-9a-f]{16}$/;
const traceIdPattern = /^(?!0{32})[0-9a-f]{32}$/;

/** Senders that know nothing of traces call a span's samples by profile_id. */
function spanOf({ labels }: PprofSample): ProfiledSpan | undefined {
  const spanId = labels.get('span_id') ?? labels.get('profile_id') ?? '';
  if (!spanIdPattern.test(spanId)) return undefined;
  const traceId = labels.get('trace_id') ?? '';
  return {
    traceId: traceIdPattern.test(traceId) ? traceId : '',
    spanId,
    name: labels.get('span_name') ?? '',
    stage: labels.get('stage') ?? '',
  };
}

/** Gives each value the number of its first appearance. */
class Numbering<Value> {
  readonly values: Value[] = [];
  readonly #numbers = new Map<string, number>();

  of(key: string, value: Value): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.values.length);
    return this.values.push(value) - 1;
  }
}
