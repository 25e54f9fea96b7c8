/**
 * The vocabulary of the simulated exchange, and the events that come out of it with the field names of Binance USD-M
 * futures.
 */

export type Side = 'BUY' | 'SELL';
export type PositionSide = 'BOTH' | 'LONG' | 'SHORT';
export type OrderType = 'LIMIT' | 'MARKET';
export type ConditionalType =
  | 'STOP'
  | 'STOP_MARKET'
  | 'TAKE_PROFIT'
  | 'TAKE_PROFIT_MARKET'
  | 'TRAILING_STOP_MARKET';
const conditionalTypes: readonly string[] = [
  'STOP',
  'STOP_MARKET',
  'TAKE_PROFIT',
  'TAKE_PROFIT_MARKET',
  'TRAILING_STOP_MARKET',
] satisfies ConditionalType[];
export const isConditional = (type: string): type is ConditionalType => conditionalTypes.includes(type);
/** GTE_GTC is what the exchange gives to orders that close a position: they end with it. */
export type TimeInForce = 'GTC' | 'IOC' | 'FOK' | 'GTX' | 'GTD' | 'GTE_GTC';
export type WorkingType = 'MARK_PRICE' | 'CONTRACT_PRICE';
export type SelfTradePrevention = 'NONE' | 'EXPIRE_TAKER' | 'EXPIRE_MAKER' | 'EXPIRE_BOTH';
export type PriceMatch =
  | 'NONE'
  | 'OPPONENT'
  | 'OPPONENT_5'
  | 'OPPONENT_10'
  | 'OPPONENT_20'
  | 'QUEUE'
  | 'QUEUE_5'
  | 'QUEUE_10'
  | 'QUEUE_20';
export type OrderStatus = 'NEW' | 'PARTIALLY_FILLED' | 'FILLED' | 'CANCELED' | 'EXPIRED' | 'EXPIRED_IN_MATCH';
export type AlgoStatus =
  | 'NEW'
  | 'TRIGGERING'
  | 'TRIGGERED'
  | 'FINISHED'
  | 'CANCELED'
  | 'REJECTED'
  | 'EXPIRED';
/** CALCULATED is the fill of a liquidation. */
export type ExecutionType = 'NEW' | 'TRADE' | 'CANCELED' | 'EXPIRED' | 'AMENDMENT' | 'CALCULATED';
export type AccountUpdateReason =
  | 'ORDER'
  | 'MARGIN_TYPE_CHANGE'
  | 'MARGIN_TRANSFER'
  | 'FUNDING_FEE'
  | 'INSURANCE_CLEAR';

// Events: exactly the field names of the streams.

export interface OrderTradeUpdate {
  readonly e: 'ORDER_TRADE_UPDATE';
  readonly E: number;
  readonly T: number;
  readonly o: {
    readonly s: string;
    readonly c: string;
    readonly S: Side;
    readonly o: OrderType | 'LIQUIDATION';
    readonly f: TimeInForce;
    readonly q: string;
    readonly p: string;
    readonly ap: string;
    readonly sp: string;
    readonly x: ExecutionType;
    readonly X: OrderStatus;
    readonly i: number;
    /** What the client called an amendment. */
    readonly M?: string;
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
    /** Activation price and callback rate of a trailing stop. */
    readonly AP?: string;
    readonly cr?: string;
    readonly rp: string;
    readonly pP: boolean;
    /** The algo id of the conditional order that made this order, else 0. */
    readonly si: number;
    readonly ss: number;
    readonly V: SelfTradePrevention;
    readonly pm: PriceMatch;
    readonly gtd: number;
    /** Expiry reason, by its documented number. */
    readonly er: string;
  };
}

export interface TradeLite {
  readonly e: 'TRADE_LITE';
  readonly E: number;
  readonly T: number;
  readonly s: string;
  readonly q: string;
  readonly p: string;
  readonly m: boolean;
  readonly c: string;
  readonly S: Side;
  readonly L: string;
  readonly l: string;
  readonly t: number;
  readonly i: number;
}

export interface AccountUpdate {
  readonly e: 'ACCOUNT_UPDATE';
  readonly E: number;
  readonly T: number;
  readonly a: {
    readonly m: AccountUpdateReason;
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
    readonly pm: PriceMatch;
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

export interface MarginCall {
  readonly e: 'MARGIN_CALL';
  readonly E: number;
  /** Cross wallet balance: only with positions in cross margin. */
  readonly cw?: string;
  readonly p: readonly {
    readonly s: string;
    readonly ps: PositionSide;
    readonly pa: string;
    readonly mt: 'CROSSED' | 'ISOLATED';
    readonly iw: string;
    readonly mp: string;
    readonly up: string;
    readonly mm: string;
  }[];
}

interface AccountConfigUpdate {
  readonly e: 'ACCOUNT_CONFIG_UPDATE';
  readonly E: number;
  readonly T: number;
  readonly ac?: { readonly s: string; readonly l: number };
  /** Multi-assets mode. */
  readonly ai?: { readonly j: boolean };
}

export type UserEvent =
  | OrderTradeUpdate
  | TradeLite
  | AccountUpdate
  | AlgoUpdate
  | MarginCall
  | AccountConfigUpdate;

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
