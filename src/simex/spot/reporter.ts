/** Tells the listeners what happens in the spot exchange: events for the streams, facts for the ledger. */
import type { Money } from '#core/money.ts';
import { showMoney, showPrice, showQuantity } from '#core/money.ts';
import { balanceOf } from './account.ts';
import type { Execution, SpotEvent } from './events.ts';
import { accountPosition, balanceUpdate, bookTicker, executionReport, listStatus } from './events.ts';
import type { Order, OrderList } from './order.ts';
import type { SpotState } from './state.ts';
import { listingOf } from './state.ts';
import type { ListStatusType, SpotLedgerEntry, SpotLedgerFact } from './types.ts';

export class Reporter {
  readonly #state: SpotState;
  readonly #onEvent: ((event: SpotEvent) => void) | undefined;
  readonly #onLedger: (entry: SpotLedgerEntry) => void;
  readonly #waiting: SpotEvent[] = [];
  #delivering = false;

  constructor(
    state: SpotState,
    onEvent: ((event: SpotEvent) => void) | undefined,
    onLedger: (entry: SpotLedgerEntry) => void,
  ) {
    this.#state = state;
    this.#onEvent = onEvent;
    this.#onLedger = onLedger;
  }

  /** Hands the waiting events to the listener; a call from inside the listener leaves that to the outer one. */
  deliver(): void {
    if (this.#onEvent === undefined || this.#delivering) return;
    this.#delivering = true;
    try {
      for (let event = this.#waiting.shift(); event !== undefined; event = this.#waiting.shift()) {
        this.#onEvent(event);
      }
    } finally {
      this.#delivering = false;
    }
  }

  record(fact: SpotLedgerFact): void {
    this.#state.ledgerLength += 1;
    const listing = this.#state.listings.get(fact.symbol);
    this.#onLedger({
      ...fact,
      seq: this.#state.ledgerLength,
      timeMs: this.#state.nowMs,
      marketPrice: listing === undefined ? '0' : showPrice(listing.market.last),
    });
  }

  /** Gives the id of the execution. */
  order(order: Order, execution: Omit<Execution, 'executionId'>): number {
    const executionId = this.#state.nextExecutionId;
    this.#state.nextExecutionId += 1;
    if (this.#onEvent !== undefined) {
      this.#waiting.push(executionReport(order, { ...execution, executionId }, this.#state.nowMs));
    }
    return executionId;
  }

  balances(...assets: readonly string[]): void {
    const { account, nowMs } = this.#state;
    account.updatedMs = nowMs;
    for (const asset of assets) {
      const { free, locked } = balanceOf(account, asset);
      this.record({ kind: 'balance', symbol: '', asset, free: showMoney(free), locked: showMoney(locked) });
    }
    if (this.#onEvent !== undefined) this.#waiting.push(accountPosition(account, assets, nowMs));
  }

  transfer(asset: string, delta: Money): void {
    if (this.#onEvent !== undefined) {
      this.#waiting.push(balanceUpdate(asset, showMoney(delta), this.#state.nowMs));
    }
    this.balances(asset);
  }

  list(list: OrderList, type: ListStatusType): void {
    if (this.#onEvent !== undefined) this.#waiting.push(listStatus(list, type, this.#state.nowMs));
  }

  quotes(symbol: string): void {
    if (this.#onEvent === undefined) return;
    const updateId = this.#state.nextBookUpdateId;
    this.#state.nextBookUpdateId += 1;
    this.#waiting.push(bookTicker(symbol, listingOf(this.#state, symbol).market, updateId));
  }
}

export const factsOf = (order: Order) => ({
  symbol: order.symbol,
  side: order.side,
  orderId: order.orderId,
  orderListId: order.list?.orderListId ?? -1,
  clientOrderId: order.clientOrderId,
});

export const executedOf = (order: Order) => ({ executedQuantity: showQuantity(order.executed) });
