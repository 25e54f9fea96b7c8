/** A bare signed client and stream reader for tests of the simulated exchange's wires. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { WebSocket } from 'ws';
import { until } from './until.ts';

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the tests look into answers of every form
  readonly body: any;
  readonly headers: Headers;
}

export interface ClientOptions {
  readonly apiKey?: string;
  readonly apiSecret?: string;
  readonly timeoutMs?: number;
}

const defaultTimeoutMs = 3000;

export class SimexClient {
  readonly #url: string;
  readonly #options: ClientOptions;

  constructor(url: string, options: ClientOptions = {}) {
    this.#url = url;
    this.#options = options;
  }

  /** A request signed now; `timestamp` and `recvWindow` among the parameters replace the usual ones. */
  signed(method: string, path: string, parameters: Record<string, string | number> = {}): Promise<Answer> {
    const all = { recvWindow: 5000, timestamp: Date.now(), ...parameters };
    const query = Object.entries(all)
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
      .join('&');
    return this.raw(method, `${path}?${query}&signature=${this.sign(query)}`);
  }

  sign(text: string): string {
    const secret = this.#options.apiSecret ?? 'simex-secret';
    return createHmac('sha256', secret).update(text).digest('hex');
  }

  /** Parameters in the query and in the body, signed as one text. */
  signedForm(method: string, path: string, query: string, body: string): Promise<Answer> {
    return this.raw(method, `${path}?${query}`, {
      headers: {
        'X-MBX-APIKEY': this.#options.apiKey ?? 'simex-key',
        'Content-Type': 'application/x-www-form-urlencoded',
      },
      body: `${body}&signature=${this.sign(query + body)}`,
    });
  }

  /** The same exchange, asked in another way. */
  with(options: ClientOptions): SimexClient {
    return new SimexClient(this.#url, { ...this.#options, ...options });
  }

  async raw(method: string, pathAndQuery: string, init: RequestInit = {}): Promise<Answer> {
    const response = await fetch(`${this.#url}${pathAndQuery}`, {
      method,
      headers: { 'X-MBX-APIKEY': this.#options.apiKey ?? 'simex-key' },
      signal: AbortSignal.timeout(this.#options.timeoutMs ?? defaultTimeoutMs),
      ...init,
    });
    return { status: response.status, body: await response.json(), headers: response.headers };
  }

  control(method: string, path: string, body?: unknown): Promise<Answer> {
    return this.raw(method, path, {
      headers: { 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async faults(...faults: readonly object[]): Promise<void> {
    const answer = await this.control('POST', '/sim/faults', { faults });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
  }

  // biome-ignore lint/suspicious/noExplicitAny: as above
  async ledger(): Promise<any[]> {
    const entries = [];
    for (let from = 1; ; ) {
      const { body } = await this.control('GET', `/sim/ledger?from=${from}&limit=10000`);
      if (body.entries.length === 0) return entries;
      entries.push(...body.entries);
      from = body.next;
    }
  }

  async listenKey(): Promise<string> {
    const { body } = await this.raw('POST', '/fapi/v1/listenKey');
    return body.listenKey;
  }

  async stream(pathAndQuery: string): Promise<StreamReader> {
    const socket = new WebSocket(`${this.#url.replace('http:', 'ws:')}${pathAndQuery}`);
    const reader = new StreamReader(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', () => resolve());
      socket.once('error', reject);
    });
    return reader;
  }
}

export class StreamReader {
  readonly socket: WebSocket;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly messages: any[] = [];
  closed = false;

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data) => this.messages.push(JSON.parse(data.toString())));
    socket.on('close', () => {
      this.closed = true;
    });
  }

  send(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  // biome-ignore lint/suspicious/noExplicitAny: as above
  async next(matches: (message: any) => boolean, withinMs = 3000): Promise<any> {
    return until(`a message that fits ${matches}`, () => this.messages.find(matches), withinMs);
  }
}
