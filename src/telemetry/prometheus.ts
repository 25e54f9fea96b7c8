/**
 * The values that OTLP exports, in Prometheus' text format, under the names that a collector gives them there.
 * https://prometheus.io/docs/instrumenting/exposition_formats/ and
 * https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/
 */

import { boundsOf, type MetricSpec } from './catalogue/spec.ts';
import type { HistogramValue, MetricReading } from './metrics.ts';

type Labels = Readonly<Record<string, string>>;

const unitSuffixes: Readonly<Record<string, string>> = { s: '_seconds', By: '_bytes' };

/** As Prometheus and Grafana Cloud name an OTLP metric. */
export function prometheusName(name: string, { instrument, unit }: MetricSpec): string {
  const suffix = unit === '1' && instrument === 'gauge' ? '_ratio' : (unitSuffixes[unit] ?? '');
  return `${underscored(name)}${suffix}${instrument === 'counter' ? '_total' : ''}`;
}

export const prometheusText = (readings: readonly MetricReading[]): string => readings.map(block).join('');

function block({ name, spec, series }: MetricReading): string {
  const shown = prometheusName(name, spec);
  const type = spec.instrument === 'sum' ? 'gauge' : spec.instrument;
  const lines = series.flatMap(({ labels, value }) =>
    typeof value === 'number'
      ? [line(shown, labels, value)]
      : histogramLines(shown, labels, value, boundsOf(spec)),
  );
  return [`# HELP ${shown} ${escaped(spec.meaning)}`, `# TYPE ${shown} ${type}`, ...lines, ''].join('\n');
}

function histogramLines(
  name: string,
  labels: Labels,
  { count, sum, buckets }: HistogramValue,
  bounds: readonly number[],
): string[] {
  let upTo = 0;
  const counts = bounds.map((bound, index) => {
    upTo += buckets[index] ?? 0;
    return line(`${name}_bucket`, { ...labels, le: String(bound) }, upTo);
  });
  return [
    ...counts,
    line(`${name}_bucket`, { ...labels, le: '+Inf' }, count),
    line(`${name}_sum`, labels, sum),
    line(`${name}_count`, labels, count),
  ];
}

function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(
    ([label, text]) => `${underscored(label)}="${escaped(text).replaceAll('"', '\\"')}"`,
  );
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`;
}

const underscored = (name: string): string => name.replaceAll('.', '_');

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
