/** Lets the orders of the spot account work: locks what they may cost, triggers, matches, cancels and expires them. */
import type { Money, Price, Quantity } from '#core/money.ts';
import {
  addMoney,
  addQuantity,
  notional,
  rate,
  showMoney,
  showPrice,
  showQuantity,
  zeroMoney,
} from '#core/money.ts';
import { archive, push } from '../matching/archive.ts';
import { opposite, rest, sideOf, unrest } from '../matching/book.ts';
import { levelsAgainst, liquidity, reaches, smaller, touchedPart } from '../matching/levels.ts';
import { hasReached, trail } from '../matching/trigger.ts';
import { adjust, amountOf, balanceOf, COMMISSION_RATE, payment, receive, spend } from './account.ts';
import { costOf, lockPriceOf } from './checks.ts';
import { newOrder } from './new-order.ts';
import type { Order, OrderList, Trade } from './order.ts';
import {
  isContingent,
  isOpen,
  isPending,
  isStopLoss,
  locksNothing,
  remaining,
  rivalsOf,
  takesMarket,
} from './order.ts';
import type { OrderRequest } from './order-request.ts';
import { eight } from './order-view.ts';
import type { Reporter } from './reporter.ts';
import { executedOf, factsOf } from './reporter.ts';
import type { Listing, SpotState } from './state.ts';
import { listingOf } from './state.ts';
import type { Instrument } from './symbols.ts';
import type { ExpiryReason } from './types.ts';

/** What order lists have to know of their orders. */
interface OrderDeskHooks {
  /** Before its first fill, and before it goes to work after its trigger. */
  readonly onWorking: (order: Order) => void;
  readonly onEnded: (order: Order) => void;
}

const BASIS_POINT = rate('0.0001');

export class OrderDesk {
  readonly #state: SpotState;
  readonly #instruments: ReadonlyMap<string, Instrument>;
  readonly #report: Reporter;
  readonly #hooks: OrderDeskHooks;

  constructor(
    state: SpotState,
    instruments: ReadonlyMap<string, Instrument>,
    report: Reporter,
    hooks: OrderDeskHooks,
  ) {
    this.#state = state;
    this.#instruments = instruments;
    this.#report = report;
    this.#hooks = hooks;
  }

