/**
 * The state of the process for Prometheus, in its text format. What happened is counted by the telemetry projection;
 * names here are the customary ones of processes, or begin so that they are none of its.
 */

import type { ELDHistogram } from 'node:perf_hooks';
import type { Subject } from './subject.ts';

interface Metric {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly value: number;
}

const MICROS_PER_SECOND = 1e6;
const NANOS_PER_SECOND = 1e9;
const MS_PER_SECOND = 1e3;
/** How often the event loop is looked at. */
export const LOOP_LOOK_MS = 20;

/** @param loop the delays of the event loop since it was last asked, each with the time between two looks in it. */
export function metricsText(subject: Subject, loop: ELDHistogram): string {
  const info =
    '# HELP tradeengine_process_info The version that runs.\n# TYPE tradeengine_process_info gauge\n' +
    `tradeengine_process_info{version="${subject.version}"} 1\n`;
  return info + [...processMetrics(loop), ...engineMetrics(subject)].map(linesOf).join('');
}

const linesOf = ({ name, type, help, value }: Metric): string =>
  `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name} ${value}\n`;

function processMetrics(loop: ELDHistogram): Metric[] {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  const lagSeconds = loop.percentile(99) / NANOS_PER_SECOND - LOOP_LOOK_MS / MS_PER_SECOND;
  return [
    counter('process_cpu_seconds_total', 'CPU time since the start.', (user + system) / MICROS_PER_SECOND),
    gauge('process_resident_memory_bytes', 'Resident memory.', rss),
    gauge('nodejs_heap_size_used_bytes', 'Used heap.', heapUsed),
    gauge(
      'nodejs_eventloop_lag_p99_seconds',
      'The 99th percentile of what the event loop was late since the last scrape.',
      Math.max(0, lagSeconds),
    ),
  ];
}

function engineMetrics({ state, journal, unready }: Subject): Metric[] {
  const ready = own('ready', 'Whether signals are taken.', unready === undefined ? 1 : 0);
  if (state === undefined || journal === undefined) return [ready];
  const positions = [...state.positions.values()];
  const exposed = positions.filter(({ exposedSince }) => exposedSince !== undefined);
  const unknown = [...state.orders.values()].filter(({ phase }) => phase === 'unknown');
  return [
    ready,
    counter('tradeengine_process_journal_facts_total', 'Facts in the journal.', journal.head),
    own('journal_pending_entries', 'Entries that wait to become durable.', journal.pending),
    own('orders_live', 'Orders that are planned or at the exchange.', state.orders.size),
    own('orders_unknown', 'Orders of which it is not known whether the exchange has them.', unknown.length),
    own('positions_open', 'Open positions.', positions.length),
    own('positions_exposed', 'Open positions that stops do not cover.', exposed.length),
    own('drift_open', 'Positions that differ from the exchange.', state.drifts.size),
  ];
}

const gauge = (name: string, help: string, value: number): Metric => ({ name, type: 'gauge', help, value });

const counter = (name: string, help: string, value: number): Metric => ({
  name,
  type: 'counter',
  help,
  value,
});

const own = (name: string, help: string, value: number): Metric =>
  gauge(`tradeengine_process_${name}`, help, value);
