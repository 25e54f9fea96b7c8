/**
 * From the bytes of a request to rows, or to a sentence about what is wrong with them. Nothing that a sender can put
 * into a payload leaves this function as an exception.
 */
import { z } from 'zod';
import { readLogsJson, readMetricsJson, readTracesJson } from './json.ts';
import { readLogs } from './logs.ts';
import { readMetrics } from './metrics.ts';
import { noRows, type Rows } from './rows.ts';
import { readTraces } from './traces.ts';

export type Signal = 'traces' | 'logs' | 'metrics';
export type Encoding = 'protobuf' | 'json';

type Decoded =
  | { kind: 'decoded'; rows: Rows; rejected: number; reason: string }
  | { kind: 'malformed'; message: string };

export function decode(signal: Signal, encoding: Encoding, payload: Uint8Array, nowNs: bigint): Decoded {
  let rows: Rows;
  try {
    rows = encoding === 'protobuf' ? fromProtobuf(signal, payload) : fromJson(signal, payload);
  } catch (error) {
    // pbf, DataView, JSON.parse and zod each throw their own class on bad input; all of them mean the same here.
    return { kind: 'malformed', message: `${signal} request in ${encoding}: ${describe(error)}` };
  }
  return withoutUnstorable(rows, nowNs);
}

function fromProtobuf(signal: Signal, payload: Uint8Array): Rows {
  if (signal === 'traces') return { ...noRows(), spans: readTraces(payload) };
  if (signal === 'logs') return { ...noRows(), logs: readLogs(payload) };
  return { ...noRows(), points: readMetrics(payload) };
}

function fromJson(signal: Signal, payload: Uint8Array): Rows {
  const request: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  if (signal === 'traces') return { ...noRows(), spans: readTracesJson(request) };
  if (signal === 'logs') return { ...noRows(), logs: readLogsJson(request) };
  return { ...noRows(), points: readMetricsJson(request) };
}

function describe(error: unknown): string {
  if (error instanceof z.ZodError) {
    const issue = error.issues[0];
    return issue === undefined ? 'invalid' : `${issue.path.join('.') || 'request'}: ${issue.message}`;
  }
  return error instanceof Error ? error.message : String(error);
}

const TIME_NS_MAX = 2n ** 63n - 1n;
const traceIdPattern = /^(?!0{32})[0-9a-f]{32}$/;
const spanIdPattern = /^(?!0{16})[0-9a-f]{16}$/;

/** OTLP's partial success: records that break its rules are counted and explained, the others are kept. */
function withoutUnstorable(rows: Rows, nowNs: bigint): Decoded {
  let rejected = 0;
  let reason = '';
  const keep = (fault: string | undefined): boolean => {
    if (fault === undefined) return true;
    rejected++;
    if (reason === '') reason = fault;
    return false;
  };
  const spans = rows.spans.filter((span) => {
    if (!traceIdPattern.test(span.traceId)) return keep('a span without a valid trace id');
    if (!spanIdPattern.test(span.spanId)) return keep('a span without a valid span id');
    if (span.startNs > TIME_NS_MAX || span.endNs > TIME_NS_MAX) return keep('a span with a time beyond 2262');
    return true;
  });
  const logs = rows.logs.filter((log) => {
    // A log outside of any trace is a good log, and some senders write its absent ids as zeros.
    if (!traceIdPattern.test(log.traceId)) log.traceId = '';
    if (!spanIdPattern.test(log.spanId)) log.spanId = '';
    if (log.timeNs === 0n) log.timeNs = nowNs;
    return keep(log.timeNs > TIME_NS_MAX ? 'a log record with a time beyond 2262' : undefined);
  });
  const points = rows.points.filter((point) => {
    if (point.metric.name === '') return keep('a metric without a name');
    return keep(
      point.timeNs > TIME_NS_MAX || point.startNs > TIME_NS_MAX
        ? 'a point with a time beyond 2262'
        : undefined,
    );
  });
  return { kind: 'decoded', rows: { ...noRows(), spans, logs, points }, rejected, reason };
}
