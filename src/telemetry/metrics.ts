/**
 * The current value of every series. All series of the catalogue exist from the start, at zero, so that a rate can
 * be taken from the first event on and no panel is empty; those of sparse metrics appear when they are used. Their
 * number is bounded. Gauges that are sampled are absent while nobody samples them: no value is better than an old one. The totals of facts are cumulative and are stored with the cursor: they are a function of the
 * facts delivered, whatever restarts lie between. All else is counted from the start of the process.
 */

import { addMs, type Micros } from '#core/ids.ts';
import { labelValues } from './attributes.ts';
import { boundsOf, isProcessLabel, type MetricLabel, type MetricSpec } from './catalogue/spec.ts';
import { factMetrics, type MetricName, metrics } from './catalogue.ts';
import { type Exemplar, type Measured, secondsBetween } from './projected.ts';

export interface HistogramValue {
  count: number;
  sum: number;
  /** One more than there are bounds. */
  readonly buckets: number[];
}

/** A value with the span in which it was measured. */
export interface MeasuredValue extends Exemplar {
  readonly value: number;
}

interface Series {
  readonly labels: Readonly<Record<string, string>>;
  value: number | HistogramValue;
  /** Of a sampled gauge: when its value was read. */
  sampledAt: Micros | undefined;
  /** Of a histogram: the newest value of each bucket since the last export. */
  readonly exemplars: Map<number, MeasuredValue>;
}

export interface MetricReading {
  readonly name: MetricName;
  readonly spec: MetricSpec;
  /** When its totals began to be counted. */
  readonly since: Micros;
  readonly series: readonly Readonly<Series>[];
}

/** Totals by metric name and label values. */
export type MetricTotals = Readonly<Record<string, number | Readonly<HistogramValue>>>;

/** The totals of facts, and when they began to be counted. */
export interface StoredTotals {
  readonly since: Micros;
  readonly totals: MetricTotals;
}

/** The value of a label that is not in its list. */
const OTHER = '_OTHER';
/** What a sparse metric may have; all that is more goes into one series. */
const SPARSE_SERIES_MAX = 500;

const metricNames = Object.keys(metrics) as MetricName[];

export class Metrics {
  readonly #series = new Map<MetricName, Map<string, Series>>();
  readonly #startedAt: Micros;
  /** When the totals of facts began to be counted. */
  since: Micros;
  /** Of the newest sample. */
  #sampledAt: Micros | undefined;

  constructor(version: string, startedAt: Micros, stored: StoredTotals = { since: startedAt, totals: {} }) {
    this.#startedAt = startedAt;
    this.since = stored.since;
    for (const name of metricNames) this.#series.set(name, this.#seriesOf(name));
    for (const [name, series] of this.#series) {
      if (!isStored(name)) continue;
      for (const [key, one] of series) restore(one, stored.totals[`${name} ${key}`]);
    }
    this.add({ metric: 'tradeengine.build.info', value: 1, labels: { 'service.version': version } });
  }

  /** Adds to totals and histograms; replaces the value of a gauge. */
  add({ metric, value, labels, exemplar, sampledAt }: Measured): void {
    const series = this.#find(metric, labels);
    const spec: MetricSpec = metrics[metric];
    if (typeof series.value !== 'number') {
      const bucket = observe(series.value, value, boundsOf(spec));
      if (exemplar !== undefined) series.exemplars.set(bucket, { ...exemplar, value });
    } else if (spec.instrument === 'gauge') series.value = value;
    else series.value += value;
    series.sampledAt = sampledAt;
    this.#sampledAt = sampledAt ?? this.#sampledAt;
  }

