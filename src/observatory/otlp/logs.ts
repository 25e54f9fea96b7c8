/** ExportLogsServiceRequest, straight to log rows. */
import type { PbfReader } from 'pbf';
import { readAnyValue, readKeyValue, readRequest } from './protobuf.ts';
import { bodyText, emptyLog, type LogRow } from './rows.ts';
import { readFields, readFixed64, readHex, readText, readVarint } from './wire.ts';

export function readLogs(payload: Uint8Array): LogRow[] {
  const logs: LogRow[] = [];
  readRequest(payload, (pbf, end, source) => {
    const log = emptyLog(source);
    readLog(pbf, end, log);
    logs.push(log);
  });
  return logs;
}

function readLog(pbf: PbfReader, end: number, log: LogRow): void {
  let observedNs = 0n;
  readFields(pbf, end, (field) => {
    switch (field) {
      case 1:
        log.timeNs = readFixed64(pbf);
        break;
      case 2:
        log.severityNumber = readVarint(pbf);
        break;
      case 3:
        log.severityText = readText(pbf);
        break;
      case 5:
        log.body = bodyText(readAnyValue(pbf));
        break;
      case 6:
        readKeyValue(pbf, log.attributes);
        break;
      case 9:
        log.traceId = readHex(pbf);
        break;
      case 10:
        log.spanId = readHex(pbf);
        break;
      case 11:
        observedNs = readFixed64(pbf);
        break;
      case 12:
        log.eventName = readText(pbf);
        break;
    }
  });
  // The time of the event may be unknown to its sender; then it is when it was seen.
  if (log.timeNs === 0n) log.timeNs = observedNs;
}
