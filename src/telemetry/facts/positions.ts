/**
 * The telemetry of positions. What protects a position is told in its signal's trace; its end, which may come much
 * later, starts a trace of its own with links to the signal and to that of the order that closed it.
 */

import type { OrderFilled } from '#core/facts.ts';
import { MICROS_PER_MS, type Micros, type PositionKey, type Seq } from '#core/ids.ts';
import { approximate } from '#core/money.ts';
import type { PositionClosed } from '#core/position-facts.ts';
import type { AttributeValues } from '../attributes.ts';
import { armSpanId, closeSpanId, decideSpanId, laterTraceId } from '../identity.ts';
import type { Context, Projections, SpanRef } from '../projected.ts';
import { secondsBetween, showTime } from '../projected.ts';
import { type AboutSignal, receiveSpan } from './signals.ts';

type PositionFactType =
  | 'position.opened'
  | 'position.changed'
  | 'position.closed'
  | 'position.adjusted'
  | 'position.adopted'
  | 'position.stop_moved'
  | 'position.protected'
  | 'position.exposed';

interface AboutPosition extends AboutSignal {
  readonly position: PositionKey;
}

interface Figures {
  readonly quantity: string;
  readonly cost: string;
  readonly realised: string;
  readonly fees: string;
}

export const projectPositions: Projections<PositionFactType> = {
  'position.opened': (fact) => {
    const target = fact.target === undefined ? '' : `, target at ${fact.target}`;
    return {
      body: `${fact.strategyId} is ${fact.side} ${fact.quantity} ${fact.symbol} for ${fact.cost}; stop at ${fact.stop}${target}.`,
      attributes: {
        ...positionAttributes(fact),
        ...figureAttributes(fact),
        'tradeengine.signal.key': fact.story.key,
        'tradeengine.strategy.id': fact.strategyId,
        'tradeengine.symbol': fact.symbol,
        'tradeengine.position.side': fact.side,
        'tradeengine.position.stop': fact.stop,
        'tradeengine.position.target': fact.target,
      },
      span: decideSpan(fact),
      metrics: [
        {
          metric: 'tradeengine.positions.opened',
          value: 1,
          labels: { 'tradeengine.position.side': fact.side },
        },
      ],
    };
  },

  'position.changed': (fact) => ({
    body: `Position ${fact.position} now holds ${fact.quantity} for ${fact.cost}, realised ${fact.realised}.`,
    attributes: {
      ...positionAttributes(fact),
      ...figureAttributes(fact),
      'tradeengine.position.stop': fact.stop,
      'tradeengine.position.target': fact.target,
    },
    span: decideSpan(fact),
  }),

  'position.closed': (fact, context) => {
    const span = closeSpan(fact, context.seq);
    const attributes: AttributeValues = {
      ...positionAttributes(fact),
      ...figureAttributes(fact),
      'tradeengine.order.leg': fact.by,
      'tradeengine.position.opened_at': showTime(fact.openedAt),
      'tradeengine.signal.trace_id': fact.trace,
    };
    return {
      body: `Position ${fact.position} is closed by its ${fact.by}: realised ${fact.realised}, fees ${fact.fees}.`,
      attributes,
      span,
      spans: [
        {
          name: 'position close',
          kind: 'internal',
          ...span,
          start: closingSince(fact, context),
          end: context.at,
          attributes,
          links: signalsOf(fact, context).map(receiveSpan),
        },
      ],
      metrics: [
        {
          metric: 'tradeengine.positions.closed',
          value: 1,
          labels: { 'tradeengine.order.leg': fact.by },
        },
        { metric: 'tradeengine.pnl.realised', value: approximate(fact.realised), labels: {} },
      ],
    };
  },

  'position.adopted': (fact) => ({
    severity: 'error',
    body: `The exchange holds ${fact.quantity} ${fact.symbol} ${fact.side} that no strategy accounts for; ${fact.flatten === undefined ? `it gets a stop at ${fact.stop}` : 'it is closed at the market'}.`,
    attributes: {
      ...positionAttributes(fact),
      'tradeengine.signal.key': fact.story.key,
      'tradeengine.strategy.id': fact.strategyId,
      'tradeengine.symbol': fact.symbol,
      'tradeengine.position.side': fact.side,
      'tradeengine.position.quantity': fact.quantity,
      'tradeengine.position.cost': fact.cost,
      'tradeengine.position.stop': fact.stop,
      'tradeengine.position.flatten_reason': fact.flatten,
    },
    metrics: [
      {
        metric: 'tradeengine.positions.adopted',
        value: 1,
        labels: { 'tradeengine.position.side': fact.side },
      },
    ],
  }),

  'position.stop_moved': (fact) => ({
    body: `The stop of ${fact.position} moves from ${fact.from} to ${fact.to}: ${fact.why}.`,
    attributes: {
      ...positionAttributes(fact),
      'tradeengine.position.stop.before': fact.from,
      'tradeengine.position.stop': fact.to,
      'tradeengine.position.stop.why': fact.why,
    },
    span: decideSpan(fact),
    metrics: [
      {
        metric: 'tradeengine.positions.stops_moved',
        value: 1,
        labels: { 'tradeengine.position.stop.why': fact.why },
      },
    ],
  }),

  'position.adjusted': (fact) => ({
    severity: 'warn',
    body: `Position ${fact.position} is corrected from ${fact.from} to ${fact.to}, which is what the exchange holds.`,
    attributes: {
      ...positionAttributes(fact),
      'tradeengine.position.from': fact.from,
      'tradeengine.position.to': fact.to,
    },
    span: decideSpan(fact),
    metrics: [{ metric: 'tradeengine.positions.adjusted', value: 1, labels: {} }],
  }),

  'position.protected': (fact, { seq, at }) => {
    const seconds = secondsBetween(fact.exposedSince, at);
    const attributes: AttributeValues = {
      ...positionAttributes(fact),
      'tradeengine.position.quantity': fact.quantity,
      'tradeengine.position.exposed_since': showTime(fact.exposedSince),
    };
    const span = { traceId: fact.trace, spanId: armSpanId(fact.trace, seq) };
    return {
      body: `Position ${fact.position} is covered by its stops after ${seconds} s.`,
      attributes,
      span,
      spans: [
        {
          name: 'protection arm',
          kind: 'internal',
          ...span,
          parentSpanId: decideSpanId(fact.trace, fact.signal),
          start: fact.exposedSince,
          end: at,
          attributes,
        },
      ],
      metrics: [{ metric: 'tradeengine.latency.exposed_to_protected', value: seconds, labels: {} }],
    };
  },

  'position.exposed': (fact) => ({
    severity: fact.cause === 'stop_lost' ? 'error' : 'info',
    body:
      fact.cause === 'stop_lost'
        ? `Position ${fact.position} has lost cover: its stops cover ${fact.covered} of ${fact.quantity}.`
        : `Position ${fact.position} grew: its stop, over ${fact.covered} of ${fact.quantity}, is to grow with it.`,
    attributes: {
      ...positionAttributes(fact),
      'tradeengine.position.quantity': fact.quantity,
      'tradeengine.position.covered': fact.covered,
      'tradeengine.position.exposed_cause': fact.cause,
    },
    span: decideSpan(fact),
    metrics: [
      {
        metric: 'tradeengine.positions.exposures',
        value: 1,
        labels: { 'tradeengine.position.exposed_cause': fact.cause },
      },
    ],
  }),
};

