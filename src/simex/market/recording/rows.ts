/**
 * The rows of recorded klines and aggregate trades, futures and spot, as deals. Futures files have a line of titles
 * since some time, spot files have microseconds since 2025.
 * https://github.com/binance/binance-public-data
 */
import type { Price, Quantity } from '#core/money.ts';
import { DecimalError, price, quantity, showPrice, showQuantity } from '#core/money.ts';
import type { DealText } from '../follow.ts';

export interface RecordedDeal {
  readonly timeMs: number;
  readonly deal: DealText;
}

/** What is wrong with a row, in words. */
export class RowError extends Error {
  override readonly name = 'RowError';
}

const MILLISECOND_DIGITS = 13;
/** In milliseconds or in microseconds. */
const TIME = /^\d{13}(?:\d{3})?$/;
const KLINE_COLUMNS = 12;
const titles = ['open_time', 'agg_trade_id'];

export const isTitleRow = (row: string): boolean => titles.includes(row.slice(0, row.indexOf(',')));

/** @throws RowError */
export function aggTradeDeals(row: string): RecordedDeal[] {
  const [, at, of, , , time, maker, , tooMany] = row.split(',');
  if (maker === undefined || tooMany !== undefined)
    throw new RowError('an aggregate trade has 7 or 8 columns');
  const buyerIsMaker = maker.toLowerCase();
  if (buyerIsMaker !== 'true' && buyerIsMaker !== 'false') {
    throw new RowError(`whether the buyer was the maker is true or false, not ${quoted(maker)}`);
  }
  const deal = [
    showPrice(priceIn(at, 'price')),
    showQuantity(quantityIn(of)),
    buyerIsMaker === 'true',
  ] as const;
  return [{ timeMs: timeIn(time), deal }];
}

/**
 * A kline says not in which order its prices came: a rising one is taken to have been low before it was high, a
 * falling one the other way round. Its volume is spread evenly over the four.
 * @throws RowError
 */
export function klineDeals(row: string): RecordedDeal[] {
  const columns = row.split(',');
  if (columns.length !== KLINE_COLUMNS) throw new RowError(`a kline has ${KLINE_COLUMNS} columns`);
  const [openTime, o, h, l, c, v, closeTime] = columns;
  const [openMs, closeMs] = [timeIn(openTime), timeIn(closeTime)];
  const [open, high, low, close] = [
    priceIn(o, 'open'),
    priceIn(h, 'high'),
    priceIn(l, 'low'),
    priceIn(c, 'close'),
  ];
  if (closeMs <= openMs) throw new RowError('the kline closes before it opens');
  if (high < open || high < close || low > open || low > close) {
    throw new RowError('open and close lie outside of low and high');
  }
  const part = (quantityIn(v) / 4n) as Quantity;
  if (part === 0n) return [];
  const path = close >= open ? [open, low, high, close] : [open, high, low, close];
  const stepMs = (closeMs + 1 - openMs) / path.length;
  return path.map((at, index) => {
    const before = path[index - 1] ?? (close >= open ? low : high);
    const deal = [showPrice(at), showQuantity(part), at < before] as const;
    return { timeMs: openMs + Math.floor(index * stepMs), deal };
  });
}

function timeIn(text: string | undefined): number {
  if (text === undefined || !TIME.test(text)) {
    throw new RowError(`a time has 13 or 16 digits, not ${quoted(text)}`);
  }
  return Number(text.slice(0, MILLISECOND_DIGITS));
}

function priceIn(text: string | undefined, what: string): Price {
  const value = decimalIn(price, text);
  if (value <= 0n) throw new RowError(`${what} is ${quoted(text)}`);
  return value;
}

function quantityIn(text: string | undefined): Quantity {
  const value = decimalIn(quantity, text);
  if (value < 0n) throw new RowError(`a quantity is ${quoted(text)}`);
  return value;
}

function decimalIn<T>(read: (text: string) => T, text: string | undefined): T {
  try {
    return read(text ?? '');
  } catch (error) {
    if (error instanceof DecimalError) throw new RowError(error.message);
    throw error;
  }
}

const quoted = (text: string | undefined): string => JSON.stringify(text?.slice(0, 40) ?? '');
