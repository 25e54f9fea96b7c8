/** A trading signal as the intake hands it over: validated in shape, not yet judged. */

import { MICROS_PER_MS, type Micros, type SignalId, type StrategyId, type Symbol } from './ids.ts';
import type { DecimalText } from './money.ts';
import type { EntryScope } from './settings.ts';

export type SignalAction = 'buy' | 'sell' | 'close' | 'hold';

export interface Signal {
  readonly id: SignalId;
  readonly strategyId: StrategyId;
  readonly symbol: Symbol;
  readonly action: SignalAction;
  /** 0 to 1. */
  readonly confidence: DecimalText;
  readonly orderType: 'market' | 'limit';
  /** The limit price; present exactly when orderType is 'limit'. */
  readonly price?: DecimalText;
  /** In base units; without it the engine sizes the order. */
  readonly quantity?: DecimalText;
  /** Instead of a quantity: its value in the quote asset, or as a rate of the equity. Never two of the three. */
  readonly quoteQuantity?: DecimalText;
  readonly equityRate?: DecimalText;
  /** A trigger price, or a distance from the entry as a rate (0.02 is two percent); never both. */
  readonly stopLoss?: DecimalText;
  readonly stopLossRate?: DecimalText;
  readonly takeProfit?: DecimalText;
  readonly takeProfitRate?: DecimalText;
  /** When the strategy made it, in milliseconds since the epoch. */
  readonly timestampMs: number;
  /** What the publisher said beside it: kept, never interpreted. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * What a signal asks for and when it was made. Neither its id nor what was said beside it is content. A signal that names
 * no id has one made of these, in this order: a change here gives a signal that is sent again another id, and a second order.
 */
export const firstContentFields = [
  'strategyId',
  'symbol',
  'action',
  'confidence',
  'orderType',
  'price',
  'quantity',
  'stopLoss',
  'stopLossRate',
  'takeProfit',
  'takeProfitRate',
  'timestampMs',
] as const satisfies readonly (keyof Signal)[];

/** With those that came later, which a signal from before does not have. */
export const contentFields = [
  ...firstContentFields,
  'quoteQuantity',
  'equityRate',
] as const satisfies readonly (keyof Signal)[];

export type ContentField = (typeof contentFields)[number];

/** Whose rules an entry is judged by. A signal that enters nothing has the side of a buy. */
export const scopeOf = ({ symbol, strategyId, action }: Signal): EntryScope => ({
  symbol,
  strategyId,
  side: action === 'sell' ? 'SHORT' : 'LONG',
});

interface Receipt {
  readonly content: Signal;
  readonly receivedAt: Micros;
}

/** In what a signal differs from the one that came first under its id: nothing, if it is the same signal again. */
export function differences(first: Receipt, again: Receipt): ContentField[] {
  // A signal that names no time has that of its receipt, which is another each time that it is sent.
  const untimed = isUntimed(first) && isUntimed(again);
  return contentFields.filter(
    (field) => first.content[field] !== again.content[field] && !(field === 'timestampMs' && untimed),
  );
}

const isUntimed = ({ content, receivedAt }: Receipt): boolean =>
  content.timestampMs === Math.floor(receivedAt / MICROS_PER_MS);
