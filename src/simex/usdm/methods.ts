/**
 * The methods of the futures WebSocket API, each by the REST endpoint that does the same.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/websocket-api-general-info
 */
export const usdmMethods: Readonly<Record<string, string>> = {
  'order.place': 'POST /fapi/v1/order',
  'order.modify': 'PUT /fapi/v1/order',
  'order.cancel': 'DELETE /fapi/v1/order',
  'order.status': 'GET /fapi/v1/order',
  'algoOrder.place': 'POST /fapi/v1/algoOrder',
  'algoOrder.cancel': 'DELETE /fapi/v1/algoOrder',
  'account.balance': 'GET /fapi/v3/balance',
  'account.status': 'GET /fapi/v3/account',
  'account.position': 'GET /fapi/v3/positionRisk',
  'v2/account.balance': 'GET /fapi/v3/balance',
  'v2/account.status': 'GET /fapi/v3/account',
  'v2/account.position': 'GET /fapi/v3/positionRisk',
  depth: 'GET /fapi/v1/depth',
  'ticker.price': 'GET /fapi/v2/ticker/price',
  'ticker.book': 'GET /fapi/v1/ticker/bookTicker',
  'userDataStream.start': 'POST /fapi/v1/listenKey',
  'userDataStream.ping': 'PUT /fapi/v1/listenKey',
  'userDataStream.stop': 'DELETE /fapi/v1/listenKey',
};
