// Goal: profiles come in by each way that senders know, are stored once, and are found by span and by trace.
// Method: the real observatory; pprof and requests are written by protobufjs.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import protobuf from 'protobufjs';
import type { FlameAnswer, ProfilesAnswer } from '#observatory/answers.ts';
import { at, type Running, runObservatory } from '#test/support/observatory/running.ts';
import { type PlainProfile, writePprof } from '#test/support/pprof.ts';

const pushProto = readFileSync(join(import.meta.dirname, '../support/push.proto'), 'utf8');
const pushRequest = protobuf.parse(pushProto).root.lookupType('push.v1.PushRequest');

const SECOND_NS = 1e9;
const startNs = 1_764_000_000 * SECOND_NS;
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const decide = {
  span_id: '00f067aa0ba902b7',
  span_name: 'signal decide',
  trace_id: traceId,
  stage: 'decide',
};
const submit = { span_id: '00f067aa0ba902b8', span_name: 'order submit', trace_id: traceId, stage: 'submit' };

const wall = (second: number): PlainProfile => ({
  types: ['sample:count', 'wall:nanoseconds', 'cpu:nanoseconds'],
  timeNs: startNs + second * SECOND_NS,
  durationNs: 10 * SECOND_NS,
  samples: [
    { frames: ['loop', 'decide', 'judge'], values: [2, 20, 15], labels: decide },
    { frames: ['loop', 'decide'], values: [1, 10, 5], labels: decide },
    { frames: ['loop', 'submit'], values: [1, 10, 0], labels: submit },
    { frames: ['loop', 'idle'], values: [5, 50, 0], labels: {} },
  ],
});

