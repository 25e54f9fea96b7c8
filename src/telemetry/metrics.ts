/**
 * The current value of every series. All series of the catalogue exist from the start, at zero, so that a rate can
 * be taken from the first event on and no panel is empty; their number can never grow. Totals are cumulative and
 * are stored with the cursor: a total is a function of the facts delivered, whatever restarts lie between.
 */

import { type LabelName, labelValues } from './attributes.ts';
import {
  type Instrument,
  latencyBoundsSeconds,
  type MetricName,
  type MetricSpec,
  type MetricUpdate,
  metrics,
} from './catalogue.ts';

export interface HistogramValue {
  count: number;
  sum: number;
  /** One more than there are bounds. */
  readonly buckets: number[];
}

interface Series {
  readonly labels: Readonly<Record<string, string>>;
  value: number | HistogramValue;
}

export interface MetricReading {
  readonly name: MetricName;
  readonly spec: MetricSpec;
  readonly series: readonly Readonly<Series>[];
}

/** Totals by metric name and label values. */
export type MetricTotals = Readonly<Record<string, number | Readonly<HistogramValue>>>;

/** The value of a label that is not in its list. */
const OTHER = '_OTHER';

const metricNames = Object.keys(metrics) as MetricName[];

export class Metrics {
  readonly #series = new Map<MetricName, Map<string, Series>>();
  readonly #version: string;

  constructor(version: string, totals: MetricTotals = {}) {
    this.#version = version;
    for (const name of metricNames) this.#series.set(name, this.#seriesOf(name));
    for (const [name, series] of this.#series) {
      if (metrics[name].instrument === 'gauge') continue;
      for (const [key, one] of series) restore(one, totals[`${name} ${key}`]);
    }
    this.add({ metric: 'tradeengine.build.info', value: 1, labels: { 'service.version': version } });
  }

  /** Adds to totals and histograms; replaces the value of a gauge. */
  add({ metric, value, labels }: MetricUpdate): void {
    const series = this.#find(metric, labels);
    if (typeof series.value !== 'number') observe(series.value, value);
    else if (metrics[metric].instrument === 'gauge') series.value = value;
    else series.value += value;
  }

  readings(): MetricReading[] {
    return [...this.#series].map(([name, series]) => ({
      name,
      spec: metrics[name],
      series: [...series.values()],
    }));
  }

  totals(): MetricTotals {
    const totals: Record<string, number | HistogramValue> = {};
    for (const [name, series] of this.#series) {
      if (metrics[name].instrument === 'gauge') continue;
      for (const [key, { value }] of series) {
        // A restored series that is missing is zero.
        if (typeof value === 'number' ? value !== 0 : value.count !== 0) totals[`${name} ${key}`] = value;
      }
    }
    return totals;
  }

  #valuesOf(label: LabelName | 'service.version'): readonly string[] {
    return label === 'service.version' ? [this.#version] : labelValues(label);
  }

  #seriesOf(name: MetricName): Map<string, Series> {
    const { instrument, labels }: MetricSpec = metrics[name];
    let combinations: Record<string, string>[] = [{}];
    for (const label of labels) {
      combinations = combinations.flatMap((before) =>
        this.#valuesOf(label).map((value) => ({ ...before, [label]: value })),
      );
    }
    return new Map(
      combinations.map((one) => [Object.values(one).join(' '), { labels: one, value: zero(instrument) }]),
    );
  }

  #find(name: MetricName, values: Readonly<Record<string, string>>): Series {
    const all = this.#series.get(name);
    if (all === undefined) throw new Error(`metric ${name} is not in the catalogue`);
    const { instrument, labels }: MetricSpec = metrics[name];
    const found = all.get(labels.map((label) => values[label]).join(' '));
    if (found !== undefined) return found;
    const known = labels.map((label): [string, string] => {
      const value = values[label];
      return [label, value !== undefined && this.#valuesOf(label).includes(value) ? value : OTHER];
    });
    const key = known.map(([, value]) => value).join(' ');
    const other = all.get(key) ?? { labels: Object.fromEntries(known), value: zero(instrument) };
    all.set(key, other);
    return other;
  }
}

const zero = (instrument: Instrument): number | HistogramValue =>
  instrument === 'histogram'
    ? { count: 0, sum: 0, buckets: new Array<number>(latencyBoundsSeconds.length + 1).fill(0) }
    : 0;

function observe(histogram: HistogramValue, value: number): void {
  histogram.count += 1;
  histogram.sum += value;
  // Bounds are inclusive upper bounds.
  let bucket = 0;
  for (const bound of latencyBoundsSeconds) {
    if (value <= bound) break;
    bucket += 1;
  }
  histogram.buckets[bucket] = (histogram.buckets[bucket] ?? 0) + 1;
}

function restore(series: Series, total: MetricTotals[string] | undefined): void {
  if (typeof total === 'number' && typeof series.value === 'number') series.value = total;
  if (typeof total === 'object' && typeof series.value === 'object') {
    if (total.buckets.length !== series.value.buckets.length) return;
    series.value = { count: total.count, sum: total.sum, buckets: [...total.buckets] };
  }
}
