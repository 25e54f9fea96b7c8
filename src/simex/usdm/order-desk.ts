/** The regular book: accepts, matches, cancels and expires LIMIT and MARKET orders. */
import type { Money, Price, Quantity } from '#core/money.ts';
import {
  addMoney,
  addQuantity,
  notional,
  shareOf,
  showMoney,
  showPrice,
  showQuantity,
  subtractMoney,
  subtractQuantity,
  zeroMoney,
  zeroQuantity,
} from '#core/money.ts';
import { countOf, opposite, rest, sideOf, unrest } from '../matching/book.ts';
import { levelsAgainst, liquidity, reaches, smaller, touchedPart } from '../matching/levels.ts';
import { fill, initialMargin, leverageOf, MAKER_FEE, marginOf, positionOf, TAKER_FEE } from './account.ts';
import { checkNotional, checkPrice, checkPriceBand, checkQuantity, marketBound } from './filters.ts';
import { addOrder, addTrade, endOrder } from './history.ts';
import type { AlgoOrder, Order, Trade } from './order.ts';
import { closesHedge, isOpen, remaining } from './order.ts';
import type { Position } from './position.ts';
import { entryPriceOf, isReducedBy, reducingPart } from './position.ts';
import * as refusals from './refusals.ts';
import type { ExpiryReason, Reporter } from './reporter.ts';
import { expiryReason } from './reporter.ts';
import type { OrderRequest } from './request.ts';
import type { ExchangeState, Listing } from './state.ts';
import { listingOf, markOf } from './state.ts';
import type { Instrument } from './symbols.ts';
import type { Refusal, Result } from './types.ts';

/** What the conditional book has to know about the regular one. */
interface OrderDeskHooks {
  readonly onOrderEnded: (order: Order) => void;
  readonly onPositionClosed: (position: Position) => void;
}

export class OrderDesk {
  readonly #state: ExchangeState;
  readonly #report: Reporter;
  readonly #hooks: OrderDeskHooks;

  constructor(state: ExchangeState, report: Reporter, hooks: OrderDeskHooks) {
    this.#state = state;
    this.#report = report;
    this.#hooks = hooks;
  }

  /** `origin` is the conditional order that a triggered order comes from. */
  submit(request: OrderRequest, origin?: AlgoOrder): Result<{ readonly order: Order }> {
    const { instrument, side, positionSide } = request;
    const { account } = this.#state;
    const listing = listingOf(this.#state, instrument.symbol);
    const position = positionOf(account, instrument.symbol, positionSide);
    const closing = request.reduceOnly || closesHedge(side, positionSide);
    const refusal = this.#check(request, listing, position, closing, origin);
    if (refusal !== undefined) return refusal;

    const { nowMs } = this.#state;
    const orderId = this.#state.nextOrderId;
    this.#state.nextOrderId += 1;
    const order: Order = {
      orderId,
      clientOrderId: request.clientId ?? `sim-${orderId}`,
      symbol: instrument.symbol,
      side,
      positionSide,
      type: request.type,
      timeInForce: request.timeInForce,
      price: request.price,
      // One-way mode: a reduce-only order for more than the position is cut to it.
      quantity: closing ? reducingPart(position, side, request.quantity) : request.quantity,
      reduceOnly: request.reduceOnly,
      closing,
      selfTradePrevention: request.selfTradePrevention,
      origin,
      createdMs: nowMs,
      status: 'NEW',
      executed: zeroQuantity,
      cost: zeroMoney,
      reserved: zeroMoney,
      updatedMs: nowMs,
    };
    addOrder(this.#state.history, order);
    this.#report.record(order.symbol, {
      kind: 'order_accepted',
      ...factsOf(order),
      type: order.type,
      timeInForce: order.timeInForce,
      quantity: showQuantity(order.quantity),
      price: showPrice(order.price),
      reduceOnly: order.reduceOnly,
      algoId: origin?.algoId ?? 0,
    });
    this.#report.order(order, 'NEW');
    this.#take(order, instrument, listing);
    this.#settle(order, listing);
    return { ok: true, order };
  }

