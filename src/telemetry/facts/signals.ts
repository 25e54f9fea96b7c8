/** The telemetry of a signal's receipt and decision. */

import type {
  Check,
  Fact,
  SignalAccepted,
  SignalDuplicated,
  SignalReceived,
  SignalRefused,
} from '#core/facts.ts';
import { MICROS_PER_MS, type Micros, type Seq, type TraceId } from '#core/ids.ts';
import { refusals } from '#core/refusal.ts';
import type { Signal } from '#core/signal.ts';
import type { AttributeValues } from '../attributes.ts';
import { decideSpanId, receiveSpanId } from '../identity.ts';
import type { Context, Projections, SpanData, SpanRef } from '../projected.ts';
import { secondsBetween, showTime } from '../projected.ts';

type SignalFactType = 'signal.received' | 'signal.duplicated' | 'signal.accepted' | 'signal.refused';
type Decision = SignalAccepted | SignalRefused;

/** What every fact says that goes back to a signal. */
export interface AboutSignal {
  readonly trace: TraceId;
  readonly signal: Seq;
}

export const projectSignals: Projections<SignalFactType> = {
  'signal.received': (fact, { at, entry }) => {
    const { signal, content, receivedAt } = fact;
    const decision = entry.facts.find(
      (other): other is Decision => isDecision(other) && other.signal === signal,
    );
    return {
      body: `Received ${describe(content)}`,
      attributes: {
        ...contentAttributes(content),
        'tradeengine.signal.seq': signal,
        'tradeengine.signal.key': fact.key,
        'tradeengine.signal.received_at': showTime(receivedAt),
      },
      span: receiveSpan(fact),
      spans: [receiving(fact, signal, at, decision === undefined ? {} : decisionAttributes(decision))],
      metrics: [
        {
          metric: 'tradeengine.signals.received',
          value: 1,
          labels: { 'tradeengine.action': content.action },
        },
        {
          metric: 'tradeengine.latency.made_to_receive',
          value: secondsBetween((content.timestampMs * MICROS_PER_MS) as Micros, receivedAt),
          labels: {},
        },
        {
          metric: 'tradeengine.latency.receive_to_decide',
          value: secondsBetween(receivedAt, at),
          labels: {},
        },
      ],
    };
  },

  'signal.duplicated': (fact, { seq, at }) => {
    const { signal, trace, content, receivedAt, differs } = fact;
    return {
      severity: differs === undefined ? 'info' : 'warn',
      body:
        differs === undefined
          ? `Received again, and not acted on, ${describe(content)} The first receipt is fact ${signal}.`
          : `The id was used before for a signal with another ${differs.join(', ')}. Not acted on: ${describe(content)} The first receipt is fact ${signal}.`,
      attributes: {
        ...contentAttributes(content),
        'tradeengine.signal.seq': signal,
        'tradeengine.signal.received_at': showTime(receivedAt),
        'tradeengine.signal.differs': differs,
        'tradeengine.decision': 'duplicate',
      },
      span: receiveSpan({ trace, signal: seq }),
      spans: [receiving(fact, seq, at, { 'tradeengine.decision': 'duplicate' })],
      metrics: [{ metric: 'tradeengine.signals.duplicate', value: 1, labels: {} }],
    };
  },

  'signal.accepted': (fact, context) => {
    const { strategyId, symbol, mark, resized } = fact;
    const size =
      resized === undefined
        ? ''
        : ` The quantity is ${resized.planned}${resized.asked === undefined ? '' : ` instead of ${resized.asked}`}: ${resized.why}.`;
    return {
      body: `Accepted the signal of ${strategyId} for ${symbol} at mark ${mark}.${size}`,
      attributes: {
        ...decidedAttributes(fact),
        'tradeengine.checks': fact.checks.map(showCheck),
        'tradeengine.market.mark': mark,
        'tradeengine.market.bid': fact.bid,
        'tradeengine.market.ask': fact.ask,
        'tradeengine.resize.asked': resized?.asked,
        'tradeengine.resize.planned': resized?.planned,
        'tradeengine.resize.why': resized?.why,
      },
      span: { traceId: fact.trace, spanId: decideSpanId(fact.trace, fact.signal) },
      spans: [decideSpan(fact, context)],
      metrics: [
        {
          metric: 'tradeengine.signals.accepted',
          value: 1,
          labels: { 'tradeengine.decision': acceptedAs(fact) },
        },
      ],
    };
  },

  'signal.refused': (fact, context) => ({
    body: `Refused the signal of ${fact.strategyId} for ${fact.symbol}: ${refusals[fact.reason]} Value ${fact.value}, limit ${fact.limit}.`,
    attributes: {
      ...decidedAttributes(fact),
      'tradeengine.checks': fact.checks.map(showCheck),
      'tradeengine.refusal.value': fact.value,
      'tradeengine.refusal.limit': fact.limit,
    },
    span: { traceId: fact.trace, spanId: decideSpanId(fact.trace, fact.signal) },
    spans: [decideSpan(fact, context)],
    metrics: [
      {
        metric: 'tradeengine.signals.refused',
        value: 1,
        labels: { 'tradeengine.refusal.reason': fact.reason },
      },
    ],
  }),
};

