/** What the simulated exchange remembers: everything that happened, numbered from 1 without a gap. */
import type { ConditionalType, OrderType, PositionSide, Side, TimeInForce, WorkingType } from './types.ts';

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
  | ({
      readonly kind: 'order_amended';
      readonly priceBefore: string;
      readonly price: string;
      readonly quantityBefore: string;
      readonly quantity: string;
    } & OrderFacts)
  | {
      readonly kind: 'amendment_refused';
      readonly symbol: string;
      readonly clientOrderId: string;
      readonly code: number;
      readonly msg: string;
    }
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
      readonly kind: 'funding';
      readonly symbol: string;
      readonly positionSide: PositionSide;
      readonly rate: string;
      /** What the wallet received; negative when it paid. */
      readonly amount: string;
      readonly walletBalance: string;
    }
  | {
      readonly kind: 'margin_moved';
      readonly symbol: string;
      readonly positionSide: PositionSide;
      /** Into the isolated position; negative when taken out of it. */
      readonly amount: string;
      readonly isolatedWallet: string;
    }
  | {
      readonly kind: 'margin_call';
      readonly symbol: string;
      readonly positionSide: PositionSide;
      readonly marginBalance: string;
      readonly maintenanceMargin: string;
    }
  | ({
      readonly kind: 'liquidation';
      readonly quantity: string;
      readonly price: string;
      readonly marginBalance: string;
      readonly maintenanceMargin: string;
      /** From the insurance fund; negative when a fee went to it. */
      readonly insurance: string;
      readonly walletBalance: string;
    } & OrderFacts)
  | {
      readonly kind: 'settings';
      readonly symbol: string;
      readonly setting:
        | 'leverage'
        | 'margin_type'
        | 'dual_side'
        | 'multi_assets'
        | 'fee_burn'
        | 'cancel_all_at'
        | 'api_restrictions';
      readonly value: string;
    };

export type LedgerEntry = LedgerFact & {
  readonly seq: number;
  readonly timeMs: number;
  /** Mark price of the symbol at that moment, so that a checker can judge triggers and fills. */
  readonly markPrice: string;
};
