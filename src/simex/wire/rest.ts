/** The REST wire: reads a request, checks who sent it and how often, runs its route, and lets faults interfere. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Faults } from '../faults/faults.ts';
import type { Reply } from '../faults/request-fault.ts';
import { replyAfter, replyBefore } from '../faults/request-fault.ts';
import { isRefusal } from '../matching/result.ts';
import * as refusals from '../usdm/refusals.ts';
import type { Refusal } from '../usdm/types.ts';
import type { RateLimits } from './rate-limits.ts';
import type { Route, RouteTable } from './route.ts';
import type { Credentials, Parameters } from './signature.ts';
import { checkApiKey, checkSignature, checkTimestamp, readParameters } from './signature.ts';

export interface RestOptions {
  readonly routes: RouteTable;
  readonly credentials: Credentials;
  readonly limits: RateLimits;
  readonly faults: Faults;
  readonly clock: () => number;
}

const BODY_BYTES_MAX = 64 * 1024;
/** Hung requests beyond this are cut instead, so that they cannot pile up. */
const HUNG_MAX = 1000;
const unauthorizedCodes: readonly number[] = [-2014, -2015];

export class RestServer {
  readonly #options: RestOptions;
  #hung = 0;

  constructor(options: RestOptions) {
    this.#options = options;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/' } = request;
    const { path, rawQuery } = splitUrl(url);
    const rawBody = await readBody(request);
    if (rawBody === undefined) {
      response.setHeader('Connection', 'close');
      send(response, 413, { code: -1102, msg: `The body has more than ${BODY_BYTES_MAX} bytes.` });
      return;
    }
    const { routes } = this.#options;
    const endpoint = `${method} ${path}`;
    const route = Object.hasOwn(routes, endpoint) ? routes[endpoint] : undefined;
    if (route === undefined) {
      send(response, 404, told(refusals.unknownPath(path, method)));
      return;
    }
    const parameters = readParameters(rawQuery, rawBody);
    if (isRefusal(parameters)) {
      send(response, 400, told(parameters));
      return;
    }
    const address = request.socket.remoteAddress ?? '';
    const reply =
      this.#throttle(route, parameters, address) ??
      this.#authenticate(route, request, rawQuery, rawBody, parameters) ??
      this.#countOrder(route) ??
      this.#run(endpoint, route, parameters);
    this.#writeCounts(response, route, address);
    this.#write(response, reply);
  }

  #throttle(route: Route, parameters: Parameters, address: string): Reply | undefined {
    const weight = typeof route.weight === 'number' ? route.weight : route.weight(parameters);
    return throttledReply(this.#options.limits.request(address, weight, this.#options.clock()));
  }

  #countOrder(route: Route): Reply | undefined {
    return route.isOrder ? throttledReply(this.#options.limits.order(this.#options.clock())) : undefined;
  }

  #authenticate(
    route: Route,
    request: IncomingMessage,
    rawQuery: string,
    rawBody: string,
    parameters: Parameters,
  ): Reply | undefined {
    if (route.security === 'none') return undefined;
    const { credentials } = this.#options;
    const sent = request.headers['x-mbx-apikey'];
    const refusal =
      checkApiKey(typeof sent === 'string' ? sent : undefined, credentials.apiKey) ??
      (route.security === 'key'
        ? undefined
        : (checkTimestamp(parameters, this.#serverTimeMs()) ??
          checkSignature(rawQuery, rawBody, parameters, credentials.apiSecret)));
    if (refusal === undefined) return undefined;
    const status = unauthorizedCodes.includes(refusal.code) ? 401 : 400;
    return { kind: 'answer', status, body: told(refusal) };
  }

  #run(endpoint: string, route: Route, parameters: Parameters): Reply {
    const { faults, clock } = this.#options;
    const nowMs = clock();
    const fault = faults.onRequest(endpoint);
    const before = fault === undefined ? undefined : replyBefore(fault, parameters, nowMs);
    if (before !== undefined) return before;
    const result = route.run({
      parameters: withoutSecurity(parameters),
      nowMs,
      serverTimeMs: this.#serverTimeMs(),
    });
    const after =
      fault === undefined ? undefined : replyAfter(fault, result.ok ? result.body : undefined, nowMs);
    if (after !== undefined) return after;
    return result.ok
      ? { kind: 'answer', status: 200, body: result.body }
      : { kind: 'answer', status: result.status ?? 400, body: told(result) };
  }

  #serverTimeMs(): number {
    return this.#options.clock() + this.#options.faults.clockSkewMs();
  }

  #writeCounts(response: ServerResponse, route: Route, address: string): void {
    const { limits, clock } = this.#options;
    const weight = limits.usedWeight(address, clock());
    if (weight !== undefined) response.setHeader('X-MBX-USED-WEIGHT-1M', weight);
    if (!route.isOrder) return;
    const counts = limits.orderCounts(clock());
    response.setHeader('X-MBX-ORDER-COUNT-10S', counts.tenSeconds);
    response.setHeader('X-MBX-ORDER-COUNT-1M', counts.minute);
  }

  #write(response: ServerResponse, reply: Reply): void {
    if (reply.kind === 'answer') {
      if (reply.retryAfterSeconds !== undefined) response.setHeader('Retry-After', reply.retryAfterSeconds);
      send(response, reply.status, reply.body);
      return;
    }
    if (reply.kind === 'hang' && this.#hung < HUNG_MAX) {
      this.#hung += 1;
      response.once('close', () => {
        this.#hung -= 1;
      });
      return;
    }
    response.socket?.resetAndDestroy();
  }
}

export function splitUrl(url: string): { readonly path: string; readonly rawQuery: string } {
  const at = url.indexOf('?');
  return at === -1 ? { path: url, rawQuery: '' } : { path: url.slice(0, at), rawQuery: url.slice(at + 1) };
}

/** The body as text, or undefined when it is too long. */
export async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) throw new Error('a request body is read as bytes');
    length += chunk.length;
    if (length > BODY_BYTES_MAX) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export function send(response: ServerResponse, status: number, body: unknown): void {
  const text = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': text.length });
  response.end(text);
}

const told = ({ code, msg, data }: Refusal) => ({ code, msg, ...(data === undefined ? {} : { data }) });

function throttledReply(throttled: ReturnType<RateLimits['request']>): Reply | undefined {
  if (throttled === undefined) return undefined;
  const { status, refusal, retryAfterSeconds } = throttled;
  return { kind: 'answer', status, body: told(refusal), retryAfterSeconds };
}

/** What routes see, and what is stored of a call. */
function withoutSecurity(parameters: Parameters): Parameters {
  const { signature: _signature, timestamp: _timestamp, recvWindow: _recvWindow, ...rest } = parameters;
  return rest;
}