describe('profiles in the observatory', () => {
  let running: Running;
  beforeEach(async () => {
    running = await runObservatory();
  });
  afterEach(() => running.stop());

  const receiver = () => `http://127.0.0.1:${running.ports.profiles}`;
  const ingest = (
    body: Uint8Array | FormData,
    query = 'name=engine{pod=a,version=1}&format=pprof&from=1764000000&until=1764000010',
    headers: Record<string, string> = {},
  ) =>
    fetch(`${receiver()}/ingest?${query}`, {
      method: 'POST',
      headers,
      body: body instanceof FormData ? body : Uint8Array.from(body),
    });
  const gzipped = (profile: PlainProfile) => gzipSync(writePprof(profile));
  const list = async (query = '') => (await running.get(`/api/profiles?${query}`)).body as ProfilesAnswer;
  const flame = async (query: string) =>
    (await running.get(`/api/profiles/flame?${query}`)).body as FlameAnswer;

  it('takes pprof, and tells what it holds and which spans are in it', async () => {
    assert.equal((await ingest(gzipped(wall(0)))).status, 200);
    const { profiles } = await list();
    assert.deepEqual(profiles, [
      {
        start: '2025-11-24T16:00:00.000000000Z',
        durationMs: 10_000,
        service: 'engine',
        labels: { pod: 'a', version: '1' },
        types: [
          { type: 'sample', unit: 'count', total: 9 },
          { type: 'wall', unit: 'nanoseconds', total: 90 },
          { type: 'cpu', unit: 'nanoseconds', total: 20 },
        ],
        spans: [
          { traceId, spanId: decide.span_id, name: 'signal decide', stage: 'decide' },
          { traceId, spanId: submit.span_id, name: 'order submit', stage: 'submit' },
        ],
        spanCount: 2,
      },
    ]);
  });

  it('takes it plain, compressed twice, and as a part of a form', async () => {
    assert.equal((await ingest(writePprof(wall(0)))).status, 200);
    const twice = await ingest(gzipSync(gzipped(wall(1))), undefined, { 'content-encoding': 'gzip' });
    assert.equal(twice.status, 200);
    const form = new FormData();
    form.append('profile', new Blob([Uint8Array.from(gzipped(wall(2)))]), 'profile.pprof');
    assert.equal((await ingest(form, 'name=engine&from=1764000000')).status, 200);
    assert.equal((await list()).profiles.length, 3);
  });

  it("takes Alloy's push", async () => {
    const labels = { __name__: 'wall', service_name: 'engine', pod: 'b' };
    const body = pushRequest.encode(
      pushRequest.fromObject({
        series: [
          {
            labels: Object.entries(labels).map(([name, value]) => ({ name, value })),
            samples: [{ rawProfile: gzipped(wall(0)), ID: 'x' }, { rawProfile: gzipped(wall(10)) }],
          },
        ],
      }),
    );
    const answer = await fetch(`${receiver()}/push.v1.PusherService/Push`, {
      method: 'POST',
      headers: {
        'content-type': 'application/proto',
        'content-encoding': 'gzip',
        'connect-protocol-version': '1',
      },
      body: gzipSync(body.finish()),
    });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), 'application/proto');
    const { profiles } = await list('service=engine');
    assert.equal(profiles.length, 2);
    assert.deepEqual(profiles[0]?.labels, { __name__: 'wall', pod: 'b' });
  });

  it('stores a profile that is sent again once', async () => {
    for (let turn = 0; turn < 2; turn += 1) assert.equal((await ingest(gzipped(wall(0)))).status, 200);
    assert.equal((await list()).profiles.length, 1);
    assert.equal(running.usage().duplicateRows, 1);
  });

  it('finds profiles by service, type, span, trace and time', async () => {
    await ingest(gzipped(wall(0)));
    await ingest(gzipped({ ...wall(20), samples: [{ frames: ['loop'], values: [1, 2, 3], labels: {} }] }));
    await ingest(
      gzipped({ ...wall(40), types: ['inuse_space:bytes'], samples: [] }),
      'name=other&format=pprof',
    );
    const starts = async (query: string) =>
      (await list(query)).profiles.map(({ start }) => Number(start.slice(17, 19)));
    assert.deepEqual(await starts(''), [40, 20, 0]);
    assert.deepEqual(await starts('limit=1'), [40]);
    assert.deepEqual(await starts('service=engine'), [20, 0]);
    assert.deepEqual(await starts('type=cpu'), [20, 0]);
    assert.deepEqual(await starts('type=cp'), []);
    assert.deepEqual(await starts(`span_id=${submit.span_id.toUpperCase()}`), [0]);
    assert.deepEqual(await starts('span_id=00f067aa0ba902b9'), []);
    assert.deepEqual(await starts(`trace_id=${traceId}`), [0]);
    assert.deepEqual(await starts('from=2025-11-24T16:00:20Z&to=2025-11-24T16:00:40Z'), [20]);
  });

  it('merges profiles to one flame graph', async () => {
    await ingest(gzipped(wall(0)));
    await ingest(gzipped(wall(10)));
    const answer = await flame('type=wall&service=engine');
    assert.deepEqual(answer, {
      type: 'wall',
      unit: 'nanoseconds',
      profiles: 2,
      from: '2025-11-24T16:00:00.000000000Z',
      to: '2025-11-24T16:00:20.000000000Z',
      root: {
        name: '',
        self: 0,
        total: 180,
        children: [
          {
            name: 'loop',
            self: 0,
            total: 180,
            children: [
              { name: 'idle', self: 100, total: 100, children: [] },
              {
                name: 'decide',
                self: 20,
                total: 60,
                children: [{ name: 'judge', self: 40, total: 40, children: [] }],
              },
              { name: 'submit', self: 20, total: 20, children: [] },
            ],
          },
        ],
      },
      truncated: false,
    });
    assert.deepEqual(
      [(await flame('type=wall&limit=1')).profiles, (await flame('type=wall&limit=1')).truncated],
      [1, true],
    );
  });

  it('draws the flame graph of one span, and of one trace', async () => {
    await ingest(gzipped(wall(0)));
    const ofSpan = await flame(`type=cpu&span_id=${decide.span_id}`);
    assert.equal(ofSpan.root.total, 20);
    assert.deepEqual(at(ofSpan.root, 'children', 0, 'children', 'length'), 1);
    assert.equal((await flame(`type=wall&span_id=${submit.span_id}`)).root.total, 10);
    assert.equal((await flame(`type=wall&trace_id=${traceId}`)).root.total, 40);
    assert.equal((await flame(`type=heap&trace_id=${traceId}`)).profiles, 0);
  });

  it('says what is wrong with a request', async () => {
    const refused = async (answer: Promise<Response>) => {
      const { status, ...response } = await answer.then(async (got) => ({
        status: got.status,
        body: (await got.json()) as { code: string },
      }));
      return [status, response.body.code];
    };
    const body = gzipped(wall(0));
    assert.deepEqual(await refused(ingest(body, 'format=pprof')), [400, 'invalid_profile']);
    assert.deepEqual(await refused(ingest(body, 'name=a{b&format=pprof')), [400, 'invalid_profile']);
    assert.deepEqual(await refused(ingest(body, 'name=a&format=jfr')), [415, 'unsupported']);
    assert.deepEqual(await refused(ingest(body, 'name=a')), [415, 'unsupported']);
    assert.deepEqual(await refused(ingest(body, 'name=a&from=now-1h&format=pprof')), [
      400,
      'invalid_profile',
    ]);
    assert.deepEqual(await refused(ingest(Buffer.from('not pprof'))), [400, 'invalid_profile']);
    assert.deepEqual(await refused(ingest(body.subarray(0, 40))), [400, 'invalid_profile']);
    assert.deepEqual(await refused(ingest(new FormData(), 'name=a')), [400, 'invalid_profile']);
    const fromPage = ingest(body, undefined, { origin: 'http://elsewhere.example' });
    assert.deepEqual(await refused(fromPage), [403, 'forbidden']);
    assert.deepEqual(await refused(fetch(`${receiver()}/elsewhere`)), [404, 'not_found']);
    const bomb = gzipSync(Buffer.alloc(65 * 1024 * 1024));
    assert.deepEqual(await refused(ingest(bomb)), [413, 'too_large']);
    const asJson = await fetch(`${receiver()}/push.v1.PusherService/Push`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    assert.equal(asJson.status, 415);
    assert.equal(at(await asJson.json(), 'code'), 'unimplemented');
    assert.equal((await running.get('/api/profiles/flame')).status, 400);
    assert.equal((await running.get('/api/profiles?span_id=1')).status, 400);
    assert.equal((await list()).profiles.length, 0);
  });
});
