/** An order as the API shows it: the fold of its facts, kept beyond its end. */

import { z } from 'zod';
import type { Fact, OrderFilled, OrderPlanned } from '#core/facts.ts';
import type { Micros } from '#core/ids.ts';
import {
  addMoney,
  addQuantity,
  money,
  notional,
  price,
  priceOf,
  quantity,
  type Rate,
  rate,
  showMoney,
  showPrice,
  showQuantity,
  showRate,
  zeroMoney,
  zeroQuantity,
} from '#core/money.ts';
import { cutDecimals, decimalsMax, showTime } from './text.ts';

const SLIPPAGE_DECIMALS = 2;

const liveStatuses = [
  /** Durable here, its fate at the exchange not known yet. */
  'planned',
  'unknown',
  'open',
  /** Not at the exchange; to be tried again under another id. */
  'waiting',
] as const;
const endedStatuses = [
  'retried',
  'refused',
  'abandoned',
  'filled',
  'canceled',
  'expired',
  'rejected',
] as const;
const orderStatuses = [...liveStatuses, ...endedStatuses] as const;

export type OrderStatus = (typeof orderStatuses)[number];

const decimal = z.string().describe('A decimal number as text.');
const time = z.string().describe('RFC 3339, in UTC, with microseconds.');

export const orderSummary = z.strictObject({
  client_order_id: z.string(),
  exchange_order_id: z.string().nullable(),
  signal: z.int().describe('The number of the signal.received fact that the order goes back to.'),
  trace_id: z.string(),
  strategy_id: z.string(),
  symbol: z.string(),
  leg: z.enum(['entry', 'stop', 'take_profit', 'close', 'flatten']),
  side: z.enum(['BUY', 'SELL']),
  position_side: z.enum(['LONG', 'SHORT']),
  type: z.enum(['MARKET', 'LIMIT', 'STOP_MARKET', 'TAKE_PROFIT_MARKET']),
  status: z.enum(orderStatuses),
  quantity: decimal,
  filled: decimal,
  price: decimal.nullable(),
  trigger_price: decimal.nullable(),
  average_price: decimal.nullable(),
  planned_at: time,
  updated_at: time,
});

export const orderDetail = orderSummary.extend({
  attempt: z.int(),
  fees: z.record(z.string(), decimal).describe('By asset.'),
  fills: z.array(
    z.strictObject({
      trade_id: z.string(),
      at: time,
      price: decimal,
      quantity: decimal,
      maker: z.boolean(),
    }),
  ),
  timeline: z.array(z.strictObject({ at: time, event: z.string(), text: z.string() })),
});

export type OrderSummary = z.infer<typeof orderSummary>;
export type OrderDetail = z.infer<typeof orderDetail>;

export interface OrderHistory {
  readonly planned: OrderPlanned;
  readonly plannedAt: Micros;
  readonly fills: { readonly at: Micros; readonly fact: OrderFilled }[];
  readonly timeline: { readonly at: Micros; readonly event: string; readonly text: string }[];
  status: OrderStatus;
  exchangeOrderId: string | undefined;
  updatedAt: Micros;
}

export const startHistory = (fact: OrderPlanned, at: Micros): OrderHistory => ({
  planned: fact,
  plannedAt: at,
  fills: [],
  timeline: [{ at, event: fact.type, text: planText(fact) }],
  status: 'planned',
  exchangeOrderId: undefined,
  updatedAt: at,
});

export const hasEnded = ({ status }: OrderHistory): boolean =>
  (endedStatuses as readonly OrderStatus[]).includes(status);

/** What a fact about the order changes in its history. */
export function continueHistory(history: OrderHistory, fact: Fact, at: Micros): void {
  const news = newsOf(history, fact, at);
  if (news === undefined) return;
  history.status = news.status ?? history.status;
  history.updatedAt = at;
  history.timeline.push({ at, event: fact.type, text: news.text });
}

