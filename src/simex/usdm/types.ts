/**
 * The vocabulary of the simulated exchange: its options, what comes out of it (orders and events with the field
 * names of Binance USD-M futures) and what it remembers (the ledger).
 */

import type { Side } from '../matching/book.ts';
import type { SymbolSpec } from './symbols.ts';

export type { Side } from '../matching/book.ts';
export type { Refusal, Result } from '../matching/result.ts';

export type PositionSide = 'BOTH' | 'LONG' | 'SHORT';
export type OrderType = 'LIMIT' | 'MARKET';
export type ConditionalType =
  | 'STOP'
  | 'STOP_MARKET'
  | 'TAKE_PROFIT'
  | 'TAKE_PROFIT_MARKET'
  | 'TRAILING_STOP_MARKET';
/** GTE_GTC is what the exchange gives to orders that close a position: they end with it. */
export type TimeInForce = 'GTC' | 'IOC' | 'FOK' | 'GTX' | 'GTE_GTC';
export type WorkingType = 'MARK_PRICE' | 'CONTRACT_PRICE';
export type SelfTradePrevention = 'EXPIRE_TAKER' | 'EXPIRE_MAKER' | 'EXPIRE_BOTH';
export type OrderStatus = 'NEW' | 'PARTIALLY_FILLED' | 'FILLED' | 'CANCELED' | 'EXPIRED' | 'EXPIRED_IN_MATCH';
export type AlgoStatus =
  | 'NEW'
  | 'TRIGGERING'
  | 'TRIGGERED'
  | 'FINISHED'
  | 'CANCELED'
  | 'REJECTED'
  | 'EXPIRED';
export type ExecutionType = 'NEW' | 'TRADE' | 'CANCELED' | 'EXPIRED';

export interface SimulatedExchangeOptions {
  /** Fixes the market and every random choice. */
  readonly seed: number;
  readonly symbols?: readonly SymbolSpec[];
  /** Wallet balance in USDT, as text; 10000 unless told. */
  readonly balance?: string;
  /** Hedge mode; true unless told. */
  readonly dualSide?: boolean;
  /** The instant at which the market starts, in milliseconds since 1970. */
  readonly startMs?: number;
  readonly onEvent?: (event: ExchangeEvent) => void;
  /** Gets every ledger entry once, in order. Without it the exchange keeps them itself (`ledger`). */
  readonly onLedger?: (entry: LedgerEntry) => void;
}

// Views: exactly the field names of the REST answers.

/** Answer to POST and DELETE of /fapi/v1/order: without avgPrice and cumQuote since 2026-07. */
export interface OrderAck {
  readonly orderId: number;
  readonly symbol: string;
  readonly status: OrderStatus;
  readonly clientOrderId: string;
  readonly price: string;
  readonly origQty: string;
  readonly executedQty: string;
  readonly timeInForce: TimeInForce;
  readonly type: OrderType;
  readonly reduceOnly: boolean;
  readonly closePosition: boolean;
  readonly side: Side;
  readonly positionSide: PositionSide;
  readonly stopPrice: string;
  readonly workingType: WorkingType;
  readonly priceProtect: boolean;
  readonly origType: OrderType | ConditionalType;
  readonly priceMatch: 'NONE';
  readonly selfTradePreventionMode: SelfTradePrevention;
  readonly goodTillDate: number;
  readonly updateTime: number;
}

/** Answer to GET /fapi/v1/order, openOrders and allOrders. */
export interface OrderView extends OrderAck {
  readonly avgPrice: string;
  readonly cumQuote: string;
  readonly time: number;
}

/** Answer to POST /fapi/v1/algoOrder. */
export interface AlgoOrderAck {
  readonly algoId: number;
  readonly clientAlgoId: string;
  readonly algoType: 'CONDITIONAL';
  readonly orderType: ConditionalType;
  readonly symbol: string;
  readonly side: Side;
  readonly positionSide: PositionSide;
  readonly timeInForce: TimeInForce;
  readonly quantity: string;
  readonly algoStatus: AlgoStatus;
  readonly triggerPrice: string;
  readonly price: string;
  readonly icebergQuantity: null;
  readonly selfTradePreventionMode: SelfTradePrevention;
  readonly workingType: WorkingType;
  readonly priceMatch: 'NONE';
  readonly closePosition: boolean;
  readonly priceProtect: boolean;
  readonly reduceOnly: boolean;
  readonly activatePrice: string;
  readonly callbackRate: string;
  readonly createTime: number;
  readonly updateTime: number;
  readonly triggerTime: number;
  readonly goodTillDate: number;
}

