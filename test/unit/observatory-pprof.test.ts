// Goal: any pprof is read as protobufjs writes it, and nothing that is not pprof gets through or hurts.
// Method: random profiles written by protobufjs; then payloads are cut and references broken.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readPprof } from '#observatory/profiles/pprof.ts';
import { profileRow, unpackSamples } from '#observatory/profiles/row.ts';
import { type PlainProfile, writePprof } from '#test/support/pprof.ts';

const frame = fc.constantFrom('main', 'decide', 'judge', 'submit', 'é');
const profiles: fc.Arbitrary<PlainProfile> = fc.integer({ min: 1, max: 3 }).chain((typeCount) =>
  fc.record({
    types: fc.constant(['sample:count', 'wall:nanoseconds', 'cpu:nanoseconds'].slice(0, typeCount)),
    timeNs: fc.integer({ min: 1, max: 2 ** 40 }),
    durationNs: fc.nat(),
    samples: fc.array(
      fc.record({
        frames: fc.array(frame, { minLength: 1, maxLength: 8 }),
        values: fc.array(fc.nat(), { minLength: typeCount, maxLength: typeCount }),
        labels: fc.dictionary(fc.constantFrom('stage', 'span_id', 'x'), fc.string({ minLength: 1 })),
      }),
      { maxLength: 20 },
    ),
  }),
);

const sample = { frames: ['main'], values: [1], labels: {} };
const profile = { types: ['cpu:nanoseconds'], timeNs: 1, durationNs: 0, samples: [sample] };

describe('the pprof reader', () => {
  it('reads what protobufjs writes', () => {
    fc.assert(
      fc.property(profiles, (written) => {
        const read = readPprof(writePprof(written));
        assert.deepEqual(
          read.types.map(({ type, unit }) => `${type}:${unit}`),
          written.types,
        );
        assert.equal(read.timeNs, BigInt(written.timeNs));
        assert.equal(read.durationNs, BigInt(written.durationNs));
        assert.deepEqual(
          read.samples.map(({ frames, values, labels }) => ({
            frames,
            values,
            labels: Object.fromEntries(labels),
          })),
          written.samples.map((one) => ({ ...one, labels: { ...one.labels } })),
        );
      }),
    );
  });

  it('either reads a cut payload or refuses it with an error, and does not hang', () => {
    fc.assert(
      fc.property(profiles, fc.double({ min: 0, max: 1, noNaN: true }), (written, part) => {
        const payload = writePprof(written);
        try {
          readPprof(payload.subarray(0, Math.floor(payload.length * part)));
        } catch (error) {
          assert.ok(error instanceof Error);
        }
      }),
    );
  });

  it('refuses what does not fit together', () => {
    const broken = (change: Partial<PlainProfile>) => () => readPprof(writePprof({ ...profile, ...change }));
    assert.throws(broken({ types: [], samples: [] }), /without a sample type/);
    assert.throws(broken({ samples: [{ ...sample, values: [1, 2] }] }), /2 values for 1 types/);
    assert.throws(() => readPprof(Buffer.from('no pprof at all')));
    assert.throws(() => readPprof(new Uint8Array()), /without a sample type/);
    // A sample at location 9 of a profile that has none.
    const lost = Buffer.concat([
      writePprof({ ...profile, samples: [] }),
      Buffer.from([0x12, 4, 8, 9, 16, 1]),
    ]);
    assert.throws(() => readPprof(lost), /location 9 is not in the profile/);
  });

  it('keeps the innermost frames of a stack that is too deep', () => {
    const frames = Array.from({ length: 600 }, (_, index) => `f${index}`);
    const read = readPprof(writePprof({ ...profile, samples: [{ ...sample, frames }] }));
    assert.equal(read.samples[0]?.frames.length, 512);
    assert.equal(read.samples[0]?.frames.at(-1), 'f599');
  });
});

describe('a profile as a row', () => {
  it('adds up samples of the same stack and span, and loses nothing', () => {
    const source = { service: 's', labels: {}, fromNs: 5n };
    fc.assert(
      fc.property(profiles, (written) => {
        const row = profileRow(readPprof(writePprof(written)), source);
        const { samples } = unpackSamples(row.samples);
        const totals = row.types.map((_, index) =>
          samples.reduce((sum, { values }) => sum + (values[index] ?? 0), 0),
        );
        assert.deepEqual(
          totals,
          row.types.map(({ total }) => total),
        );
        const keys = samples.map(({ span, stack }) => `${span} ${stack}`);
        assert.equal(new Set(keys).size, keys.length);
      }),
    );
  });

  it('knows a span by its ids and takes no others for one', () => {
    const labels = {
      span_id: '00f067aa0ba902b7',
      trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
      stage: 'decide',
    };
    const row = profileRow(
      readPprof(
        writePprof({
          ...profile,
          samples: [
            { ...sample, labels },
            { ...sample, labels: { span_id: 'zz' } },
            { ...sample, labels: { profile_id: '00f067aa0ba902b8' } },
          ],
        }),
      ),
      { service: 's', labels: {}, fromNs: 5n },
    );
    assert.deepEqual(row.spans, [
      { traceId: labels.trace_id, spanId: labels.span_id, name: '', stage: 'decide' },
      { traceId: '', spanId: '00f067aa0ba902b8', name: '', stage: '' },
    ]);
    assert.deepEqual(
      unpackSamples(row.samples).samples.map(({ span }) => span),
      [0, -1, 1],
    );
  });
});
