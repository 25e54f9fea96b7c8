/** A position as the API shows it, valued at the newest mark price. */

import { z } from 'zod';
import { MICROS_PER_MS, type Micros } from '#core/ids.ts';
import type { Quote } from '#core/instrument.ts';
import { type Money, notional, showMoney, showPrice, showQuantity, subtractMoney } from '#core/money.ts';
import type { Order } from '#core/order.ts';
import { entryPriceOf, type Position } from '#core/position.ts';
import { showTime } from './text.ts';

const decimal = z.string().describe('A decimal number as text.');

export const positionView = z.strictObject({
  position: z.string(),
  signal: z.int().describe('The signal that opened it.'),
  trace_id: z.string(),
  strategy_id: z.string(),
  symbol: z.string(),
  side: z.enum(['LONG', 'SHORT']),
  quantity: decimal,
  entry_price: decimal,
  mark_price: decimal.nullable(),
  unrealised: decimal.nullable().describe('At the mark price, without fees.'),
  realised: decimal,
  fees: decimal,
  stop: decimal.describe('Where the stop is to be.'),
  live_stop: decimal
    .nullable()
    .describe('The trigger of the stop order at the exchange, on the ticks of the symbol; null without one.'),
  target: decimal.nullable(),
  protected: z.boolean().describe('Stops at the exchange cover the whole quantity.'),
  exposed_ms: z.int().nullable().describe('For how long they have not.'),
  closing: z.string().nullable().describe('Why the engine closes it, if it does.'),
  opened_at: z.string(),
});

export type PositionView = z.infer<typeof positionView>;

/** @param stops the position's live stop orders, oldest first. */
export function positionViewOf(
  position: Position,
  stops: readonly Order[],
  quote: Quote | undefined,
  now: Micros,
): PositionView {
  const { name, story, holding, target, exposedSince } = position;
  return {
    position: position.key,
    signal: story.signal,
    trace_id: story.trace,
    strategy_id: name.strategy,
    symbol: name.symbol,
    side: name.side,
    quantity: showQuantity(holding.quantity),
    entry_price: showPrice(entryPriceOf(holding)),
    mark_price: quote === undefined ? null : showPrice(quote.mark),
    unrealised: quote === undefined ? null : showMoney(unrealisedOf(position, quote)),
    realised: showMoney(holding.realised),
    fees: showMoney(holding.fees),
    stop: showPrice(position.stop),
    live_stop: stops.findLast(isAtExchange)?.plan.triggerPrice ?? null,
    target: target === undefined ? null : showPrice(target),
    protected: exposedSince === undefined,
    exposed_ms: exposedSince === undefined ? null : Math.round((now - exposedSince) / MICROS_PER_MS),
    closing: position.flatten ?? null,
    opened_at: showTime(position.openedAt),
  };
}

const isAtExchange = ({ phase, ended }: Order): boolean => phase === 'open' && ended === undefined;

export function unrealisedOf({ name, holding }: Position, { mark }: Quote): Money {
  const worth = notional(mark, holding.quantity);
  return name.side === 'LONG' ? subtractMoney(worth, holding.cost) : subtractMoney(holding.cost, worth);
}
