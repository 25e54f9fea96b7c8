/**
 * Order lists. In an OCO one order ends the other; in an OTO a working order starts what waits for it, a single order
 * or such a pair. https://github.com/binance/binance-spot-api-docs/blob/master/rest-api.md#order-lists
 */

import { archive } from '../matching/archive.ts';
import type { Refusal, Result } from '../matching/result.ts';
import {
  assetOf,
  brokenRule,
  isAffordable,
  isDuplicate,
  isPriceOrderRight,
  refusedByMarket,
} from './checks.ts';
import type { ListRequest } from './list-request.ts';
import type { Order, OrderList } from './order.ts';
import { isOpen, isPending, pairOf, rivalsOf } from './order.ts';
import type { OrderDesk } from './order-desk.ts';
import type { OrderRequest } from './order-request.ts';
import * as refusals from './refusals.ts';
import type { Reporter } from './reporter.ts';
import type { Listing, SpotState } from './state.ts';
import { listingOf } from './state.ts';

export class ListDesk {
  readonly #state: SpotState;
  readonly #report: Reporter;
  readonly #desk: OrderDesk;

  constructor(state: SpotState, report: Reporter, desk: OrderDesk) {
    this.#state = state;
    this.#report = report;
    this.#desk = desk;
  }

  /** The list must be told to go on (`proceed`) once its placement is answered. */
  place(request: ListRequest): Result<{ readonly list: OrderList }> {
    const { working, others, instrument } = request;
    const listing = listingOf(this.#state, instrument.symbol);
    const refusal = this.#check(request, listing);
    if (refusal !== undefined) return refusal;

    const { nowMs } = this.#state;
    const orderListId = this.#state.nextListId;
    this.#state.nextListId += 1;
    const list: OrderList = {
      orderListId,
      listClientOrderId: request.clientId ?? `sim-list-${orderListId}`,
      symbol: instrument.symbol,
      contingencyType: request.contingencyType,
      orders: [],
      createdMs: nowMs,
      updatedMs: nowMs,
      isPlaced: false,
      isDone: false,
    };
    this.#state.lists.byId.set(orderListId, list);
    this.#state.lists.byClientId.set(list.listClientOrderId, list);
    if (working !== undefined) list.orders.push(this.#desk.admit(working, list, false));
    for (const other of others) list.orders.push(this.#desk.admit(other, list, working !== undefined));
    this.#report.record({
      kind: 'list_accepted',
      ...factsOf(list),
      orderIds: list.orders.map(({ orderId }) => orderId),
    });
    this.#report.list(list, 'EXEC_STARTED');
    this.#desk.start(list.orders.filter((order) => !isPending(order)));
    return { ok: true, list };
  }

  /** A working order that was filled at once starts what waits for it only now. */
  proceed(list: OrderList): void {
    list.isPlaced = true;
    const [working] = list.orders;
    if (list.contingencyType === 'OTO' && working?.status === 'FILLED') this.#startPending(list);
  }

  /** An order of a list is canceled with its whole list, by this way only. */
  cancel(list: OrderList, cancelId: string): void {
    for (const order of list.orders) if (isOpen(order)) this.#desk.cancel(order, cancelId);
  }

  /** The id of an order in the list is another one. */
  renamed(list: OrderList): void {
    this.#touch(list);
    this.#report.list(list, 'UPDATED');
  }

  orderWorking(order: Order): void {
    for (const rival of rivalsOf(order)) if (isOpen(rival)) this.#desk.expire(rival, 'OCO_TRIGGER');
  }

  orderEnded(order: Order): void {
    const { list } = order;
    if (list === undefined || list.isDone) return;
    this.#touch(list);
    const isWorking = list.contingencyType === 'OTO' && order === list.orders[0];
    if (isWorking && order.status === 'FILLED') {
      if (list.isPlaced) this.#startPending(list);
    } else if (isWorking && order.status !== 'CANCELED') {
      for (const other of pairOf(list)) if (isOpen(other)) this.#desk.expire(other, 'OTO_PHASE_ONE_EXPIRED');
    } else if (order.status !== 'CANCELED' && order.expiryReason !== 'OCO_TRIGGER') this.orderWorking(order);
    if (list.isDone || list.orders.some(isOpen)) return;
    list.isDone = true;
    archive(this.#state.lists, list, (one) => [one.orderListId, one.listClientOrderId]);
    this.#report.record({ kind: 'list_done', ...factsOf(list) });
    this.#report.list(list, 'ALL_DONE');
  }

  #check({ working, others, clientId }: ListRequest, listing: Listing): Refusal | undefined {
    const all = working === undefined ? others : [working, ...others];
    const broken = brokenRule(this.#state, all, true);
    if (broken !== undefined) return broken;
    const known = clientId === undefined ? undefined : this.#state.lists.byClientId.get(clientId);
    if (isDuplicate(this.#state, all) || known?.isDone === false) return refusals.duplicateOrder();
    if (others.length > 1 && working === undefined && !isPriceOrderRight(others, listing)) {
      return refusals.badOcoPrices();
    }
    return this.#refusedNow(working === undefined ? others : [working], listing);
  }

  /** Why orders that exclude each other cannot begin now. */
  #refusedNow(orders: readonly OrderRequest[], listing: Listing): Refusal | undefined {
    for (const order of orders) {
      const refusal = refusedByMarket(order, listing);
      if (refusal !== undefined) return refusal;
      if (!isAffordable(this.#state, order, assetOf(order.side, order.instrument), listing)) {
        return refusals.insufficientBalance();
      }
    }
    return undefined;
  }

  #startPending(list: OrderList): void {
    const pending = pairOf(list).filter(isPending);
    const listing = listingOf(this.#state, list.symbol);
    const isRefused = pending.some(
      (order) =>
        refusedByMarket(order, listing) !== undefined ||
        !isAffordable(this.#state, order, order.reserve.asset, listing),
    );
    if (!isRefused) this.#desk.start(pending);
    else for (const order of pending) if (isOpen(order)) this.#desk.expire(order, 'REJECTED');
  }

  #touch(list: OrderList): void {
    list.updatedMs = this.#state.nowMs;
  }
}

const factsOf = ({ symbol, orderListId, listClientOrderId }: OrderList) => ({
  symbol,
  orderListId,
  listClientOrderId,
});