export const decideSpan = ({ trace, signal }: AboutPosition): SpanRef => ({
  traceId: trace,
  spanId: decideSpanId(trace, signal),
});

function closeSpan({ trace }: PositionClosed, seq: Seq): SpanRef {
  const traceId = laterTraceId(trace, seq);
  return { traceId, spanId: closeSpanId(traceId, seq) };
}

/** The signal that opened the position, and the one whose order closed it where that is another. */
function signalsOf(fact: PositionClosed, { seq, entry }: Context): AboutSignal[] {
  const closing = entry.facts
    .slice(0, seq - entry.seq)
    .findLast(
      (other): other is OrderFilled => other.type === 'order.filled' && other.position === fact.position,
    );
  return closing === undefined || closing.signal === fact.signal ? [fact] : [fact, closing];
}

/** From the first of the trades that were journaled together with the closing, or its own moment without any. */
function closingSince(fact: PositionClosed, { at, entry }: Context): Micros {
  let since = at;
  for (const other of entry.facts) {
    if (other.type !== 'order.filled' || other.position !== fact.position) continue;
    since = Math.min(since, other.tradedAtMs * MICROS_PER_MS) as Micros;
  }
  return since;
}

const positionAttributes = (fact: AboutPosition): AttributeValues => ({
  'tradeengine.signal.seq': fact.signal,
  'tradeengine.position.id': fact.position,
});

const figureAttributes = (fact: Figures): AttributeValues => ({
  'tradeengine.position.quantity': fact.quantity,
  'tradeengine.position.cost': fact.cost,
  'tradeengine.position.realised': fact.realised,
  'tradeengine.position.fees': fact.fees,
});
