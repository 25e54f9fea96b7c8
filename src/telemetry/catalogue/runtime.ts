/**
 * The metrics of what is no fact: requests, streams, the journal's disk, the process, telemetry itself. Names are those
 * of the OpenTelemetry semantic conventions where they have one. They count from the start of the process.
 * https://opentelemetry.io/docs/specs/semconv/http/http-metrics/ and
 * https://opentelemetry.io/docs/specs/semconv/runtime/nodejs-metrics/
 */

import { counter, gauge, histogram, type MetricSpec, sparse } from './spec.ts';

const batchBounds = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096] as const;

const loopDelay = (what: string) =>
  gauge('s', [], `${what} of what the event loop of trading was late, in the last interval.`);

export const runtimeMetrics = {
  'http.client.request.duration': sparse(
    histogram(
      's',
      ['http.request.method', 'url.template', 'http.response.status_code', 'error.type'],
      'Requests to the exchange, from their signing to their answer.',
    ),
  ),
  'http.server.request.duration': sparse(
    histogram(
      's',
      ['http.request.method', 'http.route', 'http.response.status_code'],
      'Requests to the API, from their headers to their answer.',
    ),
  ),

  'tradeengine.exchange.requests': sparse(
    counter(
      '{request}',
      ['url.template', 'tradeengine.exchange.outcome'],
      'Requests to the exchange by what their answer means, held back ones included.',
    ),
  ),
  'tradeengine.exchange.weight.used': gauge(
    '{weight}',
    [],
    "The request weight of the exchange's minute, as it last told.",
  ),
  'tradeengine.exchange.weight.limit': gauge('{weight}', [], 'The weight that a minute may have.'),
  'tradeengine.exchange.orders.used': gauge(
    '{order}',
    ['tradeengine.exchange.window'],
    "The orders of the exchange's window, as it last told.",
  ),
  'tradeengine.exchange.held_back': gauge(
    's',
    ['tradeengine.exchange.hold'],
    'For how long requests will still be held back.',
  ),
  'tradeengine.exchange.clock.offset': gauge('s', [], "The exchange's clock less ours."),
  'tradeengine.stream.age': gauge(
    's',
    ['tradeengine.stream'],
    'Since when nothing has been heard on a stream.',
  ),
  'tradeengine.stream.reconnects': counter(
    '{connection}',
    ['tradeengine.stream'],
    'Connections of a stream after its first.',
  ),

  'tradeengine.reconciliation.runs': counter(
    '{run}',
    ['tradeengine.reconciliation.outcome'],
    'Comparisons of the journal with the exchange.',
  ),
  'tradeengine.reconciliation.age': sparse(
    gauge('s', [], 'Since the last comparison that was made; absent before the first.'),
  ),
  'tradeengine.equity': sparse(
    gauge('{quote}', [], 'The balance of the account with the unrealised result; absent until it is known.'),
  ),

  'tradeengine.journal.append.duration': histogram(
    's',
    [],
    'From the append of the oldest entry of a commit until it was known to be durable.',
  ),
  'tradeengine.journal.commit.entries': histogram(
    '{entry}',
    [],
    'Entries that one sync to the disk made durable.',
    batchBounds,
  ),
  'tradeengine.journal.pending': gauge('{entry}', [], 'Entries that wait to become durable.'),
  'tradeengine.journal.facts': gauge('{fact}', [], 'Facts in the journal.'),
  'tradeengine.journal.size': gauge('By', [], "The journal's file with its write-ahead log."),

  'tradeengine.engine.ready': gauge('{engine}', [], '1 while signals are taken, else 0.'),

  'nodejs.eventloop.delay.min': loopDelay('The least'),
  'nodejs.eventloop.delay.max': loopDelay('The most'),
  'nodejs.eventloop.delay.mean': loopDelay('The mean'),
  'nodejs.eventloop.delay.p50': loopDelay('The median'),
  'nodejs.eventloop.delay.p90': loopDelay('The 90th percentile'),
  'nodejs.eventloop.delay.p99': loopDelay('The 99th percentile'),
  'nodejs.eventloop.utilization': gauge(
    '1',
    [],
    'The part of the last interval in which the event loop of trading was busy.',
  ),
  'v8js.gc.duration': histogram('s', ['v8js.gc.type'], 'Garbage collections of the trading thread.'),
  'v8js.memory.heap.used': gauge('By', ['v8js.heap.space.name'], 'Used heap of the trading thread.'),
  'v8js.memory.heap.limit': gauge('By', ['v8js.heap.space.name'], 'Heap that V8 has set aside for it.'),
  'process.cpu.time': counter('s', ['cpu.mode'], 'Processor time of all threads.'),
  'process.memory.usage': gauge('By', [], 'Resident memory.'),
  'process.uptime': gauge('s', [], 'Since the start of the process.'),
  'tradeengine.process.active_resources': gauge(
    '{resource}',
    [],
    'Sockets, timers and requests that keep the event loop going.',
  ),

  'tradeengine.telemetry.lag': gauge('{fact}', [], 'Facts in the journal whose telemetry is not delivered.'),
  'tradeengine.telemetry.exported': counter(
    '{item}',
    ['tradeengine.telemetry.signal'],
    'Spans, log records, metric points and profiles that the collector took.',
  ),
  'tradeengine.telemetry.failed': counter(
    '{item}',
    ['tradeengine.telemetry.signal', 'tradeengine.telemetry.failure'],
    'Items that the collector did not take: to be sent again, rejected for good, or dropped.',
  ),
  'tradeengine.telemetry.dropped': counter(
    '{item}',
    ['tradeengine.telemetry.item'],
    'What is no fact and found a full queue.',
  ),
  'tradeengine.build.info': gauge('{build}', ['service.version'], 'Always 1: names the running version.'),
} as const satisfies Record<string, MetricSpec>;
