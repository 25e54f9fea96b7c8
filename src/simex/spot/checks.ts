/** What a new order must pass: the symbol's filters first, then what the matching engine knows. */
import type { Money, Price, Quantity } from '#core/money.ts';
import { notional, quantityFor, roundToStep, subtractMoney, zeroMoney } from '#core/money.ts';
import type { Market } from '../market/market.ts';
import type { Book, Side } from '../matching/book.ts';
import { opposite, sideOf } from '../matching/book.ts';
import { levelsAgainst, reaches, smaller } from '../matching/levels.ts';
import type { Refusal } from '../matching/result.ts';
import { hasReached } from '../matching/trigger.ts';
import { amountOf, balanceOf, payment } from './account.ts';
import { averageOf } from './average-price.ts';
import { brokenCount, brokenFilter } from './filters.ts';
import type { Order } from './order.ts';
import { isContingent, isOpen, isStopLoss } from './order.ts';
import type { OrderRequest } from './order-request.ts';
import * as refusals from './refusals.ts';
import type { Listing, SpotState } from './state.ts';
import { listingOf } from './state.ts';

type Priced = Pick<Order, 'side' | 'type' | 'price' | 'stopPrice' | 'quantity'>;

/** The same request with the quantity that its quote amount buys or sells at the market's levels. */
export function sized(request: OrderRequest, { market }: Listing): OrderRequest | Refusal {
  const { instrument, quoteQuantity, side } = request;
  if (quoteQuantity === 0n) return request;
  let left = quoteQuantity;
  let quantity = 0n;
  for (const level of levelsAgainst(market, side)) {
    const wanted = roundToStep(quantityFor(left, level.price, 'down'), instrument.step, 'down');
    const taken = smaller(wanted, level.quantity);
    quantity += taken;
    left = subtractMoney(left, notional(level.price, taken));
    if (taken < level.quantity) break;
  }
  return quantity < instrument.minQuantity
    ? refusals.filterFailure('LOT_SIZE')
    : { ...request, quantity: quantity as Quantity };
}

/** The filters, for orders that are placed together. */
export function brokenRule(
  state: SpotState,
  requests: readonly OrderRequest[],
  isList: boolean,
): Refusal | undefined {
  for (const request of requests) {
    const { market, average } = listingOf(state, request.instrument.symbol);
    const broken = brokenFilter(request, request.instrument, averageOf(average, market.last));
    if (broken !== undefined) return refusals.filterFailure(broken);
  }
  const [first] = requests;
  if (first === undefined) throw new Error('a list without orders');
  const open = [...listingOf(state, first.instrument.symbol).open];
  const broken = brokenCount(
    requests,
    isList,
    {
      orders: open.length,
      algoOrders: open.filter(({ type }) => isContingent(type)).length,
      lists: new Set(open.flatMap(({ list }) => list ?? [])).size,
    },
    first.instrument,
  );
  return broken === undefined ? undefined : refusals.filterFailure(broken);
}

/** Client ids are unique among open orders only. */
export function isDuplicate(state: SpotState, requests: readonly OrderRequest[]): boolean {
  const ids = requests.flatMap(({ clientId }) => clientId ?? []);
  const isTaken = (id: string): boolean => {
    const known = state.orders.byClientId.get(id);
    return known !== undefined && isOpen(known);
  };
  return new Set(ids).size < ids.length || ids.some(isTaken);
}

/** Why the market as it is does not let an order begin. */
export function refusedByMarket(order: Priced, { market, book }: Listing): Refusal | undefined {
  const { side, type, price, stopPrice } = order;
  if (isContingent(type)) {
    const isReached = stopPrice !== 0n && hasReached(isStopLoss(type), side, stopPrice, market.last);
    return isReached ? refusals.wouldTrigger() : undefined;
  }
  return type === 'LIMIT_MAKER' && wouldTake(price, side, market, book) ? refusals.wouldTake() : undefined;
}

function wouldTake(price: Price, side: Side, market: Market, book: Book<Order>): boolean {
  const own = sideOf(book, opposite(side))[0];
  const [best] = levelsAgainst(market, side);
  return (
    (best !== undefined && reaches(price, side, best.price)) ||
    (own !== undefined && reaches(price, side, own.price))
  );
}

/** The price at which a buy locks what it may cost; a market order locks nothing. */
export const lockPriceOf = ({ type, price, stopPrice }: Priced, { last }: Market): Price => {
  if (price !== 0n || type === 'MARKET') return price;
  return stopPrice === 0n ? last : stopPrice;
};

/** What an order needs of the asset that it pays with. */
function needOf(order: Priced, market: Market): Money {
  if (order.type === 'MARKET') return costOf(order.side, order.quantity, market);
  return payment(order.side, lockPriceOf(order, market), order.quantity);
}

/** What the market takes for a quantity now, in the asset that is paid with. */
export function costOf(side: Side, quantity: Quantity, market: Market): Money {
  if (side === 'SELL') return amountOf(quantity);
  let left: bigint = quantity;
  let cost = zeroMoney;
  for (const level of levelsAgainst(market, side)) {
    const taken = smaller(left as Quantity, level.quantity);
    cost = (cost + notional(level.price, taken)) as Money;
    left -= taken;
  }
  return cost;
}

export const isAffordable = (state: SpotState, order: Priced, asset: string, listing: Listing): boolean =>
  needOf(order, listing.market) <= balanceOf(state.account, asset).free;

/** A sell takes its profit above the last price and stops below it; a buy the other way round. */
export function isPriceOrderRight(orders: readonly Priced[], { market }: Listing): boolean {
  return orders.every(({ side, type, price, stopPrice }) => {
    const isStop = isStopLoss(type);
    const at = isStop || type === 'TAKE_PROFIT' ? stopPrice : price;
    if (at === 0n) return true;
    const mustBeAbove = (side === 'SELL') !== isStop;
    return mustBeAbove ? at > market.last : at < market.last;
  });
}

/** The asset that an order of that side pays with. */
export const assetOf = (side: Side, { spec }: OrderRequest['instrument']): string =>
  side === 'BUY' ? spec.quoteAsset : spec.baseAsset;
