/** What the account's API key may do, as /sapi/v1/account/apiRestrictions tells it. */

export interface ApiRestrictions {
  readonly ipRestrict: boolean;
  readonly enableReading: boolean;
  readonly enableFutures: boolean;
  readonly enableSpotAndMarginTrading: boolean;
  readonly enableMargin: boolean;
  readonly enableWithdrawals: boolean;
  readonly enableInternalTransfer: boolean;
  readonly permitsUniversalTransfer: boolean;
  readonly enableVanillaOptions: boolean;
  readonly enablePortfolioMarginTrading: boolean;
  readonly enableFixApiTrade: boolean;
  readonly enableFixReadOnly: boolean;
}

/** A key that trades and can do nothing else. */
export const tradingKey: ApiRestrictions = {
  ipRestrict: true,
  enableReading: true,
  enableFutures: true,
  enableSpotAndMarginTrading: true,
  enableMargin: false,
  enableWithdrawals: false,
  enableInternalTransfer: false,
  permitsUniversalTransfer: false,
  enableVanillaOptions: false,
  enablePortfolioMarginTrading: false,
  enableFixApiTrade: false,
  enableFixReadOnly: false,
};
