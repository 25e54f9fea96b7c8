/** What happens to an order once it is in the book: it fills, is canceled or expires, and others end with it. */
import type { Money, Price, Quantity } from '#core/money.ts';
import {
  addMoney,
  addQuantity,
  notional,
  showMoney,
  showPrice,
  showQuantity,
  subtractMoney,
  subtractQuantity,
} from '#core/money.ts';
import { print } from '../market/tape.ts';
import { push } from '../matching/archive.ts';
import { unrest } from '../matching/book.ts';
import { fill, initialMargin, leverageOf, MAKER_FEE, positionOf, TAKER_FEE } from './account.ts';
import { endOrder } from './history.ts';
import type { Order, Trade } from './order.ts';
import { isOpen, remaining } from './order.ts';
import type { Position } from './position.ts';
import { entryPriceOf, isReducedBy, reducingPart } from './position.ts';
import type { Reporter } from './reporter.ts';
import type { ExchangeState } from './state.ts';
import { listingOf } from './state.ts';
import type { ExpiryReason } from './user-events.ts';
import { expiryReason } from './user-events.ts';

/** What the conditional book has to know about the regular one. */
export interface ExecutionHooks {
  readonly onOrderEnded: (order: Order) => void;
  readonly onPositionClosed: (position: Position) => void;
}

export class Executions {
  readonly #state: ExchangeState;
  readonly #report: Reporter;
  readonly #hooks: ExecutionHooks;

  constructor(state: ExchangeState, report: Reporter, hooks: ExecutionHooks) {
    this.#state = state;
    this.#report = report;
    this.#hooks = hooks;
  }

  fill(order: Order, price: Price, wanted: Quantity, maker: boolean): Trade {
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
    push(this.#state.history.trades, trade);
    const { tape } = listingOf(this.#state, order.symbol);
    print(tape, nowMs, price, quantity, (order.side === 'BUY') === maker);
    this.#report.account('ORDER', [position]);
    this.#report.order(order, { type: order.liquidates ? 'CALCULATED' : 'TRADE', trade });
    this.#record(trade, position);
    if (order.status === 'FILLED') this.#hooks.onOrderEnded(order);
    if (reduces && !isReducedBy(position, order.side)) this.#closed(position);
    return trade;
  }

  cancel(order: Order): void {
    order.status = 'CANCELED';
    this.#end(order);
    this.#report.order(order, { type: 'CANCELED' });
    this.#report.record(order.symbol, {
      ...factsOf(order),
      kind: 'order_canceled',
      executedQuantity: showQuantity(order.executed),
    });
    this.#hooks.onOrderEnded(order);
  }

  expire(order: Order, reason: ExpiryReason): void {
    order.status = reason === expiryReason.selfTrade ? 'EXPIRED_IN_MATCH' : 'EXPIRED';
    this.#end(order);
    this.#report.order(order, { type: 'EXPIRED', reason });
    this.#report.record(order.symbol, {
      ...factsOf(order),
      kind: 'order_expired',
      executedQuantity: showQuantity(order.executed),
      reason,
    });
    this.#hooks.onOrderEnded(order);
  }

  /** Sets the margin aside that an order needs while it rests. */
  reserve(order: Order): void {
    if (order.closing) return;
    const { account } = this.#state;
    const position = positionOf(account, order.symbol, order.positionSide);
    const left = remaining(order);
    const opening = subtractQuantity(left, reducingPart(position, order.side, left));
    order.reserved = initialMargin(notional(order.price, opening), leverageOf(account, order.symbol));
    account.reserved = addMoney(account.reserved, order.reserved);
  }

  release(order: Order): void {
    this.#release(order, order.reserved);
  }

  #release(order: Order, amount: Money): void {
    if (amount === 0n) return;
    order.reserved = subtractMoney(order.reserved, amount);
    this.#state.account.reserved = subtractMoney(this.#state.account.reserved, amount);
  }

  #record(trade: Trade, position: Position): void {
    const { order } = trade;
    this.#report.record(order.symbol, {
      ...factsOf(order),
      kind: 'fill',
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
      if (orphaned) this.expire(order, expiryReason.reversedPosition);
    }
    this.#hooks.onPositionClosed(position);
  }

  #end(order: Order): void {
    order.updatedMs = this.#state.nowMs;
    this.release(order);
    unrest(listingOf(this.#state, order.symbol).book, order);
    endOrder(this.#state.history, order);
  }
}

export const factsOf = (order: Order) => ({
  symbol: order.symbol,
  side: order.side,
  positionSide: order.positionSide,
  orderId: order.orderId,
  clientOrderId: order.clientOrderId,
});
