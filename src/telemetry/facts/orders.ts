/**
 * The telemetry of orders. `order submit` is a child of `signal decide` for every leg: that parent exists for each
 * order and follows from the order's own facts.
 */

import type { OrderAbandoned } from '#core/facts.ts';
import type { Leg, Micros } from '#core/ids.ts';
import type { AttributeValues } from '../attributes.ts';
import { decideSpanId, resolveSpanId, submitSpanId } from '../identity.ts';
import { type Projections, type SpanData, showTime } from '../projected.ts';
import { projectFill } from './fills.ts';
import { type AboutOrder, latency, orderAttributes, purpose, submitSpan } from './order-parts.ts';
import { projectPlan } from './plans.ts';

type OrderFactType =
  | 'order.planned'
  | 'order.accepted'
  | 'order.refused'
  | 'order.unknown'
  | 'order.resolved'
  | 'order.abandoned'
  | 'order.triggered'
  | 'order.filled'
  | 'order.ended'
  | 'entry.revoked'
  | 'cancel.requested';

export const projectOrders: Projections<OrderFactType> = {
  'order.planned': projectPlan,

  'order.accepted': (fact, { at }) => {
    const { plannedAt, sentAt, answeredAt } = fact;
    const leg = { 'tradeengine.order.leg': fact.leg };
    return {
      body: `The exchange has the ${purpose[fact.leg]} ${fact.clientOrderId} in ${fact.symbol} as its order ${fact.exchangeOrderId}.`,
      attributes: {
        ...orderAttributes(fact),
        'tradeengine.order.outcome': 'accepted',
        'tradeengine.order.exchange_id': fact.exchangeOrderId,
        ...timeAttributes(fact),
      },
      span: submitSpan(fact),
      spans: [
        submission(fact, 'accepted', {
          start: sentAt ?? plannedAt,
          end: answeredAt ?? at,
          attributes: { 'tradeengine.order.exchange_id': fact.exchangeOrderId },
        }),
      ],
      metrics: [
        submitted(fact.leg, 'accepted'),
        ...(sentAt === undefined ? [] : [latency('decide_to_submit', plannedAt, sentAt, leg)]),
        ...(sentAt === undefined || answeredAt === undefined
          ? []
          : [latency('submit_to_ack', sentAt, answeredAt, leg)]),
      ],
    };
  },

  'order.refused': (fact) => {
    const leg = { 'tradeengine.order.leg': fact.leg };
    const refusal: AttributeValues = {
      'tradeengine.order.refusal': fact.refusal,
      'tradeengine.order.code': fact.code,
      'tradeengine.order.message': fact.message,
    };
    const next = fact.retryAt === undefined ? 'It is given up.' : 'It will be tried again.';
    return {
      severity: 'warn',
      body: `The exchange refused the ${purpose[fact.leg]} ${fact.clientOrderId} in ${fact.symbol}: ${fact.refusal} (${fact.code} ${fact.message}). ${next}`,
      attributes: {
        ...orderAttributes(fact),
        'tradeengine.order.outcome': 'refused',
        ...refusal,
        ...timeAttributes(fact),
        'tradeengine.order.retry_at': showTime(fact.retryAt),
      },
      span: submitSpan(fact),
      spans: [
        submission(fact, 'refused', {
          start: fact.sentAt,
          end: fact.answeredAt,
          attributes: refusal,
          error: `${fact.code} ${fact.message}`,
        }),
      ],
      metrics: [
        submitted(fact.leg, 'refused'),
        {
          metric: 'tradeengine.orders.refused',
          value: 1,
          labels: { ...leg, 'tradeengine.order.refusal': fact.refusal },
        },
        latency('decide_to_submit', fact.plannedAt, fact.sentAt, leg),
        latency('submit_to_ack', fact.sentAt, fact.answeredAt, leg),
      ],
    };
  },

  'order.unknown': (fact, { at }) => ({
    severity: 'warn',
    body: `It is not known whether the exchange has the ${purpose[fact.leg]} ${fact.clientOrderId} in ${fact.symbol}: ${fact.cause}. The exchange will be asked.`,
    attributes: {
      ...orderAttributes(fact),
      'tradeengine.order.outcome': 'unknown',
      'tradeengine.order.cause': fact.cause,
      ...timeAttributes(fact),
      'tradeengine.order.decidable_at': showTime(fact.decidableAt),
    },
    span: submitSpan(fact),
    spans: [
      submission(fact, 'unknown', {
        start: fact.plannedAt,
        end: at,
        attributes: { 'tradeengine.order.cause': fact.cause },
        error: fact.cause,
      }),
    ],
    metrics: [submitted(fact.leg, 'unknown')],
  }),

  'order.resolved': (fact, { seq, at }) => {
    const outcome = fact.placed ? 'placed' : 'not_placed';
    const resolution: AttributeValues = {
      ...orderAttributes(fact),
      'tradeengine.order.outcome': outcome,
      'tradeengine.order.resolved_by': fact.how,
      'tradeengine.order.exchange_id': fact.exchangeOrderId,
    };
    const spanId = resolveSpanId(fact.trace, fact.clientOrderId, seq);
    return {
      body: `The exchange ${fact.placed ? 'has' : 'does not have'} the ${purpose[fact.leg]} ${fact.clientOrderId} in ${fact.symbol}, as the ${fact.how === 'stream' ? 'user stream' : 'answer to a query'} tells.`,
      attributes: {
        ...resolution,
        ...timeAttributes(fact),
        'tradeengine.order.retry_at': showTime(fact.retryAt),
      },
      span: { traceId: fact.trace, spanId },
      spans: [
        {
          name: 'order resolve',
          kind: 'internal',
          traceId: fact.trace,
          spanId,
          parentSpanId: submitSpanId(fact.trace, fact.clientOrderId),
          start: fact.plannedAt,
          end: at,
          attributes: resolution,
        },
      ],
      metrics: [
        {
          metric: 'tradeengine.orders.resolved',
          value: 1,
          labels: { 'tradeengine.order.outcome': outcome, 'tradeengine.order.resolved_by': fact.how },
        },
      ],
    };
  },

  'order.abandoned': (fact) => ({
    severity: isGivenUp(fact.why) ? 'warn' : 'info',
    body: `The ${purpose[fact.leg]} ${fact.clientOrderId} in ${fact.symbol} was not placed and will not be tried again: ${fact.why}.`,
    attributes: { ...orderAttributes(fact), 'tradeengine.order.abandon_reason': fact.why },
    span: submitSpan(fact),
    metrics: [
      {
        metric: 'tradeengine.orders.abandoned',
        value: 1,
        labels: { 'tradeengine.order.leg': fact.leg, 'tradeengine.order.abandon_reason': fact.why },
      },
    ],
  }),

  'order.triggered': (fact) => ({
    body: `The ${purpose[fact.leg]} ${fact.clientOrderId} in ${fact.symbol} triggered and became order ${fact.childOrderId}.`,
    attributes: { ...orderAttributes(fact), 'tradeengine.order.child_id': fact.childOrderId },
    span: submitSpan(fact),
    metrics: [
      {
        metric: 'tradeengine.orders.triggered',
        value: 1,
        labels: { 'tradeengine.order.leg': fact.leg },
      },
    ],
  }),

  'order.filled': projectFill,

  'order.ended': (fact) => ({
    severity: fact.status === 'rejected' ? 'warn' : 'info',
    body: `The ${purpose[fact.leg]} ${fact.clientOrderId} in ${fact.symbol} ended as ${fact.status} with ${fact.executed} executed.`,
    attributes: {
      ...orderAttributes(fact),
      'tradeengine.order.status': fact.status,
      'tradeengine.order.executed': fact.executed,
    },
    span: submitSpan(fact),
    metrics: [
      {
        metric: 'tradeengine.orders.ended',
        value: 1,
        labels: { 'tradeengine.order.leg': fact.leg, 'tradeengine.order.status': fact.status },
      },
    ],
  }),

  'entry.revoked': (fact) => ({
    body: `${fact.by === undefined ? 'A close signal overtook' : `${fact.by} took back`} the entry ${fact.clientOrderId} in ${fact.symbol}: what it still fills is closed at once.`,
    attributes: { ...orderAttributes(fact), 'tradeengine.operator': fact.by },
    span: submitSpan(fact),
    metrics: [{ metric: 'tradeengine.orders.revoked', value: 1, labels: {} }],
  }),

  'cancel.requested': (fact) => ({
    body: `The ${purpose[fact.leg]} ${fact.clientOrderId} in ${fact.symbol} is to be cancelled: ${fact.why}.`,
    attributes: {
      ...orderAttributes(fact),
      'tradeengine.order.book': fact.book,
      'tradeengine.order.cancel_reason': fact.why,
    },
    span: submitSpan(fact),
    metrics: [
      {
        metric: 'tradeengine.orders.cancelled',
        value: 1,
        labels: { 'tradeengine.order.leg': fact.leg, 'tradeengine.order.cancel_reason': fact.why },
      },
    ],
  }),
};

