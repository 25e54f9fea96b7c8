/** The symbols that the simulated exchange lists unless told otherwise, and their rules as exact values. */
import type { Money, Price, Quantity, Rate } from '#core/money.ts';
import { money, price, quantity, rate } from '#core/money.ts';
import type { Bracket, BracketSpec } from './brackets.ts';
import { readBrackets } from './brackets.ts';

/** One symbol's rules; every decimal is text. */
export interface SymbolSpec {
  readonly symbol: string;
  readonly baseAsset: string;
  readonly quoteAsset: string;
  readonly pricePrecision: number;
  readonly quantityPrecision: number;
  readonly tickSize: string;
  readonly minPrice: string;
  readonly maxPrice: string;
  readonly stepSize: string;
  readonly minQty: string;
  readonly maxQty: string;
  readonly marketMaxQty: string;
  readonly minNotional: string;
  /** PERCENT_PRICE: how far a limit price may be from the mark price. */
  readonly multiplierUp: string;
  readonly multiplierDown: string;
  readonly marketTakeBound: string;
  readonly triggerProtect: string;
  readonly maxOrders: number;
  readonly maxAlgoOrders: number;
  /** The share of a liquidated position's value that goes to the insurance fund. */
  readonly liquidationFee: string;
  /** By rising cap. */
  readonly brackets: readonly BracketSpec[];
  /** Where the generated market starts. */
  readonly initialPrice: string;
}

/** A symbol's rules, parsed once. */
export interface Instrument {
  readonly spec: SymbolSpec;
  readonly symbol: string;
  /** The smallest price and quantity that the precision of the symbol can say. */
  readonly priceUnit: Price;
  readonly quantityUnit: Quantity;
  readonly tick: Price;
  readonly minPrice: Price;
  readonly maxPrice: Price;
  readonly step: Quantity;
  readonly minQuantity: Quantity;
  readonly maxQuantity: Quantity;
  readonly marketMaxQuantity: Quantity;
  readonly minNotional: Money;
  readonly multiplierUp: Rate;
  readonly multiplierDown: Rate;
  readonly marketTakeBound: Rate;
  readonly triggerProtect: Rate;
  readonly liquidationFee: Rate;
  readonly brackets: readonly Bracket[];
  readonly initialPrice: Price;
}

export const instrumentOf = (spec: SymbolSpec): Instrument => ({
  spec,
  symbol: spec.symbol,
  priceUnit: price(unitText(spec.pricePrecision)),
  quantityUnit: quantity(unitText(spec.quantityPrecision)),
  tick: price(spec.tickSize),
  minPrice: price(spec.minPrice),
  maxPrice: price(spec.maxPrice),
  step: quantity(spec.stepSize),
  minQuantity: quantity(spec.minQty),
  maxQuantity: quantity(spec.maxQty),
  marketMaxQuantity: quantity(spec.marketMaxQty),
  minNotional: money(spec.minNotional),
  multiplierUp: rate(spec.multiplierUp),
  multiplierDown: rate(spec.multiplierDown),
  marketTakeBound: rate(spec.marketTakeBound),
  triggerProtect: rate(spec.triggerProtect),
  liquidationFee: rate(spec.liquidationFee),
  brackets: readBrackets(spec.brackets),
  initialPrice: price(spec.initialPrice),
});

const unitText = (decimals: number): string => (decimals === 0 ? '1' : `0.${'1'.padStart(decimals, '0')}`);

const usdt = {
  quoteAsset: 'USDT',
  multiplierUp: '1.05',
  multiplierDown: '0.95',
  marketTakeBound: '0.05',
  triggerProtect: '0.05',
  maxOrders: 200,
  maxAlgoOrders: 200,
  liquidationFee: '0.0125',
} as const;

