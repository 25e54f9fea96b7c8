/** Runtime records to telemetry, as the projection does with facts. A kind of record without telemetry does not compile. */

import type { AttributeValues, LabelName, LabelValue } from '../attributes.ts';
import type { MetricName, MetricUpdate, metrics, RequestSpanName } from '../catalogue.ts';
import { receiveSpanId, requestSpanId, submitSpanId } from '../identity.ts';
import { measuredIn, type Projected, type SpanData, secondsBetween } from '../projected.ts';
import type { EngineSample, RecordOf, RuntimeRecord } from './records.ts';

interface Told {
  readonly spans?: readonly SpanData[];
  readonly metrics: readonly MetricUpdate[];
}

/** The first status that tells of an error: the caller's on the client's side, ours on the server's. */
const CLIENT_ERROR = 400;
const SERVER_ERROR = 500;

const projections: { readonly [K in RuntimeRecord['kind']]: (record: RecordOf<K>) => Told } = {
  client_request: (record) => {
    const { method, endpoint, host, port, status, failure, startedAt, endedAt } = record;
    const requests: MetricUpdate = {
      metric: 'tradeengine.exchange.requests',
      value: 1,
      labels: {
        'url.template': valueOf('url.template', endpoint),
        'tradeengine.exchange.outcome': valueOf('tradeengine.exchange.outcome', record.outcome),
      },
    };
    if (failure === 'held_back') return { metrics: [requests] };
    const error = failure ?? errorStatus(status, CLIENT_ERROR);
    return {
      spans: clientSpans(record, error),
      metrics: [
        requests,
        {
          metric: 'http.client.request.duration',
          value: secondsBetween(startedAt, endedAt),
          labels: {
            'http.request.method': valueOf('http.request.method', method),
            'url.template': valueOf('url.template', endpoint),
            'http.response.status_code': valueOf('http.response.status_code', status),
            'error.type': valueOf('error.type', error),
            'network.protocol.name': record.protocol,
            'server.address': host,
            'server.port': String(port),
          },
        },
      ],
    };
  },

  server_request: (record) => ({
    spans: serverSpans(record),
    metrics: [
      {
        metric: 'http.server.request.duration',
        value: secondsBetween(record.startedAt, record.endedAt),
        labels: {
          'http.request.method': valueOf('http.request.method', record.method),
          'url.scheme': 'http',
          'http.route': valueOf('http.route', record.route),
          'http.response.status_code': valueOf('http.response.status_code', record.status),
          'error.type': valueOf('error.type', errorStatus(record.status, SERVER_ERROR)),
        },
      },
    ],
  }),

  commit: ({ entries, appendedAt, durableAt }) => ({
    metrics: [
      reading('tradeengine.journal.append.duration', secondsBetween(appendedAt, durableAt)),
      reading('tradeengine.journal.commit.entries', entries),
    ],
  }),

  reconnect: ({ stream }) => ({
    metrics: [
      { metric: 'tradeengine.stream.reconnects', value: 1, labels: { 'tradeengine.stream': stream } },
    ],
  }),

  comparison: ({ outcome }) => ({
    metrics: [
      {
        metric: 'tradeengine.reconciliation.runs',
        value: 1,
        labels: { 'tradeengine.reconciliation.outcome': outcome },
      },
    ],
  }),

  engine_sample: (sample) => ({
    metrics: [
      reading('tradeengine.engine.ready', sample.ready ? 1 : 0),
      ...sample.trading,
      ...known('tradeengine.journal.pending', sample.journal?.pending),
      ...known('tradeengine.journal.facts', sample.journal?.facts),
      reading('tradeengine.exchange.weight.used', sample.weight.used),
      reading('tradeengine.exchange.weight.limit', sample.weight.limit),
      reading('tradeengine.exchange.weight.headroom', headroom(sample.weight)),
      ...known('tradeengine.exchange.clock.offset', sample.clockOffsetSeconds),
      ...known('tradeengine.reconciliation.age', sample.comparisonAgeSeconds),
      ...Object.entries(sample.orders).flatMap(([window, use]) =>
        Object.entries({ used: use.used, limit: use.limit, headroom: headroom(use) }).map(
          ([what, value]) =>
            ({
              metric: `tradeengine.exchange.orders.${what}`,
              value,
              labels: { 'tradeengine.exchange.window': window },
            }) as MetricUpdate,
        ),
      ),
      ...byLabel('tradeengine.exchange.held_back', 'tradeengine.exchange.hold', sample.heldBackSeconds),
      ...byLabel('tradeengine.stream.age', 'tradeengine.stream', sample.streamAgesSeconds),
    ],
  }),

  process_sample: (sample) => {
    const delays = sample.loopDelaysSeconds;
    return {
      metrics: [
        reading('nodejs.eventloop.delay.min', delays.min),
        reading('nodejs.eventloop.delay.max', delays.max),
        reading('nodejs.eventloop.delay.mean', delays.mean),
        reading('nodejs.eventloop.delay.p50', delays.p50),
        reading('nodejs.eventloop.delay.p90', delays.p90),
        reading('nodejs.eventloop.delay.p99', delays.p99),
        reading('nodejs.eventloop.utilization', sample.loopUtilization),
        ...byLabel('process.cpu.time', 'cpu.mode', sample.cpuSeconds),
        reading('process.memory.usage', sample.residentBytes),
        reading('process.uptime', sample.uptimeSeconds),
        reading('tradeengine.process.active_resources', sample.activeResources),
        ...sample.collections.map(
          ({ type, seconds }): MetricUpdate => ({
            metric: 'v8js.gc.duration',
            value: seconds,
            labels: { 'v8js.gc.type': type },
          }),
        ),
        ...byLabel('v8js.memory.heap.used', 'v8js.heap.space.name', sample.heapUsedBytes),
        ...byLabel('v8js.memory.heap.limit', 'v8js.heap.space.name', sample.heapLimitBytes),
      ],
    };
  },
};

