/** The vocabulary of the simulated spot exchange: its enums, what it is made of and what it remembers (the ledger). */
import type { Side } from '../matching/book.ts';
import type { SymbolSpec } from './symbols.ts';

export type OrderType =
  | 'LIMIT'
  | 'MARKET'
  | 'STOP_LOSS'
  | 'STOP_LOSS_LIMIT'
  | 'TAKE_PROFIT'
  | 'TAKE_PROFIT_LIMIT'
  | 'LIMIT_MAKER';
export type TimeInForce = 'GTC' | 'IOC' | 'FOK';
export type SelfTradePrevention = 'EXPIRE_TAKER' | 'EXPIRE_MAKER' | 'EXPIRE_BOTH' | 'DECREMENT';
export type OrderStatus =
  | 'NEW'
  | 'PENDING_NEW'
  | 'PARTIALLY_FILLED'
  | 'FILLED'
  | 'CANCELED'
  | 'EXPIRED'
  | 'EXPIRED_IN_MATCH';
export type ExecutionType = 'NEW' | 'CANCELED' | 'REPLACED' | 'TRADE' | 'EXPIRED' | 'TRADE_PREVENTION';
export type ExpiryReason =
  | 'REJECTED'
  | 'OCO_TRIGGER'
  | 'OTO_PHASE_ONE_EXPIRED'
  | 'UNFILLED_IOC_QUANTITY_EXPIRED'
  | 'UNFILLED_FOK_ORDER_EXPIRED'
  | 'INSUFFICIENT_LIQUIDITY';
export type ContingencyType = 'OCO' | 'OTO';
export type ListStatusType = 'EXEC_STARTED' | 'UPDATED' | 'ALL_DONE';
export type ResponseType = 'ACK' | 'RESULT' | 'FULL';

/** What a new exchange is made of. */
export interface SpotOpening {
  /** Fixes the market and every random choice. */
  readonly seed: number;
  readonly symbols?: readonly SymbolSpec[];
  /** Free balances of the account, as text, by asset. */
  readonly balances?: Readonly<Record<string, string>>;
  /** The instant at which the market starts, in milliseconds since 1970. */
  readonly startMs?: number;
}

// Ledger: everything that happened, numbered from 1 without a gap.

interface OrderFacts {
  readonly symbol: string;
  readonly side: Side;
  readonly orderId: number;
  readonly orderListId: number;
  readonly clientOrderId: string;
}

interface ListFacts {
  readonly symbol: string;
  readonly orderListId: number;
  readonly listClientOrderId: string;
}

export type SpotLedgerFact =
  | ({
      readonly kind: 'order_accepted';
      readonly type: OrderType;
      readonly timeInForce: TimeInForce;
      readonly quantity: string;
      readonly price: string;
      readonly stopPrice: string;
    } & OrderFacts)
  | {
      readonly kind: 'order_refused';
      readonly symbol: string;
      readonly clientOrderId: string;
      readonly code: number;
      readonly msg: string;
    }
  | ({
      readonly kind: 'fill';
      readonly tradeId: number;
      readonly price: string;
      readonly quantity: string;
      /** Sum of all fills of the order, this one included. */
      readonly cumulativeQuantity: string;
      readonly commission: string;
      readonly commissionAsset: string;
      readonly maker: boolean;
    } & OrderFacts)
  | ({ readonly kind: 'order_triggered'; readonly lastPrice: string } & OrderFacts)
  | ({ readonly kind: 'order_amended'; readonly quantity: string } & OrderFacts)
  | ({ readonly kind: 'order_canceled'; readonly executedQuantity: string } & OrderFacts)
  | ({
      readonly kind: 'order_expired';
      readonly executedQuantity: string;
      readonly reason: ExpiryReason | 'SELF_TRADE';
    } & OrderFacts)
  | ({ readonly kind: 'list_accepted'; readonly orderIds: readonly number[] } & ListFacts)
  | ({ readonly kind: 'list_done' } & ListFacts)
  | {
      readonly kind: 'balance';
      readonly symbol: '';
      readonly asset: string;
      readonly free: string;
      readonly locked: string;
    };

export type SpotLedgerEntry = SpotLedgerFact & {
  readonly seq: number;
  readonly timeMs: number;
  /** Last price of the symbol at that moment, so that a checker can judge triggers and fills. */
  readonly marketPrice: string;
};
