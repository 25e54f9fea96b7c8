/**
 * Trace and span ids, derived from what they stand for. A replay gives the same ids, and a fact's telemetry can
 * name its parent without having seen it. A trace may hold several signals, so each id includes the signal's number.
 */

import { hash } from 'node:crypto';
import type { ClientOrderId, Micros, Seq, TraceId } from '#core/ids.ts';

const TRACE_ID_DIGITS = 32;
const SPAN_ID_DIGITS = 16;

const digest = (...parts: readonly (string | number)[]): string => hash('sha256', parts.join('\n'), 'hex');

const spanId = (...parts: readonly (string | number)[]): string => digest(...parts).slice(0, SPAN_ID_DIGITS);

export const receiveSpanId = (trace: TraceId, receipt: Seq): string =>
  spanId(trace, 'signal receive', receipt);

export const decideSpanId = (trace: TraceId, signal: Seq): string => spanId(trace, 'signal decide', signal);

export const submitSpanId = (trace: TraceId, order: ClientOrderId): string =>
  spanId(trace, 'order submit', order);

export const resolveSpanId = (trace: TraceId, order: ClientOrderId, fact: Seq): string =>
  spanId(trace, 'order resolve', order, fact);

export const fillSpanId = (trace: TraceId, order: ClientOrderId, tradeId: string): string =>
  spanId(trace, 'order fill', order, tradeId);

export const armSpanId = (trace: TraceId, fact: Seq): string => spanId(trace, 'protection arm', fact);

export const closeSpanId = (trace: TraceId, fact: Seq): string => spanId(trace, 'position close', fact);

/** A request to the exchange or to the API: what it was, and when it began. */
export const requestSpanId = (trace: TraceId, request: string, startedAt: Micros): string =>
  spanId(trace, 'request', request, startedAt);

/** The trace of what happens long after a signal: a guard fills, a position closes. */
export const laterTraceId = (trace: TraceId, fact: Seq): TraceId =>
  digest(trace, 'later', fact).slice(0, TRACE_ID_DIGITS) as TraceId;

/** The trace of a canary, which goes back to no signal. */
export function canarySpan(fact: Seq, at: Micros): { readonly traceId: TraceId; readonly spanId: string } {
  const traceId = digest('canary', fact, at).slice(0, TRACE_ID_DIGITS) as TraceId;
  return { traceId, spanId: spanId(traceId, 'telemetry canary', fact) };
}
