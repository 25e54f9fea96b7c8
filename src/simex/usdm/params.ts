/** Parameters of requests: exactly the names of the wire, all text, all optional; the exchange checks them. */
import type { PageParams } from '../matching/page.ts';

export interface OrderParams {
  readonly symbol?: string | undefined;
  readonly side?: string | undefined;
  readonly type?: string | undefined;
  readonly positionSide?: string | undefined;
  readonly timeInForce?: string | undefined;
  readonly quantity?: string | undefined;
  readonly price?: string | undefined;
  readonly reduceOnly?: string | undefined;
  readonly newClientOrderId?: string | undefined;
  readonly newOrderRespType?: string | undefined;
  readonly selfTradePreventionMode?: string | undefined;
}

export interface AlgoOrderParams {
  readonly algoType?: string | undefined;
  readonly symbol?: string | undefined;
  readonly side?: string | undefined;
  readonly type?: string | undefined;
  readonly positionSide?: string | undefined;
  readonly timeInForce?: string | undefined;
  readonly quantity?: string | undefined;
  readonly price?: string | undefined;
  readonly triggerPrice?: string | undefined;
  readonly workingType?: string | undefined;
  readonly closePosition?: string | undefined;
  readonly priceProtect?: string | undefined;
  readonly reduceOnly?: string | undefined;
  readonly activatePrice?: string | undefined;
  readonly callbackRate?: string | undefined;
  readonly clientAlgoId?: string | undefined;
  readonly selfTradePreventionMode?: string | undefined;
}

/** Names one order of the regular book. */
export interface OrderKey {
  readonly symbol?: string | undefined;
  readonly orderId?: string | undefined;
  readonly origClientOrderId?: string | undefined;
}

/** Names one order of the conditional book. */
export interface AlgoOrderKey {
  readonly algoId?: string | undefined;
  readonly clientAlgoId?: string | undefined;
}

export interface HistoryParams extends PageParams {
  readonly orderId?: string | undefined;
  readonly fromId?: string | undefined;
}