/** Where a signal's trace begins: what a later trace is linked to. */
export const receiveSpan = ({ trace, signal }: AboutSignal): SpanRef => ({
  traceId: trace,
  spanId: receiveSpanId(trace, signal),
});

/** @param receipt the number of the fact that tells of it: that of the signal, or of its coming again. */
function receiving(
  fact: SignalReceived | SignalDuplicated,
  receipt: Seq,
  at: Micros,
  decided: AttributeValues,
): SpanData {
  const { signal, trace, content, parentSpan, receivedAt } = fact;
  return {
    name: 'signal receive',
    kind: 'consumer',
    ...receiveSpan({ trace, signal: receipt }),
    parentSpanId: parentSpan,
    parentIsRemote: true,
    start: receivedAt,
    end: at,
    attributes: { ...who(content), 'tradeengine.signal.seq': signal, ...decided },
  };
}

const isDecision = (fact: Fact): fact is Decision =>
  fact.type === 'signal.accepted' || fact.type === 'signal.refused';

/** Deciding is synchronous: the span marks its moment. What passes before it is waiting, within signal receive. */
function decideSpan(fact: Decision, { at }: Context): SpanData {
  const spanId = decideSpanId(fact.trace, fact.signal);
  return {
    name: 'signal decide',
    kind: 'internal',
    traceId: fact.trace,
    spanId,
    parentSpanId: receiveSpanId(fact.trace, fact.signal),
    start: at,
    end: at,
    attributes: { ...decidedAttributes(fact), 'pyroscope.profile.id': spanId },
  };
}

const decidedAttributes = (fact: Decision): AttributeValues => ({
  'tradeengine.signal.seq': fact.signal,
  'tradeengine.strategy.id': fact.strategyId,
  'tradeengine.symbol': fact.symbol,
  ...decisionAttributes(fact),
});

function decisionAttributes(fact: Decision): AttributeValues {
  if (fact.type === 'signal.refused') {
    return { 'tradeengine.decision': 'refused', 'tradeengine.refusal.reason': fact.reason };
  }
  return { 'tradeengine.decision': acceptedAs(fact) };
}

/** A signal that names no quantity leaves the size to the engine: that is not another size than it asked for. */
const acceptedAs = ({ resized }: SignalAccepted): 'accepted' | 'resized' =>
  resized?.asked === undefined ? 'accepted' : 'resized';

const who = (content: Signal): AttributeValues => ({
  'tradeengine.signal.id': content.id,
  'tradeengine.strategy.id': content.strategyId,
  'tradeengine.symbol': content.symbol,
  'tradeengine.action': content.action,
});

const contentAttributes = (content: Signal): AttributeValues => ({
  ...who(content),
  'tradeengine.signal.confidence': content.confidence,
  'tradeengine.signal.order_type': content.orderType,
  'tradeengine.signal.price': content.price,
  'tradeengine.signal.quantity': content.quantity,
  'tradeengine.signal.quote_quantity': content.quoteQuantity,
  'tradeengine.signal.equity_rate': content.equityRate,
  'tradeengine.signal.stop_loss': content.stopLoss,
  'tradeengine.signal.stop_loss_rate': content.stopLossRate,
  'tradeengine.signal.take_profit': content.takeProfit,
  'tradeengine.signal.take_profit_rate': content.takeProfitRate,
  'tradeengine.signal.made_at': showTime((content.timestampMs * MICROS_PER_MS) as Micros),
});

function describe({ id, strategyId, action, symbol, confidence, price }: Signal): string {
  const limit = price === undefined ? '' : ` at ${price}`;
  return `signal ${id} of ${strategyId}: ${action} ${symbol}${limit}, confidence ${confidence}.`;
}

const showCheck = ({ check, value, limit }: Check): string => `${check}: ${value}, limit ${limit}`;
