/** An exchange that answers by script: for what a real or simulated one says only on its worst days. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

export interface ScriptedRequest {
  readonly method: string;
  readonly path: string;
  readonly params: URLSearchParams;
  readonly apiKey: string | undefined;
  readonly text: string;
}

/** A request of the WebSocket API. */
export interface ScriptedMessage {
  readonly id: string;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** What the WebSocket API says beside the id; reset tears the connection, hang says nothing. */
export type MessageScript = (message: ScriptedMessage) => object | 'reset' | 'hang';

/** reset: the connection is torn after the request has arrived. hang: there is never an answer. */
export type ScriptedReply =
  | { readonly status: number; readonly body: unknown; readonly headers?: Headers }
  | 'reset'
  | 'hang';
type Headers = Readonly<Record<string, string>>;
export type Script = (request: ScriptedRequest) => ScriptedReply;

export const ok = (body: unknown, headers: Headers = {}): ScriptedReply => ({ status: 200, body, headers });
export const failure = (status: number, code: number, msg: string, headers: Headers = {}): ScriptedReply => ({
  status,
  body: { code, msg },
  headers,
});

export const LISTEN_KEY = 'listen-key-canary-7f3a';

export class ScriptedBinance {
  readonly requests: ScriptedRequest[] = [];
  readonly privateUrls: string[] = [];
  readonly users: WebSocket[] = [];
  readonly markets: WebSocket[] = [];
  /** Connections of the WebSocket API, and what came over them. */
  readonly orderers: WebSocket[] = [];
  readonly messages: ScriptedMessage[] = [];
  onMessage: MessageScript = () => 'hang';
  /** Added to the answer of /fapi/v1/time. */
  skewMs = 0;
  /** Market streams connect and say nothing. */
  quiet = false;
  readonly #scripts = new Map<string, Script>();
  readonly #http: Server;
  readonly #sockets = new WebSocketServer({ noServer: true });

  private constructor() {
    this.#http = createServer((request, response) => void this.#answer(request, response));
    this.#http.on('upgrade', (request, socket, head) => {
      this.#sockets.handleUpgrade(request, socket, head, (client) => this.#connected(request, client));
    });
    this.on('GET /fapi/v1/time', () => ok({ serverTime: Date.now() + this.skewMs }));
    this.on('GET /fapi/v1/accountConfig', () => ok({ dualSidePosition: true, multiAssetsMargin: false }));
    this.on('GET /fapi/v1/symbolConfig', () => ok([]));
    this.on('POST /fapi/v1/listenKey', () => ok({ listenKey: LISTEN_KEY }));
    this.on('PUT /fapi/v1/listenKey', () => ok({ listenKey: LISTEN_KEY }));
  }

  static async start(): Promise<ScriptedBinance> {
    const server = new ScriptedBinance();
    await new Promise<void>((resolve) => server.#http.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  get restUrl(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get streamUrl(): string {
    return `ws://127.0.0.1:${this.port}`;
  }

  get orderUrl(): string {
    return `${this.streamUrl}/ws-fapi/v1`;
  }

  /** @param route 'METHOD /path' */
  on(route: string, script: Script): void {
    this.#scripts.set(route, script);
  }

  /** The answers of consecutive requests; the last one stays. */
  inTurn(route: string, ...replies: ScriptedReply[]): void {
    let turn = 0;
    this.on(route, () => {
      const reply = replies[Math.min(turn, replies.length - 1)];
      turn += 1;
      if (reply === undefined) throw new Error(`no reply for ${route}`);
      return reply;
    });
  }

  requestsOf(route: string): ScriptedRequest[] {
    return this.requests.filter(({ method, path }) => `${method} ${path}` === route);
  }

  tell(event: unknown): void {
    const text = typeof event === 'string' ? event : JSON.stringify(event);
    for (const user of this.users) user.send(text);
  }

  async stop(): Promise<void> {
    for (const client of this.#sockets.clients) client.terminate();
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const url = new URL(request.url ?? '/', this.restUrl);
    const text = [url.search.slice(1), body].filter((part) => part !== '').join('&');
    const apiKey = request.headers['x-mbx-apikey'];
    const seen = {
      method: request.method ?? '',
      path: url.pathname,
      params: new URLSearchParams(text),
      apiKey: typeof apiKey === 'string' ? apiKey : undefined,
      text,
    };
    this.requests.push(seen);
    const script = this.#scripts.get(`${seen.method} ${seen.path}`);
    const reply = script?.(seen) ?? failure(404, -5000, `Path ${seen.path} is invalid`);
    if (reply === 'hang') return;
    if (reply === 'reset') {
      request.socket.resetAndDestroy();
      return;
    }
    response.writeHead(reply.status, reply.headers);
    response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body));
  }

  #reply(client: WebSocket, message: ScriptedMessage): void {
    this.messages.push(message);
    const reply = this.onMessage(message);
    if (reply === 'reset') client.terminate();
    else if (reply !== 'hang') client.send(JSON.stringify({ id: message.id, ...reply }));
  }

  #connected(request: IncomingMessage, client: WebSocket): void {
    const url = new URL(request.url ?? '/', this.restUrl);
    if (url.pathname === '/private/ws') {
      this.privateUrls.push(url.toString());
      this.users.push(client);
      client.on('close', () => this.users.splice(this.users.indexOf(client), 1));
      return;
    }
    if (url.pathname === '/ws-fapi/v1') {
      this.orderers.push(client);
      client.on('message', (data) => this.#reply(client, JSON.parse(data.toString()) as ScriptedMessage));
      return;
    }
    this.markets.push(client);
    if (this.quiet) return;
    for (const stream of (url.searchParams.get('streams') ?? '').split('/')) {
      const s = stream.split('@')[0]?.toUpperCase();
      const data = stream.includes('@bookTicker')
        ? { e: 'bookTicker', s, b: '99.90', B: '1', a: '100.10', A: '1' }
        : { e: 'markPriceUpdate', s, p: '100.00000000' };
      client.send(JSON.stringify({ stream, data }));
    }
  }
}