/** Still wanted, as opposed to what a closed position, a newer order or a close signal made needless. */
const isGivenUp = (why: OrderAbandoned['why']): boolean =>
  why === 'expired' || why === 'attempts_used' || why === 'not_plannable';

/** An order has one first outcome, and so one `order submit` span. */
function submission(
  fact: AboutOrder,
  outcome: 'accepted' | 'refused' | 'unknown',
  { attributes, ...rest }: Pick<SpanData, 'start' | 'end' | 'attributes' | 'error'>,
): SpanData {
  const span = submitSpan(fact);
  return {
    name: 'order submit',
    kind: 'client',
    ...span,
    parentSpanId: decideSpanId(fact.trace, fact.signal),
    attributes: {
      ...orderAttributes(fact),
      'tradeengine.order.outcome': outcome,
      ...attributes,
      'pyroscope.profile.id': span.spanId,
    },
    ...rest,
  };
}

const submitted = (leg: Leg, outcome: 'accepted' | 'refused' | 'unknown') =>
  ({
    metric: 'tradeengine.orders.submitted',
    value: 1,
    labels: { 'tradeengine.order.leg': leg, 'tradeengine.order.outcome': outcome },
  }) as const;

const timeAttributes = (fact: {
  plannedAt: Micros;
  sentAt?: Micros;
  answeredAt?: Micros;
}): AttributeValues => ({
  'tradeengine.order.planned_at': showTime(fact.plannedAt),
  'tradeengine.order.sent_at': showTime(fact.sentAt),
  'tradeengine.order.answered_at': showTime(fact.answeredAt),
});
