/** The metrics part of OTLP/JSON: one schema for each kind of data point, and the rows made of them. */
import { z } from 'zod';
import { double, enumNumber, flag, hexId, keyValues, repeated, text, uint64 } from './json-fields.ts';
import {
  type Exemplar,
  emptyMetric,
  emptyPoint,
  type MetricHead,
  type PointRow,
  type Source,
} from './rows.ts';

const int64 = z.union([z.string().regex(/^-?\d{1,19}$/), z.int()]);
const optionalDouble = double.nullish().transform((value) => value ?? null);
const count = uint64.transform(Number);

const exemplars = repeated(
  z.object({
    timeUnixNano: uint64,
    asDouble: double.nullish(),
    asInt: int64.nullish(),
    traceId: hexId,
    spanId: hexId,
  }),
);

const pointFields = {
  startTimeUnixNano: uint64,
  timeUnixNano: uint64,
  attributes: keyValues,
  flags: enumNumber,
};

const numberPoint = z.object({
  ...pointFields,
  asDouble: double.nullish(),
  asInt: int64.nullish(),
  exemplars,
});

const aggregateFields = { ...pointFields, count, sum: optionalDouble };

const histogramPoint = z.object({
  ...aggregateFields,
  bucketCounts: repeated(count),
  explicitBounds: repeated(double),
  min: optionalDouble,
  max: optionalDouble,
  exemplars,
});

const buckets = z
  .object({ offset: enumNumber, bucketCounts: repeated(count) })
  .nullish()
  .transform((value) => ({ offset: value?.offset ?? 0, counts: value?.bucketCounts ?? [] }));

const exponentialPoint = z.object({
  ...aggregateFields,
  scale: enumNumber,
  zeroCount: count,
  positive: buckets,
  negative: buckets,
  min: optionalDouble,
  max: optionalDouble,
  exemplars,
});

const summaryPoint = z.object({
  ...aggregateFields,
  quantileValues: repeated(
    z.object({
      quantile: double.nullish().transform((value) => value ?? 0),
      value: double.nullish().transform((value) => value ?? 0),
    }),
  ),
});

const temporality = { aggregationTemporality: enumNumber };

export const metricSchema = z.object({
  name: text,
  description: text,
  unit: text,
  gauge: z.object({ dataPoints: repeated(numberPoint) }).nullish(),
  sum: z.object({ dataPoints: repeated(numberPoint), ...temporality, isMonotonic: flag }).nullish(),
  histogram: z.object({ dataPoints: repeated(histogramPoint), ...temporality }).nullish(),
  exponentialHistogram: z.object({ dataPoints: repeated(exponentialPoint), ...temporality }).nullish(),
  summary: z.object({ dataPoints: repeated(summaryPoint) }).nullish(),
});

const NO_RECORDED_VALUE_FLAG = 1;

export function pointsOfMetric(source: Source, metric: z.infer<typeof metricSchema>): PointRow[] {
  const { name, description, unit } = metric;
  const head: MetricHead = { ...emptyMetric(), name, description, unit };
  if (metric.gauge) {
    head.type = 'gauge';
    return metric.gauge.dataPoints.map((point) => numberRow(source, head, point));
  }
  if (metric.sum) {
    head.type = 'sum';
    head.temporality = metric.sum.aggregationTemporality;
    head.monotonic = metric.sum.isMonotonic;
    return metric.sum.dataPoints.map((point) => numberRow(source, head, point));
  }
  if (metric.histogram) {
    head.type = 'histogram';
    head.temporality = metric.histogram.aggregationTemporality;
    return metric.histogram.dataPoints.map((point) => ({
      ...aggregateRow(source, head, point),
      min: point.min,
      max: point.max,
      detail: { bounds: point.explicitBounds, counts: point.bucketCounts },
      exemplars: point.exemplars.map(exemplarOf),
    }));
  }
  if (metric.exponentialHistogram) {
    head.type = 'exponential_histogram';
    head.temporality = metric.exponentialHistogram.aggregationTemporality;
    return metric.exponentialHistogram.dataPoints.map((point) => ({
      ...aggregateRow(source, head, point),
      min: point.min,
      max: point.max,
      detail: {
        scale: point.scale,
        zeroCount: point.zeroCount,
        positive: point.positive,
        negative: point.negative,
      },
      exemplars: point.exemplars.map(exemplarOf),
    }));
  }
  if (metric.summary) {
    head.type = 'summary';
    return metric.summary.dataPoints.map((point) => ({
      ...aggregateRow(source, head, point),
      sum: point.sum ?? 0,
      detail: { quantiles: point.quantileValues },
    }));
  }
  return [];
}

type PointFields = z.infer<z.ZodObject<typeof pointFields>>;

function pointRow(source: Source, metric: MetricHead, point: PointFields): PointRow {
  return {
    ...emptyPoint(source, metric),
    startNs: point.startTimeUnixNano,
    timeNs: point.timeUnixNano,
    attributes: point.attributes,
  };
}

function numberRow(source: Source, metric: MetricHead, point: z.infer<typeof numberPoint>): PointRow {
  const absent = (point.flags & NO_RECORDED_VALUE_FLAG) !== 0;
  return {
    ...pointRow(source, metric, point),
    value: absent ? null : valueOf(point),
    exemplars: point.exemplars.map(exemplarOf),
  };
}

function aggregateRow(
  source: Source,
  metric: MetricHead,
  point: PointFields & { count: number; sum: number | null },
): PointRow {
  return { ...pointRow(source, metric, point), count: point.count, sum: point.sum };
}

function exemplarOf(exemplar: z.infer<typeof exemplars>[number]): Exemplar {
  return {
    timeNs: exemplar.timeUnixNano,
    traceId: exemplar.traceId,
    spanId: exemplar.spanId,
    value: valueOf(exemplar) ?? 0,
  };
}

function valueOf(point: {
  asDouble?: number | null | undefined;
  asInt?: string | number | null | undefined;
}) {
  if (point.asDouble !== undefined && point.asDouble !== null) return point.asDouble;
  return point.asInt === undefined || point.asInt === null ? null : Number(point.asInt);
}
