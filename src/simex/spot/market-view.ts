/** Symbols and their market with the field names of the REST answers. */
import { showPrice, showQuantity } from '#core/money.ts';
import type { Level } from '../market/market.ts';
import { AVERAGE_MINUTES, averageOf } from './average-price.ts';
import { defaultPrevention, preventions } from './order-request.ts';
import { eight } from './order-view.ts';
import type { SpotState } from './state.ts';
import { listingOf } from './state.ts';
import type { Instrument, SymbolSpec } from './symbols.ts';

const priceText = (level: Level | undefined): string =>
  eight(level === undefined ? '0' : showPrice(level.price));
const sizeText = (level: Level | undefined): string =>
  eight(level === undefined ? '0' : showQuantity(level.quantity));

export const priceView = (state: SpotState, symbol: string) => ({
  symbol,
  price: eight(showPrice(listingOf(state, symbol).market.last)),
});

export function bookTickerView(state: SpotState, symbol: string) {
  const [bid] = listingOf(state, symbol).market.bids;
  const [ask] = listingOf(state, symbol).market.asks;
  return {
    symbol,
    bidPrice: priceText(bid),
    bidQty: sizeText(bid),
    askPrice: priceText(ask),
    askQty: sizeText(ask),
  };
}

export function depthView(state: SpotState, symbol: string, limit: number) {
  const { bids, asks } = listingOf(state, symbol).market;
  const shown = (levels: readonly Level[]) =>
    levels.slice(0, limit).map((level) => [priceText(level), sizeText(level)]);
  return { lastUpdateId: state.nextBookUpdateId, bids: shown(bids), asks: shown(asks) };
}

export function averagePriceView(state: SpotState, symbol: string) {
  const { average, market } = listingOf(state, symbol);
  return {
    mins: AVERAGE_MINUTES,
    price: eight(showPrice(averageOf(average, market.last))),
    closeTime: state.marketMs,
  };
}

/** https://github.com/binance/binance-spot-api-docs/blob/master/enums.md#rate-limiters-ratelimittype */
const rateLimits = [
  { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 6000 },
  { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 100 },
  { rateLimitType: 'ORDERS', interval: 'DAY', intervalNum: 1, limit: 200_000 },
  { rateLimitType: 'RAW_REQUESTS', interval: 'MINUTE', intervalNum: 5, limit: 61_000 },
] as const;

const filtersOf = (spec: SymbolSpec) => [
  {
    filterType: 'PRICE_FILTER',
    minPrice: eight(spec.minPrice),
    maxPrice: eight(spec.maxPrice),
    tickSize: eight(spec.tickSize),
  },
  {
    filterType: 'LOT_SIZE',
    minQty: eight(spec.minQty),
    maxQty: eight(spec.maxQty),
    stepSize: eight(spec.stepSize),
  },
  { filterType: 'ICEBERG_PARTS', limit: spec.icebergParts },
  {
    filterType: 'MARKET_LOT_SIZE',
    minQty: eight(spec.minQty),
    maxQty: eight(spec.marketMaxQty),
    stepSize: eight(spec.stepSize),
  },
  {
    filterType: 'TRAILING_DELTA',
    minTrailingAboveDelta: spec.minTrailingDelta,
    maxTrailingAboveDelta: spec.maxTrailingDelta,
    minTrailingBelowDelta: spec.minTrailingDelta,
    maxTrailingBelowDelta: spec.maxTrailingDelta,
  },
  {
    filterType: 'PERCENT_PRICE_BY_SIDE',
    bidMultiplierUp: spec.bidMultiplierUp,
    bidMultiplierDown: spec.bidMultiplierDown,
    askMultiplierUp: spec.askMultiplierUp,
    askMultiplierDown: spec.askMultiplierDown,
    avgPriceMins: AVERAGE_MINUTES,
  },
  {
    filterType: 'NOTIONAL',
    minNotional: eight(spec.minNotional),
    applyMinToMarket: spec.applyMinToMarket,
    maxNotional: eight(spec.maxNotional),
    applyMaxToMarket: spec.applyMaxToMarket,
    avgPriceMins: AVERAGE_MINUTES,
  },
  { filterType: 'MAX_NUM_ORDERS', maxNumOrders: spec.maxOrders },
  { filterType: 'MAX_NUM_ALGO_ORDERS', maxNumAlgoOrders: spec.maxAlgoOrders },
  { filterType: 'MAX_NUM_ORDER_LISTS', maxNumOrderLists: spec.maxOrderLists },
  { filterType: 'MAX_NUM_ORDER_AMENDS', maxNumOrderAmends: spec.maxOrderAmends },
];

const symbolView = ({ spec }: Instrument, withPermissionSets: boolean) => ({
  symbol: spec.symbol,
  status: 'TRADING',
  baseAsset: spec.baseAsset,
  baseAssetPrecision: 8,
  quoteAsset: spec.quoteAsset,
  quotePrecision: 8,
  quoteAssetPrecision: 8,
  baseCommissionPrecision: 8,
  quoteCommissionPrecision: 8,
  orderTypes: [
    'LIMIT',
    'LIMIT_MAKER',
    'MARKET',
    'STOP_LOSS',
    'STOP_LOSS_LIMIT',
    'TAKE_PROFIT',
    'TAKE_PROFIT_LIMIT',
  ],
  icebergAllowed: true,
  ocoAllowed: true,
  otoAllowed: true,
  opoAllowed: false,
  quoteOrderQtyMarketAllowed: true,
  allowTrailingStop: true,
  cancelReplaceAllowed: true,
  amendAllowed: true,
  pegInstructionsAllowed: false,
  isSpotTradingAllowed: true,
  isMarginTradingAllowed: false,
  filters: filtersOf(spec),
  permissions: [],
  permissionSets: withPermissionSets ? [['SPOT']] : [],
  defaultSelfTradePreventionMode: defaultPrevention,
  allowedSelfTradePreventionModes: preventions,
});

export const exchangeInfoView = (
  instruments: Iterable<Instrument>,
  withPermissionSets: boolean,
  nowMs: number,
) => ({
  timezone: 'UTC',
  serverTime: nowMs,
  rateLimits,
  exchangeFilters: [],
  symbols: [...instruments].map((instrument) => symbolView(instrument, withPermissionSets)),
});