  /** Tells how old the newest sample is, and forgets the gauges whose sample is too old. */
  ageSamples(now: Micros, ageMsMax: number): void {
    const value = secondsBetween(this.#sampledAt ?? this.#startedAt, now);
    this.add({ metric: 'tradeengine.sample.age', value, labels: {} });
    for (const [name, all] of this.#series) {
      if (!isSampled(metrics[name])) continue;
      for (const [key, { sampledAt }] of all) {
        if (sampledAt === undefined || addMs(sampledAt, ageMsMax) < now) all.delete(key);
      }
    }
  }

  /** The totals of facts begin anew: those that were stored are of another journal. */
  restart(since: Micros): void {
    this.since = since;
    for (const name of metricNames) if (isStored(name)) this.#series.set(name, this.#seriesOf(name));
  }

  readings(): MetricReading[] {
    return [...this.#series].map(([name, series]) => ({
      name,
      spec: metrics[name],
      since: isStored(name) ? this.since : this.#startedAt,
      series: [...series.values()],
    }));
  }

  /** After an export: each is told once. */
  forgetExemplars(): void {
    for (const series of this.#series.values()) {
      for (const { exemplars } of series.values()) exemplars.clear();
    }
  }

  totals(): MetricTotals {
    const totals: Record<string, number | HistogramValue> = {};
    for (const [name, series] of this.#series) {
      if (!isStored(name)) continue;
      for (const [key, { value }] of series) {
        // A restored series that is missing is zero.
        if (typeof value === 'number' ? value !== 0 : value.count !== 0) totals[`${name} ${key}`] = value;
      }
    }
    return totals;
  }

  #seriesOf(name: MetricName): Map<string, Series> {
    const spec: MetricSpec = metrics[name];
    if (spec.sparse === true || isSampled(spec)) return new Map();
    let combinations: Record<string, string>[] = [{}];
    for (const label of spec.labels) {
      combinations = combinations.flatMap((before) =>
        valuesOf(label).map((value) => ({ ...before, [label]: value })),
      );
    }
    return new Map(combinations.map((one) => [keyOf(spec.labels, one), seriesOf(spec, one)]));
  }

  #find(name: MetricName, values: LabelValues): Series {
    const all = this.#series.get(name);
    if (all === undefined) throw new Error(`metric ${name} is not in the catalogue`);
    const spec: MetricSpec = metrics[name];
    const found = all.get(keyOf(spec.labels, values));
    if (found !== undefined) return found;
    const known = knownOf(spec, values);
    const key = keyOf(spec.labels, known);
    const other = all.get(key);
    if (other !== undefined) return other;
    if (all.size < SPARSE_SERIES_MAX) return open(all, key, seriesOf(spec, known));
    const rest = Object.fromEntries(spec.labels.map((label) => [label, OTHER]));
    const restKey = keyOf(spec.labels, rest);
    return all.get(restKey) ?? open(all, restKey, seriesOf(spec, rest));
  }
}

type LabelValues = Readonly<Record<string, string | undefined>>;

const isStored = (name: MetricName): boolean => name in factMetrics;

const isSampled = ({ sampled }: MetricSpec): boolean => sampled === true;

/** A label of the process has but one value, which is met when it is first used. */
const valuesOf = (label: MetricLabel): readonly string[] => (isProcessLabel(label) ? [] : labelValues(label));

/** The labels with values of their lists. */
function knownOf({ labels, sparse }: MetricSpec, values: LabelValues): Record<string, string> {
  const known: Record<string, string> = {};
  for (const label of labels) {
    const value = values[label];
    if (value === undefined && sparse === true) continue;
    const isKnown = value !== undefined && (isProcessLabel(label) || labelValues(label).includes(value));
    known[label] = isKnown ? value : OTHER;
  }
  return known;
}

const keyOf = (labels: readonly string[], values: LabelValues): string =>
  labels.map((label) => values[label] ?? '').join(' ');

function open(all: Map<string, Series>, key: string, series: Series): Series {
  all.set(key, series);
  return series;
}

const seriesOf = (spec: MetricSpec, labels: Readonly<Record<string, string>>): Series => ({
  labels,
  value: zero(spec),
  sampledAt: undefined,
  exemplars: new Map(),
});

const zero = (spec: MetricSpec): number | HistogramValue =>
  spec.instrument === 'histogram'
    ? { count: 0, sum: 0, buckets: new Array<number>(boundsOf(spec).length + 1).fill(0) }
    : 0;

/** Returns the number of the bucket. */
function observe(histogram: HistogramValue, value: number, bounds: readonly number[]): number {
  histogram.count += 1;
  histogram.sum += value;
  // Bounds are inclusive upper bounds.
  let bucket = 0;
  for (const bound of bounds) {
    if (value <= bound) break;
    bucket += 1;
  }
  histogram.buckets[bucket] = (histogram.buckets[bucket] ?? 0) + 1;
  return bucket;
}

function restore(series: Series, total: MetricTotals[string] | undefined): void {
  if (typeof total === 'number' && typeof series.value === 'number') series.value = total;
  if (typeof total === 'object' && typeof series.value === 'object') {
    if (total.buckets.length !== series.value.buckets.length) return;
    series.value = { count: total.count, sum: total.sum, buckets: [...total.buckets] };
  }
}
