/**
 * Every endpoint that the adapter asks and what each request to it costs: a closed list, so that requests can be
 * counted by it. Weights are those of the calls as they are made here: open orders are asked for without a symbol.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/general-info
 */

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** What a request takes of the limits of the address and of the account. */
export interface Cost {
  readonly weight: number;
  readonly orders: number;
}

const weighs = (weight: number): Cost => ({ weight, orders: 0 });
const anOrder: Cost = { weight: 0, orders: 1 };

const costs = {
  '/api/v3/time': { GET: weighs(1) },
  '/fapi/v1/accountConfig': { GET: weighs(5) },
  '/fapi/v1/algoOrder': { GET: weighs(1), POST: anOrder, DELETE: weighs(1) },
  '/fapi/v1/exchangeInfo': { GET: weighs(1) },
  '/fapi/v1/leverage': { POST: weighs(1) },
  '/fapi/v1/listenKey': { POST: weighs(1), PUT: weighs(1) },
  '/fapi/v1/marginType': { POST: weighs(1) },
  '/fapi/v1/multiAssetsMargin': { POST: weighs(1) },
  '/fapi/v1/openAlgoOrders': { GET: weighs(40) },
  '/fapi/v1/openOrders': { GET: weighs(40) },
  '/fapi/v1/order': { GET: weighs(1), POST: anOrder, DELETE: weighs(1) },
  '/fapi/v1/positionSide/dual': { POST: weighs(1) },
  '/fapi/v1/premiumIndex': { GET: weighs(10) },
  '/fapi/v1/symbolConfig': { GET: weighs(5) },
  '/fapi/v1/time': { GET: weighs(1) },
  '/fapi/v1/userTrades': { GET: weighs(5) },
  '/fapi/v3/account': { GET: weighs(5) },
  '/fapi/v3/positionRisk': { GET: weighs(5) },
  '/sapi/v1/account/apiRestrictions': { GET: weighs(1) },
} as const satisfies Record<string, Partial<Record<Method, Cost>>>;

export type Endpoint = keyof typeof costs;

export const endpoints = Object.keys(costs) as readonly Endpoint[];

export function costOf(method: Method, endpoint: Endpoint): Cost {
  const cost = (costs[endpoint] as Partial<Record<Method, Cost>>)[method];
  if (cost === undefined) throw new Error(`what ${method} ${endpoint} costs is not listed`);
  return cost;
}
