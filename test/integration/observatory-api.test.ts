// Goal: the API answers what its documentation says, and refuses every other question with a stable code.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { at, type Running, runObservatory } from '#test/support/observatory/running.ts';
import { logsOf, type Story, spanIdOf, storyTraceId, tracesOf } from '#test/support/observatory/story.ts';
import { until } from '#test/support/until.ts';

const baseNs = 1_763_900_000_000_000_000n;
const minuteNs = 60_000_000_000n;

const stories: Story[] = [
  { traceId: storyTraceId(1), signalId: 'sig-1', atNs: baseNs },
  {
    traceId: storyTraceId(2),
    signalId: 'sig-2',
    atNs: baseNs + minuteNs,
    decision: 'refused',
    reason: 'exposure_limit',
    symbol: 'ETHUSDT',
  },
  // Two at the same nanosecond: a page must not lose one of them.
  { traceId: storyTraceId(3), signalId: 'sig-3', atNs: baseNs + 2n * minuteNs, decision: 'duplicate' },
  { traceId: storyTraceId(4), signalId: 'sig-4', atNs: baseNs + 2n * minuteNs, decision: 'resized' },
];

describe('observatory API', () => {
  let running: Running;
  before(async () => {
    running = await runObservatory();
    for (const story of stories) {
      assert.equal(await running.send('traces', tracesOf(story)), 200);
      assert.equal(await running.send('logs', logsOf(story)), 200);
    }
  });
  after(() => running.stop());

  const list = (value: unknown): unknown[] => {
    assert.ok(Array.isArray(value));
    return value;
  };

  it('lists the newest signals with outcome, reason and latency', async () => {
    const { body } = await running.get('/api/signals');
    const signals = list(at(body, 'signals'));
    assert.deepEqual(
      signals.map((signal) => [at(signal, 'signalId'), at(signal, 'outcome'), at(signal, 'reason')]).sort(),
      [
        ['sig-1', 'protected', null],
        ['sig-2', 'refused', 'exposure_limit'],
        ['sig-3', 'duplicate', null],
        ['sig-4', 'protected', null],
      ],
    );
    assert.deepEqual(signals.at(-1), {
      signalId: 'sig-1',
      traceId: stories[0]?.traceId,
      time: '2025-11-23T12:13:20.000000000Z',
      strategy: 'momentum',
      symbol: 'BTCUSDT',
      action: 'buy',
      decision: 'accepted',
      outcome: 'protected',
      reason: null,
      latencyMs: 31,
    });
    assert.equal(at(body, 'next'), null);
  });

  it('pages through signals without losing or repeating one, also at the same nanosecond', async () => {
    const seen: unknown[] = [];
    let before = '';
    do {
      const { body } = await running.get(`/api/signals?limit=1${before}`);
      seen.push(at(body, 'signals', 0, 'signalId'));
      before = at(body, 'next') === null ? '' : `&before=${at(body, 'next')}`;
    } while (before !== '');
    assert.deepEqual(seen.toSorted(), ['sig-1', 'sig-2', 'sig-3', 'sig-4']);
    const older = await running.get(`/api/signals?before=${new Date(1_763_900_060_000).toISOString()}`);
    assert.deepEqual(at(older.body, 'signals', 'length'), 1);
  });

  it('gives a trace with parents, offsets, attributes and the logs inside it', async () => {
    const [story] = stories;
    assert.ok(story);
    const { status, body } = await running.get(`/api/traces/${story.traceId.toUpperCase()}`);
    assert.equal(status, 200);
    assert.equal(at(body, 'durationMs'), 62);
    assert.equal(at(body, 'start'), '2025-11-23T12:13:20.000000000Z');
    assert.deepEqual(
      list(at(body, 'spans')).map((span) => [at(span, 'name'), at(span, 'offsetMs'), at(span, 'durationMs')]),
      [
        ['signal receive', 0, 62],
        ['signal decide', 0.6, 0.6],
        ['order submit', 2, 29],
        ['order fill', 33, 5],
        ['protection arm', 39, 23],
      ],
    );
    assert.equal(at(body, 'spans', 2, 'parentSpanId'), spanIdOf(story, 0));
    assert.equal(at(body, 'spans', 2, 'attributes', 'tradeengine.order.outcome'), 'accepted');
    assert.deepEqual(
      list(at(body, 'logs')).map((log) => at(log, 'eventName')),
      ['signal.received', 'signal.accepted', 'order.acknowledged', 'order.filled', 'protection.armed'],
    );
  });

  it('finds what belongs to the id of a signal, an order, a trace or a span, later traces included', async () => {
    const [story] = stories;
    assert.ok(story);
    const later = storyTraceId(1_000);
    const span = {
      traceId: later,
      spanId: '00000000000003e8',
      name: 'position close',
      startTimeUnixNano: String(baseNs + 60n * minuteNs),
      endTimeUnixNano: String(baseNs + 60n * minuteNs + 5_000_000n),
      attributes: [
        { key: 'tradeengine.signal.trace_id', value: { stringValue: story.traceId } },
        { key: 'tradeengine.order.id', value: { stringValue: 'pt-sig-1-late' } },
      ],
    };
    await running.send('traces', { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
    const ids = [
      ['sig-1', 'signal'],
      ['pt-sig-1-entry', 'order'],
      ['pt-sig-1-late', 'order'],
      [story.traceId.toUpperCase(), 'trace'],
      [later, 'trace'],
      [spanIdOf(story, 2), 'span'],
    ] as const;
    for (const [id, kind] of ids) {
      const { status, body } = await running.get(`/api/find?id=${id}`);
      assert.equal(status, 200, id);
      assert.deepEqual(at(body, 'kinds'), [kind], id);
      assert.deepEqual(
        list(at(body, 'traces')).map((trace) => [
          at(trace, 'traceId'),
          at(trace, 'root'),
          at(trace, 'spans'),
        ]),
        [
          [story.traceId, 'signal receive', 5],
          [later, 'position close', 1],
        ],
        id,
      );
      assert.deepEqual(at(body, 'signals'), ['sig-1'], id);
      assert.deepEqual(at(body, 'orders'), ['pt-sig-1-entry', 'pt-sig-1-stop', 'pt-sig-1-late'], id);
    }
    assert.equal((await running.get('/api/find?id=sig-')).status, 404);
  });

  it('leads from a metric to a trace and back by exemplars, each told once', async () => {
    const traceId = storyTraceId(1);
    const exemplar = (seconds: number, value: number) => ({
      timeUnixNano: String(baseNs + BigInt(seconds) * 1_000_000_000n),
      asDouble: value,
      traceId,
      spanId: '00000000000000e1',
    });
    const point = (seconds: number, exemplars: unknown[]) => ({
      timeUnixNano: String(baseNs + BigInt(seconds) * 1_000_000_000n),
      count: '2',
      sum: 0.3,
      bucketCounts: ['1', '1'],
      explicitBounds: [0.1],
      exemplars,
    });
    const histogram = {
      aggregationTemporality: 2,
      // The second point repeats what no newer value has replaced.
      dataPoints: [point(10, [exemplar(9, 0.2)]), point(20, [exemplar(9, 0.2), exemplar(19, 0.1)])],
    };
    const metrics = [{ name: 'latency', unit: 's', histogram }];
    await running.send('metrics', { resourceMetrics: [{ scopeMetrics: [{ metrics }] }] });
    const values = async (search: string) =>
      list(at((await running.get(`/api/exemplars?${search}`)).body, 'exemplars')).map((one) =>
        at(one, 'value'),
      );
    assert.deepEqual(await values(`trace_id=${traceId}`), [0.1, 0.2]);
    assert.deepEqual(await values('name=latency&limit=1'), [0.1]);
    assert.deepEqual(await values('name=other'), []);
    assert.deepEqual(await values(`trace_id=${storyTraceId(2)}`), []);
  });

  it('searches logs by trace, text and time, newest first', async () => {
    const query = async (search: string) => list(at((await running.get(`/api/logs?${search}`)).body, 'logs'));
    assert.equal((await query(`trace_id=${stories[1]?.traceId}`)).length, 2);
    assert.deepEqual(
      (await query('q=EXPOSURE%20limit')).map((log) => at(log, 'eventName')),
      ['signal.refused'],
    );
    assert.equal((await query('q=sig-2-')).length, 0);
    assert.equal((await query("q='%25--")).length, 0);
    assert.equal((await query('from=1763900060000&to=1763900120000')).length, 2);
    assert.equal((await query('from=2025-11-23T12:15:20Z')).length, 7);
    const newest = await query('limit=3');
    assert.equal(newest.length, 3);
    const times = newest.map((log) => String(at(log, 'time')));
    assert.deepEqual(times, times.toSorted().reverse());
  });

  it('answers each wrong question with a stable code and a sentence', async () => {
    const wrong = [
      '/api/traces/xyz',
      `/api/traces/${storyTraceId(1)}?pretty=1`,
      '/api/signals?limit=0',
      '/api/signals?limit=100000',
      '/api/signals?limit=1&limit=2',
      '/api/signals?before=yesterday',
      '/api/logs?from=yesterday',
      '/api/logs?from=5&to=5',
      '/api/logs?limit=-1',
      `/api/logs?q=${'x'.repeat(201)}`,
      '/api/logs?trace_id=12',
      '/api/logs?unknown=1',
      '/api/metrics?name=x',
      '/api/find',
      '/api/exemplars?trace_id=1',
      '/api/metrics/query',
      '/api/metrics/query?name=',
      '/health?x=1',
    ];
    for (const path of wrong) {
      const { status, body } = await running.get(path);
      assert.equal(status, 400, path);
      assert.equal(at(body, 'code'), 'invalid_parameter', path);
      assert.ok(String(at(body, 'message')).length > 5, path);
    }
    for (const path of [`/api/traces/${'0'.repeat(31)}1`, '/api/nothing']) {
      const { status, body } = await running.get(path);
      assert.equal(status, 404, path);
      assert.equal(at(body, 'code'), 'not_found', path);
    }
  });

  it('tells listeners of /api/live when something was stored', async () => {
    const aborting = new AbortController();
    const response = await fetch(new URL('/api/live', running.url), { signal: aborting.signal });
    assert.equal(response.headers.get('content-type'), 'text/event-stream');
    assert.ok(response.body);
    let heard = '';
    const listening = (async () => {
      for await (const chunk of response.body ?? []) heard += Buffer.from(chunk).toString();
    })().catch(() => 'aborted');
    const story = { traceId: storyTraceId(5), signalId: 'sig-5', atNs: baseNs + 9n * minuteNs };
    await running.send('traces', tracesOf(story));
    await until('an event', () => heard.includes('event: stored'));
    assert.match(heard, /data: {"spans":5,"logs":0,"points":0,"profiles":0}/);
    aborting.abort();
    await listening;
  });

  it('reports its health with the usage of the store', async () => {
    const { status, body } = await running.get('/health');
    assert.equal(status, 200);
    assert.equal(at(body, 'status'), 'ok');
    assert.equal(at(body, 'store', 'segments'), 1);
    assert.ok(Number(at(body, 'store', 'bytes')) > 0);
  });

  it('serves its page with a policy that lets no other origin in', async () => {
    const response = await fetch(running.url);
    assert.equal(response.status, 200);
    assert.match(String(response.headers.get('content-security-policy')), /default-src 'self'/);
    assert.match(await response.text(), /<!doctype html>/i);
  });
});
