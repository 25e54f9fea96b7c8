// Goal: any OTLP payload is read as protobufjs reads it, and no payload can make the decoder throw.
// Method: random requests are written by protobufjs and read back twice: by our wire decoder, and by
// protobufjs into OTLP/JSON that our JSON decoder reads. Then payloads are cut and damaged.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decode, type Signal } from '#observatory/otlp/decode.ts';
import {
  encodeWithProtobufjs,
  otlpJsonByProtobufjs,
  protobufjsAccepts,
  requests,
} from '#test/support/observatory/messages.ts';

const signals: Signal[] = ['traces', 'logs', 'metrics'];
const nowNs = 1_700_000_000_000_000_000n;

const printable = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, member: unknown) => (typeof member === 'bigint' ? `${member}n` : member)),
  );

describe('OTLP decoder', () => {
  for (const signal of signals) {
    it(`reads ${signal} from protobuf and from JSON as protobufjs does`, () => {
      fc.assert(
        fc.property(requests[signal], (message) => {
          const payload = encodeWithProtobufjs(signal, message);
          const json = Buffer.from(JSON.stringify(otlpJsonByProtobufjs(signal, payload)));
          const fromProtobuf = decode(signal, 'protobuf', payload, nowNs);
          assert.equal(fromProtobuf.kind, 'decoded');
          assert.deepEqual(printable(fromProtobuf), printable(decode(signal, 'json', json, nowNs)));
        }),
        { numRuns: 150 },
      );
    });

    it(`calls a cut ${signal} payload malformed exactly when protobufjs does, and never throws`, () => {
      fc.assert(
        fc.property(requests[signal], fc.double({ min: 0, max: 1, noNaN: true }), (message, part) => {
          const payload = encodeWithProtobufjs(signal, message);
          const cut = payload.slice(0, Math.floor(payload.length * part));
          const decoded = decode(signal, 'protobuf', cut, nowNs);
          assert.equal(
            decoded.kind === 'decoded',
            protobufjsAccepts(signal, cut),
            JSON.stringify(decoded.kind),
          );
        }),
        { numRuns: 300 },
      );
    });

    it(`answers damaged ${signal} payloads with a value`, () => {
      const damage = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 8 });
      fc.assert(
        fc.property(requests[signal], damage, (message, changes) => {
          const payload = Uint8Array.from(encodeWithProtobufjs(signal, message));
          for (const [place, byte] of changes) if (payload.length > 0) payload[place % payload.length] = byte;
          assert.match(decode(signal, 'protobuf', payload, nowNs).kind, /^(decoded|malformed)$/);
          assert.match(decode(signal, 'json', payload, nowNs).kind, /^(decoded|malformed)$/);
        }),
        { numRuns: 500 },
      );
    });

    it(`answers random bytes and random JSON for ${signal} with a value`, () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), fc.json(), (bytes, json) => {
          assert.match(decode(signal, 'protobuf', bytes, nowNs).kind, /^(decoded|malformed)$/);
          assert.match(decode(signal, 'json', Buffer.from(json), nowNs).kind, /^(decoded|malformed)$/);
        }),
        { numRuns: 500 },
      );
    });
  }

  it('keeps every field of a span where it belongs', () => {
    const payload = encodeWithProtobufjs('traces', {
      resourceSpans: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'petrosa-tradeengine' } }] },
          scopeSpans: [
            {
              scope: { name: 'engine' },
              spans: [
                {
                  traceId: Buffer.from('5b8efff798038103d269b633813fc60c', 'hex'),
                  spanId: Buffer.from('eee19b7ec3c1b174', 'hex'),
                  parentSpanId: Buffer.from('eee19b7ec3c1b173', 'hex'),
                  name: 'order submit',
                  kind: 3,
                  startTimeUnixNano: '1763900000000000001',
                  endTimeUnixNano: '1763900000010000003',
                  attributes: [
                    { key: 'tradeengine.fact.seq', value: { intValue: '12' } },
                    { key: 'huge', value: { intValue: '-9223372036854775808' } },
                  ],
                  events: [{ timeUnixNano: '5', name: 'retry', attributes: [] }],
                  links: [{ traceId: Buffer.alloc(16, 1), spanId: Buffer.alloc(8, 2) }],
                  status: { code: 2, message: 'refused' },
                },
              ],
            },
          ],
        },
      ],
    });
    const decoded = decode('traces', 'protobuf', payload, nowNs);
    assert.deepEqual(printable(decoded.kind === 'decoded' && decoded.rows.spans), [
      {
        source: {
          service: 'petrosa-tradeengine',
          resource: '{"service.name":"petrosa-tradeengine"}',
          scope: 'engine',
        },
        traceId: '5b8efff798038103d269b633813fc60c',
        spanId: 'eee19b7ec3c1b174',
        parentSpanId: 'eee19b7ec3c1b173',
        name: 'order submit',
        kind: 3,
        startNs: '1763900000000000001n',
        endNs: '1763900000010000003n',
        statusCode: 2,
        statusMessage: 'refused',
        attributes: { 'tradeengine.fact.seq': 12, huge: '-9223372036854775808' },
        events: [{ timeNs: '5n', name: 'retry', attributes: {} }],
        links: [{ traceId: '01'.repeat(16), spanId: '02'.repeat(8), attributes: {} }],
      },
    ]);
  });

  it('keeps the good records of a request and counts those that break the rules of OTLP', () => {
    const span = { traceId: Buffer.alloc(16, 1), spanId: Buffer.alloc(8, 1), name: 'good' };
    const payload = encodeWithProtobufjs('traces', {
      resourceSpans: [
        {
          scopeSpans: [
            {
              spans: [
                span,
                { ...span, traceId: Buffer.alloc(16) },
                { ...span, spanId: Buffer.alloc(3, 1) },
                { ...span, endTimeUnixNano: '18446744073709551615' },
              ],
            },
          ],
        },
      ],
    });
    const decoded = decode('traces', 'protobuf', payload, nowNs);
    assert.ok(decoded.kind === 'decoded');
    assert.deepEqual(
      decoded.rows.spans.map((row) => row.name),
      ['good'],
    );
    assert.equal(decoded.rejected, 3);
    assert.equal(decoded.reason, 'a span without a valid trace id');
  });

  it('takes the time of receipt for a log record that has none', () => {
    const json = { resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: 'hello' } }] }] }] };
    const decoded = decode('logs', 'json', Buffer.from(JSON.stringify(json)), nowNs);
    assert.equal(decoded.kind === 'decoded' && decoded.rows.logs[0]?.timeNs, nowNs);
  });

  it('refuses values nested too deeply instead of exhausting the stack', () => {
    let value: Record<string, unknown> = { stringValue: 'deep' };
    for (let depth = 0; depth < 40; depth++) value = { arrayValue: { values: [value] } };
    const message = { resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: value }] }] }] };
    const protobuf = decode('logs', 'protobuf', encodeWithProtobufjs('logs', message), nowNs);
    const json = decode('logs', 'json', Buffer.from(JSON.stringify(message)), nowNs);
    for (const decoded of [protobuf, json]) {
      assert.match(decoded.kind === 'malformed' ? decoded.message : decoded.kind, /nested deeper than 32/);
    }
  });
});
