/** A span on the wire. */

import type { PbfWriter } from 'pbf';
import type { Micros } from '#core/ids.ts';
import type { SpanData, SpanRef } from '../projected.ts';
import {
  beginMessage,
  endMessage,
  writeAttributes,
  writeFlags,
  writeId,
  writeNumber,
  writeText,
  writeTime,
} from './wire.ts';

const kinds: Record<SpanData['kind'], number> = { internal: 1, server: 2, client: 3, consumer: 5 };
const STATUS_ERROR = 2;

/** The flags that say sampled, and whether the parent is known to be of another process. */
export const SAMPLED = 0x1;
const REMOTENESS_KNOWN = 0x100;
const REMOTE = 0x200;

export function writeSpan(pbf: PbfWriter, field: number, span: SpanData): void {
  const message = beginMessage(pbf, field);
  writeId(pbf, 1, span.traceId);
  writeId(pbf, 2, span.spanId);
  if (span.parentSpanId !== undefined) writeId(pbf, 4, span.parentSpanId);
  writeText(pbf, 5, span.name);
  writeNumber(pbf, 6, kinds[span.kind]);
  writeTime(pbf, 7, span.start);
  // Clocks may step back; a span may not.
  writeTime(pbf, 8, Math.max(span.start, span.end) as Micros);
  writeAttributes(pbf, 9, span.attributes);
  for (const link of span.links ?? []) writeLink(pbf, 13, link);
  if (span.error !== undefined) {
    const status = beginMessage(pbf, 15);
    writeText(pbf, 2, span.error);
    writeNumber(pbf, 3, STATUS_ERROR);
    endMessage(pbf, status);
  }
  writeFlags(pbf, 16, SAMPLED | REMOTENESS_KNOWN | (span.parentIsRemote === true ? REMOTE : 0));
  endMessage(pbf, message);
}

function writeLink(pbf: PbfWriter, field: number, link: SpanRef): void {
  const message = beginMessage(pbf, field);
  writeId(pbf, 1, link.traceId);
  writeId(pbf, 2, link.spanId);
  writeFlags(pbf, 6, SAMPLED | REMOTENESS_KNOWN);
  endMessage(pbf, message);
}
