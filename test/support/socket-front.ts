/** A WebSocket API in front of the simulated exchange's REST, on which replies can be lost and connections torn. */

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { type WebSocket, WebSocketServer } from 'ws';
import type { SimexClient } from './simex-client.ts';

export type FrontFault = 'silent-before' | 'silent-after' | 'tear-before' | 'tear-after';

const routes: Readonly<Record<string, readonly [method: string, path: string]>> = {
  'order.place': ['POST', '/fapi/v1/order'],
  'order.cancel': ['DELETE', '/fapi/v1/order'],
  'algoOrder.place': ['POST', '/fapi/v1/algoOrder'],
  'algoOrder.cancel': ['DELETE', '/fapi/v1/algoOrder'],
};

export class SocketFront {
  readonly url: string;
  /** Strikes the next request. */
  fault: FrontFault | undefined;
  requests = 0;
  readonly #client: SimexClient;

  private constructor(client: SimexClient, port: number) {
    this.#client = client;
    this.url = `ws://127.0.0.1:${port}/ws-fapi/v1`;
  }

  static async start(context: TestContext, client: SimexClient): Promise<SocketFront> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    const front = new SocketFront(client, (server.address() as AddressInfo).port);
    server.on('connection', (socket) => {
      socket.on('message', (data) => void front.#handle(socket, data.toString()));
    });
    context.after(() => {
      for (const socket of server.clients) socket.terminate();
      server.close();
    });
    return front;
  }

  async #handle(socket: WebSocket, text: string): Promise<void> {
    this.requests += 1;
    const { fault } = this;
    this.fault = undefined;
    const { id, method, params } = JSON.parse(text);
    if (fault === 'silent-before') return;
    if (fault === 'tear-before') {
      socket.terminate();
      return;
    }
    const { apiKey: _, signature: __, ...own } = params;
    const [verb, path] = routes[method] ?? ['POST', `/${method}`];
    const { status, body } = await this.#client.signed(verb, path, own);
    if (fault === 'silent-after') return;
    if (fault === 'tear-after') socket.terminate();
    else
      socket.send(JSON.stringify({ id, status, ...(status === 200 ? { result: body } : { error: body }) }));
  }
}
