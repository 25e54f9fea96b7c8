/** The telemetry of an order's plan. It has no span of its own: it belongs to the decision. */

import type { OrderPlanned } from '#core/facts.ts';
import type { AttributeValues } from '../attributes.ts';
import { decideSpanId } from '../identity.ts';
import { type FactTelemetry, type Severity, showTime } from '../projected.ts';
import { purpose } from './order-parts.ts';

export const projectPlan = (fact: OrderPlanned): FactTelemetry => ({
  severity: severityOf(fact),
  body: describePlan(fact),
  attributes: planAttributes(fact),
  span: { traceId: fact.story.trace, spanId: decideSpanId(fact.story.trace, fact.story.signal) },
  metrics: [
    {
      metric: 'tradeengine.orders.planned',
      value: 1,
      labels: {
        'tradeengine.order.leg': fact.leg,
        'tradeengine.order.type': fact.order.type,
        'tradeengine.order.side': fact.order.side,
      },
    },
    ...(fact.why === undefined
      ? []
      : [
          {
            metric: 'tradeengine.positions.flattened' as const,
            value: 1,
            labels: { 'tradeengine.position.flatten_reason': fact.why },
          },
        ]),
  ],
});

/** That a position went without protection for too long must not happen, whatever is done about it. */
function severityOf({ leg, why }: OrderPlanned): Severity {
  if (why === 'unprotected_too_long') return 'error';
  return leg === 'flatten' ? 'warn' : 'info';
}

const planAttributes = ({ story, order, protection, ...fact }: OrderPlanned): AttributeValues => ({
  'tradeengine.signal.seq': story.signal,
  'tradeengine.signal.key': story.key,
  'tradeengine.strategy.id': fact.strategyId,
  'tradeengine.symbol': order.symbol,
  'tradeengine.position.id': fact.position,
  'tradeengine.position.side': fact.side,
  'tradeengine.position.flatten_reason': fact.why,
  'tradeengine.order.id': order.clientOrderId,
  'tradeengine.order.leg': fact.leg,
  'tradeengine.order.attempt': fact.attempt,
  'tradeengine.order.book': order.book,
  'tradeengine.order.type': order.type,
  'tradeengine.order.side': order.side,
  'tradeengine.order.quantity': order.quantity,
  'tradeengine.order.price': order.price,
  'tradeengine.order.expected_price': fact.expected,
  'tradeengine.order.trigger_price': order.triggerPrice,
  'tradeengine.order.reduce_only': order.reduceOnly,
  'tradeengine.order.expires_at': showTime(fact.expiresAt),
  'tradeengine.protection.stop': protection?.stop,
  'tradeengine.protection.stop_rate': protection?.stopRate,
  'tradeengine.protection.target': protection?.target,
  'tradeengine.protection.target_rate': protection?.targetRate,
});

function describePlan({ leg, side, order, strategyId, why }: OrderPlanned): string {
  const where =
    order.triggerPrice !== undefined
      ? `when ${order.triggerPrice} is reached`
      : order.price !== undefined
        ? `at ${order.price}`
        : 'at the market';
  const reason = why === undefined ? '' : `: ${why}`;
  return `Planned the ${purpose[leg]} of ${strategyId}'s ${side} position: ${order.side} ${order.quantity} ${order.symbol} ${where}${reason}.`;
}
