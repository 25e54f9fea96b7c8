/** The state of the process for Prometheus, in its text format. What happened is counted by the telemetry projection. */

import type { Subject } from './subject.ts';

interface Gauge {
  readonly name: string;
  readonly help: string;
  readonly value: number;
}

export function metricsText(subject: Subject): string {
  const build = `# HELP tradeengine_build_info The version that runs.\n# TYPE tradeengine_build_info gauge\ntradeengine_build_info{version="${subject.version}"} 1\n`;
  return build + gaugesOf(subject).map(lineOf).join('');
}

const lineOf = ({ name, help, value }: Gauge): string =>
  `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${name} ${value}\n`;

function gaugesOf(subject: Subject): Gauge[] {
  const { state, journal, unready } = subject;
  const memory = process.memoryUsage();
  const process_: Gauge[] = [
    gauge('tradeengine_ready', 'Whether signals are taken.', unready === undefined ? 1 : 0),
    gauge('tradeengine_process_resident_memory_bytes', 'Resident memory.', memory.rss),
    gauge('tradeengine_process_heap_used_bytes', 'Used heap.', memory.heapUsed),
    gauge(
      'tradeengine_process_cpu_seconds',
      'CPU time since the start.',
      (process.cpuUsage().user + process.cpuUsage().system) / 1e6,
    ),
  ];
  if (state === undefined || journal === undefined) return process_;
  const positions = [...state.positions.values()];
  const exposed = positions.filter(({ exposedSince }) => exposedSince !== undefined);
  return [
    ...process_,
    gauge('tradeengine_journal_head', 'The number of the last fact.', journal.head),
    gauge('tradeengine_journal_pending_entries', 'Entries that wait to become durable.', journal.pending),
    gauge('tradeengine_orders_live', 'Orders that are planned or at the exchange.', state.orders.size),
    gauge(
      'tradeengine_orders_of_unknown_fate',
      'Orders of which it is not known whether the exchange has them.',
      [...state.orders.values()].filter(({ phase }) => phase === 'unknown').length,
    ),
    gauge('tradeengine_positions_open', 'Open positions.', positions.length),
    gauge('tradeengine_positions_exposed', 'Open positions that stops do not cover.', exposed.length),
    gauge('tradeengine_drift_open', 'Positions that differ from the exchange.', state.drifts.size),
  ];
}

const gauge = (name: string, help: string, value: number): Gauge => ({ name, help, value });
