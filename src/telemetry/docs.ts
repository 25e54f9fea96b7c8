/** docs/telemetry.md, from the catalogue. */

import { attributes } from './attributes.ts';
import {
  factEvents,
  latencyBoundsSeconds,
  type MetricSpec,
  metrics,
  processEvents,
  spans,
} from './catalogue.ts';

/** As Prometheus and Grafana Cloud name an OTLP metric. */
export function prometheusName(name: string, { instrument, unit }: MetricSpec): string {
  const base = name.replaceAll('.', '_');
  if (instrument === 'counter') return `${base}_total`;
  return unit === 's' ? `${base}_seconds` : base;
}

export function telemetryDocs(): string {
  return `${[
    '# Telemetry',
    'Generated from `src/telemetry/catalogue.ts` and `src/telemetry/attributes.ts`. Do not edit.',
    'Every fact of the journal becomes one log record, and some become spans and metric updates. Names and ids are the same however often a fact is sent.',
    '## Metrics',
    `Latency histograms have the upper bounds ${latencyBoundsSeconds.join(', ')} (seconds). In Prometheus the dots of a label become underscores.`,
    table(
      ['Metric', 'In Prometheus', 'Instrument', 'Unit', 'Labels', 'Meaning'],
      Object.entries<MetricSpec>(metrics).map(([name, spec]) => [
        code(name),
        code(prometheusName(name, spec)),
        spec.instrument,
        spec.unit,
        spec.labels.map(code).join(', '),
        spec.meaning,
      ]),
    ),
    '## Spans',
    'One trace per signal. What comes much later (a stop or target fills, a position closes) has a trace of its own, which links to the span `signal receive` and names its trace in `tradeengine.signal.trace_id`.',
    table(
      ['Span', 'Meaning'],
      Object.entries(spans).map(([name, meaning]) => [code(name), meaning]),
    ),
    '## Events',
    'The event names of log records. Facts carry their number in `tradeengine.fact.seq`.',
    table(
      ['Event', 'Meaning'],
      Object.entries({ ...factEvents, ...processEvents }).map(([name, meaning]) => [code(name), meaning]),
    ),
    '## Attributes',
    'Nothing else leaves the process. Decimals are text, so that they stay exact; times are UTC.',
    table(
      ['Attribute', 'Type', 'Values', 'Meaning'],
      Object.entries(attributes).map(([name, spec]) => [
        code(name),
        spec.type,
        'values' in spec ? spec.values.join(', ') : '',
        spec.meaning,
      ]),
    ),
  ].join('\n\n')}\n`;
}

const code = (text: string): string => `\`${text}\``;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
