/** A metric with all its series on the wire. */

import type { PbfWriter } from 'pbf';
import type { Micros } from '#core/ids.ts';
import { typed } from '../attributes.ts';
import { boundsOf, type Instrument } from '../catalogue/spec.ts';
import type { HistogramValue, MeasuredValue, MetricReading } from '../metrics.ts';
import {
  beginMessage,
  endMessage,
  writeAttributes,
  writeCount,
  writeDouble,
  writeId,
  writeNumber,
  writeText,
  writeTime,
} from './wire.ts';

const CUMULATIVE = 2;
const dataFields: Record<Instrument, number> = { gauge: 5, counter: 7, sum: 7, histogram: 9 };

export function writeMetric(
  pbf: PbfWriter,
  field: number,
  { name, spec, since, series }: MetricReading,
  at: Micros,
): void {
  const message = beginMessage(pbf, field);
  writeText(pbf, 1, name);
  writeText(pbf, 2, spec.meaning);
  writeText(pbf, 3, spec.unit);
  const data = beginMessage(pbf, dataFields[spec.instrument]);
  for (const { labels, value, exemplars } of series) {
    if ((typeof value === 'object') !== (spec.instrument === 'histogram')) {
      throw new Error(`${spec.instrument} ${name} holds a ${typeof value}`);
    }
    const point = beginMessage(pbf, 1);
    writeTime(pbf, 2, since);
    writeTime(pbf, 3, at);
    if (typeof value === 'number') {
      writeDouble(pbf, 4, value);
      writeLabels(pbf, 7, labels);
    } else {
      writeBuckets(pbf, value, boundsOf(spec));
      for (const exemplar of exemplars.values()) writeExemplar(pbf, 8, exemplar);
      writeLabels(pbf, 9, labels);
    }
    endMessage(pbf, point);
  }
  if (spec.instrument !== 'gauge') writeNumber(pbf, 2, CUMULATIVE);
  if (spec.instrument === 'counter') writeNumber(pbf, 3, 1);
  endMessage(pbf, data);
  endMessage(pbf, message);
}

/** Labels are kept as text; those that are numbers go out as numbers, as on spans. */
function writeLabels(pbf: PbfWriter, field: number, labels: Readonly<Record<string, string>>): void {
  const values = Object.entries(labels).map(([name, value]) => [name, typed(name, value)]);
  writeAttributes(pbf, field, Object.fromEntries(values));
}

function writeExemplar(pbf: PbfWriter, field: number, { at, value, traceId, spanId }: MeasuredValue): void {
  const exemplar = beginMessage(pbf, field);
  writeTime(pbf, 2, at);
  writeDouble(pbf, 3, value);
  writeId(pbf, 4, spanId);
  writeId(pbf, 5, traceId);
  endMessage(pbf, exemplar);
}

function writeBuckets(
  pbf: PbfWriter,
  { count, sum, buckets }: HistogramValue,
  upperBounds: readonly number[],
): void {
  writeCount(pbf, 4, count);
  writeDouble(pbf, 5, sum);
  const counts = beginMessage(pbf, 6);
  for (const one of buckets) pbf.writeFixed64(one);
  endMessage(pbf, counts);
  const bounds = beginMessage(pbf, 7);
  for (const bound of upperBounds) pbf.writeDouble(bound);
  endMessage(pbf, bounds);
}
