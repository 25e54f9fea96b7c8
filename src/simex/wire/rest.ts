/** The REST wire: reads a request, has it dispatched to the venue whose route it names, and writes the reply. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Reply, refused } from '../faults/request-fault.ts';
import { isRefusal } from '../matching/result.ts';
import type { Dispatcher } from './dispatcher.ts';
import { readParameters, signedText } from './parameters.ts';
import * as refusals from './refusals.ts';

const BODY_BYTES_MAX = 64 * 1024;
/** Hung requests beyond this are cut instead, so that they cannot pile up. */
const HUNG_MAX = 1000;

export class RestServer {
  readonly #venues: readonly Dispatcher[];
  readonly #clock: () => number;
  #hung = 0;

  constructor(venues: readonly Dispatcher[], clock: () => number) {
    this.#venues = venues;
    this.#clock = clock;
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
    const endpoint = `${method} ${path}`;
    const venue = this.#venues.find((one) => one.routeOf(endpoint) !== undefined);
    const route = venue?.routeOf(endpoint);
    if (venue === undefined || route === undefined) {
      this.#write(response, refused(refusals.unknownPath(path, method)));
      return;
    }
    const parameters = readParameters(rawQuery, rawBody);
    if (isRefusal(parameters)) {
      this.#write(response, refused(parameters));
      return;
    }
    const address = request.socket.remoteAddress ?? '';
    const sent = request.headers['x-mbx-apikey'];
    const reply = await venue.dispatch(route, {
      endpoint,
      parameters,
      wire: 'rest',
      address,
      apiKey: typeof sent === 'string' ? sent : undefined,
      payload: signedText(rawQuery, rawBody),
    });
    for (const [name, value] of venue.limits.headers(address, route.isOrder === true, this.#clock())) {
      response.setHeader(name, value);
    }
    this.#write(response, reply);
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
