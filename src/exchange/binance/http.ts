/**
 * One HTTP request with a deadline, told apart by what the other side can have seen of it: answered, broken (it may
 * have been received), unsent or held back (it certainly was not). undici's dispatch says when a request goes onto a
 * socket.
 */

import type { IncomingHttpHeaders } from 'node:http';
import { type Dispatcher, Pool } from 'undici';

const CONNECTIONS_MAX = 16;
const CONNECT_MS_MAX = 3_000;
/** Shorter than what servers allow, so that a request seldom meets a connection that is being closed. */
const IDLE_MS_MAX = 15_000;
const REQUESTS_IN_FLIGHT_MAX = 256;

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly deadlineMs: number;
  readonly answerBytesMax: number;
  /** Why it must not be sent; asked again when a socket is ready, since it may have waited for one. */
  readonly heldBack: () => string | undefined;
}

export type HttpResult =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      readonly body: string;
    }
  | { readonly kind: 'broken' | 'unsent' | 'held_back'; readonly cause: string };

/** A connection error by its code (ECONNREFUSED): messages may carry addresses with parameters. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const code = (error as NodeJS.ErrnoException).code;
  if (typeof code === 'string') return code;
  if (error instanceof AggregateError && error.errors.length > 0) return causeOf(error.errors[0]);
  return error.name;
}

export class Http {
  readonly #pool: Pool;
  #inFlight = 0;

  constructor(origin: string) {
    this.#pool = new Pool(origin, {
      connections: CONNECTIONS_MAX,
      pipelining: 1,
      connect: { timeout: CONNECT_MS_MAX },
      keepAliveTimeout: IDLE_MS_MAX,
      keepAliveMaxTimeout: IDLE_MS_MAX,
      // Each request has a deadline of its own.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  async request(request: HttpRequest): Promise<HttpResult> {
    const held = request.heldBack();
    if (held !== undefined) return { kind: 'held_back', cause: held };
    if (this.#inFlight >= REQUESTS_IN_FLIGHT_MAX) {
      return { kind: 'unsent', cause: `${REQUESTS_IN_FLIGHT_MAX} requests are under way` };
    }
    this.#inFlight += 1;
    try {
      return await new Promise((resolve) => {
        const exchange = new HttpExchange(request, resolve);
        const { method, path, headers, body } = request;
        this.#pool.dispatch({ method, path, headers, body: body ?? null }, exchange);
      });
    } finally {
      this.#inFlight -= 1;
    }
  }

  /** Waits for the requests under way, each of which has a deadline. */
  async close(): Promise<void> {
    await this.#pool.close();
  }
}

class HttpExchange implements Dispatcher.DispatchHandler {
  readonly #answerBytesMax: number;
  readonly #heldBack: HttpRequest['heldBack'];
  readonly #resolve: (result: HttpResult) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #chunks: Buffer[] = [];
  #controller: Dispatcher.DispatchController | undefined;
  #settled = false;
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  #bytes = 0;

  constructor(request: HttpRequest, resolve: (result: HttpResult) => void) {
    this.#answerBytesMax = request.answerBytesMax;
    this.#heldBack = request.heldBack;
    this.#resolve = resolve;
    this.#timer = setTimeout(
      () => this.#fail(`no answer within ${request.deadlineMs} ms`),
      request.deadlineMs,
    );
  }

  /** A socket is ready and the request is about to be written to it. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    const held = this.#heldBack();
    if (held !== undefined) this.#settle({ kind: 'held_back', cause: held });
    // Reported as unsent, perhaps while it waited for a socket: it must not be sent after that.
    if (this.#settled) controller.abort(new Error(held ?? 'the deadline of this request has passed'));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#answerBytesMax) {
      this.#fail(`the answer has more than ${this.#answerBytesMax} bytes`);
      return;
    }
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const body = Buffer.concat(this.#chunks, this.#bytes).toString('utf8');
    this.#settle({ kind: 'answered', status: this.#status, headers: this.#headers, body });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(causeOf(error));
  }

  #fail(cause: string): void {
    this.#settle({ kind: this.#controller === undefined ? 'unsent' : 'broken', cause });
    this.#controller?.abort(new Error(cause));
  }

  #settle(result: HttpResult): void {
    if (this.#settled) return;
    this.#settled = true;
    clearTimeout(this.#timer);
    this.#resolve(result);
  }
}
