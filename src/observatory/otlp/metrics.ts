/** ExportMetricsServiceRequest, straight to metric points: one row for each data point of any type. */
import type { PbfReader } from 'pbf';
import { readKeyValue, readRequest } from './protobuf.ts';
import {
  type Exemplar,
  type ExponentialBuckets,
  emptyMetric,
  emptyPoint,
  type MetricHead,
  type MetricType,
  type PointRow,
  type Source,
} from './rows.ts';
import {
  readDouble,
  readEnd,
  readFields,
  readFixed64,
  readHex,
  readRepeated,
  readSignedFixed64,
  readSignedVarint,
  readText,
  readVarint,
} from './wire.ts';

type ReadPoint = (pbf: PbfReader, end: number, point: PointRow) => void;

const dataFields = new Map<number, { type: MetricType; readPoint: ReadPoint }>([
  [5, { type: 'gauge', readPoint: readNumberPoint }],
  [7, { type: 'sum', readPoint: readNumberPoint }],
  [9, { type: 'histogram', readPoint: readHistogramPoint }],
  [10, { type: 'exponential_histogram', readPoint: readExponentialPoint }],
  [11, { type: 'summary', readPoint: readSummaryPoint }],
]);

const NO_RECORDED_VALUE_FLAG = 1;

export function readMetrics(payload: Uint8Array): PointRow[] {
  const points: PointRow[] = [];
  readRequest(payload, (pbf, end, source) => readMetric(pbf, end, source, points));
  return points;
}

function readMetric(pbf: PbfReader, end: number, source: Source, points: PointRow[]): void {
  const metric = emptyMetric();
  readFields(pbf, end, (field) => {
    if (field === 1) metric.name = readText(pbf);
    else if (field === 2) metric.description = readText(pbf);
    else if (field === 3) metric.unit = readText(pbf);
    const data = dataFields.get(field);
    if (data === undefined) return;
    metric.type = data.type;
    readData(pbf, source, metric, data.readPoint, points);
  });
}

function readData(
  pbf: PbfReader,
  source: Source,
  metric: MetricHead,
  readPoint: ReadPoint,
  points: PointRow[],
): void {
  readFields(pbf, readEnd(pbf), (field) => {
    if (field === 1) {
      const point = emptyPoint(source, metric);
      readPoint(pbf, readEnd(pbf), point);
      points.push(point);
    } else if (field === 2) metric.temporality = readVarint(pbf);
    else if (field === 3) metric.monotonic = readVarint(pbf) !== 0;
  });
}

function readNumberPoint(pbf: PbfReader, end: number, point: PointRow): void {
  let absent = false;
  readFields(pbf, end, (field) => {
    if (field === 2) point.startNs = readFixed64(pbf);
    else if (field === 3) point.timeNs = readFixed64(pbf);
    else if (field === 4) point.value = readDouble(pbf);
    else if (field === 5) point.exemplars.push(readExemplar(pbf, readEnd(pbf)));
    else if (field === 6) point.value = Number(readSignedFixed64(pbf));
    else if (field === 7) readKeyValue(pbf, point.attributes);
    else if (field === 8) absent = (readVarint(pbf) & NO_RECORDED_VALUE_FLAG) !== 0;
  });
  if (absent) point.value = null;
}

function readHistogramPoint(pbf: PbfReader, end: number, point: PointRow): void {
  const bounds: number[] = [];
  const counts: number[] = [];
  point.count = 0;
  readFields(pbf, end, (field) => {
    if (field === 2) point.startNs = readFixed64(pbf);
    else if (field === 3) point.timeNs = readFixed64(pbf);
    else if (field === 4) point.count = Number(readFixed64(pbf));
    else if (field === 5) point.sum = readDouble(pbf);
    else if (field === 6) readRepeated(pbf, counts, 'fixed64');
    else if (field === 7) readRepeated(pbf, bounds, 'double');
    else if (field === 8) point.exemplars.push(readExemplar(pbf, readEnd(pbf)));
    else if (field === 9) readKeyValue(pbf, point.attributes);
    else if (field === 11) point.min = readDouble(pbf);
    else if (field === 12) point.max = readDouble(pbf);
  });
  point.detail = { bounds, counts };
}

function readExponentialPoint(pbf: PbfReader, end: number, point: PointRow): void {
  const detail = {
    scale: 0,
    zeroCount: 0,
    positive: { offset: 0, counts: [] } as ExponentialBuckets,
    negative: { offset: 0, counts: [] } as ExponentialBuckets,
  };
  point.count = 0;
  readFields(pbf, end, (field) => {
    if (field === 1) readKeyValue(pbf, point.attributes);
    else if (field === 2) point.startNs = readFixed64(pbf);
    else if (field === 3) point.timeNs = readFixed64(pbf);
    else if (field === 4) point.count = Number(readFixed64(pbf));
    else if (field === 5) point.sum = readDouble(pbf);
    else if (field === 6) detail.scale = readSignedVarint(pbf);
    else if (field === 7) detail.zeroCount = Number(readFixed64(pbf));
    else if (field === 8) detail.positive = readBuckets(pbf, readEnd(pbf));
    else if (field === 9) detail.negative = readBuckets(pbf, readEnd(pbf));
    else if (field === 11) point.exemplars.push(readExemplar(pbf, readEnd(pbf)));
    else if (field === 12) point.min = readDouble(pbf);
    else if (field === 13) point.max = readDouble(pbf);
  });
  point.detail = detail;
}

function readBuckets(pbf: PbfReader, end: number): ExponentialBuckets {
  const buckets: ExponentialBuckets = { offset: 0, counts: [] };
  readFields(pbf, end, (field) => {
    if (field === 1) buckets.offset = readSignedVarint(pbf);
    else if (field === 2) readRepeated(pbf, buckets.counts, 'varint');
  });
  return buckets;
}

function readSummaryPoint(pbf: PbfReader, end: number, point: PointRow): void {
  const quantiles: { quantile: number; value: number }[] = [];
  point.count = 0;
  point.sum = 0;
  readFields(pbf, end, (field) => {
    if (field === 2) point.startNs = readFixed64(pbf);
    else if (field === 3) point.timeNs = readFixed64(pbf);
    else if (field === 4) point.count = Number(readFixed64(pbf));
    else if (field === 5) point.sum = readDouble(pbf);
    else if (field === 6) {
      const entry = { quantile: 0, value: 0 };
      readFields(pbf, readEnd(pbf), (inner) => {
        if (inner === 1) entry.quantile = readDouble(pbf);
        else if (inner === 2) entry.value = readDouble(pbf);
      });
      quantiles.push(entry);
    } else if (field === 7) readKeyValue(pbf, point.attributes);
  });
  point.detail = { quantiles };
}

function readExemplar(pbf: PbfReader, end: number): Exemplar {
  const exemplar: Exemplar = { timeNs: 0n, traceId: '', spanId: '', value: 0 };
  readFields(pbf, end, (field) => {
    if (field === 2) exemplar.timeNs = readFixed64(pbf);
    else if (field === 3) exemplar.value = readDouble(pbf);
    else if (field === 4) exemplar.spanId = readHex(pbf);
    else if (field === 5) exemplar.traceId = readHex(pbf);
    else if (field === 6) exemplar.value = Number(readSignedFixed64(pbf));
  });
  return exemplar;
}
