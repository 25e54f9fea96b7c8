/**
 * The attributes of what is no fact. The lists of endpoints, routes and outcomes repeat what the adapters declare, which
 * telemetry does not know: a test holds them together.
 */

import { type AttributeSpec, int, intOf, oneOf, text } from './spec.ts';

const okStatuses = ['200', '202', '204', '302', '304'] as const;
const errorStatuses = [
  '400',
  '401',
  '403',
  '404',
  '405',
  '408',
  '409',
  '413',
  '415',
  '418',
  '421',
  '429',
  '500',
  '502',
  '503',
  '504',
] as const;

export const runtimeAttributes = {
  'http.request.method': oneOf(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', '_OTHER'], 'The method.'),
  'http.response.status_code': intOf([...okStatuses, ...errorStatuses], 'The status of the answer.'),
  'http.route': oneOf(
    [
      '/',
      '/health',
      '/live',
      '/metrics',
      '/openapi.json',
      '/ready',
      '/trade/signal',
      '/v1/account',
      '/v1/explain/:id',
      '/v1/orders',
      '/v1/orders/:id',
      '/v1/positions',
      '/v1/schemas/signal',
      '/v1/signals',
      '/v1/webhooks/:source',
      '/version',
    ],
    'The route of the API; absent where there is none, _OTHER for its documentation.',
  ),
  'url.template': oneOf(
    [
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
    ],
    'The endpoint of the exchange.',
  ),
  'url.full': text('The address, without the query.'),
  'url.scheme': oneOf(['http'], 'The scheme of the API, which is not served over TLS.'),
  'url.path': text('The path, without the query.'),
  'server.address': text('The host that was asked.'),
  'server.port': int('Its port.'),
  'network.protocol.name': oneOf(['http', 'websocket'], 'What a request to the exchange went over.'),
  'error.type': oneOf(
    [...errorStatuses, 'broken', 'unsent', '_OTHER'],
    'The status of an error, or why there was none: unsent requests never left, broken ones may have arrived.',
  ),
  'exception.type': text('The class of an error.'),
  'exception.message': text('The message of an error.'),
  'exception.stacktrace': text('Where an error was thrown.'),

  'tradeengine.exchange.outcome': oneOf(
    [
      'answered',
      'refused',
      'unknown',
      'missing',
      'clock',
      'duplicate',
      'unchanged',
      'no_listen_key',
      'held_back',
    ],
    'What the answer to a request means; held_back: it was not sent.',
  ),
  'tradeengine.exchange.window': oneOf(['10s', '1m'], 'The time over which the exchange counts.'),
  'tradeengine.exchange.hold': oneOf(
    ['banned', 'too_many_requests', 'weight'],
    'Why requests are held back: all of them, all that only ask, or those that weigh much.',
  ),
  'tradeengine.reconciliation.outcome': oneOf(
    ['agreed', 'differed', 'failed'],
    'Whether journal and exchange agreed; failed: the exchange did not answer.',
  ),
  'tradeengine.stream': oneOf(
    ['user', 'book', 'mark', 'orders'],
    'News of the account, best bid and ask, mark prices, or the connection that orders go over.',
  ),

  'v8js.gc.type': oneOf(['major', 'minor', 'incremental', 'weakcb'], 'The kind of garbage collection.'),
  'v8js.heap.space.name': oneOf(
    [
      'read_only_space',
      'new_space',
      'old_space',
      'code_space',
      'trusted_space',
      'shared_space',
      'shared_trusted_space',
      'new_large_object_space',
      'large_object_space',
      'code_large_object_space',
      'trusted_large_object_space',
      'shared_large_object_space',
      'shared_trusted_large_object_space',
    ],
    'The space of the heap.',
  ),
  'cpu.mode': oneOf(['user', 'system'], 'Whether the program or the kernel worked.'),
} as const satisfies Record<string, AttributeSpec>;
