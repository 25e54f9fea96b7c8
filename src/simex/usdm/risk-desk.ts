/**
 * Watches the margin: warns when it runs low, and liquidates what it no longer covers.
 *
 * Simplified: a position is closed in one piece at the mark price, the largest loss first; the exchange would send
 * orders to the book and reduce large positions step by step. The published liquidation fee goes to the insurance
 * fund as far as margin is left, and the fund makes good what the position lost beyond it.
 * https://www.binance.com/en/support/faq/360033525271
 */
import type { Money, Price } from '#core/money.ts';
import {
  addMoney,
  negateMoney,
  notional,
  rate,
  roundToStep,
  shareOf,
  showMoney,
  showPrice,
  showQuantity,
  subtractMoney,
  zeroMoney,
  zeroQuantity,
} from '#core/money.ts';
import { push } from '../matching/archive.ts';
import { isIsolated } from './account.ts';
import type { Executions } from './executions.ts';
import { factsOf } from './executions.ts';
import { addOrder } from './history.ts';
import { crossWalletOf, marginOf, valuationOf } from './margin.ts';
import type { Order } from './order.ts';
import type { Position } from './position.ts';
import { sizeOf } from './position.ts';
import type { Reporter } from './reporter.ts';
import type { Floor } from './state.ts';
import { instrumentOn, listingOf } from './state.ts';
import { expiryReason } from './user-events.ts';

/** The holder is warned when maintenance takes this share of the margin balance; the exchange names no figure. */
const WARNING_SHARE = rate('0.8');

interface Cover {
  readonly balance: Money;
  readonly maintenance: Money;
}

export class RiskDesk {
  readonly #floor: Floor;
  readonly #report: Reporter;
  readonly #executions: Executions;

  constructor(floor: Floor, report: Reporter, executions: Executions) {
    this.#floor = floor;
    this.#report = report;
    this.#executions = executions;
  }

  check(): void {
    const { account } = this.#floor.state;
    const cross: Position[] = [];
    const low: Position[] = [];
    for (const position of account.positions.values()) {
      if (position.amount === 0n) continue;
      if (!isIsolated(account, position)) {
        cross.push(position);
        continue;
      }
      const cover = this.#isolatedCover(position);
      if (cover.maintenance >= cover.balance) this.#liquidate(position, cover);
      else if (this.#runsLow(position, cover)) low.push(position);
    }
    if (cross.length > 0) low.push(...this.#checkCross(cross));
    if (low.length > 0) this.#report.marginCall(low);
  }

  #checkCross(cross: readonly Position[]): Position[] {
    const first = this.#crossCover();
    if (first.maintenance < first.balance) return cross.filter((position) => this.#runsLow(position, first));
    this.#expireOrders(cross);
    const byLoss = cross
      .map((position) => ({ position, unrealized: valuationOf(this.#floor, position).unrealized }))
      .sort((a, b) => (a.unrealized < b.unrealized ? -1 : 1));
    for (const { position } of byLoss) {
      const cover = this.#crossCover();
      if (cover.maintenance < cover.balance) break;
      this.#liquidate(position, cover);
    }
    return [];
  }

  #isolatedCover(position: Position): Cover {
    const { unrealized, maintenance } = valuationOf(this.#floor, position);
    return { balance: addMoney(position.isolatedWallet, unrealized), maintenance };
  }

  #crossCover(): Cover {
    const margin = marginOf(this.#floor);
    return {
      balance: addMoney(margin.crossWallet, margin.crossUnrealized),
      maintenance: margin.crossMaintenance,
    };
  }

  /** Says so once, until the margin has recovered. */
  #runsLow(position: Position, { balance, maintenance }: Cover): boolean {
    const low = maintenance >= shareOf(balance, WARNING_SHARE, 'down');
    const isNew = low && !position.warned;
    position.warned = low;
    if (isNew) {
      this.#report.record(position.symbol, {
        kind: 'margin_call',
        symbol: position.symbol,
        positionSide: position.positionSide,
        marginBalance: showMoney(balance),
        maintenanceMargin: showMoney(maintenance),
      });
    }
    return isNew;
  }

  #expireOrders(positions: readonly Position[]): void {
    for (const symbol of new Set(positions.map((position) => position.symbol))) {
      const { book } = listingOf(this.#floor.state, symbol);
      for (const order of [...book.bids, ...book.asks]) {
        if (order.status === 'NEW' || order.status === 'PARTIALLY_FILLED') {
          this.#executions.expire(order, expiryReason.liquidation);
        }
      }
    }
  }

  #liquidate(position: Position, { balance, maintenance }: Cover): void {
    const { state } = this.#floor;
    const { account } = state;
    if (isIsolated(account, position)) this.#expireOrders([position]);
    const { symbol, positionSide } = position;
    const instrument = instrumentOn(this.#floor, symbol);
    const margin = isIsolated(account, position) ? position.isolatedWallet : undefined;
    const side = position.amount > 0n ? 'SELL' : 'BUY';
    const price = roundToStep(
      valuationOf(this.#floor, position).mark,
      instrument.tick,
      side === 'BUY' ? 'up' : 'down',
    );
    const order = this.#order(position, side, price);
    const quantity = order.quantity;
    const { realized, commission } = this.#executions.fill(order, price, quantity, false);

    // What is left of the margin that stood behind it: its own, or all of the cross balance.
    const left =
      margin === undefined
        ? addMoney(crossWalletOf(this.#floor), marginOf(this.#floor).crossUnrealized)
        : addMoney(margin, subtractMoney(realized, commission));
    const fee = shareOf(notional(price, quantity), instrument.liquidationFee, 'down');
    const insurance = left <= 0n ? negateMoney(left) : negateMoney(fee < left ? fee : left);
    account.wallet = addMoney(account.wallet, insurance);
    if (insurance !== zeroMoney) {
      push(state.history.incomes, {
        transactionId: state.nextTransactionId,
        symbol,
        type: 'INSURANCE_CLEAR',
        amount: insurance,
        timeMs: state.nowMs,
      });
      state.nextTransactionId += 1;
      this.#report.account('INSURANCE_CLEAR', [], insurance);
    }
    this.#report.record(symbol, {
      kind: 'liquidation',
      ...factsOf(order),
      positionSide,
      quantity: showQuantity(quantity),
      price: showPrice(price),
      marginBalance: showMoney(balance),
      maintenanceMargin: showMoney(maintenance),
      insurance: showMoney(insurance),
      walletBalance: showMoney(account.wallet),
    });
  }

  #order(position: Position, side: 'BUY' | 'SELL', price: Price): Order {
    const { state } = this.#floor;
    const orderId = state.nextOrderId;
    state.nextOrderId += 1;
    const order: Order = {
      orderId,
      clientOrderId: `autoclose-${state.nowMs}${orderId}`,
      symbol: position.symbol,
      side,
      positionSide: position.positionSide,
      type: 'LIMIT',
      timeInForce: 'IOC',
      price,
      quantity: sizeOf(position),
      priceMatch: 'NONE',
      goodTillMs: 0,
      reduceOnly: false,
      closing: true,
      selfTradePrevention: 'NONE',
      origin: undefined,
      liquidates: true,
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
      kind: 'order_accepted',
      ...factsOf(order),
      type: order.type,
      timeInForce: order.timeInForce,
      quantity: showQuantity(order.quantity),
      price: showPrice(order.price),
      reduceOnly: false,
      algoId: 0,
    });
    this.#report.order(order, { type: 'NEW' });
    return order;
  }
}
