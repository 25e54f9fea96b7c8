/** One entry for each fact type, as the engine would write it, and a whole story of a signal. */

import type { Entry, Fact, FactType } from '#core/facts.ts';
import type {
  AccountId,
  ClientOrderId,
  Leg,
  Micros,
  PositionKey,
  Seq,
  SignalId,
  SignalKey,
  StrategyId,
  Symbol,
  TraceId,
} from '#core/ids.ts';
import { clientOrderIdOf, intentIdOf } from '#core/ids.ts';
import type { PlannedOrder } from '#core/order.ts';
import { defaultSettings } from '#core/settings.ts';
import type { Signal } from '#core/signal.ts';
import { accountFacts } from './account-facts.ts';
import { btcusdtText } from './market.ts';

/** 2026-11-23T18:30:00Z */
const START = 1_795_458_600_000_000;
export const at = (micros: number): Micros => (START + micros) as Micros;
const key = 'abcdefghij234567klmn' as SignalKey;
const symbol = 'BTCUSDT' as Symbol;
const strategyId = 'momentum' as StrategyId;
const position = 'main/momentum/BTCUSDT/LONG' as PositionKey;
const publisherSpan = '00f067aa0ba902b7';

export interface StoryNames {
  /** The number of the story's first fact. */
  readonly seq: number;
  readonly trace: string;
  readonly id: string;
  readonly startedAt: number;
}

export const defaultNames: StoryNames = {
  seq: 101,
  trace: '4bf92f3577b34da6a3ce929d0e0e4736',
  id: 's-1',
  startedAt: 0,
};

const content = (names: StoryNames): Signal => ({
  id: names.id as SignalId,
  strategyId,
  symbol,
  action: 'buy',
  confidence: '0.8',
  orderType: 'limit',
  price: '50000.5',
  quantity: '0.0123',
  stopLossRate: '0.02',
  takeProfit: '52000',
  timestampMs: Math.floor((START + names.startedAt) / 1000) - 25,
});

const orderId = (leg: Leg, attempt: number): ClientOrderId =>
  clientOrderIdOf(intentIdOf(key, leg, 'LONG'), attempt);

const planned = (order: Omit<PlannedOrder, keyof PlannedOrder & symbol>): PlannedOrder =>
  order as PlannedOrder;

function parts(names: StoryNames) {
  const signal = names.seq as Seq;
  const trace = names.trace as TraceId;
  const t = (micros: number): Micros => at(names.startedAt + micros);
  const about = (leg: Leg, attempt: number) => ({
    clientOrderId: orderId(leg, attempt),
    signal,
    trace,
    symbol,
    leg,
  });
  const held = { position, signal, trace };
  const figures = { quantity: '0.012', cost: '600.006', realised: '0', fees: '0.24' };
  const checks = [{ check: 'minimum confidence', value: '0.8', limit: '0.6' }];
  return { signal, trace, t, about, held, figures, checks, story: { signal, key, trace } };
}

