/**
 * Every endpoint that the adapter asks: a closed list, so that requests can be counted by it.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/general-info
 */

export const endpoints = [
  '/api/v3/time',
  '/fapi/v1/accountConfig',
  '/fapi/v1/algoOrder',
  '/fapi/v1/exchangeInfo',
  '/fapi/v1/leverage',
  '/fapi/v1/listenKey',
  '/fapi/v1/marginType',
  '/fapi/v1/multiAssetsMargin',
  '/fapi/v1/openAlgoOrders',
  '/fapi/v1/openOrders',
  '/fapi/v1/order',
  '/fapi/v1/positionSide/dual',
  '/fapi/v1/premiumIndex',
  '/fapi/v1/symbolConfig',
  '/fapi/v1/time',
  '/fapi/v1/userTrades',
  '/fapi/v3/account',
  '/fapi/v3/positionRisk',
  '/sapi/v1/account/apiRestrictions',
] as const;

export type Endpoint = (typeof endpoints)[number];
