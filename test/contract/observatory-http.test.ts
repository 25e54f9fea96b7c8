// Goal: any OTLP/HTTP sender works, and each failure has the status and the google.rpc.Status body that the
// OTLP specification names.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { BODY_BYTES_MAX, INFLATED_BYTES_MAX } from '#observatory/otlp/receiver.ts';
import { encodeWithProtobufjs } from '#test/support/observatory/messages.ts';
import { at, type Running, runObservatory } from '#test/support/observatory/running.ts';
import { logsOf, type Story, storyTraceId, tracesOf } from '#test/support/observatory/story.ts';

const protobuf = { 'content-type': 'application/x-protobuf' };
const json = { 'content-type': 'application/json' };
const story: Story = { traceId: storyTraceId(1), signalId: 'http-1', atNs: 1_763_900_000_000_000_000n };

describe('OTLP/HTTP receiver', () => {
  let running: Running;
  before(async () => {
    running = await runObservatory();
  });
  after(() => running.stop());

  function post(
    path: string,
    headers: Record<string, string>,
    body: string | Uint8Array<ArrayBuffer>,
    to = running,
  ) {
    return fetch(`http://127.0.0.1:${to.ports.otlpHttp}${path}`, { method: 'POST', headers, body });
  }

  it('takes JSON, plain and gzip, and answers in JSON', async () => {
    const plain = await post('/v1/traces', json, JSON.stringify(tracesOf(story)));
    assert.equal(plain.status, 200);
    assert.equal(plain.headers.get('content-type'), 'application/json');
    assert.deepEqual(await plain.json(), {});
    const zipped = gzipSync(JSON.stringify(logsOf(story)));
    assert.equal((await post('/v1/logs', { ...json, 'content-encoding': 'gzip' }, zipped)).status, 200);
    const { body } = await running.get(`/api/traces/${story.traceId}`);
    assert.equal(at(body, 'spans', 'length'), 5);
    assert.equal(at(body, 'logs', 'length'), 5);
  });

  it('takes protobuf, plain and gzip, and answers in protobuf', async () => {
    const payload = Uint8Array.from(
      encodeWithProtobufjs('metrics', {
        resourceMetrics: [
          {
            scopeMetrics: [
              { metrics: [{ name: 'equity', gauge: { dataPoints: [{ timeUnixNano: '5', asInt: '9' }] } }] },
            ],
          },
        ],
      }),
    );
    const plain = await post('/v1/metrics', protobuf, payload);
    assert.equal(plain.headers.get('content-type'), 'application/x-protobuf');
    assert.equal((await plain.arrayBuffer()).byteLength, 0);
    const zipped = await post('/v1/metrics', { ...protobuf, 'content-encoding': 'gzip' }, gzipSync(payload));
    assert.equal(zipped.status, 200);
    const { body } = await running.get('/api/metrics/query?name=equity&from=0&to=1');
    assert.deepEqual(at(body, 'series', 0, 'points'), [{ time: '1970-01-01T00:00:00.000000005Z', value: 9 }]);
  });

  it('reports records that it could not keep as partial success', async () => {
    const request = { resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: 'zz', spanId: '1' }] }] }] };
    const answer = await (await post('/v1/traces', json, JSON.stringify(request))).json();
    assert.deepEqual(answer, {
      partialSuccess: { rejectedSpans: '1', errorMessage: 'a span without a valid trace id' },
    });
  });

  it('answers 400 with a status to garbage in either encoding', async () => {
    const asJson = await post('/v1/logs', json, '{"resourceLogs":');
    assert.equal(asJson.status, 400);
    assert.equal(at(await asJson.json(), 'code'), 3);
    const asProtobuf = await post('/v1/logs', protobuf, Uint8Array.of(255, 255, 255));
    assert.equal(asProtobuf.status, 400);
    assert.equal(asProtobuf.headers.get('content-type'), 'application/x-protobuf');
    assert.equal(new Uint8Array(await asProtobuf.arrayBuffer())[1], 3);
    const unzippable = await post('/v1/logs', { ...json, 'content-encoding': 'gzip' }, '{}');
    assert.equal(unzippable.status, 400);
    const wrongType = await post('/v1/traces', json, '{"resourceSpans":{"a":1}}');
    assert.match(String(at(await wrongType.json(), 'message')), /resourceSpans/);
  });

  it('answers 415 to another content type or encoding and 404 to another path', async () => {
    assert.equal((await post('/v1/traces', { 'content-type': 'text/plain' }, 'x')).status, 415);
    assert.equal((await post('/v1/traces', { ...json, 'content-encoding': 'br' }, 'x')).status, 415);
    assert.equal((await post('/v1/profiles', json, '{}')).status, 404);
  });

  it('answers 413 to a body that is too large, before or after inflation', async () => {
    const large = await post('/v1/traces', protobuf, new Uint8Array(BODY_BYTES_MAX + 1));
    assert.equal(large.status, 413);
    const bomb = gzipSync(new Uint8Array(INFLATED_BYTES_MAX + 1));
    assert.ok(bomb.length < 1_000_000);
    const inflated = await post('/v1/traces', { ...protobuf, 'content-encoding': 'gzip' }, bomb);
    assert.equal(inflated.status, 413);
    assert.match(Buffer.from(await inflated.arrayBuffer()).toString(), /inflates to more than/);
  });

  it('answers 429 with Retry-After while the queue of the store is full', async () => {
    const narrow = await runObservatory({ limits: { queueRowsMax: 6, lingerMs: 300 } });
    try {
      const answers = await Promise.all(
        [2, 3].map((number) =>
          post(
            '/v1/traces',
            json,
            JSON.stringify(tracesOf({ ...story, traceId: storyTraceId(number) })),
            narrow,
          ),
        ),
      );
      const [taken, refused] = answers.sort((a, b) => a.status - b.status);
      assert.equal(taken?.status, 200);
      assert.equal(refused?.status, 429);
      assert.equal(refused.headers.get('retry-after'), '1');
      assert.equal(at(await refused.json(), 'code'), 8);
    } finally {
      await narrow.stop();
    }
  });
});
