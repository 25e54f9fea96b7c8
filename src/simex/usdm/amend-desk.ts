/**
 * Amends price and quantity of an open LIMIT order: what the filters refuse leaves it as it is, what fits goes to the
 * end of its queue again.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/trade/rest-api/Modify-Order
 */
import type { Price, Quantity } from '#core/money.ts';
import { notional, showPrice, showQuantity, subtractQuantity } from '#core/money.ts';
import { push } from '../matching/archive.ts';
import { unrest } from '../matching/book.ts';
import type { Refusal, Result } from '../matching/result.ts';
import { heldPosition } from './account.ts';
import type { Executions } from './executions.ts';
import { factsOf } from './executions.ts';
import { checkNotional, checkPrice, checkPriceBand, checkQuantity } from './filters.ts';
import { findOrder } from './lookup.ts';
import { matchedPrice, wouldTake } from './matching.ts';
import type { Order } from './order.ts';
import { isOpen } from './order.ts';
import type { OrderDesk } from './order-desk.ts';
import { checkMargin } from './order-rules.ts';
import type { AmendParams } from './params.ts';
import { reducingPart, smaller } from './position.ts';
import * as refusals from './refusals.ts';
import type { Reporter } from './reporter.ts';
import type { AmendRequest } from './request.ts';
import { isRefusal, readAmendment } from './request.ts';
import type { Floor } from './state.ts';
import { instrumentOn, listingOf } from './state.ts';

const AMENDMENTS_MAX = 10_000;

interface Target {
  readonly price: Price;
  readonly quantity: Quantity;
}

export class AmendDesk {
  readonly #floor: Floor;
  readonly #report: Reporter;
  readonly #executions: Executions;
  readonly #orders: OrderDesk;

  constructor(floor: Floor, report: Reporter, executions: Executions, orders: OrderDesk) {
    this.#floor = floor;
    this.#report = report;
    this.#executions = executions;
    this.#orders = orders;
  }

  amend(params: AmendParams): Result<{ readonly order: Order; readonly modifyId: number | undefined }> {
    const order = findOrder(this.#floor.state.history, params, refusals.noSuchOrder());
    if (isRefusal(order)) return order;
    if (!isOpen(order)) return refusals.noSuchOrder();
    const request = readAmendment(params);
    if (isRefusal(request)) return request;
    if (request.side !== order.side) return refusals.invalidParameter('side');
    const target = this.#target(order, request);
    if (isRefusal(target)) return target;

    const listing = listingOf(this.#floor.state, order.symbol);
    const done = target.quantity <= order.executed;
    const crosses = order.timeInForce === 'GTX' && wouldTake(listing, order.side, target.price);
    if (done || crosses) this.#executions.cancel(order);
    else this.#apply(order, target, request.modifyId);
    return { ok: true, order, modifyId: request.modifyId };
  }

  #target(order: Order, request: AmendRequest): Target | Refusal {
    const { state } = this.#floor;
    const instrument = instrumentOn(this.#floor, order.symbol);
    const listing = listingOf(state, order.symbol);
    if (request.reduceOnly && !order.reduceOnly) return refusals.notReduceOnly();
    if (order.amendments >= AMENDMENTS_MAX) return refusals.tooManyAmendments();
    const price =
      request.priceMatch === 'NONE' ? request.price : matchedPrice(listing, order.side, request.priceMatch);
    if (price === undefined) return refusals.noDepthForPriceMatch();

    const broken =
      checkQuantity(request.quantity, 'LIMIT', instrument) ??
      checkPrice(price, instrument) ??
      checkPriceBand(price, order.side, listing.market.mark, instrument);
    if (broken !== undefined) return broken;
    const hedgeClosing = order.closing && !order.reduceOnly;
    const exempt = hedgeClosing || (order.reduceOnly && request.reduceOnly);
    if (!exempt && checkNotional(price, request.quantity, instrument) !== undefined) {
      return refusals.amendedNotionalTooSmall(instrument.spec.minNotional);
    }
    if (price === order.price && request.quantity === order.quantity) return refusals.nothingToAmend();

    const position = heldPosition(state.account, order.symbol, order.positionSide);
    const left = subtractQuantity(request.quantity, order.executed);
    const reducing = reducingPart(position, order.side, left > 0n ? left : (0n as Quantity));
    if (order.closing) {
      return { price, quantity: smaller(request.quantity, (order.executed + reducing) as Quantity) };
    }
    if (left <= 0n) return { price, quantity: request.quantity };
    const value = notional(price, subtractQuantity(left, reducing));
    const refusal = value > 0n ? checkMargin(this.#floor, instrument, value, order.reserved) : undefined;
    return refusal ?? { price, quantity: request.quantity };
  }

  #apply(order: Order, target: Target, modifyId: number | undefined): void {
    const { state } = this.#floor;
    const { book } = listingOf(state, order.symbol);
    const before = { price: order.price, quantity: order.quantity };
    unrest(book, order);
    this.#executions.release(order);
    order.price = target.price;
    order.quantity = target.quantity;
    order.amendments += 1;
    order.updatedMs = state.nowMs;
    push(state.history.amendments, {
      amendmentId: state.nextAmendmentId,
      modifyId,
      order,
      priceBefore: before.price,
      price: order.price,
      quantityBefore: before.quantity,
      quantity: order.quantity,
      count: order.amendments,
      timeMs: state.nowMs,
    });
    state.nextAmendmentId += 1;
    this.#report.order(order, { type: 'AMENDMENT', modifyId });
    this.#report.record(order.symbol, {
      kind: 'order_amended',
      ...factsOf(order),
      priceBefore: showPrice(before.price),
      price: showPrice(order.price),
      quantityBefore: showQuantity(before.quantity),
      quantity: showQuantity(order.quantity),
    });
    this.#orders.enter(order);
  }
}
