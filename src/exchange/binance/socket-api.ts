/**
 * Requests over the WebSocket API: one connection that is kept open, many requests on it at once. A request that was sent
 * and is not answered, be it that time passed or that the connection broke, may have been applied.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/websocket-api-general-info
 */

import { z } from 'zod';
import type { Transmission } from './answer.ts';
import { parseJson } from './json.ts';
import { type Address, addressOf, type Observer } from './observer.ts';
import type { OnProblem } from './problem.ts';
import type { RateGate } from './rate-gate.ts';
import { rateLimitList, toldInList } from './rate-limits.ts';
import type { Clock } from './server-clock.ts';
import { type Connection, StreamSocket } from './socket.ts';

export type SocketMethod = 'order.place' | 'order.cancel' | 'algoOrder.place' | 'algoOrder.cancel';

const REQUESTS_MAX = 256;
/** Nothing is said on it unless asked: a ping shows that it lives. */
const SILENCE_MS_MAX = 15_000;
const HANDSHAKE = { cost: { weight: 5, orders: 0 }, priority: 'ordinary' } as const;
const MS_PER_SECOND = 1_000;

const reply = z.object({
  id: z.string(),
  status: z.int(),
  result: z.unknown().optional(),
  error: z
    .object({
      code: z.int(),
      msg: z.string(),
      /** The moment until which to send nothing, in the exchange's milliseconds. */
      data: z.object({ serverTime: z.int(), retryAfter: z.int() }).optional().catch(undefined),
    })
    .optional(),
  rateLimits: rateLimitList.optional().catch(undefined),
});
type Reply = z.output<typeof reply>;

/** What concerns the connection and no request. */
const notice = z.object({ event: z.object({ e: z.string() }) });

interface SocketApiOptions {
  readonly url: string;
  readonly clock: Clock;
  readonly rateGate: RateGate;
  readonly onProblem: OnProblem;
  readonly observer: Observer;
}

export interface SocketRequest {
  readonly method: SocketMethod;
  /** Signed. */
  readonly params: Readonly<Record<string, string | number>>;
  readonly deadlineMs: number;
}

interface Waiting {
  readonly connection: Connection;
  readonly settle: (transmission: Transmission) => void;
}

export class SocketApi {
  readonly #options: SocketApiOptions;
  readonly #waiting = new Map<string, Waiting>();
  readonly address: Address;
  #socket: StreamSocket | undefined;
  #requests = 0;

  constructor(options: SocketApiOptions) {
    this.#options = options;
    this.address = addressOf(options.url);
  }

  /** Connects, and stays connected until close(). Nobody waits for it: until then requests are unsent. */
  open(): void {
    const { onProblem, observer } = this.#options;
    this.#socket ??= new StreamSocket({
      name: 'order',
      kind: 'orders',
      url: async () => this.#url(),
      onConnected: () => {},
      onEnded: (connection) => this.#ended(connection),
      onMessage: (text) => this.#handle(text),
      onProblem,
      observer,
      silenceMsMax: SILENCE_MS_MAX,
      ping: true,
    });
  }

  request({ method, params, deadlineMs }: SocketRequest): Promise<Transmission> {
    if (this.#waiting.size >= REQUESTS_MAX) return unsent(`${REQUESTS_MAX} requests are under way`);
    this.#requests += 1;
    const id = String(this.#requests);
    const connection = this.#socket?.send(JSON.stringify({ id, method, params }));
    if (connection === undefined) return unsent('not connected');
    return new Promise((resolve) => {
      const settle = (transmission: Transmission) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(transmission);
      };
      const timer = setTimeout(() => {
        settle({ kind: 'broken', cause: `no answer within ${deadlineMs} ms` });
      }, deadlineMs);
      this.#waiting.set(id, { connection, settle });
    });
  }

  async close(): Promise<void> {
    await this.#socket?.close();
  }

  /** A handshake is a request like any other: none is made while this address is banned. */
  #url() {
    const { rateGate, clock, url } = this.#options;
    const now = clock.nowMicros();
    const held = rateGate.heldBack(HANDSHAKE, now);
    if (held !== undefined) return { kind: 'failed', cause: held } as const;
    rateGate.begin(HANDSHAKE.cost);
    rateGate.end(HANDSHAKE.cost, undefined, now);
    return { kind: 'answer', value: url } as const;
  }

  #ended(ended: Connection): void {
    for (const { connection, settle } of this.#waiting.values()) {
      if (connection === ended) settle({ kind: 'broken', cause: 'the connection broke' });
    }
  }

  #handle(text: string): void {
    let message: unknown;
    try {
      message = parseJson(text);
    } catch {
      this.#malformed('not JSON');
      return;
    }
    const read = reply.safeParse(message);
    if (read.success) {
      // Its request may have been given up.
      this.#waiting.get(read.data.id)?.settle(answered(read.data));
    } else if (notice.safeParse(message).data?.event.e === 'serverShutdown') {
      void this.#socket?.renew();
    } else {
      this.#malformed(read.error.issues[0]?.path.join('.') || 'value');
    }
  }

  #malformed(what: string): void {
    this.#options.onProblem('malformed_message', `order stream: ${what}`);
  }
}

const unsent = (cause: string): Promise<Transmission> => Promise.resolve({ kind: 'unsent', cause });

function answered({ status, result, error, rateLimits = [] }: Reply): Transmission {
  const { retryAfter, serverTime } = error?.data ?? { retryAfter: 0, serverTime: 0 };
  const retryAfterSeconds = Math.max(0, Math.ceil((retryAfter - serverTime) / MS_PER_SECOND)) || undefined;
  return {
    kind: 'answered',
    status,
    content:
      error === undefined
        ? { kind: 'body', body: result }
        : { kind: 'error', code: error.code, message: error.msg },
    use: toldInList(rateLimits, retryAfterSeconds),
  };
}
