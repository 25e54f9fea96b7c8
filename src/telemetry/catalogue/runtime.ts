/**
 * The metrics of what is no fact: the live state of trading, requests, streams, the journal's disk, the process, telemetry
 * itself. Names are those of the OpenTelemetry semantic conventions where they have one. They count from the start of
 * the process.
 * https://opentelemetry.io/docs/specs/semconv/http/http-metrics/ and
 * https://opentelemetry.io/docs/specs/semconv/runtime/nodejs-metrics/
 */

import { counter, gauge, histogram, type MetricSpec, sampled, sparse } from './spec.ts';

const batchBounds = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096] as const;

const loopDelay = (what: string) =>
  sampled('s', [], `${what} of what the event loop of trading was late, in the last interval.`);

export const runtimeMetrics = {
  'tradeengine.pnl.daily': sampled(
    '{quote}',
    [],
    'Profit and loss realised since midnight UTC, less the fees of the same time.',
  ),
  'tradeengine.pnl.unrealised': sampled(
    '{quote}',
    [],
    'Profit and loss of open positions at the mark price.',
  ),
  'tradeengine.exposure': sampled(
    '{quote}',
    ['tradeengine.position.side'],
    'What the open positions are worth at the mark price.',
  ),
  'tradeengine.equity': sampled(
    '{quote}',
    [],
    'The balance of the account with the unrealised result; absent until it is known.',
  ),

  'tradeengine.trading.state': sampled(
    '{state}',
    ['tradeengine.trading.state'],
    'What signals may do: 1 for the state that holds.',
  ),
  'tradeengine.limit.used': sampled(
    '1',
    ['tradeengine.limit'],
    'How much of a bound of the account is used: 1 and more refuses entries.',
  ),
  'tradeengine.orders.live': sampled(
    '{order}',
    ['tradeengine.order.phase'],
    'Orders that are planned, at the exchange, of unknown fate, or waiting for another attempt.',
  ),
  'tradeengine.positions.open': sampled('{position}', [], 'Positions that are open.'),
  'tradeengine.positions.exposed': sampled('{position}', [], 'Open positions that their stops do not cover.'),
  'tradeengine.positions.exposed.age': sampled(
    's',
    [],
    'For how long the position that has been uncovered longest has been so; 0 without one.',
  ),
  'tradeengine.drift.open': sampled(
    '{drift}',
    ['tradeengine.drift.kind'],
    'Symbols and sides in which they disagree.',
  ),
  'tradeengine.drift.age': sampled(
    's',
    [],
    'For how long the oldest disagreement has lasted; 0 without one.',
  ),

  'http.client.request.duration': sparse(
    histogram(
      's',
      [
        'http.request.method',
        'url.template',
        'http.response.status_code',
        'error.type',
        'network.protocol.name',
        'server.address',
        'server.port',
      ],
      'Requests to the exchange, from their signing to their answer.',
    ),
  ),
  'http.server.request.duration': sparse(
    histogram(
      's',
      ['http.request.method', 'url.scheme', 'http.route', 'http.response.status_code', 'error.type'],
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
  'tradeengine.exchange.weight.used': sampled(
    '{weight}',
    [],
    "The request weight of the exchange's minute, as it last told, with what is under way.",
  ),
  'tradeengine.exchange.weight.limit': sampled('{weight}', [], 'The weight that a minute may have.'),
  'tradeengine.exchange.orders.used': sampled(
    '{order}',
    ['tradeengine.exchange.window'],
    "The orders of the exchange's window, as it last told, with what is under way.",
  ),
  'tradeengine.exchange.orders.limit': sampled(
    '{order}',
    ['tradeengine.exchange.window'],
    'The orders that a window may have.',
  ),
  'tradeengine.exchange.weight.headroom': sampled('1', [], 'The part of the weight that is left.'),
  'tradeengine.exchange.orders.headroom': sampled(
    '1',
    ['tradeengine.exchange.window'],
    'The part of the orders of a window that is left.',
  ),
  'tradeengine.exchange.held_back': sampled(
    's',
    ['tradeengine.exchange.hold'],
    'For how long requests will still be held back.',
  ),
  'tradeengine.exchange.clock.offset': sampled('s', [], "The exchange's clock less ours."),
  'tradeengine.stream.age': sampled(
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
  'tradeengine.reconciliation.age': sampled(
    's',
    [],
    'Since the last comparison that was made; absent before the first.',
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
  'tradeengine.journal.pending': sampled('{entry}', [], 'Entries that wait to become durable.'),
  'tradeengine.journal.facts': sampled('{fact}', [], 'Facts in the journal.'),
  'tradeengine.journal.size': gauge('By', [], "The journal's file with its write-ahead log."),

  'tradeengine.engine.ready': sampled('{engine}', [], '1 while signals are taken, else 0.'),

  'nodejs.eventloop.delay.min': loopDelay('The least'),
  'nodejs.eventloop.delay.max': loopDelay('The most'),
  'nodejs.eventloop.delay.mean': loopDelay('The mean'),
  'nodejs.eventloop.delay.p50': loopDelay('The median'),
  'nodejs.eventloop.delay.p90': loopDelay('The 90th percentile'),
  'nodejs.eventloop.delay.p99': loopDelay('The 99th percentile'),
  'nodejs.eventloop.utilization': sampled(
    '1',
    [],
    'The part of the last interval in which the event loop of trading was busy.',
  ),
  'v8js.gc.duration': histogram('s', ['v8js.gc.type'], 'Garbage collections of the trading thread.'),
  'v8js.memory.heap.used': sampled('By', ['v8js.heap.space.name'], 'Used heap of the trading thread.'),
  'v8js.memory.heap.limit': sampled('By', ['v8js.heap.space.name'], 'Heap that V8 has set aside for it.'),
  'process.cpu.time': counter('s', ['cpu.mode'], 'Processor time of all threads.'),
  'process.memory.usage': sampled('By', [], 'Resident memory.'),
  'process.uptime': sampled('s', [], 'Since the start of the process.'),
  'tradeengine.process.active_resources': sampled(
    '{resource}',
    [],
    'Sockets, timers and requests that keep the event loop going.',
  ),

  'tradeengine.sample.age': gauge(
    's',
    [],
    'Since the thread that trades was last sampled; before the first sample, since the start.',
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