const bitcoinBrackets: readonly BracketSpec[] = [
  ['300000', 150, '0.004'],
  ['800000', 100, '0.005'],
  ['3000000', 75, '0.0065'],
  ['12000000', 50, '0.01'],
  ['70000000', 25, '0.02'],
  ['100000000', 20, '0.025'],
  ['230000000', 10, '0.05'],
  ['480000000', 5, '0.1'],
  ['600000000', 4, '0.125'],
  ['800000000', 3, '0.15'],
  ['1200000000', 2, '0.25'],
  ['1800000000', 1, '0.5'],
];

/** Of the published form, with round numbers: they change too often to follow. */
const largeBrackets: readonly BracketSpec[] = [
  ['300000', 125, '0.004'],
  ['800000', 100, '0.005'],
  ['3000000', 75, '0.0065'],
  ['12000000', 50, '0.01'],
  ['50000000', 25, '0.02'],
  ['65000000', 20, '0.025'],
  ['150000000', 10, '0.05'],
  ['320000000', 5, '0.1'],
  ['400000000', 4, '0.125'],
  ['530000000', 3, '0.15'],
  ['800000000', 2, '0.25'],
  ['1200000000', 1, '0.5'],
];

const middleBrackets: readonly BracketSpec[] = [
  ['50000', 100, '0.005'],
  ['250000', 75, '0.0065'],
  ['1000000', 50, '0.01'],
  ['5000000', 25, '0.02'],
  ['10000000', 20, '0.025'],
  ['25000000', 10, '0.05'],
  ['50000000', 5, '0.1'],
  ['60000000', 4, '0.125'],
  ['80000000', 3, '0.15'],
  ['120000000', 2, '0.25'],
  ['200000000', 1, '0.5'],
];

/** Rules as the exchange publishes them for these symbols, prices rounded to where they have traded. */
export const defaultSymbols: readonly SymbolSpec[] = [
  {
    ...usdt,
    symbol: 'BTCUSDT',
    baseAsset: 'BTC',
    pricePrecision: 2,
    quantityPrecision: 3,
    tickSize: '0.1',
    minPrice: '261.1',
    maxPrice: '809484',
    stepSize: '0.001',
    minQty: '0.001',
    maxQty: '1000',
    marketMaxQty: '120',
    minNotional: '100',
    brackets: bitcoinBrackets,
    initialPrice: '50000',
  },
  {
    ...usdt,
    symbol: 'ETHUSDT',
    baseAsset: 'ETH',
    pricePrecision: 2,
    quantityPrecision: 3,
    tickSize: '0.01',
    minPrice: '18.67',
    maxPrice: '306177',
    stepSize: '0.001',
    minQty: '0.001',
    maxQty: '10000',
    marketMaxQty: '2000',
    minNotional: '20',
    brackets: largeBrackets,
    initialPrice: '2500',
  },
  {
    ...usdt,
    symbol: 'BNBUSDT',
    baseAsset: 'BNB',
    pricePrecision: 3,
    quantityPrecision: 2,
    tickSize: '0.01',
    minPrice: '6.6',
    maxPrice: '100000',
    stepSize: '0.01',
    minQty: '0.01',
    maxQty: '100000',
    marketMaxQty: '2000',
    minNotional: '5',
    brackets: middleBrackets,
    initialPrice: '600',
  },
  {
    ...usdt,
    symbol: 'SOLUSDT',
    baseAsset: 'SOL',
    pricePrecision: 4,
    quantityPrecision: 2,
    tickSize: '0.01',
    minPrice: '0.42',
    maxPrice: '6857',
    stepSize: '0.01',
    minQty: '0.01',
    maxQty: '1000000',
    marketMaxQty: '5000',
    minNotional: '5',
    brackets: middleBrackets,
    initialPrice: '150',
  },
  {
    ...usdt,
    symbol: 'XRPUSDT',
    baseAsset: 'XRP',
    pricePrecision: 4,
    quantityPrecision: 1,
    tickSize: '0.0001',
    minPrice: '0.0143',
    maxPrice: '100000',
    stepSize: '0.1',
    minQty: '0.1',
    maxQty: '10000000',
    marketMaxQty: '2000000',
    minNotional: '5',
    brackets: middleBrackets,
    initialPrice: '0.6',
  },
];