/** Each type of fact, as it is and with what it is committed with. */
export function fixtures(names: StoryNames = defaultNames): Record<FactType, readonly Fact[]> {
  const { signal, trace, t, about, held, figures, checks, story } = parts(names);
  const received: Fact = {
    type: 'signal.received',
    signal,
    trace,
    parentSpan: publisherSpan,
    key,
    content: content(names),
    receivedAt: t(0),
  };
  const filled = (leg: Leg, attempt: number, tradeId: string): Fact => ({
    type: 'order.filled',
    ...about(leg, attempt),
    position,
    tradeId,
    price: '50000.5',
    quantity: '0.012',
    fee: '0.24',
    feeAsset: 'USDT',
    maker: false,
    tradedAtMs: t(9_000) / 1000,
    plannedAt: t(400),
    slippageBps: '0.42',
  });
  return {
    'engine.started': [
      {
        type: 'engine.started',
        account: 'main' as AccountId,
        version: '0.1.0',
        settings: defaultSettings,
      },
    ],
    'engine.reconciled': [{ type: 'engine.reconciled', orders: 3, positions: 1 }],
    'instrument.listed': [
      {
        type: 'instrument.listed',
        instrument: { ...btcusdtText, symbol, priceMin: '0.1' },
      },
    ],
    'signal.received': [received],
    'signal.duplicated': [
      {
        type: 'signal.duplicated',
        signal: 7 as Seq,
        trace,
        content: content(names),
        receivedAt: t(0),
      },
      {
        type: 'signal.duplicated',
        signal: 7 as Seq,
        trace,
        content: { ...content(names), quoteQuantity: '600', equityRate: '0.06' },
        receivedAt: t(50),
        differs: ['quoteQuantity', 'equityRate'],
      },
    ],
    'signal.accepted': [
      received,
      {
        type: 'signal.accepted',
        signal,
        trace,
        strategyId,
        symbol,
        checks,
        mark: '50001',
        bid: '50000.4',
        ask: '50000.6',
        resized: { asked: '0.0123', planned: '0.012', why: 'rounded down to the step of the symbol' },
      },
    ],
    'signal.refused': [
      received,
      {
        type: 'signal.refused',
        signal,
        trace,
        strategyId,
        symbol,
        checks,
        reason: 'stale',
        value: '412000',
        limit: '300000',
      },
    ],
    'order.planned': [
      {
        type: 'order.planned',
        story,
        position,
        strategyId,
        leg: 'entry',
        side: 'LONG',
        attempt: 1,
        order: planned({
          clientOrderId: orderId('entry', 1),
          book: 'regular',
          symbol,
          side: 'BUY',
          positionSide: 'LONG',
          type: 'LIMIT',
          quantity: '0.012',
          price: '50000.5',
          reduceOnly: false,
        }),
        expiresAt: t(300_000_000),
        protection: { stopRate: '0.02', target: '52000' },
      },
    ],
    'order.accepted': [
      {
        type: 'order.accepted',
        ...about('entry', 1),
        exchangeOrderId: '8001',
        plannedAt: t(400),
        sentAt: t(900),
        answeredAt: t(8_500),
      },
    ],
    'order.refused': [
      {
        type: 'order.refused',
        ...about('entry', 1),
        refusal: 'insufficient_margin',
        code: -2019,
        message: 'Margin is insufficient.',
        plannedAt: t(400),
        sentAt: t(900),
        answeredAt: t(8_500),
        retryAt: t(508_500),
      },
    ],
    'order.unknown': [
      {
        type: 'order.unknown',
        ...about('entry', 1),
        cause: '503 Unknown error, please check your request or try again later.',
        plannedAt: t(400),
        decidableAt: t(5_000_400),
      },
    ],
    'order.resolved': [
      {
        type: 'order.resolved',
        ...about('entry', 1),
        placed: true,
        how: 'query',
        exchangeOrderId: '8001',
        plannedAt: t(400),
      },
    ],
    'order.abandoned': [{ type: 'order.abandoned', ...about('entry', 1), why: 'attempts_used' }],
    'order.triggered': [{ type: 'order.triggered', ...about('stop', 109), childOrderId: '8009' }],
    'order.filled': [filled('entry', 1, '5001')],
    'order.ended': [{ type: 'order.ended', ...about('entry', 1), status: 'filled', executed: '0.012' }],
    'entry.revoked': [{ type: 'entry.revoked', ...about('entry', 1), position }],
    'cancel.requested': [
      {
        type: 'cancel.requested',
        ...about('take_profit', 110),
        book: 'conditional',
        why: 'position_closed',
      },
    ],
    'orphan.found': [
      { type: 'orphan.found', clientOrderId: orderId('stop', 44), symbol, book: 'conditional' },
    ],
    'position.opened': [
      {
        type: 'position.opened',
        ...held,
        ...figures,
        story,
        strategyId,
        symbol,
        side: 'LONG',
        stop: '49000.5',
        target: '52000',
      },
    ],
    'position.changed': [{ type: 'position.changed', ...held, ...figures, stop: '49000.5' }],
    'position.closed': [
      filled('stop', 109, '5002'),
      {
        type: 'position.closed',
        ...held,
        ...figures,
        quantity: '0',
        cost: '0',
        realised: '-12.5',
        by: 'stop',
        openedAt: t(9_400),
      },
    ],
    'position.adjusted': [{ type: 'position.adjusted', ...held, from: '0.012', to: '0.006' }],
    'position.protected': [
      { type: 'position.protected', ...held, quantity: '0.012', exposedSince: t(9_400) },
    ],
    'position.exposed': [
      { type: 'position.exposed', ...held, quantity: '0.012', covered: '0', cause: 'stop_lost' },
      { type: 'position.exposed', ...held, quantity: '0.012', covered: '0.006', cause: 'position_grew' },
    ],
    'drift.found': [{ type: 'drift.found', symbol, side: 'LONG', journal: '0.012', exchange: '0.006' }],
    'drift.cleared': [{ type: 'drift.cleared', symbol, side: 'LONG' }],
    ...accountFacts,
    'position.adopted': [
      {
        type: 'position.adopted',
        ...held,
        story,
        strategyId: 'foreign' as StrategyId,
        symbol,
        side: 'LONG',
        quantity: '0.5',
        cost: '25000',
        stop: '49000',
        flatten: 'foreign',
      },
    ],
    'position.stop_moved': [
      { type: 'position.stop_moved', ...held, from: '49000', to: '50000.5', why: 'break_even' },
    ],
    'position.flatten_ordered': [
      { type: 'position.flatten_ordered', ...held, by: 'oncall', note: 'news tonight' },
    ],
    'telemetry.canary': [{ type: 'telemetry.canary' }],
  };
}

