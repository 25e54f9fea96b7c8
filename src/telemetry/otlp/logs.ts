/** A log record on the wire. */

import type { PbfWriter } from 'pbf';
import type { LogData, Severity } from '../projected.ts';
import { SAMPLED } from './spans.ts';
import {
  beginMessage,
  endMessage,
  writeAttributes,
  writeFlags,
  writeId,
  writeNumber,
  writeText,
  writeTime,
  writeValue,
} from './wire.ts';

const severities: Record<Severity, { readonly number: number; readonly text: string }> = {
  debug: { number: 5, text: 'DEBUG' },
  info: { number: 9, text: 'INFO' },
  warn: { number: 13, text: 'WARN' },
  error: { number: 17, text: 'ERROR' },
  fatal: { number: 21, text: 'FATAL' },
};

export function writeLog(pbf: PbfWriter, field: number, log: LogData): void {
  const message = beginMessage(pbf, field);
  const severity = severities[log.severity];
  writeTime(pbf, 1, log.at);
  writeNumber(pbf, 2, severity.number);
  writeText(pbf, 3, severity.text);
  writeValue(pbf, 5, log.body);
  writeAttributes(pbf, 6, log.attributes);
  if (log.span !== undefined) {
    writeFlags(pbf, 8, SAMPLED);
    writeId(pbf, 9, log.span.traceId);
    writeId(pbf, 10, log.span.spanId);
  }
  writeTime(pbf, 11, log.at);
  writeText(pbf, 12, log.event);
  endMessage(pbf, message);
}
