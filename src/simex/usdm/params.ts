/** Parameters of requests: exactly the names of the wire, all text, all optional; the exchange checks them. */

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
  readonly priceMatch?: string | undefined;
  readonly goodTillDate?: string | undefined;
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
  readonly priceMatch?: string | undefined;
  readonly goodTillDate?: string | undefined;
  readonly selfTradePreventionMode?: string | undefined;
}

/** Names one order of the regular book. */
export interface OrderKey {
  readonly symbol?: string | undefined;
  readonly orderId?: string | undefined;
  readonly origClientOrderId?: string | undefined;
}

export interface AmendParams extends OrderKey {
  readonly side?: string | undefined;
  readonly quantity?: string | undefined;
  readonly price?: string | undefined;
  readonly priceMatch?: string | undefined;
  readonly reduceOnly?: string | undefined;
  readonly modifyId?: string | undefined;
}

/** Names one order of the conditional book. */
export interface AlgoOrderKey {
  readonly algoId?: string | undefined;
  readonly clientAlgoId?: string | undefined;
}

/** A page of history: newest `limit` entries unless a starting id or time is given. */
export interface HistoryParams {
  readonly symbol?: string | undefined;
  readonly orderId?: string | undefined;
  readonly origClientOrderId?: string | undefined;
  readonly fromId?: string | undefined;
  readonly startTime?: string | undefined;
  readonly endTime?: string | undefined;
  readonly limit?: string | undefined;
  readonly page?: string | undefined;
  readonly incomeType?: string | undefined;
  readonly autoCloseType?: string | undefined;
  readonly type?: string | undefined;
}

export interface PositionMarginParams {
  readonly symbol?: string | undefined;
  readonly positionSide?: string | undefined;
  readonly amount?: string | undefined;
  /** 1 adds margin, 2 takes it out. */
  readonly type?: string | undefined;
}
