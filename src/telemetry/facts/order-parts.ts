/** What the telemetry of all facts about orders has in common. */

import type { ClientOrderId, Leg, Micros, Seq, Symbol, TraceId } from '#core/ids.ts';
import type { AttributeValues } from '../attributes.ts';
import { submitSpanId } from '../identity.ts';
import { type SpanRef, secondsBetween } from '../projected.ts';

/** What every fact about one order carries. */
export interface AboutOrder {
  readonly clientOrderId: ClientOrderId;
  readonly signal: Seq;
  readonly trace: TraceId;
  readonly symbol: Symbol;
  readonly leg: Leg;
}

export const purpose: Record<Leg, string> = {
  entry: 'entry',
  stop: 'stop',
  take_profit: 'take-profit',
  close: 'close',
  flatten: 'flattening order',
};

export const orderAttributes = (fact: AboutOrder): AttributeValues => ({
  'tradeengine.signal.seq': fact.signal,
  'tradeengine.order.id': fact.clientOrderId,
  'tradeengine.order.leg': fact.leg,
  'tradeengine.symbol': fact.symbol,
});

export const submitSpan = ({ trace, clientOrderId }: AboutOrder): SpanRef => ({
  traceId: trace,
  spanId: submitSpanId(trace, clientOrderId),
});

export const latency = <const S extends 'decide_to_submit' | 'submit_to_ack' | 'plan_to_fill'>(
  stage: S,
  from: Micros,
  to: Micros,
  labels: { readonly 'tradeengine.order.leg': Leg },
) => ({ metric: `tradeengine.latency.${stage}` as const, value: secondsBetween(from, to), labels });
