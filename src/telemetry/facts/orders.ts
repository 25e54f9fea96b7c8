/**
 * The telemetry of orders. `order submit` is a child of `signal decide` for every leg: that parent exists for each
 * order and follows from the order's own facts. A guard (stop, take profit) fills long after its signal, so that
 * its fill is told in a later trace, under `position close` where it closes the position, with a link to the signal.
 */

import type { Fact, OrderAbandoned, OrderFilled, OrderPlanned } from '#core/facts.ts';
import type { ClientOrderId, Leg, Micros, Seq, Symbol, TraceId } from '#core/ids.ts';
import { approximate } from '#core/money.ts';
import { type AttributeValues, type LabelValue, labelValues } from '../attributes.ts';
import {
  closeSpanId,
  decideSpanId,
  fillSpanId,
  laterTraceId,
  receiveSpanId,
  resolveSpanId,
  submitSpanId,
} from '../identity.ts';
import type { Context, FactTelemetry, Projections, SpanData, SpanRef } from '../projected.ts';
import { secondsBetween, showTime } from '../projected.ts';

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
  | 'cancel.requested';

/** What every fact about one order carries. */
interface AboutOrder {
  readonly clientOrderId: ClientOrderId;
  readonly signal: Seq;
  readonly trace: TraceId;
  readonly symbol: Symbol;
  readonly leg: Leg;
}

const MICROS_PER_MS = 1000;

const purpose: Record<Leg, string> = {
  entry: 'entry',
  stop: 'stop',
  take_profit: 'take-profit',
  close: 'close',
  flatten: 'flattening order',
};

export const projectOrders: Projections<OrderFactType> = {
  'order.planned': (fact) => ({
    severity: fact.leg === 'flatten' ? 'warn' : 'info',
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
  }),

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

function projectFill(fact: OrderFilled, context: Context): FactTelemetry {
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
        link: place.link,
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
      ...(isGuard(fact.leg) ? [] : [latency('plan_to_fill', fact.plannedAt, context.at, leg)]),
    ],
  };
}

interface Place extends SpanRef {
  readonly parentSpanId?: string;
  readonly link?: SpanRef;
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
    link: { traceId: fact.trace, spanId: receiveSpanId(fact.trace, fact.signal) },
    attributes,
  };
}

const submitSpan = ({ trace, clientOrderId }: AboutOrder): SpanRef => ({
  traceId: trace,
  spanId: submitSpanId(trace, clientOrderId),
});

/** An order has one first outcome, and so one `order submit` span. */
function submission(
  fact: AboutOrder,
  outcome: 'accepted' | 'refused' | 'unknown',
  { attributes, ...rest }: Pick<SpanData, 'start' | 'end' | 'attributes' | 'error'>,
): SpanData {
  return {
    name: 'order submit',
    kind: 'client',
    ...submitSpan(fact),
    parentSpanId: decideSpanId(fact.trace, fact.signal),
    attributes: { ...orderAttributes(fact), 'tradeengine.order.outcome': outcome, ...attributes },
    ...rest,
  };
}

const submitted = (leg: Leg, outcome: 'accepted' | 'refused' | 'unknown') =>
  ({
    metric: 'tradeengine.orders.submitted',
    value: 1,
    labels: { 'tradeengine.order.leg': leg, 'tradeengine.order.outcome': outcome },
  }) as const;

const latency = <const S extends 'decide_to_submit' | 'submit_to_ack' | 'plan_to_fill'>(
  stage: S,
  from: Micros,
  to: Micros,
  labels: { readonly 'tradeengine.order.leg': Leg },
) => ({ metric: `tradeengine.latency.${stage}` as const, value: secondsBetween(from, to), labels });

const feeAssets: readonly string[] = labelValues('tradeengine.fee.asset');

const isFeeAsset = (asset: string): asset is LabelValue<'tradeengine.fee.asset'> => feeAssets.includes(asset);

const feeLabel = (asset: string): LabelValue<'tradeengine.fee.asset'> =>
  isFeeAsset(asset) ? asset : '_OTHER';

const orderAttributes = (fact: AboutOrder): AttributeValues => ({
  'tradeengine.signal.seq': fact.signal,
  'tradeengine.order.id': fact.clientOrderId,
  'tradeengine.order.leg': fact.leg,
  'tradeengine.symbol': fact.symbol,
});

const timeAttributes = (fact: {
  plannedAt: Micros;
  sentAt?: Micros;
  answeredAt?: Micros;
}): AttributeValues => ({
  'tradeengine.order.planned_at': showTime(fact.plannedAt),
  'tradeengine.order.sent_at': showTime(fact.sentAt),
  'tradeengine.order.answered_at': showTime(fact.answeredAt),
});

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