function newsOf(
  history: OrderHistory,
  fact: Fact,
  at: Micros,
): { readonly status?: OrderStatus; readonly text: string } | undefined {
  switch (fact.type) {
    case 'order.accepted':
      history.exchangeOrderId = fact.exchangeOrderId;
      return { status: 'open', text: `The exchange took it as order ${fact.exchangeOrderId}.` };
    case 'order.refused': {
      const next = fact.retryAt === undefined ? 'It is given up.' : 'It will be tried again.';
      const text = `The exchange refused it: ${fact.message} (${fact.code}). ${next}`;
      return { status: fact.retryAt === undefined ? 'refused' : 'waiting', text };
    }
    case 'order.unknown':
      return { status: 'unknown', text: `Whether the exchange has it is not known: ${fact.cause}.` };
    case 'order.resolved': {
      const how = fact.how === 'stream' ? 'an event told' : 'asking told';
      if (!fact.placed) return { status: 'waiting', text: `It is not at the exchange: ${how}.` };
      history.exchangeOrderId = fact.exchangeOrderId;
      return { status: 'open', text: `It is at the exchange: ${how}.` };
    }
    case 'order.abandoned':
      return { status: 'abandoned', text: `It will not be tried again: ${fact.why.replaceAll('_', ' ')}.` };
    case 'order.triggered':
      return { text: `It triggered and became order ${fact.childOrderId}.` };
    case 'order.filled':
      history.fills.push({ at, fact });
      return { text: `Filled ${fact.quantity} at ${fact.price}, fee ${fact.fee} ${fact.feeAsset}.` };
    case 'order.ended':
      return { status: fact.status, text: `It ended as ${fact.status}, ${fact.executed} executed.` };
    case 'entry.revoked':
      return {
        text: `${fact.by === undefined ? 'A close signal overtook it' : `${fact.by} took it back`}: what it still fills is closed at once.`,
      };
    case 'cancel.requested':
      return { text: `Its cancellation was asked for: ${fact.why.replaceAll('_', ' ')}.` };
    default:
      return undefined;
  }
}

function planText({ order, leg, attempt, why }: OrderPlanned): string {
  const at = order.price ?? order.triggerPrice;
  const where = at === undefined ? '' : ` at ${at}`;
  const again = leg === 'entry' || leg === 'close' ? (attempt > 1 ? `, attempt ${attempt}` : '') : '';
  const because = why === undefined ? '' : `, because of ${why.replaceAll('_', ' ')}`;
  return `Planned ${order.type} ${order.side} ${order.quantity} ${order.symbol}${where}${again}${because}.`;
}

export function summaryOf(history: OrderHistory): OrderSummary {
  const { planned, fills } = history;
  const { order } = planned;
  return {
    client_order_id: order.clientOrderId,
    exchange_order_id: history.exchangeOrderId ?? null,
    signal: planned.story.signal,
    trace_id: planned.story.trace,
    strategy_id: planned.strategyId,
    symbol: order.symbol,
    leg: planned.leg,
    side: order.side,
    position_side: planned.side,
    type: order.type,
    status: history.status,
    quantity: order.quantity,
    filled: filledQuantity(fills.map(({ fact }) => fact)),
    price: order.price ?? null,
    trigger_price: order.triggerPrice ?? null,
    average_price: averagePrice(fills.map(({ fact }) => fact)) ?? null,
    planned_at: showTime(history.plannedAt),
    updated_at: showTime(history.updatedAt),
  };
}

export function detailOf(history: OrderHistory): OrderDetail {
  const fees: Record<string, string> = {};
  for (const { fact } of history.fills) {
    fees[fact.feeAsset] = showMoney(addMoney(money(fees[fact.feeAsset] ?? '0'), money(fact.fee)));
  }
  return {
    ...summaryOf(history),
    attempt: history.planned.attempt,
    fees,
    fills: history.fills.map(({ at, fact }) => ({
      trade_id: fact.tradeId,
      at: showTime(at),
      price: fact.price,
      quantity: fact.quantity,
      maker: fact.maker,
    })),
    timeline: history.timeline.map(({ at, event, text }) => ({ at: showTime(at), event, text })),
  };
}

export const filledQuantity = (fills: readonly OrderFilled[]): string =>
  showQuantity(fills.reduce((sum, fill) => addQuantity(sum, quantity(fill.quantity)), zeroQuantity));

/** With as many decimals as the prices of the fills. */
export function averagePrice(fills: readonly OrderFilled[]): string | undefined {
  if (fills.length === 0) return undefined;
  let cost = zeroMoney;
  let total = zeroQuantity;
  for (const fill of fills) {
    cost = addMoney(cost, notional(price(fill.price), quantity(fill.quantity)));
    total = addQuantity(total, quantity(fill.quantity));
  }
  const decimals = decimalsMax(fills.map((fill) => fill.price));
  return cutDecimals(showPrice(priceOf(cost, total, 'down')), decimals);
}

/** Weighted by quantity, with two decimals; undefined where a fill's expected price is not known. */
export function averageSlippageBps(fills: readonly OrderFilled[]): string | undefined {
  let weighted = 0n;
  let total = 0n;
  for (const { slippageBps, quantity: filled } of fills) {
    if (slippageBps === undefined) return undefined;
    weighted += rate(slippageBps) * quantity(filled);
    total += quantity(filled);
  }
  if (total === 0n) return undefined;
  return cutDecimals(showRate((weighted / total) as Rate), SLIPPAGE_DECIMALS);
}
