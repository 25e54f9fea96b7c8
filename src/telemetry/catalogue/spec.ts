/** What the declaration of a metric says. */

import type { LabelName } from '../attributes.ts';

/** counter: only rises. sum: rises and falls. gauge: the value of the moment. histogram: how values are spread. */
export type Instrument = 'counter' | 'sum' | 'gauge' | 'histogram';

/** They have one value in a process; the values of all other labels are closed lists. */
export const processLabels = ['service.version', 'server.address', 'server.port'] as const;
export type ProcessLabel = (typeof processLabels)[number];
export type MetricLabel = LabelName | ProcessLabel;

export const isProcessLabel = (label: MetricLabel): label is ProcessLabel =>
  (processLabels as readonly MetricLabel[]).includes(label);

export interface MetricSpec {
  readonly instrument: Instrument;
  /** UCUM. Annotations in braces leave no suffix in Prometheus; s becomes _seconds. */
  readonly unit: string;
  readonly labels: readonly MetricLabel[];
  readonly meaning: string;
  /** Upper bounds of a histogram's buckets. */
  readonly bounds?: readonly number[];
  /** Its labels may be absent, and its series appear when they are first used: few of the many that could be ever are. */
  readonly sparse?: true;
  /** A gauge that a sample brings: absent before the first, and again when no more come. */
  readonly sampled?: true;
}

const of =
  <const I extends Instrument>(instrument: I) =>
  <const L extends readonly MetricLabel[]>(unit: string, labels: L, meaning: string) =>
    ({ instrument, unit, labels, meaning }) as const;
export const counter = of('counter');
export const sum = of('sum');
export const gauge = of('gauge');

/** From 100 microseconds to a minute. */
export const latencyBoundsSeconds = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
] as const;

export const histogram = <const L extends readonly MetricLabel[]>(
  unit: string,
  labels: L,
  meaning: string,
  bounds: readonly number[] = latencyBoundsSeconds,
) => ({ instrument: 'histogram', unit, labels, meaning, bounds }) as const;

export const boundsOf = ({ bounds = latencyBoundsSeconds }: MetricSpec): readonly number[] => bounds;

export const sampled = <const L extends readonly MetricLabel[]>(unit: string, labels: L, meaning: string) =>
  ({ ...gauge(unit, labels, meaning), sampled: true }) as const;

export const sparse = <const S extends MetricSpec>(spec: S) => ({ ...spec, sparse: true }) as const;