export function projectRuntime(record: RuntimeRecord): Pick<Projected, 'spans' | 'metrics'> {
  // The table pairs each kind with a function of that kind's record, which TypeScript cannot follow through an index.
  const projection = projections[record.kind] as (record: RuntimeRecord) => Told;
  const { spans = [], metrics } = projection(record);
  const [span] = spans;
  if ('at' in record) return { spans, metrics: metrics.map((one) => ({ ...one, sampledAt: record.at })) };
  return { spans, metrics: span === undefined ? metrics : measuredIn(span, span.end, metrics) };
}

const headroom = ({ used, limit }: EngineSample['weight']): number => Math.max(0, 1 - used / limit);

function clientSpans(record: RecordOf<'client_request'>, error: string | undefined): SpanData[] {
  const { method, endpoint, protocol, baseUrl, host, port, status, startedAt, endedAt, order } = record;
  if (order === undefined) return [];
  const { trace, clientOrderId } = order;
  const name = requestName(method, endpoint);
  return [
    {
      name,
      kind: 'client',
      traceId: trace,
      spanId: requestSpanId(trace, `${name} ${clientOrderId}`, startedAt),
      parentSpanId: submitSpanId(trace, clientOrderId),
      start: startedAt,
      end: endedAt,
      attributes: {
        ...requestAttributes(method, status, error),
        'url.template': valueOf('url.template', endpoint),
        'network.protocol.name': protocol,
        'url.full': protocol === 'http' ? `${baseUrl}${endpoint}` : baseUrl,
        'url.path': protocol === 'http' ? endpoint : new URL(baseUrl).pathname,
        'server.address': host,
        'server.port': port,
        'tradeengine.order.id': clientOrderId,
      },
      error,
    },
  ];
}

function serverSpans({
  method,
  route,
  path,
  status,
  startedAt,
  endedAt,
  parent,
}: RecordOf<'server_request'>) {
  if (parent === undefined) return [];
  const { trace } = parent;
  const name = requestName(method, route ?? '/');
  const error = errorStatus(status, SERVER_ERROR);
  const parentSpanId = 'fact' in parent ? receiveSpanId(trace, parent.fact) : parent.span;
  const span: SpanData = {
    name,
    kind: 'server',
    traceId: trace,
    spanId: requestSpanId(trace, `${name} ${parentSpanId}`, startedAt),
    parentSpanId,
    parentIsRemote: !('fact' in parent),
    start: startedAt,
    end: endedAt,
    attributes: {
      ...requestAttributes(method, status, error),
      'http.route': valueOf('http.route', route),
      'url.scheme': 'http',
      'url.path': path,
    },
    error,
  };
  return [span];
}

/** https://opentelemetry.io/docs/specs/semconv/http/http-spans/ */
const requestName = (method: string, path: string): RequestSpanName => `${method} ${path}` as RequestSpanName;

const requestAttributes = (
  method: string,
  status: number | undefined,
  error: string | undefined,
): AttributeValues => ({
  'http.request.method': valueOf('http.request.method', method),
  'http.response.status_code': status,
  'error.type': valueOf('error.type', error),
});

const errorStatus = (status: number | undefined, from: number): string | undefined =>
  status === undefined || status < from ? undefined : String(status);

/** What is not in the list of its label falls into the series for others. */
const valueOf = <N extends LabelName>(_label: N, value: string | number | undefined) =>
  (value === undefined ? undefined : String(value)) as LabelValue<N> | undefined;

type Unlabelled = {
  [N in MetricName]: (typeof metrics)[N]['labels'] extends readonly [] ? N : never;
}[MetricName];

const reading = (metric: Unlabelled, value: number): MetricUpdate =>
  ({ metric, value, labels: {} }) as MetricUpdate;

const known = (metric: Unlabelled, value: number | undefined): MetricUpdate[] =>
  value === undefined ? [] : [reading(metric, value)];

/** One update for each value of the only label of a metric. */
const byLabel = (
  metric: MetricName,
  label: LabelName,
  values: Readonly<Record<string, number>>,
): MetricUpdate[] =>
  Object.entries(values).map(([one, value]) => ({ metric, value, labels: { [label]: one } }) as MetricUpdate);
