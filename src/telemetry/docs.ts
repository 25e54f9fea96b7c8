/** docs/telemetry.md, from the catalogue. */

import { attributes } from './attributes.ts';
import { latencyBoundsSeconds, type MetricSpec } from './catalogue/spec.ts';
import { factEvents, factMetrics, processEvents, requestSpans, runtimeMetrics, spans } from './catalogue.ts';
import { prometheusName } from './prometheus.ts';
import { RESOURCE_VALUE_LENGTH_MAX, resourceAttributes } from './resource.ts';

export function telemetryDocs(): string {
  return `${[
    '# Telemetry',
    'Generated from `src/telemetry/catalogue.ts`, `attributes.ts` and `resource.ts`. Do not edit.',
    'Every fact of the journal becomes one log record, and some become spans and metric updates. Names and ids are the same however often a fact is sent.',
    '## Metrics',
    `Histograms in seconds have the upper bounds ${latencyBoundsSeconds.join(', ')}. In Prometheus the dots of a label become underscores. \`/metrics\` shows the same values under the Prometheus names.`,
    '### Of facts',
    'Counted from the first fact of the journal on, whatever restarts lie between.',
    metricTable(factMetrics),
    '### Of the process',
    'Counted from the start of the process. What is no fact may be lost when a queue is full, which `tradeengine.telemetry.dropped` counts.',
    metricTable(runtimeMetrics),
    '## Spans',
    'One trace per signal. What comes much later (a stop or target fills, a position closes) has a trace of its own, which links to the span `signal receive` and names its trace in `tradeengine.signal.trace_id`.',
    table(
      ['Span', 'Meaning'],
      Object.entries({ ...spans, ...requestSpans }).map(([name, meaning]) => [code(name), meaning]),
    ),
    '## Events',
    'The event names of log records. Facts carry their number in `tradeengine.fact.seq`.',
    table(
      ['Event', 'Meaning'],
      Object.entries({ ...factEvents, ...processEvents }).map(([name, meaning]) => [code(name), meaning]),
    ),
    '## Resource',
    `Who speaks: on all spans, metrics and log records, and, but for \`process.pid\`, as labels of profiles. A Kubernetes manifest fills the \`K8S_*\` variables by the downward API. \`OTEL_RESOURCE_ATTRIBUTES\` wins over all of these and may add more, and \`OTEL_SERVICE_NAME\` wins over it. Values are cut at ${RESOURCE_VALUE_LENGTH_MAX} characters.`,
    table(
      ['Attribute', 'Variable', 'Otherwise'],
      Object.entries(resourceAttributes).map(([name, { variable, fallback }]) => [
        code(name),
        variable === undefined ? '' : code(variable),
        fallback?.meaning ?? 'absent',
      ]),
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

const metricTable = (specs: Readonly<Record<string, MetricSpec>>): string =>
  table(
    ['Metric', 'In Prometheus', 'Instrument', 'Unit', 'Labels', 'Meaning'],
    Object.entries(specs).map(([name, spec]) => [
      code(name),
      code(prometheusName(name, spec)),
      spec.instrument,
      spec.unit,
      spec.labels.map(code).join(', '),
      spec.meaning,
    ]),
  );

const code = (text: string): string => `\`${text}\``;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
