/**
 * The telemetry of a fill. A guard (stop, take profit) fills long after its signal, so that its fill is told in a
 * later trace, under `position close` where it closes the position, with a link to the signal.
 */

import type { Fact, OrderFilled } from '#core/facts.ts';
import { type Leg, MICROS_PER_MS, type Micros, type Seq } from '#core/ids.ts';
import { approximate } from '#core/money.ts';
import { type AttributeValues, type LabelValue, labelValues } from '../attributes.ts';
import { closeSpanId, fillSpanId, laterTraceId, submitSpanId } from '../identity.ts';
import { type Context, type FactTelemetry, type SpanRef, showTime } from '../projected.ts';
import { latency, orderAttributes, purpose } from './order-parts.ts';
import { receiveSpan } from './signals.ts';

export function projectFill(fact: OrderFilled, context: Context): FactTelemetry {
  const leg = { 'tradeengine.order.leg': fact.leg };
  const tradedAt = (fact.tradedAtMs * MICROS_PER_MS) as Micros;
  const place = isGuard(fact.leg) ? laterPlace(fact, context) : promptPlace(fact);
  const attributes: AttributeValues = {
    ...orderAttributes(fact),
    'tradeengine.position.id': fact.position,
    'tradeengine.trade.id': fact.tradeId,
    'tradeengine.trade.price': fact.price,
    'tradeengine.trade.quantity': fact.quantity,
    'tradeengine.trade.fee': fact.fee,
    'tradeengine.trade.fee_asset': fact.feeAsset,
    'tradeengine.trade.maker': fact.maker,
    'tradeengine.trade.slippage_bps': fact.slippageBps,
    ...place.attributes,
  };
  return {
    body: `The ${purpose[fact.leg]} ${fact.clientOrderId} filled ${fact.quantity} ${fact.symbol} at ${fact.price}, fee ${fact.fee} ${fact.feeAsset}.`,
    attributes: {
      ...attributes,
      'tradeengine.trade.at': showTime(tradedAt),
      'tradeengine.order.planned_at': showTime(fact.plannedAt),
    },
    span: { traceId: place.traceId, spanId: place.spanId },
    spans: [
      {
        name: 'order fill',
        kind: 'internal',
        traceId: place.traceId,
        spanId: place.spanId,
        parentSpanId: place.parentSpanId,
        links: place.links,
        start: Math.min(tradedAt, context.at) as Micros,
        end: context.at,
        attributes,
      },
    ],
    metrics: [
      { metric: 'tradeengine.fills', value: 1, labels: leg },
      {
        metric: 'tradeengine.fees',
        value: approximate(fact.fee),
        labels: { 'tradeengine.fee.asset': feeLabel(fact.feeAsset) },
      },
      ...(fact.slippageBps === undefined
        ? []
        : [
            {
              metric: 'tradeengine.slippage.bps' as const,
              value: Math.max(0, approximate(fact.slippageBps)),
              labels: leg,
            },
          ]),
      ...(isGuard(fact.leg) ? [] : [latency('plan_to_fill', fact.plannedAt, context.at, leg)]),
    ],
  };
}

interface Place extends SpanRef {
  readonly parentSpanId?: string;
  readonly links?: readonly SpanRef[];
  readonly attributes?: AttributeValues;
}

const isGuard = (leg: Leg): boolean => leg === 'stop' || leg === 'take_profit';

const promptPlace = ({ trace, clientOrderId, tradeId }: OrderFilled): Place => ({
  traceId: trace,
  spanId: fillSpanId(trace, clientOrderId, tradeId),
  parentSpanId: submitSpanId(trace, clientOrderId),
});

function laterPlace(fact: OrderFilled, { seq, entry }: Context): Place {
  const closing = entry.facts.findIndex(
    (other: Fact, index) =>
      entry.seq + index > seq && other.type === 'position.closed' && other.position === fact.position,
  );
  const closed = closing === -1 ? undefined : entry.facts[closing];
  const attributes = { 'tradeengine.signal.trace_id': fact.trace };
  if (closed?.type === 'position.closed') {
    const closedSeq = (entry.seq + closing) as Seq;
    const traceId = laterTraceId(closed.trace, closedSeq);
    return {
      traceId,
      spanId: fillSpanId(traceId, fact.clientOrderId, fact.tradeId),
      parentSpanId: closeSpanId(traceId, closedSeq),
      attributes,
    };
  }
  const traceId = laterTraceId(fact.trace, seq);
  return {
    traceId,
    spanId: fillSpanId(traceId, fact.clientOrderId, fact.tradeId),
    links: [receiveSpan(fact)],
    attributes,
  };
}

const feeAssets: readonly string[] = labelValues('tradeengine.fee.asset');

const isFeeAsset = (asset: string): asset is LabelValue<'tradeengine.fee.asset'> => feeAssets.includes(asset);

const feeLabel = (asset: string): LabelValue<'tradeengine.fee.asset'> =>
  isFeeAsset(asset) ? asset : '_OTHER';