/** Answer to GET /fapi/v1/algoOrder, openAlgoOrders and allAlgoOrders. */
export interface AlgoOrderView extends AlgoOrderAck {
  readonly actualOrderId: string;
  readonly actualPrice: string;
  readonly actualQty: string;
  readonly actualType: string;
}

export interface AlgoCancelAck {
  readonly algoId: number;
  readonly clientAlgoId: string;
  readonly code: '200';
  readonly msg: 'success';
}

export interface TradeView {
  readonly id: number;
  readonly orderId: number;
  readonly symbol: string;
  readonly side: Side;
  readonly positionSide: PositionSide;
  readonly price: string;
  readonly qty: string;
  readonly quoteQty: string;
  readonly realizedPnl: string;
  readonly commission: string;
  readonly commissionAsset: string;
  readonly buyer: boolean;
  readonly maker: boolean;
  readonly marginAsset: string;
  readonly time: number;
}

// Events: exactly the field names of the streams.

export interface OrderTradeUpdate {
  readonly e: 'ORDER_TRADE_UPDATE';
  readonly E: number;
  readonly T: number;
  readonly o: {
    readonly s: string;
    readonly c: string;
    readonly S: Side;
    readonly o: OrderType;
    readonly f: TimeInForce;
    readonly q: string;
    readonly p: string;
    readonly ap: string;
    readonly sp: string;
    readonly x: ExecutionType;
    readonly X: OrderStatus;
    readonly i: number;
    readonly l: string;
    readonly z: string;
    readonly L: string;
    readonly n: string;
    readonly N: string;
    readonly T: number;
    readonly t: number;
    readonly b: string;
    readonly a: string;
    readonly m: boolean;
    readonly R: boolean;
    readonly wt: WorkingType;
    readonly ot: OrderType | ConditionalType;
    readonly ps: PositionSide;
    readonly cp: boolean;
    readonly rp: string;
    readonly pP: boolean;
    /** The algo id of the conditional order that made this order, else 0. */
    readonly si: number;
    readonly ss: number;
    readonly V: SelfTradePrevention;
    readonly pm: 'NONE';
    readonly gtd: number;
    /** Expiry reason, by its documented number. */
    readonly er: string;
  };
}

interface AccountUpdate {
  readonly e: 'ACCOUNT_UPDATE';
  readonly E: number;
  readonly T: number;
  readonly a: {
    readonly m: 'ORDER' | 'MARGIN_TYPE_CHANGE';
    readonly B: readonly {
      readonly a: string;
      readonly wb: string;
      readonly cw: string;
      readonly bc: string;
    }[];
    readonly P: readonly {
      readonly s: string;
      readonly pa: string;
      readonly ep: string;
      readonly bep: string;
      readonly cr: string;
      readonly up: string;
      readonly mt: 'cross' | 'isolated';
      readonly iw: string;
      readonly ps: PositionSide;
    }[];
  };
}

export interface AlgoUpdate {
  readonly e: 'ALGO_UPDATE';
  readonly E: number;
  readonly T: number;
  readonly o: {
    readonly caid: string;
    readonly aid: number;
    readonly at: 'CONDITIONAL';
    readonly o: ConditionalType;
    readonly s: string;
    readonly S: Side;
    readonly ps: PositionSide;
    readonly f: TimeInForce;
    readonly q: string;
    readonly X: AlgoStatus;
    /** Id of the order that it became, empty before. */
    readonly ai: string;
    readonly ap?: string;
    readonly aq?: string;
    readonly act?: OrderType;
    readonly tp: string;
    readonly p: string;
    readonly V: SelfTradePrevention;
    readonly wt: WorkingType;
    readonly pm: 'NONE';
    readonly cp: boolean;
    readonly pP: boolean;
    readonly R: boolean;
    readonly tt: number;
    readonly gtd: number;
    /** Why it was rejected. */
    readonly rm?: string;
    readonly ia: boolean;
  };
}

