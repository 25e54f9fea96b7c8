/**
 * The conditional ("algo") book: orders that wait for a trigger and then become orders of the regular book.
 *
 * The new order carries the conditional order's client id, and its algo id as `si`. The exchange documents the
 * states but not how they interleave with the new order's own events; it has been seen to send those first
 * (github.com/nautechsystems/nautilus_trader issues 3287 and 3664), and so does this one:
 * TRIGGERING, ORDER_TRADE_UPDATE ..., TRIGGERED, and FINISHED once the new order has ended.
 */
import type { Price } from '#core/money.ts';
import { showPrice, showQuantity } from '#core/money.ts';
import type { Refusal, Result } from '../matching/result.ts';
import { positionOf } from './account.ts';
import type { AlgoRequest } from './algo-request.ts';
import { checkAlgoOrder } from './algo-rules.ts';
import { addAlgo, endAlgo } from './history.ts';
import type { AlgoOrder, Order } from './order.ts';
import { isOpen } from './order.ts';
import type { OrderDesk } from './order-desk.ts';
import type { Position } from './position.ts';
import { isReducedBy, sizeOf } from './position.ts';
import * as refusals from './refusals.ts';
import type { Reporter } from './reporter.ts';
import type { OrderRequest } from './request.ts';
import type { Floor } from './state.ts';
import { listingOf } from './state.ts';
import type { Instrument } from './symbols.ts';
import { hasReached, isProtected, referencePrice, trail } from './trigger.ts';

export class ConditionalDesk {
  readonly #floor: Floor;
  readonly #report: Reporter;
  readonly #orders: OrderDesk;

  constructor(floor: Floor, report: Reporter, orders: OrderDesk) {
    this.#floor = floor;
    this.#report = report;
    this.#orders = orders;
  }

