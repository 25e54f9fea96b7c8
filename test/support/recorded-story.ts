/** The facts of one signal as the journal holds them, for tests of how they are told. */

import assert from 'node:assert/strict';
import { type Explanation, explain, explanation } from '#api/views/explain.ts';
import { explanationText } from '#api/views/explanation-text.ts';
import type { Entry, Fact } from '#core/facts.ts';
import type { ClientOrderId, Micros, PositionKey, Seq, SignalKey, TraceId } from '#core/ids.ts';
import { clientOrderIdOf, intentIdOf, type Leg } from '#core/ids.ts';

const key = 'a'.repeat(20) as SignalKey;
export const trace = 'b'.repeat(32) as TraceId;
export const position = 'paper/s/BTCUSDT/LONG' as PositionKey;
export const story = { signal: 1 as Seq, key, trace };
export const assets = { base: 'BTC', quote: 'USDT' };
export const T0 = 1_790_000_000_000_000;

export const idOf = (leg: Leg, attempt: number): ClientOrderId =>
  clientOrderIdOf(intentIdOf(key, leg, 'LONG'), attempt);
export const about = (leg: Leg, attempt = 1) => ({
  clientOrderId: idOf(leg, attempt),
  signal: story.signal,
  trace,
  symbol: 'BTCUSDT',
  leg,
});

export const received = (action = 'buy') => ({
  type: 'signal.received',
  ...story,
  receivedAt: T0,
  content: {
    id: 'one',
    strategyId: 's',
    symbol: 'BTCUSDT',
    action,
    confidence: '0.9',
    orderType: 'market',
    timestampMs: T0 / 1000,
  },
});
const checks = [{ check: 'hold', value: 'buy', limit: 'buy, sell or close' }];
export const decided = { signal: story.signal, trace, strategyId: 's', symbol: 'BTCUSDT', checks };
export const accepted = { type: 'signal.accepted', ...decided, mark: '50000', bid: '49999', ask: '50001' };
export const planned = (leg: Leg, attempt = 1, order: object = {}) => ({
  type: 'order.planned',
  story,
  position,
  strategyId: 's',
  leg,
  side: 'LONG',
  attempt,
  order: {
    clientOrderId: idOf(leg, attempt),
    book: 'regular',
    symbol: 'BTCUSDT',
    side: leg === 'entry' ? 'BUY' : 'SELL',
    positionSide: 'LONG',
    type: 'MARKET',
    quantity: '0.004',
    reduceOnly: false,
    ...order,
  },
});
export const stop = planned('stop', 9, { book: 'conditional', type: 'STOP_MARKET', triggerPrice: '49000' });
export const taken = (leg: Leg, attempt = 1) => ({
  type: 'order.accepted',
  ...about(leg, attempt),
  exchangeOrderId: '77',
  plannedAt: T0,
  sentAt: T0 + 2_000,
  answeredAt: T0 + 30_000,
});
export const filled = (leg: Leg, quantity: string, price: string, tradeId: string, attempt = 1) => ({
  type: 'order.filled',
  ...about(leg, attempt),
  position,
  tradeId,
  price,
  quantity,
  fee: '0.05',
  feeAsset: 'USDT',
  maker: false,
  tradedAtMs: T0 / 1000,
  plannedAt: T0,
});
export const ended = (leg: Leg, status: string, executed: string, attempt = 1) => ({
  type: 'order.ended',
  ...about(leg, attempt),
  status,
  executed,
});
export const figures = { quantity: '0.004', cost: '200', realised: '0', fees: '0.1' };
export const opened = {
  type: 'position.opened',
  position,
  ...story,
  story,
  strategyId: 's',
  symbol: 'BTCUSDT',
  side: 'LONG',
  stop: '49000.098',
  ...figures,
};
export const positionFact = (type: string, rest: object) => ({
  type,
  position,
  signal: story.signal,
  trace,
  ...rest,
});
export const covered = positionFact('position.protected', { quantity: '0.004', exposedSince: T0 + 38_000 });
export const closedBy = (by: Leg, realised: string) =>
  positionFact('position.closed', { ...figures, quantity: '0', realised, by, openedAt: T0 + 38_000 });

/** Each list is an entry, at so many milliseconds after the receipt. */
export function entriesOf(...entries: [atMs: number, ...facts: object[]][]): Entry[] {
  let seq = 1;
  return entries.map(([atMs, ...facts]) => {
    const entry = { seq: seq as Seq, at: (T0 + atMs * 1000) as Micros, facts: facts as unknown as Fact[] };
    seq += facts.length;
    return entry;
  });
}

export function tell(...entries: Parameters<typeof entriesOf>): Explanation {
  const told = explain(entriesOf(...entries), story.signal, assets);
  assert.ok(told);
  explanation.parse(told);
  assert.ok(explanationText(told).startsWith(told.sentence));
  return told;
}

export const begin: [number, ...object[]] = [1, received(), accepted, planned('entry')];
export const entered: [number, ...object[]] = [38, filled('entry', '0.004', '50012.30', 't1'), opened, stop];
