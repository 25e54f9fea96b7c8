/** What becomes of runtime records: spans in the right place, metrics with closed labels, and never more than fits. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Micros, Seq } from '#core/ids.ts';
import { endpoints } from '#exchange/binance/endpoints.ts';
import { attributes } from '#telemetry/attributes.ts';
import type { MetricSpec } from '#telemetry/catalogue/spec.ts';
import { metrics, runtimeMetrics } from '#telemetry/catalogue.ts';
import { receiveSpanId, submitSpanId } from '#telemetry/identity.ts';
import { Metrics } from '#telemetry/metrics.ts';
import { Outbox } from '#telemetry/outbox.ts';
import type { SpanData } from '#telemetry/projected.ts';
import { projectRuntime } from '#telemetry/runtime/projection.ts';
import type { RuntimeRecord } from '#telemetry/runtime/records.ts';
import { SpanQueue } from '#telemetry/runtime/span-queue.ts';
import { ORDER, records, TRACE } from '#test/support/telemetry-records.ts';

const START = 1 as Micros;
const spanOf = (record: RuntimeRecord): SpanData | undefined => projectRuntime(record).spans?.[0];

const countsOf = (all: Metrics, name: string): Record<string, number> =>
  Object.fromEntries(
    (all.readings().find((reading) => reading.name === name)?.series ?? []).map(({ labels, value }) => [
      Object.values(labels).join(' '),
      typeof value === 'number' ? value : value.count,
    ]),
  );

function told(...list: RuntimeRecord[]): Metrics {
  const all = new Metrics('1', START);
  for (const record of list) for (const update of projectRuntime(record).metrics) all.add(update);
  return all;
}

const seriesCount = (all: Metrics): number =>
  all.readings().reduce((sum, { series }) => sum + series.length, 0);

test('every record says only what is declared, with the labels of its metric', () => {
  for (const record of Object.values(records)) {
    const { spans = [], metrics: updates } = projectRuntime(record);
    assert.ok(updates.length > 0, record.kind);
    for (const { metric, labels } of updates) {
      const { labels: declared }: MetricSpec = metrics[metric];
      assert.deepEqual(Object.keys(labels).toSorted(), [...declared].toSorted(), metric);
    }
    for (const span of spans) {
      for (const name of Object.keys(span.attributes)) assert.ok(name in attributes, name);
    }
  }
});

test('the records together move every metric that telemetry does not keep of itself', () => {
  const moved = new Set(
    Object.values(records).flatMap((record) => projectRuntime(record).metrics.map(({ metric }) => metric)),
  );
  const own = Object.keys(runtimeMetrics).filter((name) => !moved.has(name as keyof typeof runtimeMetrics));
  assert.deepEqual(own.toSorted(), [
    'tradeengine.build.info',
    'tradeengine.journal.size',
    'tradeengine.sample.age',
    'tradeengine.telemetry.dropped',
    'tradeengine.telemetry.exported',
    'tradeengine.telemetry.failed',
    'tradeengine.telemetry.lag',
  ]);
});

test('a request about an order is a client span under its order submit', () => {
  const span = spanOf(records.client_request);
  assert.equal(span?.name, 'POST /fapi/v1/order');
  assert.equal(span?.kind, 'client');
  assert.equal(span?.traceId, TRACE);
  assert.equal(span?.parentSpanId, submitSpanId(TRACE, ORDER));
  assert.equal(span?.error, undefined);
  assert.deepEqual(span?.attributes, {
    'http.request.method': 'POST',
    'http.response.status_code': 200,
    'error.type': undefined,
    'url.template': '/fapi/v1/order',
    'network.protocol.name': 'http',
    'url.full': 'https://fapi.binance.com/fapi/v1/order',
    'url.path': '/fapi/v1/order',
    'server.address': 'fapi.binance.com',
    'server.port': 443,
    'tradeengine.order.id': ORDER,
  });
});

test('a request over a WebSocket goes to its address, and is counted apart', () => {
  const record = {
    ...records.client_request,
    protocol: 'websocket',
    baseUrl: 'wss://ws-fapi.binance.com/ws-fapi/v1',
  } as const;
  const {
    'url.full': url,
    'url.path': path,
    'network.protocol.name': name,
  } = spanOf(record)?.attributes ?? {};
  assert.deepEqual([url, path, name], [record.baseUrl, '/ws-fapi/v1', 'websocket']);
  assert.deepEqual(countsOf(told(record), 'http.client.request.duration'), {
    'POST /fapi/v1/order 200 websocket fapi.binance.com 443': 1,
  });
});

test('two requests about one order are two spans, and the same record told again is the same span', () => {
  const first = spanOf(records.client_request);
  const later = spanOf({
    ...records.client_request,
    startedAt: (records.client_request.startedAt + 1) as Micros,
  });
  assert.notEqual(later?.spanId, first?.spanId);
  assert.equal(spanOf(structuredClone(records.client_request))?.spanId, first?.spanId);
});

test('a request that concerns no order is no span, but is counted', () => {
  const record = { ...records.client_request, endpoint: '/fapi/v1/time', order: undefined };
  assert.equal(spanOf(record), undefined);
  assert.deepEqual(countsOf(told(record), 'http.client.request.duration'), {
    'POST /fapi/v1/time 200 http fapi.binance.com 443': 1,
  });
});

test('a failed request says why: by its status, or by what the exchange can have seen of it', () => {
  const refused = { ...records.client_request, status: 429, outcome: 'refused' };
  const broken = {
    ...records.client_request,
    status: undefined,
    failure: 'broken',
    outcome: 'unknown',
  } as const;
  assert.equal(spanOf(refused)?.error, '429');
  assert.equal(spanOf(broken)?.attributes['error.type'], 'broken');
  const all = told(refused, broken);
  assert.deepEqual(countsOf(all, 'http.client.request.duration'), {
    'POST /fapi/v1/order 429 429 http fapi.binance.com 443': 1,
    'POST /fapi/v1/order broken http fapi.binance.com 443': 1,
  });
  assert.deepEqual(countsOf(all, 'tradeengine.exchange.requests'), {
    '/fapi/v1/order refused': 1,
    '/fapi/v1/order unknown': 1,
  });
});

test('a request that was held back is an outcome, and no HTTP request', () => {
  const held = {
    ...records.client_request,
    status: undefined,
    failure: 'held_back',
    outcome: 'held_back',
  } as const;
  assert.equal(spanOf(held), undefined);
  const all = told(held);
  assert.deepEqual(countsOf(all, 'http.client.request.duration'), {});
  assert.deepEqual(countsOf(all, 'tradeengine.exchange.requests'), { '/fapi/v1/order held_back': 1 });
});

test('the request that brought a signal is a server span under its signal receive', () => {
  const span = spanOf(records.server_request);
  assert.equal(span?.name, 'POST /v1/signals');
  assert.equal(span?.kind, 'server');
  assert.equal(span?.parentSpanId, receiveSpanId(TRACE, 7 as Seq));
  assert.equal(span?.attributes['http.response.status_code'], 202);
  assert.equal(span?.attributes['url.scheme'], 'http');
  const failed = { ...records.server_request, status: 503 };
  assert.deepEqual(countsOf(told(records.server_request, failed), 'http.server.request.duration'), {
    'POST http /v1/signals 202': 1,
    'POST http /v1/signals 503 503': 1,
  });
});

test('another request is a span only under a span of its caller; its errors are those of the server', () => {
  const { parent: _, ...request } = records.server_request;
  assert.equal(spanOf({ ...request, parent: undefined }), undefined);
  const remote = { trace: TRACE, span: '00f067aa0ba902b7' };
  const span = spanOf({ ...request, status: 404, parent: remote });
  assert.equal(span?.parentSpanId, remote.span);
  assert.equal(span?.parentIsRemote, true);
  assert.equal(span?.error, undefined);
  assert.equal(spanOf({ ...request, status: 503, parent: remote })?.error, '503');
});

test('the endpoints of the adapter are the label values, and so are its outcomes', () => {
  assert.deepEqual(attributes['url.template'].values, endpoints);
});

test('samples replace gauges and add to counters', () => {
  const all = told(records.process_sample, records.process_sample, records.engine_sample);
  assert.deepEqual(countsOf(all, 'process.cpu.time'), { user: 3, system: 1 });
  assert.equal(countsOf(all, 'v8js.memory.heap.used')['old_space'], 1_000);
  assert.equal(countsOf(all, 'v8js.gc.duration')['minor'], 2);
  assert.equal(countsOf(all, 'tradeengine.exchange.held_back')['too_many_requests'], 3);
  assert.equal(countsOf(all, 'tradeengine.stream.age')['mark'], 0.9);
  assert.deepEqual(countsOf(all, 'tradeengine.exchange.orders.used'), { '10s': 5, '1m': 17 });
  assert.deepEqual(countsOf(all, 'tradeengine.exchange.orders.limit'), { '10s': 300, '1m': 1_200 });
  assert.deepEqual(countsOf(all, 'tradeengine.exchange.weight.headroom'), { '': 0.95 });
  assert.equal(countsOf(all, 'tradeengine.exchange.orders.headroom')['10s'], 1 - 5 / 300);
});

test('the number of series is bounded whatever a hundred thousand signals bring', () => {
  const all = new Metrics('1', START);
  const statuses = [...attributes['http.response.status_code'].values].map(Number);
  const visit = (from: number, to: number): void => {
    for (let turn = from; turn < to; turn += 1) {
      const hostile = {
        method: turn % 3 === 0 ? 'POST' : `M${turn}`,
        status: turn % 2 === 0 ? (statuses[turn % statuses.length] ?? 0) : turn,
      };
      const requests: RuntimeRecord[] = [
        { ...records.client_request, ...hostile, endpoint: `/x/${turn}`, outcome: `o${turn}` },
        { ...records.client_request, ...hostile, endpoint: endpoints[turn % endpoints.length] ?? '' },
        { ...records.server_request, ...hostile, route: turn % 5 === 0 ? undefined : `/v1/${turn}` },
        { ...records.process_sample, heapUsedBytes: { [`space_${turn}`]: 1 }, collections: [] },
      ];
      for (const record of requests) for (const update of projectRuntime(record).metrics) all.add(update);
    }
  };
  visit(0, 1_000);
  const bound = seriesCount(all);
  visit(1_000, 100_000);
  assert.equal(seriesCount(all), bound);
  assert.ok(bound < 2_000, `${bound} series`);
  const counted = Object.values(countsOf(all, 'http.client.request.duration')).reduce(
    (sum, one) => sum + one,
    0,
  );
  assert.equal(counted, 200_000, 'and nothing goes uncounted');
});

test('series of a sparse metric beyond the bound are one', () => {
  const all = new Metrics('1', START);
  const { values: methods } = attributes['http.request.method'];
  const { values: statuses } = attributes['http.response.status_code'];
  for (const method of methods) {
    for (const status of statuses) {
      for (const endpoint of endpoints) {
        const record = { ...records.client_request, method, status: Number(status), endpoint };
        for (const update of projectRuntime(record).metrics) all.add(update);
      }
    }
  }
  const counts = countsOf(all, 'http.client.request.duration');
  assert.equal(Object.keys(counts).length, 501);
  assert.equal(
    counts['_OTHER _OTHER _OTHER _OTHER _OTHER _OTHER _OTHER'],
    methods.length * statuses.length * endpoints.length - 500,
  );
});

test('an outbox has one chunk under way, drops what does not fit, and counts it once', () => {
  const outbox = new Outbox<number>(4, 2);
  for (const item of [1, 2, 3, 4, 5]) outbox.push(item);
  assert.deepEqual(outbox.take(), { items: [1, 2], dropped: 1 });
  assert.equal(outbox.take(), undefined, 'until the first is delivered');
  outbox.push(6);
  assert.equal(outbox.dropped, 2);
  outbox.putBack();
  assert.deepEqual(outbox.take(), { items: [1, 2], dropped: 1 });
  outbox.delivered();
  assert.deepEqual(outbox.takeRest(), { items: [3, 4], dropped: 0 });
  assert.equal(outbox.queued, 0);
});

test('spans wait while the collector is away, as many as fit; the rest is counted', async () => {
  const away = Promise.withResolvers<boolean>();
  const taken: SpanData[] = [];
  let dropped = 0;
  const queue = new SpanQueue({
    deliver: async (spans) => {
      if (!(await away.promise)) return false;
      taken.push(...spans);
      return true;
    },
    onDropped: (count) => {
      dropped += count;
    },
  });
  const span = spanOf(records.client_request);
  assert.ok(span);
  for (let pushed = 0; pushed < 10_000; pushed += 100) queue.push(new Array<SpanData>(100).fill(span));
  away.resolve(true);
  await queue.emptied();
  assert.ok(dropped > 5_000 && taken.length > 4_000, `${taken.length} taken, ${dropped} dropped`);
  assert.equal(taken.length + dropped, 10_000);
});