  submit(request: AlgoRequest): Result<{ readonly algo: AlgoOrder }> {
    const { instrument } = request;
    const listing = listingOf(this.#floor.state, instrument.symbol);
    const refusal = checkAlgoOrder(this.#floor.state, request);
    if (refusal !== undefined) return refusal;

    const { nowMs } = this.#floor.state;
    const algoId = this.#floor.state.nextAlgoId;
    this.#floor.state.nextAlgoId += 1;
    const algo: AlgoOrder = {
      algoId,
      clientAlgoId: request.clientId ?? `sim-algo-${algoId}`,
      symbol: instrument.symbol,
      side: request.side,
      positionSide: request.positionSide,
      type: request.type,
      timeInForce: request.timeInForce,
      quantity: request.quantity,
      price: request.price,
      priceMatch: request.priceMatch,
      goodTillMs: request.goodTillMs,
      triggerPrice: request.triggerPrice,
      workingType: request.workingType,
      closePosition: request.closePosition,
      priceProtect: request.priceProtect,
      reduceOnly: request.reduceOnly,
      selfTradePrevention: request.selfTradePrevention,
      activatePrice: request.activatePrice,
      callbackRate: request.callbackRate,
      createdMs: nowMs,
      status: 'NEW',
      // Without an activation price a trailing stop is active at once.
      extreme:
        request.type === 'TRAILING_STOP_MARKET' && request.activatePrice === 0n
          ? referencePrice(listing.market, request.workingType)
          : undefined,
      updatedMs: nowMs,
      triggeredMs: 0,
      child: undefined,
    };
    listing.algos.push(algo);
    addAlgo(this.#floor.state.history, algo);
    this.#report.record(algo.symbol, {
      kind: 'algo_accepted',
      ...factsOf(algo),
      type: algo.type,
      quantity: showQuantity(algo.quantity),
      triggerPrice: showPrice(algo.triggerPrice),
      price: showPrice(algo.price),
      workingType: algo.workingType,
      closePosition: algo.closePosition,
      reduceOnly: algo.reduceOnly,
    });
    this.#report.algo(algo);
    return { ok: true, algo };
  }

  cancel(algo: AlgoOrder): void {
    this.#leave(algo);
    this.#end(algo, 'CANCELED');
    this.#report.record(algo.symbol, { kind: 'algo_canceled', ...factsOf(algo) });
  }

  expire(algo: AlgoOrder): void {
    this.#leave(algo);
    this.#end(algo, 'EXPIRED');
    this.#report.record(algo.symbol, { kind: 'algo_expired', ...factsOf(algo) });
  }

  /** Fires what the market has reached, oldest first. */
  matchTriggers(instrument: Instrument): void {
    const { algos, market } = listingOf(this.#floor.state, instrument.symbol);
    for (const algo of [...algos]) {
      // One that fired before it may have closed the position and, with it, this order.
      if (algo.status !== 'NEW') continue;
      const reference = referencePrice(market, algo.workingType);
      const fires =
        algo.type === 'TRAILING_STOP_MARKET'
          ? trail(algo, reference)
          : hasReached(algo.type, algo.side, algo.triggerPrice, reference);
      if (fires) this.#trigger(algo, instrument, reference);
    }
  }

  orderEnded(order: Order): void {
    // While TRIGGERING, the end of the new order is told after TRIGGERED.
    if (order.origin?.status === 'TRIGGERED') this.#finish(order.origin, order);
  }

  /** Orders with closePosition end with their position; the others stay. */
  positionClosed(position: Position): void {
    for (const algo of [...listingOf(this.#floor.state, position.symbol).algos]) {
      const bound = algo.closePosition && algo.positionSide === position.positionSide;
      if (bound && !isReducedBy(position, algo.side)) this.expire(algo);
    }
  }

  #trigger(algo: AlgoOrder, instrument: Instrument, reference: Price): void {
    const { market } = listingOf(this.#floor.state, algo.symbol);
    this.#leave(algo);
    algo.triggeredMs = this.#floor.state.nowMs;
    this.#become(algo, 'TRIGGERING');
    this.#report.record(algo.symbol, {
      kind: 'algo_triggered',
      ...factsOf(algo),
      referencePrice: showPrice(reference),
    });
    if (algo.priceProtect && isProtected(market, instrument.triggerProtect)) {
      this.#reject(algo, refusals.priceProtected());
      return;
    }
    const submitted = this.#orders.submit(this.#requestOf(algo, instrument), algo);
    if (!submitted.ok) {
      this.#reject(algo, submitted);
      return;
    }
    algo.child = submitted.order;
    this.#become(algo, 'TRIGGERED');
    if (!isOpen(submitted.order)) this.#finish(algo, submitted.order);
  }

  #requestOf(algo: AlgoOrder, instrument: Instrument): OrderRequest {
    const position = positionOf(this.#floor.state.account, algo.symbol, algo.positionSide);
    const limit = algo.type === 'STOP' || algo.type === 'TAKE_PROFIT';
    return {
      instrument,
      side: algo.side,
      positionSide: algo.positionSide,
      type: limit ? 'LIMIT' : 'MARKET',
      timeInForce: limit ? algo.timeInForce : 'GTC',
      goodTillMs: limit ? algo.goodTillMs : 0,
      quantity: algo.closePosition ? sizeOf(position) : algo.quantity,
      price: algo.price,
      priceMatch: algo.priceMatch,
      reduceOnly: algo.reduceOnly || (algo.closePosition && algo.positionSide === 'BOTH'),
      clientId: algo.clientAlgoId,
      selfTradePrevention: algo.selfTradePrevention,
    };
  }

  #finish(algo: AlgoOrder, order: Order): void {
    this.#end(algo, 'FINISHED');
    this.#report.record(algo.symbol, {
      kind: 'algo_finished',
      ...factsOf(algo),
      orderId: order.orderId,
      executedQuantity: showQuantity(order.executed),
    });
  }

  #reject(algo: AlgoOrder, { code, msg }: Refusal): void {
    this.#end(algo, 'REJECTED', msg);
    this.#report.record(algo.symbol, { kind: 'algo_rejected', ...factsOf(algo), code, msg });
  }

  #leave(algo: AlgoOrder): void {
    const { algos } = listingOf(this.#floor.state, algo.symbol);
    const index = algos.indexOf(algo);
    if (index === -1) throw new Error(`conditional order ${algo.algoId} is ${algo.status}, not waiting`);
    algos.splice(index, 1);
  }

  #become(algo: AlgoOrder, status: AlgoOrder['status'], rejection?: string): void {
    algo.status = status;
    algo.updatedMs = this.#floor.state.nowMs;
    this.#report.algo(algo, rejection);
  }

  #end(algo: AlgoOrder, status: AlgoOrder['status'], rejection?: string): void {
    this.#become(algo, status, rejection);
    endAlgo(this.#floor.state.history, algo);
  }
}

const factsOf = (algo: AlgoOrder) => ({
  symbol: algo.symbol,
  side: algo.side,
  positionSide: algo.positionSide,
  algoId: algo.algoId,
  clientAlgoId: algo.clientAlgoId,
});