interface AccountConfigUpdate {
  readonly e: 'ACCOUNT_CONFIG_UPDATE';
  readonly E: number;
  readonly T: number;
  readonly ac: { readonly s: string; readonly l: number };
}

export type UserEvent = OrderTradeUpdate | AccountUpdate | AlgoUpdate | AccountConfigUpdate;

interface BookTickerEvent {
  readonly e: 'bookTicker';
  readonly u: number;
  readonly E: number;
  readonly T: number;
  readonly s: string;
  readonly b: string;
  readonly B: string;
  readonly a: string;
  readonly A: string;
}

interface MarkPriceEvent {
  readonly e: 'markPriceUpdate';
  readonly E: number;
  readonly s: string;
  readonly p: string;
  readonly ap: string;
  readonly P: string;
  readonly i: string;
  readonly r: string;
  readonly T: number;
}

export type MarketEvent = BookTickerEvent | MarkPriceEvent;
export type ExchangeEvent = UserEvent | MarketEvent;

// Ledger: everything that happened, numbered from 1 without a gap.

interface OrderFacts {
  readonly symbol: string;
  readonly side: Side;
  readonly positionSide: PositionSide;
  readonly orderId: number;
  readonly clientOrderId: string;
}

interface AlgoFacts {
  readonly symbol: string;
  readonly side: Side;
  readonly positionSide: PositionSide;
  readonly algoId: number;
  readonly clientAlgoId: string;
}

export type LedgerFact =
  | ({
      readonly kind: 'order_accepted';
      readonly type: OrderType;
      readonly timeInForce: TimeInForce;
      readonly quantity: string;
      readonly price: string;
      readonly reduceOnly: boolean;
      /** The conditional order it came from, or 0. */
      readonly algoId: number;
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
      readonly realizedPnl: string;
      readonly maker: boolean;
    } & OrderFacts)
  | ({ readonly kind: 'order_canceled'; readonly executedQuantity: string } & OrderFacts)
  | ({
      readonly kind: 'order_expired';
      readonly executedQuantity: string;
      /** Documented number of the expiry reason. */
      readonly reason: number;
    } & OrderFacts)
  | ({
      readonly kind: 'algo_accepted';
      readonly type: ConditionalType;
      readonly quantity: string;
      readonly triggerPrice: string;
      readonly price: string;
      readonly workingType: WorkingType;
      readonly closePosition: boolean;
      readonly reduceOnly: boolean;
    } & AlgoFacts)
  | {
      readonly kind: 'algo_refused';
      readonly symbol: string;
      readonly clientAlgoId: string;
      readonly code: number;
      readonly msg: string;
    }
  | ({ readonly kind: 'algo_triggered'; readonly referencePrice: string } & AlgoFacts)
  | ({ readonly kind: 'algo_rejected'; readonly code: number; readonly msg: string } & AlgoFacts)
  | ({
      readonly kind: 'algo_finished';
      readonly orderId: number;
      readonly executedQuantity: string;
    } & AlgoFacts)
  | ({ readonly kind: 'algo_canceled' } & AlgoFacts)
  | ({ readonly kind: 'algo_expired' } & AlgoFacts)
  | {
      readonly kind: 'position';
      readonly symbol: string;
      readonly positionSide: PositionSide;
      /** Signed: negative for a short position. */
      readonly quantity: string;
      readonly entryPrice: string;
      readonly walletBalance: string;
    }
  | {
      readonly kind: 'settings';
      readonly symbol: string;
      readonly setting: 'leverage' | 'margin_type' | 'dual_side';
      readonly value: string;
    };

export type LedgerEntry = LedgerFact & {
  readonly seq: number;
  readonly timeMs: number;
  /** Mark price of the symbol at that moment, so that a checker can judge triggers and fills. */
  readonly markPrice: string;
};
