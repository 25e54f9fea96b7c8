/**
 * An exchange that takes every order, over HTTP and over the WebSocket API, and says just enough else for the adapter to
 * open, as a process of its own. Says its port when ready.
 */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

const WEIGHTLESS = { 'X-MBX-USED-WEIGHT-1M': '1', 'X-MBX-ORDER-COUNT-10S': '1', 'X-MBX-ORDER-COUNT-1M': '1' };
const rateLimits = [
  { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 2_400, count: 1 },
  { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 300, count: 1 },
  { rateLimitType: 'ORDERS', interval: 'MINUTE', intervalNum: 1, limit: 1_200, count: 1 },
];

/** With the fields of the documentation: what is read is what has to be parsed. */
const orderOf = (clientOrderId: unknown) => ({
  clientOrderId,
  cumQty: '0.010',
  executedQty: '0.010',
  orderId: 22_542_179,
  origQty: '0.010',
  price: '0',
  reduceOnly: false,
  side: 'BUY',
  positionSide: 'LONG',
  status: 'FILLED',
  stopPrice: '0',
  closePosition: false,
  symbol: 'BTCUSDT',
  timeInForce: 'GTC',
  type: 'MARKET',
  origType: 'MARKET',
  updateTime: 1_566_818_724_722,
  workingType: 'CONTRACT_PRICE',
  priceProtect: false,
});

const answers: Readonly<Record<string, () => unknown>> = {
  '/fapi/v1/time': () => ({ serverTime: Date.now() }),
  '/fapi/v1/accountConfig': () => ({ dualSidePosition: true, multiAssetsMargin: false }),
  '/fapi/v1/symbolConfig': () => [],
  '/fapi/v1/listenKey': () => ({ listenKey: 'bench' }),
};
const book = { e: 'bookTicker', s: 'BTCUSDT', b: '49999', B: '1', a: '50001', A: '1' };
const mark = { e: 'markPriceUpdate', s: 'BTCUSDT', p: '50000' };

const server = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => {
    text += chunk;
  });
  request.on('end', () => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const answer = answers[path]?.() ?? orderOf(new URLSearchParams(text).get('newClientOrderId'));
    const body = JSON.stringify(answer);
    response.writeHead(200, { 'Content-Type': 'application/json', ...WEIGHTLESS });
    response.end(body);
  });
});
new WebSocketServer({ server }).on('connection', (socket, { url = '' }) => {
  if (url.startsWith('/public')) socket.send(JSON.stringify({ data: book }));
  if (url.startsWith('/market')) socket.send(JSON.stringify({ data: mark }));
  socket.on('message', (data) => {
    const { id, params } = JSON.parse(data.toString());
    const result = orderOf(params.newClientOrderId);
    socket.send(JSON.stringify({ id, status: 200, result, rateLimits }));
  });
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
process.on('disconnect', () => process.exit(0));
console.log(JSON.stringify({ port: (server.address() as AddressInfo).port }));