const guard = (names: StoryNames, leg: 'stop' | 'take_profit', attempt: number): Fact => {
  const { story } = parts(names);
  const type = leg === 'stop' ? 'STOP_MARKET' : 'TAKE_PROFIT_MARKET';
  return {
    type: 'order.planned',
    story,
    position,
    strategyId,
    leg,
    side: 'LONG',
    attempt,
    order: planned({
      clientOrderId: orderId(leg, attempt),
      book: 'conditional',
      symbol,
      side: 'SELL',
      positionSide: 'LONG',
      type,
      quantity: '0.012',
      triggerPrice: leg === 'stop' ? '49000.5' : '52000',
      reduceOnly: false,
    }),
  };
};

/** A signal from its receipt to the stop that closes its position: 18 facts in seven entries. */
export function wholeStory(names: StoryNames = defaultNames): Entry[] {
  const { t, about } = parts(names);
  const one = fixtures(names);
  const accepted = (leg: Leg, attempt: number, from: number): Fact => ({
    type: 'order.accepted',
    ...about(leg, attempt),
    exchangeOrderId: String(attempt),
    plannedAt: t(9_400),
    sentAt: t(from),
    answeredAt: t(from + 3_000),
  });
  const entries: [number, readonly Fact[]][] = [
    [400, [...one['signal.accepted'], ...one['order.planned']]],
    [8_600, one['order.accepted']],
    [
      9_400,
      [
        ...one['order.filled'],
        ...one['position.opened'],
        ...one['order.ended'],
        guard(names, 'stop', 109),
        guard(names, 'take_profit', 110),
      ],
    ],
    [13_000, [accepted('stop', 109, 9_900), ...one['position.protected']]],
    [13_100, [accepted('take_profit', 110, 9_950)]],
    [60_000_000, one['order.triggered']],
    [
      60_001_000,
      [
        ...one['position.closed'],
        { type: 'order.ended', ...about('stop', 109), status: 'filled', executed: '0.012' },
        ...one['cancel.requested'],
      ],
    ],
  ];
  let seq = names.seq;
  return entries.map(([micros, facts]) => {
    const entry: Entry = { seq: seq as Seq, at: t(micros), facts };
    seq += facts.length;
    return entry;
  });
}

/** A journal of stories, one after the other, numbered from 1. */
export function journalOf(storyCount: number): Entry[] {
  const entries: Entry[] = [];
  let seq = 1;
  for (let index = 0; index < storyCount; index += 1) {
    const trace = (index + 1).toString(16).padStart(32, '0');
    const story = wholeStory({ seq, trace, id: `s-${index}`, startedAt: index * 1000 });
    entries.push(...story);
    for (const entry of story) seq += entry.facts.length;
  }
  return entries;
}
