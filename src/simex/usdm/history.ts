/**
 * What can still be asked about: every open order, and the newest ended ones and trades in rings of fixed length,
 * so that memory does not grow with the life of the exchange.
 */
import type { Money, Price, Rate } from '#core/money.ts';
import type { AlgoOrder, Amendment, Order, Trade } from './order.ts';
import { isOpen } from './order.ts';
import type { PositionSide } from './types.ts';

interface Ring<T> {
  readonly items: T[];
  readonly lengthMax: number;
  /** Where the next item goes once the ring is full. */
  next: number;
}

/** A payment that is no trade's: fees and profit of trades are in the trades. */
export interface Income {
  readonly transactionId: number;
  readonly symbol: string;
  readonly type: 'FUNDING_FEE' | 'INSURANCE_CLEAR';
  readonly amount: Money;
  readonly timeMs: number;
}

/** Margin put into an isolated position, or taken out of it (negative). */
export interface MarginMove {
  readonly symbol: string;
  readonly positionSide: PositionSide;
  readonly amount: Money;
  readonly timeMs: number;
}

export interface Funding {
  readonly symbol: string;
  readonly rate: Rate;
  readonly mark: Price;
  readonly timeMs: number;
}

export interface History {
  readonly ordersById: Map<number, Order>;
  /** The newest order of each client id. */
  readonly ordersByClientId: Map<string, Order>;
  readonly endedOrders: Ring<Order>;
  readonly algosById: Map<number, AlgoOrder>;
  readonly algosByClientId: Map<string, AlgoOrder>;
  readonly endedAlgos: Ring<AlgoOrder>;
  readonly trades: Ring<Trade>;
  readonly amendments: Ring<Amendment>;
  readonly incomes: Ring<Income>;
  readonly marginMoves: Ring<MarginMove>;
  readonly fundings: Ring<Funding>;
}

const ENDED_ORDERS_MAX = 10_000;
const ENDED_ALGOS_MAX = 5_000;
const TRADES_MAX = 20_000;
const RECORDS_MAX = 5_000;

const emptyRing = <T>(lengthMax: number): Ring<T> => ({ items: [], lengthMax, next: 0 });

export const emptyHistory = (): History => ({
  ordersById: new Map(),
  ordersByClientId: new Map(),
  endedOrders: emptyRing(ENDED_ORDERS_MAX),
  algosById: new Map(),
  algosByClientId: new Map(),
  endedAlgos: emptyRing(ENDED_ALGOS_MAX),
  trades: emptyRing(TRADES_MAX),
  amendments: emptyRing(RECORDS_MAX),
  incomes: emptyRing(RECORDS_MAX),
  marginMoves: emptyRing(RECORDS_MAX),
  fundings: emptyRing(RECORDS_MAX),
});

/** Adds an item and gives the one that had to leave for it. */
export function push<T>(ring: Ring<T>, item: T): T | undefined {
  if (ring.items.length < ring.lengthMax) {
    ring.items.push(item);
    return undefined;
  }
  const evicted = ring.items[ring.next];
  ring.items[ring.next] = item;
  ring.next = (ring.next + 1) % ring.lengthMax;
  return evicted;
}

/** Oldest first. */
export const inOrder = <T>(ring: Ring<T>): T[] =>
  ring.next === 0 ? ring.items : [...ring.items.slice(ring.next), ...ring.items.slice(0, ring.next)];

export function addOrder(history: History, order: Order): void {
  history.ordersById.set(order.orderId, order);
  const known = history.ordersByClientId.get(order.clientOrderId);
  // A triggered order takes its conditional order's client id, which an open order may already have.
  if (known === undefined || !isOpen(known)) history.ordersByClientId.set(order.clientOrderId, order);
}

export function endOrder(history: History, order: Order): void {
  const evicted = push(history.endedOrders, order);
  if (evicted === undefined) return;
  history.ordersById.delete(evicted.orderId);
  if (history.ordersByClientId.get(evicted.clientOrderId) === evicted) {
    history.ordersByClientId.delete(evicted.clientOrderId);
  }
}

export function addAlgo(history: History, algo: AlgoOrder): void {
  history.algosById.set(algo.algoId, algo);
  history.algosByClientId.set(algo.clientAlgoId, algo);
}

export function endAlgo(history: History, algo: AlgoOrder): void {
  const evicted = push(history.endedAlgos, algo);
  if (evicted === undefined) return;
  history.algosById.delete(evicted.algoId);
  if (history.algosByClientId.get(evicted.clientAlgoId) === evicted) {
    history.algosByClientId.delete(evicted.clientAlgoId);
  }
}
