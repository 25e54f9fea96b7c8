/** An instrument and a market to try rules on. */

import type { Symbol } from '#core/ids.ts';
import { type Instrument, type InstrumentText, instrument, type Quote } from '#core/instrument.ts';
import { price } from '#core/money.ts';

export const btcusdtText: InstrumentText = {
  symbol: 'BTCUSDT' as Symbol,
  baseAsset: 'BTC',
  quoteAsset: 'USDT',
  tickSize: '0.1',
  priceMin: '100',
  priceMax: '1000000',
  stepSize: '0.001',
  quantityMin: '0.001',
  quantityMax: '1000',
  marketStepSize: '0.001',
  marketQuantityMin: '0.001',
  marketQuantityMax: '120',
  notionalMin: '100',
  multiplierUp: '1.05',
  multiplierDown: '0.95',
};

export const btcusdt: Instrument = instrument(btcusdtText);

/** @param spread between bid and ask, with the mark in the middle */
export const quoteAt = (mark: string, atMs = 0, spread = 0): Quote => ({
  mark: price(mark),
  bid: price(String(Number(mark) - spread / 2)),
  ask: price(String(Number(mark) + spread / 2)),
  atMs,
});
