/** Symbols and their market with the field names of the REST answers. */
import { showPrice, showQuantity, showRate } from '#core/money.ts';
import { fundingRateOf, nextFundingMs } from './funding-rate.ts';
import type { ExchangeState } from './state.ts';
import { listingOf } from './state.ts';
import type { Instrument } from './symbols.ts';

export interface BookTickerView {
  readonly symbol: string;
  readonly bidPrice: string;
  readonly bidQty: string;
  readonly askPrice: string;
  readonly askQty: string;
  readonly time: number;
  readonly lastUpdateId: number;
}

export interface PremiumIndexView {
  readonly symbol: string;
  readonly markPrice: string;
  readonly indexPrice: string;
  readonly estimatedSettlePrice: string;
  readonly lastFundingRate: string;
  readonly interestRate: string;
  readonly nextFundingTime: number;
  readonly time: number;
}

export function bookTickerView(state: ExchangeState, symbol: string): BookTickerView {
  const { market } = listingOf(state, symbol);
  const [bid] = market.bids;
  const [ask] = market.asks;
  return {
    symbol,
    bidPrice: bid === undefined ? '0' : showPrice(bid.price),
    bidQty: bid === undefined ? '0' : showQuantity(bid.quantity),
    askPrice: ask === undefined ? '0' : showPrice(ask.price),
    askQty: ask === undefined ? '0' : showQuantity(ask.quantity),
    time: state.nowMs,
    lastUpdateId: state.nextBookUpdateId,
  };
}

export function premiumIndexView(state: ExchangeState, symbol: string): PremiumIndexView {
  const { market } = listingOf(state, symbol);
  const mark = showPrice(market.mark);
  return {
    symbol,
    markPrice: mark,
    indexPrice: showPrice(market.middle),
    estimatedSettlePrice: mark,
    lastFundingRate: showRate(fundingRateOf(market)),
    interestRate: '0.0001',
    nextFundingTime: nextFundingMs(state.nowMs),
    time: state.nowMs,
  };
}

export const orderRateLimits = [
  { rateLimitType: 'ORDERS', interval: 'MINUTE', intervalNum: 1, limit: 1200 },
  { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 300 },
] as const;
const LISTED_MS = 1_569_398_400_000;
const PERPETUAL_END_MS = 4_133_404_800_000;

const symbolView = ({ spec }: Instrument) => ({
  symbol: spec.symbol,
  pair: spec.symbol,
  contractType: 'PERPETUAL',
  deliveryDate: PERPETUAL_END_MS,
  onboardDate: LISTED_MS,
  status: 'TRADING',
  maintMarginPercent: '2.5000',
  requiredMarginPercent: '5.0000',
  baseAsset: spec.baseAsset,
  quoteAsset: spec.quoteAsset,
  marginAsset: spec.quoteAsset,
  pricePrecision: spec.pricePrecision,
  quantityPrecision: spec.quantityPrecision,
  baseAssetPrecision: 8,
  quotePrecision: 8,
  underlyingType: 'COIN',
  underlyingSubType: ['PoW'],
  triggerProtect: spec.triggerProtect,
  liquidationFee: spec.liquidationFee,
  marketTakeBound: spec.marketTakeBound,
  maxMoveOrderLimit: 10_000,
  orderTypes: [
    'LIMIT',
    'MARKET',
    'STOP',
    'STOP_MARKET',
    'TAKE_PROFIT',
    'TAKE_PROFIT_MARKET',
    'TRAILING_STOP_MARKET',
  ],
  timeInForce: ['GTC', 'IOC', 'FOK', 'GTX', 'GTD'],
  filters: [
    { filterType: 'PRICE_FILTER', minPrice: spec.minPrice, maxPrice: spec.maxPrice, tickSize: spec.tickSize },
    { filterType: 'LOT_SIZE', minQty: spec.minQty, maxQty: spec.maxQty, stepSize: spec.stepSize },
    {
      filterType: 'MARKET_LOT_SIZE',
      minQty: spec.minQty,
      maxQty: spec.marketMaxQty,
      stepSize: spec.stepSize,
    },
    { filterType: 'MAX_NUM_ORDERS', limit: spec.maxOrders },
    { filterType: 'MAX_NUM_ALGO_ORDERS', limit: spec.maxAlgoOrders },
    { filterType: 'MIN_NOTIONAL', notional: spec.minNotional },
    {
      filterType: 'PERCENT_PRICE',
      multiplierUp: spec.multiplierUp,
      multiplierDown: spec.multiplierDown,
      multiplierDecimal: '4',
    },
  ],
});

export const exchangeInfoView = (instruments: ReadonlyMap<string, Instrument>, nowMs: number) => ({
  timezone: 'UTC',
  serverTime: nowMs,
  futuresType: 'U_MARGINED',
  exchangeFilters: [],
  assets: [{ asset: 'USDT', marginAvailable: true, autoAssetExchange: '-10000' }],
  symbols: [...instruments.values()].map(symbolView),
});

export type ExchangeInfoView = ReturnType<typeof exchangeInfoView>;
