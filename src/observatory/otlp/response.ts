/**
 * The answers of an OTLP receiver: Export*ServiceResponse with its partial success, and google.rpc.Status for what was
 * refused, both in protobuf and in JSON.
 */
import { PbfWriter } from 'pbf';
import type { Encoding, Signal } from './decode.ts';

/** The codes of google.rpc.Code that a receiver of telemetry needs. */
export const statusCodes = {
  invalidArgument: 3,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
} as const;

export interface Status {
  code: number;
  message: string;
  /** Set when the sender should try again: the OTLP specification makes RESOURCE_EXHAUSTED final without it. */
  retryAfterSeconds?: number;
}

const rejectedNames = {
  traces: 'rejectedSpans',
  logs: 'rejectedLogRecords',
  metrics: 'rejectedDataPoints',
} as const;

export function encodeAccepted(signal: Signal, encoding: Encoding, rejected: number, reason: string): Buffer {
  const partial = rejected > 0 || reason !== '';
  if (encoding === 'json') {
    const body = partial
      ? { partialSuccess: { [rejectedNames[signal]]: String(rejected), errorMessage: reason } }
      : {};
    return Buffer.from(JSON.stringify(body));
  }
  const writer = new PbfWriter();
  if (partial) {
    writer.writeMessage(
      1,
      (_, inner) => {
        inner.writeTag(1, 0);
        inner.writeVarint(rejected);
        inner.writeTag(2, 2);
        inner.writeString(reason);
      },
      null,
    );
  }
  return Buffer.from(writer.finish());
}

const retryInfoType = 'type.googleapis.com/google.rpc.RetryInfo';

export function encodeStatus(encoding: Encoding, status: Status): Buffer {
  if (encoding === 'json') {
    const details =
      status.retryAfterSeconds === undefined
        ? []
        : [{ '@type': retryInfoType, retryDelay: `${status.retryAfterSeconds}s` }];
    return Buffer.from(JSON.stringify({ code: status.code, message: status.message, details }));
  }
  const writer = new PbfWriter();
  writer.writeTag(1, 0);
  writer.writeVarint(status.code);
  writer.writeTag(2, 2);
  writer.writeString(status.message);
  const seconds = status.retryAfterSeconds;
  if (seconds !== undefined) writer.writeMessage(3, writeRetryInfo, seconds);
  return Buffer.from(writer.finish());
}

/** google.protobuf.Any around RetryInfo { retry_delay: Duration { seconds } }. */
function writeRetryInfo(seconds: number, writer: PbfWriter): void {
  const duration = new PbfWriter();
  duration.writeTag(1, 0);
  duration.writeVarint(seconds);
  const retryInfo = new PbfWriter();
  retryInfo.writeTag(1, 2);
  retryInfo.writeBytes(duration.finish());
  writer.writeTag(1, 2);
  writer.writeString(retryInfoType);
  writer.writeTag(2, 2);
  writer.writeBytes(retryInfo.finish());
}