  cancel(order: Order): void {
    order.status = 'CANCELED';
    this.#end(order);
    this.#report.order(order, 'CANCELED');
    this.#report.record(order.symbol, {
      kind: 'order_canceled',
      ...factsOf(order),
      executedQuantity: showQuantity(order.executed),
    });
    this.#hooks.onOrderEnded(order);
  }

  /** Fills resting orders that the market has reached; one that it only touches may fill in parts. */
  matchResting(instrument: Instrument): void {
    const listing = listingOf(this.#state, instrument.symbol);
    for (const side of ['BUY', 'SELL'] as const) {
      const levels = levelsAgainst(listing.market, side);
      for (const order of [...sideOf(listing.book, side)]) {
        const best = levels[0];
        if (best === undefined || !reaches(order.price, side, best.price)) break;
        // A fill before this one may have closed the position and ended the order.
        if (!isOpen(order)) continue;
        const passed = levels.every((level) => reaches(order.price, side, level.price));
        const quantity = passed
          ? remaining(order)
          : touchedPart(this.#state.fillRandom, remaining(order), instrument.step, best);
        this.#fill(order, order.price, quantity, true);
      }
    }
  }

  #check(
    request: OrderRequest,
    listing: Listing,
    position: Position,
    closing: boolean,
    origin: AlgoOrder | undefined,
  ): Refusal | undefined {
    const { instrument, side, type, quantity, price } = request;
    const { market, book } = listing;
    const { account, history } = this.#state;
    const limit = type === 'LIMIT';

    const broken =
      checkQuantity(quantity, type, instrument) ??
      (limit ? checkPrice(price, instrument) : undefined) ??
      (limit ? checkPriceBand(price, side, market.mark, instrument) : undefined) ??
      (closing ? undefined : checkNotional(limit ? price : market.mark, quantity, instrument));
    if (broken !== undefined) return broken;

    if (request.clientId !== undefined && origin === undefined) {
      const known = history.orders.byClientId.get(request.clientId);
      if (known !== undefined && isOpen(known)) return refusals.duplicateClientId();
    }
    if (limit && countOf(book) >= instrument.spec.maxOrders) return refusals.tooManyOpenOrders();

    const reducing = reducingPart(position, side, quantity);
    if (closing && reducing === 0n) return refusals.reduceOnlyRejected();
    // A hedge position cannot turn, so what would turn it is refused; one-way reduce-only orders are cut instead.
    if (closing && !request.reduceOnly && reducing < quantity) return refusals.reduceOnlyRejected();

    const opening = closing ? zeroQuantity : subtractQuantity(quantity, reducing);
    if (opening > 0n) {
      const at = limit ? price : (levelsAgainst(listing.market, side)[0]?.price ?? market.mark);
      const value = notional(at, opening);
      const needed = addMoney(
        initialMargin(value, leverageOf(account, instrument.symbol)),
        shareOf(value, TAKER_FEE, 'up'),
      );
      if (needed > marginOf(account, (symbol) => markOf(this.#state, symbol)).available) {
        return refusals.insufficientMargin();
      }
    }
    if (request.timeInForce === 'GTX' && this.#wouldTake(request, listing))
      return refusals.postOnlyRejected();
    if (request.timeInForce === 'FOK' && liquidity(listing.market, side, price) < quantity) {
      return refusals.fillOrKillRejected();
    }
    return undefined;
  }

  #wouldTake({ side, price }: OrderRequest, listing: Listing): boolean {
    const own = sideOf(listing.book, opposite(side))[0];
    const best = levelsAgainst(listing.market, side)[0];
    return (
      (best !== undefined && reaches(price, side, best.price)) ||
      (own !== undefined && reaches(price, side, own.price))
    );
  }

  /** Matches an arriving order against the levels; orders of the own account in its way are not traded with. */
  #take(order: Order, instrument: Instrument, listing: Listing): void {
    const { side } = order;
    const limit = order.type === 'LIMIT' ? order.price : marketBound(side, listing.market.mark, instrument);
    const own = sideOf(listing.book, opposite(side));
    const levels = levelsAgainst(listing.market, side);
    let index = 0;
    while (isOpen(order)) {
      const level = levels[index];
      const mine = own[0];
      if (
        mine !== undefined &&
        reaches(limit, side, mine.price) &&
        (level === undefined || reaches(level.price, side, mine.price))
      ) {
        if (order.selfTradePrevention !== 'EXPIRE_TAKER') this.#expire(mine, expiryReason.selfTrade);
        if (order.selfTradePrevention !== 'EXPIRE_MAKER') this.#expire(order, expiryReason.selfTrade);
        continue;
      }
      if (level === undefined || !reaches(limit, side, level.price)) return;
      const left = remaining(order);
      this.#fill(order, level.price, smaller(left, level.quantity), false);
      index += 1;
    }
  }

  /** What happens to the part of an arriving order that found no match. */
  #settle(order: Order, listing: Listing): void {
    if (!isOpen(order)) return;
    if (order.type === 'MARKET') this.#expire(order, expiryReason.noLiquidity);
    else if (order.timeInForce === 'IOC') this.#expire(order, expiryReason.immediateOrCancel);
    else {
      this.#reserve(order);
      rest(listing.book, order);
    }
  }

  #reserve(order: Order): void {
    if (order.closing) return;
    const { account } = this.#state;
    const position = positionOf(account, order.symbol, order.positionSide);
    const left = remaining(order);
    const opening = subtractQuantity(left, reducingPart(position, order.side, left));
    order.reserved = initialMargin(notional(order.price, opening), leverageOf(account, order.symbol));
    account.reserved = addMoney(account.reserved, order.reserved);
  }

  #release(order: Order, amount: Money): void {
    order.reserved = subtractMoney(order.reserved, amount);
    this.#state.account.reserved = subtractMoney(this.#state.account.reserved, amount);
  }

  #fill(order: Order, price: Price, wanted: Quantity, maker: boolean): void {
    const { account, nowMs } = this.#state;
    const position = positionOf(account, order.symbol, order.positionSide);
    const reduces = isReducedBy(position, order.side);
    const quantity = order.closing ? reducingPart(position, order.side, wanted) : wanted;
    if (quantity <= 0n) throw new Error(`order ${order.orderId} cannot fill ${wanted} of its position`);

    this.#release(order, ((order.reserved * quantity) / remaining(order)) as Money);
    const effect = fill(account, position, order.side, quantity, price, maker ? MAKER_FEE : TAKER_FEE, nowMs);
    order.executed = addQuantity(order.executed, quantity);
    order.cost = addMoney(order.cost, notional(price, quantity));
    order.status = remaining(order) === 0n ? 'FILLED' : 'PARTIALLY_FILLED';
    order.updatedMs = nowMs;
    if (order.status === 'FILLED') this.#end(order);
    const trade: Trade = {
      tradeId: this.#state.nextTradeId,
      order,
      price,
      quantity,
      commission: effect.commission,
      realized: effect.realized,
      maker,
      timeMs: nowMs,
    };
    this.#state.nextTradeId += 1;
    addTrade(this.#state.history, trade);
    this.#report.position(position, 'ORDER');
    this.#report.order(order, 'TRADE', trade);
    this.#recordFill(trade, position);
    if (order.status === 'FILLED') this.#hooks.onOrderEnded(order);
    if (reduces && !isReducedBy(position, order.side)) this.#closed(position);
  }

  #recordFill(trade: Trade, position: Position): void {
    const { order } = trade;
    this.#report.record(order.symbol, {
      kind: 'fill',
      ...factsOf(order),
      tradeId: trade.tradeId,
      price: showPrice(trade.price),
      quantity: showQuantity(trade.quantity),
      commission: showMoney(trade.commission),
      realizedPnl: showMoney(trade.realized),
      cumulativeQuantity: showQuantity(order.executed),
      maker: trade.maker,
    });
    this.#report.record(order.symbol, {
      kind: 'position',
      symbol: position.symbol,
      positionSide: position.positionSide,
      quantity: showQuantity(position.amount),
      entryPrice: showPrice(entryPriceOf(position)),
      walletBalance: showMoney(this.#state.account.wallet),
    });
  }

  /** The position was closed or turned: orders that could only make it smaller have nothing left to do. */
  #closed(position: Position): void {
    const { book } = listingOf(this.#state, position.symbol);
    for (const order of [...book.bids, ...book.asks]) {
      const orphaned =
        order.closing &&
        order.positionSide === position.positionSide &&
        !isReducedBy(position, order.side) &&
        isOpen(order);
      if (orphaned) this.#expire(order, expiryReason.reversedPosition);
    }
    this.#hooks.onPositionClosed(position);
  }

  #expire(order: Order, reason: ExpiryReason): void {
    order.status = reason === expiryReason.selfTrade ? 'EXPIRED_IN_MATCH' : 'EXPIRED';
    this.#end(order);
    this.#report.order(order, 'EXPIRED', undefined, reason);
    this.#report.record(order.symbol, {
      kind: 'order_expired',
      ...factsOf(order),
      executedQuantity: showQuantity(order.executed),
      reason,
    });
    this.#hooks.onOrderEnded(order);
  }

  #end(order: Order): void {
    order.updatedMs = this.#state.nowMs;
    this.#release(order, order.reserved);
    unrest(listingOf(this.#state, order.symbol).book, order);
    endOrder(this.#state.history, order);
  }
}

const factsOf = (order: Order) => ({
  symbol: order.symbol,
  side: order.side,
  positionSide: order.positionSide,
  orderId: order.orderId,
  clientOrderId: order.clientOrderId,
});
