/**
 * What the exchange says about one symbol: the rules that an order must obey.
 * Source: GET /fapi/v1/exchangeInfo, https://developers.binance.com/docs/derivatives/usds-margined-futures/common-definition
 */

import type { Symbol } from './ids.ts';
import {
  type DecimalText,
  type Money,
  money,
  type Price,
  price,
  type Quantity,
  quantity,
  type Rate,
  rate,
} from './money.ts';

export interface InstrumentText {
  readonly symbol: Symbol;
  readonly baseAsset: string;
  readonly quoteAsset: string;
  readonly tickSize: DecimalText;
  readonly priceMin: DecimalText;
  readonly priceMax: DecimalText;
  readonly stepSize: DecimalText;
  readonly quantityMin: DecimalText;
  readonly quantityMax: DecimalText;
  readonly marketStepSize: DecimalText;
  readonly marketQuantityMin: DecimalText;
  readonly marketQuantityMax: DecimalText;
  readonly notionalMin: DecimalText;
  /** PERCENT_PRICE: a limit BUY may not exceed mark x up, a limit SELL may not undercut mark x down. */
  readonly multiplierUp: DecimalText;
  readonly multiplierDown: DecimalText;
}

export interface Instrument {
  readonly symbol: Symbol;
  readonly tickSize: Price;
  readonly priceMin: Price;
  readonly priceMax: Price;
  readonly stepSize: Quantity;
  readonly quantityMin: Quantity;
  readonly quantityMax: Quantity;
  readonly marketStepSize: Quantity;
  readonly marketQuantityMin: Quantity;
  readonly marketQuantityMax: Quantity;
  readonly notionalMin: Money;
  readonly multiplierUp: Rate;
  readonly multiplierDown: Rate;
}

/** @throws DecimalError if a field is not a decimal. */
export function instrument(text: InstrumentText): Instrument {
  return {
    symbol: text.symbol,
    tickSize: price(text.tickSize),
    priceMin: price(text.priceMin),
    priceMax: price(text.priceMax),
    stepSize: quantity(text.stepSize),
    quantityMin: quantity(text.quantityMin),
    quantityMax: quantity(text.quantityMax),
    marketStepSize: quantity(text.marketStepSize),
    marketQuantityMin: quantity(text.marketQuantityMin),
    marketQuantityMax: quantity(text.marketQuantityMax),
    notionalMin: money(text.notionalMin),
    multiplierUp: rate(text.multiplierUp),
    multiplierDown: rate(text.multiplierDown),
  };
}

/** What the market looked like when a decision was taken. */
export interface Quote {
  readonly mark: Price;
  readonly bid: Price;
  readonly ask: Price;
  /** When the oldest of the three was received, in milliseconds since the epoch. */
  readonly atMs: number;
}
