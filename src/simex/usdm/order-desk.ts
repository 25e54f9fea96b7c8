/** The regular book: accepts LIMIT and MARKET orders and matches them. */
import type { Quantity } from '#core/money.ts';
import { roundToStep, showPrice, showQuantity, zeroMoney, zeroQuantity } from '#core/money.ts';
import type { Level } from '../market/market.ts';
import { nextBelow, nextBetween } from '../market/random.ts';
import { opposite, rest, sideOf } from '../matching/book.ts';
import type { Result } from '../matching/result.ts';
import { positionOf } from './account.ts';
import type { Executions } from './executions.ts';
import { factsOf } from './executions.ts';
import { marketBound } from './filters.ts';
import { addOrder } from './history.ts';
import { levelsAgainst, matchedPrice, reaches } from './matching.ts';
import type { AlgoOrder, Order } from './order.ts';
import { closesHedge, isOpen, remaining } from './order.ts';
import { checkOrder } from './order-rules.ts';
import { reducingPart, smaller } from './position.ts';
import * as refusals from './refusals.ts';
import type { Reporter } from './reporter.ts';
import type { OrderRequest } from './request.ts';
import type { Floor } from './state.ts';
import { instrumentOn, listingOf } from './state.ts';
import type { Instrument } from './symbols.ts';
import { expiryReason } from './user-events.ts';

/** One in this many fills of a touched order is partial. */
const PARTIAL_FILL_ONE_IN = 3;

export class OrderDesk {
  readonly #floor: Floor;
  readonly #report: Reporter;
  readonly #executions: Executions;

  constructor(floor: Floor, report: Reporter, executions: Executions) {
    this.#floor = floor;
    this.#report = report;
    this.#executions = executions;
  }

  /** `origin` is the conditional order that a triggered order comes from. */
  submit(asked: OrderRequest, origin?: AlgoOrder): Result<{ readonly order: Order }> {
    const request = this.#priced(asked);
    if (request === undefined) return refusals.noDepthForPriceMatch();
    const refusal = checkOrder(this.#floor, request, origin !== undefined);
    if (refusal !== undefined) return refusal;

    const { state } = this.#floor;
    const { instrument, side, positionSide } = request;
    const position = positionOf(state.account, instrument.symbol, positionSide);
    const closing = request.reduceOnly || closesHedge(side, positionSide);
    const orderId = state.nextOrderId;
    state.nextOrderId += 1;
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
      priceMatch: request.priceMatch,
      goodTillMs: request.goodTillMs,
      reduceOnly: request.reduceOnly,
      closing,
      selfTradePrevention: request.selfTradePrevention,
      origin,
      liquidates: false,
      createdMs: state.nowMs,
      status: 'NEW',
      executed: zeroQuantity,
      cost: zeroMoney,
      reserved: zeroMoney,
      amendments: 0,
      updatedMs: state.nowMs,
    };
    addOrder(state.history, order);
    this.#report.record(order.symbol, {
      ...factsOf(order),
      kind: 'order_accepted',
      type: order.type,
      timeInForce: order.timeInForce,
      quantity: showQuantity(order.quantity),
      price: showPrice(order.price),
      reduceOnly: order.reduceOnly,
      algoId: origin?.algoId ?? 0,
    });
    this.#report.order(order, { type: 'NEW' });
    this.enter(order);
    return { ok: true, order };
  }

  /** Matches an order against what it meets; what is left of it rests or expires. */
  enter(order: Order): void {
    this.#take(order);
    if (!isOpen(order)) return;
    if (order.type === 'MARKET') this.#executions.expire(order, expiryReason.noLiquidity);
    else if (order.timeInForce === 'IOC') this.#executions.expire(order, expiryReason.immediateOrCancel);
    else {
      this.#executions.reserve(order);
      rest(listingOf(this.#floor.state, order.symbol).book, order);
    }
  }

  /** Fills resting orders that the market has reached; one that it only touches may fill in parts. */
  matchResting(instrument: Instrument): void {
    const listing = listingOf(this.#floor.state, instrument.symbol);
    for (const side of ['BUY', 'SELL'] as const) {
      const levels = levelsAgainst(listing, side);
      for (const order of [...sideOf(listing.book, side)]) {
        const best = levels[0];
        if (best === undefined || !reaches(order.price, side, best.price)) break;
        // A fill before this one may have closed the position and ended the order.
        if (!isOpen(order)) continue;
        const passed = levels.every((level) => reaches(order.price, side, level.price));
        const quantity = passed ? remaining(order) : this.#touchedPart(order, instrument, best);
        this.#executions.fill(order, order.price, quantity, true);
      }
    }
  }

  /** The request with the price that its price match stands for, or undefined where the book is not that deep. */
  #priced(request: OrderRequest): OrderRequest | undefined {
    const { priceMatch, side, instrument } = request;
    if (priceMatch === 'NONE') return request;
    const price = matchedPrice(listingOf(this.#floor.state, instrument.symbol), side, priceMatch);
    return price === undefined ? undefined : { ...request, price };
  }

  #take(order: Order): void {
    const { side } = order;
    const listing = listingOf(this.#floor.state, order.symbol);
    const instrument = instrumentOn(this.#floor, order.symbol);
    const limit = order.type === 'LIMIT' ? order.price : marketBound(side, listing.market.mark, instrument);
    const own = sideOf(listing.book, opposite(side));
    const levels = levelsAgainst(listing, side);
    let index = 0;
    while (isOpen(order)) {
      const level = levels[index];
      const mine = own[0];
      if (
        mine !== undefined &&
        reaches(limit, side, mine.price) &&
        (level === undefined || reaches(level.price, side, mine.price))
      ) {
        this.#meetOwn(order, mine);
        continue;
      }
      if (level === undefined || !reaches(limit, side, level.price)) return;
      this.#executions.fill(order, level.price, smaller(remaining(order), level.quantity), false);
      index += 1;
    }
  }

  /** An order of the account itself is in the way: self-trade prevention decides. */
  #meetOwn(order: Order, mine: Order): void {
    const mode = order.selfTradePrevention;
    if (mode === 'NONE') {
      const quantity = smaller(remaining(order), remaining(mine));
      this.#executions.fill(mine, mine.price, quantity, true);
      if (isOpen(order)) this.#executions.fill(order, mine.price, quantity, false);
      return;
    }
    if (mode !== 'EXPIRE_TAKER') this.#executions.expire(mine, expiryReason.selfTrade);
    if (mode !== 'EXPIRE_MAKER') this.#executions.expire(order, expiryReason.selfTrade);
  }

  #touchedPart(order: Order, instrument: Instrument, best: Level): Quantity {
    const random = this.#floor.state.fillRandom;
    const left = remaining(order);
    if (nextBelow(random, PARTIAL_FILL_ONE_IN) !== 0) return left;
    const percent = BigInt(nextBetween(random, 20, 80));
    const wanted = roundToStep(((left * percent) / 100n) as Quantity, instrument.step, 'up');
    return smaller(smaller(wanted, best.quantity), left);
  }
}
