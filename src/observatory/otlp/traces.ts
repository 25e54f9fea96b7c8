/** ExportTraceServiceRequest, straight to span rows. */
import type { PbfReader } from 'pbf';
import { readKeyValue, readRequest } from './protobuf.ts';
import { emptyAttributes, emptySpan, type SpanEvent, type SpanLink, type SpanRow } from './rows.ts';
import { readEnd, readFields, readFixed64, readHex, readText, readVarint } from './wire.ts';

export function readTraces(payload: Uint8Array): SpanRow[] {
  const spans: SpanRow[] = [];
  readRequest(payload, (pbf, end, source) => {
    const span = emptySpan(source);
    readSpan(pbf, end, span);
    spans.push(span);
  });
  return spans;
}

function readSpan(pbf: PbfReader, end: number, span: SpanRow): void {
  readFields(pbf, end, (field) => {
    switch (field) {
      case 1:
        span.traceId = readHex(pbf);
        break;
      case 2:
        span.spanId = readHex(pbf);
        break;
      case 4:
        span.parentSpanId = readHex(pbf);
        break;
      case 5:
        span.name = readText(pbf);
        break;
      case 6:
        span.kind = readVarint(pbf);
        break;
      case 7:
        span.startNs = readFixed64(pbf);
        break;
      case 8:
        span.endNs = readFixed64(pbf);
        break;
      case 9:
        readKeyValue(pbf, span.attributes);
        break;
      case 11:
        span.events.push(readEvent(pbf, readEnd(pbf)));
        break;
      case 13:
        span.links.push(readLink(pbf, readEnd(pbf)));
        break;
      case 15:
        readStatus(pbf, readEnd(pbf), span);
        break;
    }
  });
}

function readEvent(pbf: PbfReader, end: number): SpanEvent {
  const event: SpanEvent = { timeNs: 0n, name: '', attributes: emptyAttributes() };
  readFields(pbf, end, (field) => {
    if (field === 1) event.timeNs = readFixed64(pbf);
    else if (field === 2) event.name = readText(pbf);
    else if (field === 3) readKeyValue(pbf, event.attributes);
  });
  return event;
}

function readLink(pbf: PbfReader, end: number): SpanLink {
  const link: SpanLink = { traceId: '', spanId: '', attributes: emptyAttributes() };
  readFields(pbf, end, (field) => {
    if (field === 1) link.traceId = readHex(pbf);
    else if (field === 2) link.spanId = readHex(pbf);
    else if (field === 4) readKeyValue(pbf, link.attributes);
  });
  return link;
}

function readStatus(pbf: PbfReader, end: number, span: SpanRow): void {
  readFields(pbf, end, (field) => {
    if (field === 2) span.statusMessage = readText(pbf);
    else if (field === 3) span.statusCode = readVarint(pbf);
  });
}
