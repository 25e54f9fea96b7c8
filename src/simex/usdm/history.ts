/** What of the futures account can still be asked about. */
import type { Money, Price, Rate } from '#core/money.ts';
import { type Archive, archive, emptyArchive, emptyRing, type Ring } from '../matching/archive.ts';
import type { AlgoOrder, Amendment, Order, Trade } from './order.ts';
import { isOpen } from './order.ts';
import type { PositionSide } from './types.ts';

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
  readonly orders: Archive<Order>;
  readonly algos: Archive<AlgoOrder>;
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

export const emptyHistory = (): History => ({
  orders: emptyArchive(ENDED_ORDERS_MAX),
  algos: emptyArchive(ENDED_ALGOS_MAX),
  trades: emptyRing(TRADES_MAX),
  amendments: emptyRing(RECORDS_MAX),
  incomes: emptyRing(RECORDS_MAX),
  marginMoves: emptyRing(RECORDS_MAX),
  fundings: emptyRing(RECORDS_MAX),
});

export function addOrder({ orders }: History, order: Order): void {
  orders.byId.set(order.orderId, order);
  const known = orders.byClientId.get(order.clientOrderId);
  // A triggered order takes its conditional order's client id, which an open order may already have.
  if (known === undefined || !isOpen(known)) orders.byClientId.set(order.clientOrderId, order);
}

export const endOrder = ({ orders }: History, order: Order): void =>
  archive(orders, order, ({ orderId, clientOrderId }) => [orderId, clientOrderId]);

export function addAlgo({ algos }: History, algo: AlgoOrder): void {
  algos.byId.set(algo.algoId, algo);
  algos.byClientId.set(algo.clientAlgoId, algo);
}

export const endAlgo = ({ algos }: History, algo: AlgoOrder): void =>
  archive(algos, algo, ({ algoId, clientAlgoId }) => [algoId, clientAlgoId]);
