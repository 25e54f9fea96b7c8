/**
 * The telemetry that the engine sends for one signal, as OTLP/JSON: its trace from receipt to protection and a log
 * record for each step.
 */

export interface Story {
  traceId: string;
  signalId: string;
  /** Nanoseconds since 1970. */
  atNs: bigint;
  strategy?: string;
  symbol?: string;
  action?: string;
  decision?: 'accepted' | 'resized' | 'refused' | 'duplicate';
  reason?: string;
}

type KeyValue = { key: string; value: { stringValue: string } | { intValue: string } };

const resource = {
  attributes: [{ key: 'service.name', value: { stringValue: 'petrosa-tradeengine' } }],
};

function attributes(entries: Record<string, string | number | undefined>): KeyValue[] {
  return Object.entries(entries).flatMap(([key, value]): KeyValue[] => {
    if (value === undefined) return [];
    return [
      {
        key: `tradeengine.${key}`,
        value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
      },
    ];
  });
}

interface Stage {
  name: string;
  fromMs: number;
  toMs: number;
  event: string;
  sentence: string;
  attributes?: Record<string, string>;
  severity?: number;
}

function stagesOf(story: Story): Stage[] {
  const { decision = 'accepted', symbol = 'BTCUSDT', action = 'buy', reason } = story;
  const received: Stage = {
    name: 'signal receive',
    fromMs: 0,
    toMs: decision === 'accepted' || decision === 'resized' ? 62 : 1.4,
    event: 'signal.received',
    sentence: `Signal ${story.signalId} to ${action} ${symbol} was received.`,
    attributes: { decision, ...(reason === undefined ? {} : { 'refusal.reason': reason }) },
  };
  const decided: Stage = {
    name: 'signal decide',
    fromMs: 0.6,
    toMs: 1.2,
    event: `signal.${decision}`,
    sentence:
      reason === undefined
        ? `The signal was ${decision}.`
        : `The signal was ${decision}: ${reason.replaceAll('_', ' ')}.`,
    attributes: { decision },
  };
  if (decision === 'refused' || decision === 'duplicate') return [received, decided];
  const order = { 'order.id': `pt-${story.signalId}-entry` };
  return [
    received,
    decided,
    {
      name: 'order submit',
      fromMs: 2,
      toMs: 31,
      event: 'order.acknowledged',
      sentence: `The exchange took the order to ${action} 0.012 ${symbol} at market.`,
      attributes: { ...order, 'order.leg': 'entry', 'order.outcome': 'accepted' },
    },
    {
      name: 'order fill',
      fromMs: 33,
      toMs: 38,
      event: 'order.filled',
      sentence: `Filled 0.012 ${symbol} in two parts at 64 250.10.`,
      attributes: { ...order, 'order.leg': 'entry' },
    },
    {
      name: 'protection arm',
      fromMs: 39,
      toMs: 62,
      event: 'protection.armed',
      sentence: 'Stop-loss at 63 600.00 and take-profit at 65 500.00 are at the exchange.',
      attributes: { 'order.id': `pt-${story.signalId}-stop`, 'order.leg': 'stop' },
    },
  ];
}

export function tracesOf(story: Story): unknown {
  const spans = stagesOf(story).map((stage, index) => ({
    traceId: story.traceId,
    spanId: spanIdOf(story, index),
    parentSpanId: index === 0 ? '' : spanIdOf(story, 0),
    name: stage.name,
    kind: index === 0 ? 2 : 1,
    startTimeUnixNano: at(story, stage.fromMs),
    endTimeUnixNano: at(story, stage.toMs),
    attributes: attributes(attributesOf(story, stage, index)),
    status: {},
  }));
  return { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'tradeengine' }, spans }] }] };
}

export function logsOf(story: Story): unknown {
  const logRecords = stagesOf(story).map((stage, index) => ({
    // A receipt is told when it happens, the other stages when they are done.
    timeUnixNano: at(story, index === 0 ? stage.fromMs : stage.toMs),
    severityNumber: stage.severity ?? 9,
    severityText: 'INFO',
    eventName: stage.event,
    body: { stringValue: stage.sentence },
    traceId: story.traceId,
    spanId: spanIdOf(story, index),
    attributes: attributes(attributesOf(story, stage, index)),
  }));
  return { resourceLogs: [{ resource, scopeLogs: [{ scope: { name: 'tradeengine' }, logRecords }] }] };
}

function attributesOf(story: Story, stage: Stage, index: number) {
  return {
    'signal.id': story.signalId,
    'strategy.id': story.strategy ?? 'momentum',
    symbol: story.symbol ?? 'BTCUSDT',
    action: story.action ?? 'buy',
    'fact.seq': Number(BigInt(`0x${story.traceId.slice(-8)}`)) * 10 + index,
    ...stage.attributes,
  };
}

export function spanIdOf(story: Story, index: number): string {
  return `${story.traceId.slice(-12)}${String(index + 1).padStart(4, '0')}`;
}

const at = (story: Story, ms: number): string => String(story.atNs + BigInt(Math.round(ms * 1e6)));

export const storyTraceId = (number: number): string => number.toString(16).padStart(32, '5b8e');
