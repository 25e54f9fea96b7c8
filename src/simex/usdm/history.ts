/** What of the futures account can still be asked about. */
import type { Archive, Ring } from '../matching/archive.ts';
import { archive, emptyArchive, emptyRing, push } from '../matching/archive.ts';
import type { AlgoOrder, Order, Trade } from './order.ts';
import { isOpen } from './order.ts';

export interface History {
  readonly orders: Archive<Order>;
  readonly algos: Archive<AlgoOrder>;
  readonly trades: Ring<Trade>;
}

const ENDED_ORDERS_MAX = 10_000;
const ENDED_ALGOS_MAX = 5_000;
const TRADES_MAX = 20_000;

export const emptyHistory = (): History => ({
  orders: emptyArchive(ENDED_ORDERS_MAX),
  algos: emptyArchive(ENDED_ALGOS_MAX),
  trades: emptyRing(TRADES_MAX),
});

export function addOrder({ orders }: History, order: Order): void {
  orders.byId.set(order.orderId, order);
  const other = orders.byClientId.get(order.clientOrderId);
  // A triggered order takes its conditional order's client id, which an open order may already have.
  if (other === undefined || !isOpen(other)) orders.byClientId.set(order.clientOrderId, order);
}

export const endOrder = ({ orders }: History, order: Order): void =>
  archive(orders, order, ({ orderId, clientOrderId }) => [orderId, clientOrderId]);

export function addAlgo({ algos }: History, algo: AlgoOrder): void {
  algos.byId.set(algo.algoId, algo);
  algos.byClientId.set(algo.clientAlgoId, algo);
}

export const endAlgo = ({ algos }: History, algo: AlgoOrder): void =>
  archive(algos, algo, ({ algoId, clientAlgoId }) => [algoId, clientAlgoId]);

export function addTrade({ trades }: History, trade: Trade): void {
  push(trades, trade);
}