  /** Takes an order in; it does nothing before it is started. */
  admit(request: OrderRequest, list: OrderList | undefined, isPending: boolean): Order {
    const listing = listingOf(this.#state, request.instrument.symbol);
    const orderId = this.#state.nextOrderId;
    this.#state.nextOrderId += 1;
    const order = newOrder(request, {
      orderId,
      list,
      isPending,
      lockPrice: lockPriceOf(request, listing.market),
      nowMs: this.#state.nowMs,
    });
    this.#state.orders.byId.set(orderId, order);
    this.#state.orders.byClientId.set(order.clientOrderId, order);
    listing.open.add(order);
    this.#report.record({
      kind: 'order_accepted',
      ...factsOf(order),
      type: order.type,
      timeInForce: order.timeInForce,
      quantity: showQuantity(order.quantity),
      price: showPrice(order.price),
      stopPrice: showPrice(order.stopPrice),
    });
    if (isPending) this.#report.order(order, { type: 'NEW' });
    return order;
  }

  /** Starts orders that have passed every check. Several exclude each other, and lock what the dearest needs. */
  start(orders: readonly Order[]): void {
    const [first] = orders;
    if (first === undefined) return;
    const { reserve } = first;
    for (const order of orders) {
      order.status = 'NEW';
      order.reserve = reserve;
      order.updatedMs = this.#state.nowMs;
    }
    this.#fit(first);
    const listing = listingOf(this.#state, first.symbol);
    for (const order of orders) {
      if (isContingent(order.type)) listing.stops.add(order);
      else order.workingMs = this.#state.nowMs;
      this.#report.order(order, { type: 'NEW' });
    }
    if (reserve.amount > 0n) this.#report.balances(reserve.asset);
    for (const order of orders)
      if (order.workingMs !== undefined && isOpen(order)) this.#work(order, listing);
  }

  /** Each cancellation has an id of its own. */
  cancel(order: Order, cancelId: string): void {
    order.status = 'CANCELED';
    const isReleased = this.#end(order);
    this.#report.order(order, { type: 'CANCELED', requestId: cancelId });
    this.#report.record({ kind: 'order_canceled', ...factsOf(order), ...executedOf(order) });
    if (isReleased) this.#report.balances(order.reserve.asset);
    this.#hooks.onEnded(order);
  }

  expire(order: Order, reason: ExpiryReason): void {
    order.status = 'EXPIRED';
    order.expiryReason = reason;
    const isReleased = this.#end(order);
    this.#report.order(order, { type: 'EXPIRED' });
    this.#report.record({ kind: 'order_expired', ...factsOf(order), ...executedOf(order), reason });
    if (isReleased) this.#report.balances(order.reserve.asset);
    this.#hooks.onEnded(order);
  }

  /** Makes an order smaller where it stands; gives the id of the execution. */
  amend(order: Order, quantity: Quantity, clientOrderId: string): number {
    const previousId = order.clientOrderId;
    const { byClientId } = this.#state.orders;
    if (byClientId.get(previousId) === order) byClientId.delete(previousId);
    byClientId.set(clientOrderId, order);
    order.clientOrderId = clientOrderId;
    order.quantity = quantity;
    order.amendments += 1;
    order.updatedMs = this.#state.nowMs;
    const isReleased = this.#fit(order);
    const executionId = this.#report.order(order, { type: 'REPLACED', previousId });
    this.#report.record({ kind: 'order_amended', ...factsOf(order), quantity: showQuantity(quantity) });
    if (isReleased) this.#report.balances(order.reserve.asset);
    return executionId;
  }

  /** Fires what the market has reached, oldest first. */
  matchTriggers(symbol: string): void {
    const listing = listingOf(this.#state, symbol);
    for (const order of [...listing.stops]) {
      // One that fired before it may have ended it.
      if (listing.stops.has(order) && this.#fires(order, listing.market.last)) this.#trigger(order, listing);
    }
  }

  /** Fills resting orders that the market has reached; one that it only touches may fill in parts. */
  matchResting(instrument: Instrument): void {
    const { market, book } = listingOf(this.#state, instrument.symbol);
    for (const side of ['BUY', 'SELL'] as const) {
      const levels = levelsAgainst(market, side);
      for (const order of [...sideOf(book, side)]) {
        const best = levels[0];
        if (best === undefined || !reaches(order.price, side, best.price)) break;
        // A fill before this one may have ended the order.
        if (!isOpen(order)) continue;
        const passed = levels.every((level) => reaches(order.price, side, level.price));
        const left = remaining(order);
        const quantity = passed ? left : touchedPart(this.#state.fillRandom, left, instrument.step, best);
        this.#fill(order, order.price, quantity, true);
      }
    }
  }

  #fires(order: Order, last: Price): boolean {
    const { side, type, stopPrice, trailingDelta } = order;
    const isReached = stopPrice === 0n || hasReached(isStopLoss(type), side, stopPrice, last);
    if (trailingDelta === 0) return isReached;
    if (isReached) order.trailingMs ??= this.#state.nowMs;
    return trail(order, last, (BASIS_POINT * BigInt(trailingDelta)) as typeof BASIS_POINT, isReached);
  }

  /** The exchange does not document how it tells this; here the order is told as new once more, now working. */
  #trigger(order: Order, listing: Listing): void {
    listing.stops.delete(order);
    this.#report.record({
      kind: 'order_triggered',
      ...factsOf(order),
      lastPrice: showPrice(listing.market.last),
    });
    this.#hooks.onWorking(order);
    order.workingMs = this.#state.nowMs;
    order.updatedMs = this.#state.nowMs;
    this.#report.order(order, { type: 'NEW' });
    if (this.#fit(order)) this.#report.balances(order.reserve.asset);
    this.#work(order, listing);
  }

  #work(order: Order, listing: Listing): void {
    const instrument = this.#instrumentOf(order);
    const left = remaining(order);
    const { side, timeInForce } = order;
    if (takesMarket(order.type)) {
      const { free } = balanceOf(this.#state.account, order.reserve.asset);
      if (costOf(side, left, listing.market) > free) this.expire(order, 'REJECTED');
      else this.#take(order, side === 'BUY' ? instrument.maxPrice : instrument.minPrice, listing);
    } else if (timeInForce === 'FOK' && liquidity(listing.market, side, order.price) < left) {
      this.expire(order, 'UNFILLED_FOK_ORDER_EXPIRED');
    } else this.#take(order, order.price, listing);
    if (!isOpen(order)) return;
    if (takesMarket(order.type)) this.expire(order, 'INSUFFICIENT_LIQUIDITY');
    else if (timeInForce === 'GTC') rest(listing.book, order);
    else if (timeInForce === 'IOC') this.expire(order, 'UNFILLED_IOC_QUANTITY_EXPIRED');
    else this.expire(order, 'UNFILLED_FOK_ORDER_EXPIRED');
  }

  /** Matches an arriving order against the levels; orders of the own account in its way are not traded with. */
  #take(order: Order, limit: Price, listing: Listing): void {
    const { side } = order;
    const own = sideOf(listing.book, opposite(side));
    const levels = levelsAgainst(listing.market, side);
    let index = 0;
    while (isOpen(order)) {
      const level = levels[index];
      const mine = own[0];
      const isMineFirst =
        mine !== undefined &&
        reaches(limit, side, mine.price) &&
        (level === undefined || reaches(level.price, side, mine.price));
      if (isMineFirst) {
        this.#preventSelfTrade(order, mine);
        continue;
      }
      if (level === undefined || !reaches(limit, side, level.price)) return;
      this.#fill(order, level.price, smaller(remaining(order), level.quantity), false);
      index += 1;
    }
  }

  #preventSelfTrade(taker: Order, maker: Order): void {
    const matchId = this.#state.nextPreventedMatchId;
    this.#state.nextPreventedMatchId += 1;
    const mode = taker.selfTradePrevention;
    const taken = remaining(taker);
    const offered = remaining(maker);
    const both = smaller(taken, offered);
    const { price } = maker;
    if (mode !== 'EXPIRE_TAKER')
      this.#prevent(maker, taker, mode === 'DECREMENT' ? both : offered, matchId, price);
    if (mode !== 'EXPIRE_MAKER')
      this.#prevent(taker, maker, mode === 'DECREMENT' ? both : taken, matchId, price);
  }

  #prevent(order: Order, counter: Order, quantity: Quantity, matchId: number, price: Price): void {
    order.prevented = addQuantity(order.prevented, quantity);
    order.preventedMatchId = matchId;
    order.updatedMs = this.#state.nowMs;
    const isOver = remaining(order) === 0n;
    if (isOver) order.status = 'EXPIRED_IN_MATCH';
    const isReleased = isOver ? this.#end(order) : this.#fit(order);
    this.#report.order(order, {
      type: 'TRADE_PREVENTION',
      prevented: {
        quantity: eight(showQuantity(quantity)),
        price: eight(showPrice(price)),
        counterOrderId: counter.orderId,
      },
    });
    if (isReleased) this.#report.balances(order.reserve.asset);
    if (!isOver) return;
    const reason = 'SELF_TRADE';
    this.#report.record({ kind: 'order_expired', ...factsOf(order), ...executedOf(order), reason });
    this.#hooks.onEnded(order);
  }

  #fill(order: Order, price: Price, quantity: Quantity, maker: boolean): void {
    this.#hooks.onWorking(order);
    const { account, nowMs } = this.#state;
    const { baseAsset, quoteAsset } = this.#instrumentOf(order).spec;
    const [commissionAsset, received] =
      order.side === 'BUY' ? [baseAsset, amountOf(quantity)] : [quoteAsset, notional(price, quantity)];
    spend(account, order.reserve, payment(order.side, price, quantity));
    const commission = receive(account, commissionAsset, received, COMMISSION_RATE);
    order.executed = addQuantity(order.executed, quantity);
    order.cost = addMoney(order.cost, notional(price, quantity));
    order.status = remaining(order) === 0n ? 'FILLED' : 'PARTIALLY_FILLED';
    order.updatedMs = nowMs;
    if (order.status === 'FILLED') this.#end(order);
    else this.#fit(order);
    const tradeId = this.#state.nextTradeId;
    this.#state.nextTradeId += 1;
    const trade: Trade = {
      tradeId,
      order,
      price,
      quantity,
      commission,
      commissionAsset,
      maker,
      timeMs: nowMs,
    };
    push(this.#state.trades, trade);
    this.#report.order(order, { type: 'TRADE', trade });
    this.#report.record({
      kind: 'fill',
      ...factsOf(order),
      tradeId,
      price: showPrice(price),
      quantity: showQuantity(quantity),
      cumulativeQuantity: showQuantity(order.executed),
      commission: showMoney(commission),
      commissionAsset,
      maker,
    });
    this.#report.balances(baseAsset, quoteAsset);
    if (order.status === 'FILLED') this.#hooks.onEnded(order);
  }

  /** Makes the reserve as large as the most that one of its orders can still need, and says whether that changed it. */
  #fit(order: Order): boolean {
    const { reserve } = order;
    let needed = zeroMoney;
    for (const one of [order, ...rivalsOf(order)]) {
      if (one.reserve !== reserve || !isOpen(one) || isPending(one) || locksNothing(one)) continue;
      const need = payment(one.side, one.lockPrice, remaining(one));
      if (need > needed) needed = need;
    }
    if (needed === reserve.amount) return false;
    adjust(this.#state.account, reserve, needed as Money);
    return true;
  }

  /** Says whether anything was released. */
  #end(order: Order): boolean {
    order.updatedMs = this.#state.nowMs;
    const { open, stops, book } = listingOf(this.#state, order.symbol);
    open.delete(order);
    stops.delete(order);
    unrest(book, order);
    archive(this.#state.orders, order, ({ orderId, clientOrderId }) => [orderId, clientOrderId]);
    return this.#fit(order);
  }

  #instrumentOf({ symbol }: Order): Instrument {
    const instrument = this.#instruments.get(symbol);
    if (instrument === undefined) throw new Error(`no instrument for ${symbol}`);
    return instrument;
  }
}
