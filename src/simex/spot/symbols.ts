/** The symbols that the simulated spot exchange lists unless told otherwise, and their rules as exact values. */
import type { Money, Price, Quantity, Rate } from '#core/money.ts';
import { money, price, quantity, rate } from '#core/money.ts';

/** One symbol's rules; every decimal is text. */
export interface SymbolSpec {
  readonly symbol: string;
  readonly baseAsset: string;
  readonly quoteAsset: string;
  readonly tickSize: string;
  readonly minPrice: string;
  readonly maxPrice: string;
  readonly stepSize: string;
  readonly minQty: string;
  readonly maxQty: string;
  readonly marketMaxQty: string;
  readonly minNotional: string;
  readonly applyMinToMarket: boolean;
  readonly maxNotional: string;
  readonly applyMaxToMarket: boolean;
  /** PERCENT_PRICE_BY_SIDE: how far a price may be from the average price. */
  readonly bidMultiplierUp: string;
  readonly bidMultiplierDown: string;
  readonly askMultiplierUp: string;
  readonly askMultiplierDown: string;
  /** In basis points. */
  readonly minTrailingDelta: number;
  readonly maxTrailingDelta: number;
  readonly icebergParts: number;
  readonly maxOrders: number;
  readonly maxAlgoOrders: number;
  readonly maxOrderLists: number;
  readonly maxOrderAmends: number;
  /** Where the generated market starts. */
  readonly initialPrice: string;
}

/** A symbol's rules, parsed once. */
export interface Instrument {
  readonly spec: SymbolSpec;
  readonly symbol: string;
  readonly tick: Price;
  readonly minPrice: Price;
  readonly maxPrice: Price;
  readonly step: Quantity;
  readonly minQuantity: Quantity;
  readonly maxQuantity: Quantity;
  readonly marketMaxQuantity: Quantity;
  readonly minNotional: Money;
  readonly maxNotional: Money;
  readonly multiplierUp: Readonly<Record<'BUY' | 'SELL', Rate>>;
  readonly multiplierDown: Readonly<Record<'BUY' | 'SELL', Rate>>;
  readonly initialPrice: Price;
}

export const instrumentOf = (spec: SymbolSpec): Instrument => ({
  spec,
  symbol: spec.symbol,
  tick: price(spec.tickSize),
  minPrice: price(spec.minPrice),
  maxPrice: price(spec.maxPrice),
  step: quantity(spec.stepSize),
  minQuantity: quantity(spec.minQty),
  maxQuantity: quantity(spec.maxQty),
  marketMaxQuantity: quantity(spec.marketMaxQty),
  minNotional: money(spec.minNotional),
  maxNotional: money(spec.maxNotional),
  multiplierUp: { BUY: rate(spec.bidMultiplierUp), SELL: rate(spec.askMultiplierUp) },
  multiplierDown: { BUY: rate(spec.bidMultiplierDown), SELL: rate(spec.askMultiplierDown) },
  initialPrice: price(spec.initialPrice),
});

const usdt = {
  quoteAsset: 'USDT',
  minNotional: '5',
  applyMinToMarket: true,
  maxNotional: '9000000',
  applyMaxToMarket: false,
  bidMultiplierUp: '5',
  bidMultiplierDown: '0.2',
  askMultiplierUp: '5',
  askMultiplierDown: '0.2',
  minTrailingDelta: 10,
  maxTrailingDelta: 2000,
  icebergParts: 50,
  maxOrders: 200,
  maxAlgoOrders: 5,
  maxOrderLists: 20,
  maxOrderAmends: 10,
} as const;

/** Rules as the exchange publishes them for these symbols; the market is the one that the futures follow. */
export const defaultSymbols: readonly SymbolSpec[] = [
  {
    ...usdt,
    symbol: 'BTCUSDT',
    baseAsset: 'BTC',
    tickSize: '0.01',
    minPrice: '0.01',
    maxPrice: '1000000',
    stepSize: '0.00001',
    minQty: '0.00001',
    maxQty: '9000',
    marketMaxQty: '120',
    initialPrice: '50000',
  },
  {
    ...usdt,
    symbol: 'ETHUSDT',
    baseAsset: 'ETH',
    tickSize: '0.01',
    minPrice: '0.01',
    maxPrice: '1000000',
    stepSize: '0.0001',
    minQty: '0.0001',
    maxQty: '9000',
    marketMaxQty: '2000',
    initialPrice: '2500',
  },
  {
    ...usdt,
    symbol: 'BNBUSDT',
    baseAsset: 'BNB',
    tickSize: '0.01',
    minPrice: '0.01',
    maxPrice: '100000',
    stepSize: '0.001',
    minQty: '0.001',
    maxQty: '900000',
    marketMaxQty: '2000',
    initialPrice: '600',
  },
  {
    ...usdt,
    symbol: 'SOLUSDT',
    baseAsset: 'SOL',
    tickSize: '0.01',
    minPrice: '0.01',
    maxPrice: '10000',
    stepSize: '0.001',
    minQty: '0.001',
    maxQty: '9000000',
    marketMaxQty: '30000',
    initialPrice: '150',
  },
  {
    ...usdt,
    symbol: 'XRPUSDT',
    baseAsset: 'XRP',
    tickSize: '0.0001',
    minPrice: '0.0001',
    maxPrice: '10000',
    stepSize: '0.1',
    minQty: '0.1',
    maxQty: '92141578',
    marketMaxQty: '2000000',
    initialPrice: '0.6',
  },
];
