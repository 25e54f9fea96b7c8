/** GET /fapi/v1/exchangeInfo, reduced to the rules of the symbols that are traded. */

import { z } from 'zod';
import type { Symbol } from '#core/ids.ts';
import type { InstrumentText } from '#core/instrument.ts';
import { type DecimalText, price, showPrice } from '#core/money.ts';
import type { Answer } from '../../port.ts';
import type { RateGate } from '../rate-gate.ts';
import { publishedLimits, type RateLimits, rateLimitList } from '../rate-limits.ts';
import { describe, type Rest } from '../rest.ts';
import { whatIsWrong } from './schemas.ts';

const exchangeInfo = z.object({ symbols: z.array(z.object({ symbol: z.string() }).loose()) });

const rules = z.object({
  baseAsset: z.string(),
  quoteAsset: z.string(),
  filters: z.array(z.object({ filterType: z.string() }).catchall(z.unknown())),
});

const limits = z.object({ rateLimits: rateLimitList });

function readLimits(body: unknown, assumed: RateLimits): RateLimits {
  const read = limits.safeParse(body);
  return read.success ? publishedLimits(read.data.rateLimits, assumed) : assumed;
}

type Filter = z.output<typeof rules>['filters'][number];

/** The rules of all symbols in one answer: some 3 MB. */
const BYTES_MAX = 32 << 20;
const ANSWER_MS_MAX = 15_000;

/** @param rateGate is told of the limits that come with the rules */
export async function askInstruments(
  rest: Rest,
  symbols: readonly Symbol[],
  rateGate?: RateGate,
): Promise<Answer<InstrumentText[]>> {
  const result = await rest.call({
    method: 'GET',
    path: '/fapi/v1/exchangeInfo',
    security: 'none',
    priority: 'background',
    deadlineMs: ANSWER_MS_MAX,
    answerBytesMax: BYTES_MAX,
  });
  if (result.kind === 'error') return { kind: 'failed', cause: `exchangeInfo: ${describe(result)}` };
  rateGate?.adopt(readLimits(result.body, rateGate.limits));
  return readInstruments(result.body, symbols);
}

/** @param body hundreds of symbols: only those asked for are looked at */
export function readInstruments(body: unknown, symbols: readonly Symbol[]): Answer<InstrumentText[]> {
  const info = exchangeInfo.safeParse(body);
  if (!info.success) return { kind: 'failed', cause: `exchangeInfo ${whatIsWrong(info.error)}` };
  const listed = new Map(info.data.symbols.map((entry) => [entry.symbol, entry]));
  const missing = symbols.filter((symbol) => !listed.has(symbol));
  if (missing.length > 0) return { kind: 'failed', cause: `not listed: ${missing.join(', ')}` };
  const found: InstrumentText[] = [];
  for (const symbol of symbols) {
    const read = readInstrument(symbol, listed.get(symbol));
    if (read.kind === 'failed') return { kind: 'failed', cause: `exchangeInfo of ${symbol}: ${read.cause}` };
    found.push(read.value);
  }
  return { kind: 'answer', value: found };
}

function readInstrument(symbol: Symbol, entry: unknown): Answer<InstrumentText> {
  const read = rules.safeParse(entry);
  if (!read.success) return { kind: 'failed', cause: whatIsWrong(read.error) };
  const { baseAsset, quoteAsset, filters } = read.data;
  const figure = (type: string, field: string): DecimalText => figureOf(filters, type, field);
  try {
    const value: InstrumentText = {
      symbol,
      baseAsset,
      quoteAsset,
      tickSize: figure('PRICE_FILTER', 'tickSize'),
      priceMin: figure('PRICE_FILTER', 'minPrice'),
      priceMax: figure('PRICE_FILTER', 'maxPrice'),
      stepSize: figure('LOT_SIZE', 'stepSize'),
      quantityMin: figure('LOT_SIZE', 'minQty'),
      quantityMax: figure('LOT_SIZE', 'maxQty'),
      marketStepSize: figure('MARKET_LOT_SIZE', 'stepSize'),
      marketQuantityMin: figure('MARKET_LOT_SIZE', 'minQty'),
      marketQuantityMax: figure('MARKET_LOT_SIZE', 'maxQty'),
      notionalMin: figure('MIN_NOTIONAL', 'notional'),
      multiplierUp: figure('PERCENT_PRICE', 'multiplierUp'),
      multiplierDown: figure('PERCENT_PRICE', 'multiplierDown'),
    };
    return { kind: 'answer', value };
  } catch (error) {
    if (error instanceof FilterError) return { kind: 'failed', cause: error.message };
    throw error;
  }
}

class FilterError extends Error {
  override readonly name = 'FilterError';
}

function figureOf(filters: readonly Filter[], type: string, field: string): DecimalText {
  const value = filters.find((filter) => filter.filterType === type)?.[field];
  if (typeof value !== 'string') throw new FilterError(`${type} has no ${field}`);
  try {
    return showPrice(price(value));
  } catch {
    throw new FilterError(`${type} ${field} is not a decimal number`);
  }
}
