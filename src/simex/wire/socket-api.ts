/**
 * The WebSocket API of a venue: requests as JSON, by methods that stand for its REST routes; a connection that is logged
 * on with an Ed25519 key needs no signatures; where the venue has it, the account's events come on the same connection.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/websocket-api-general-info
 * https://github.com/binance/binance-spot-api-docs/blob/master/web-socket-api.md
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import type { Reply } from '../faults/request-fault.ts';
import { isRefusal, type Refusal, refuse } from '../matching/result.ts';
import type { Dispatcher } from './dispatcher.ts';
import { type Parameters, signedParameters } from './parameters.ts';

const MESSAGE_BYTES_MAX = 64 * 1024;
const CONNECTIONS_MAX = 500;
/** A reader that is so far behind is cut off. */
const BUFFERED_BYTES_MAX = 8 * 1024 * 1024;
const CONNECTION_LIFE_MS = 24 * 3600_000;

const request = z.object({
  id: z.union([z.string().max(36), z.int(), z.null()]),
  method: z.string().max(100),
  params: z.record(z.string(), z.unknown()).default({}),
});
type Request = z.infer<typeof request>;

export interface SocketApiOptions {
  readonly venue: Dispatcher;
  /** Each method by the REST route that does the same. */
  readonly methods: Readonly<Record<string, string>>;
  /** Whether the account's events can be subscribed to here. */
  readonly userData: boolean;
  readonly clock: () => number;
}

interface Session {
  readonly apiKey: string;
  readonly since: number;
}

interface Connection {
  readonly socket: WebSocket;
  readonly address: string;
  readonly openedMs: number;
  session: Session | undefined;
  readonly subscriptions: Set<number>;
}

type Answer =
  | { readonly status: number; readonly result: unknown }
  | { readonly status: number; readonly error: unknown };

const badRequest = (): Refusal =>
  refuse(-1102, 'Mandatory parameter was not sent, was empty/null, or malformed.');
const unknownMethod = (method: string): Refusal => refuse(-1020, `The method '${method}' is not supported.`);
const notLoggedOn = (): Refusal => refuse(-1002, 'You are not authorized to execute this request.');
const wrongKeyKind = (): Refusal => refuse(-4056, 'HMAC_SHA256 API key is not supported.');

export class SocketApi {
  readonly #options: SocketApiOptions;
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_BYTES_MAX });
  readonly #connections = new Set<Connection>();
  #nextSubscription = 0;

  constructor(options: SocketApiOptions) {
    this.#options = options;
  }

  upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#connections.size >= CONNECTIONS_MAX) {
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
      return;
    }
    this.#server.handleUpgrade(incoming, socket, head, (webSocket) => {
      this.#open(webSocket, incoming.socket.remoteAddress ?? '');
    });
  }

  /** Tells an event of the account to everybody who subscribed to them. */
  publish(event: object): void {
    for (const { socket, subscriptions } of this.#connections) {
      for (const subscriptionId of subscriptions) write(socket, { subscriptionId, event });
    }
  }

  /** Ends what is too old; called every second or so. */
  tend(): void {
    const nowMs = this.#options.clock();
    for (const { socket, openedMs } of this.#connections) {
      if (nowMs - openedMs > CONNECTION_LIFE_MS) socket.close(1001);
    }
  }

  /** Ends every connection at once, as a network failure would. */
  cut(): void {
    for (const { socket } of this.#connections) socket.terminate();
  }

  close(): void {
    this.cut();
    this.#server.close();
  }

  #open(socket: WebSocket, address: string): void {
    const openedMs = this.#options.clock();
    const connection = { socket, address, openedMs, session: undefined, subscriptions: new Set<number>() };
    this.#connections.add(connection);
    socket.on('close', () => this.#connections.delete(connection));
    // A protocol error closes the socket, which is all that there is to do about it.
    socket.on('error', () => undefined);
    socket.on('message', (data) => void this.#receive(connection, data.toString()));
  }

  async #receive(connection: Connection, text: string): Promise<void> {
    const read = request.safeParse(parsed(text));
    if (!read.success) {
      this.#answer(connection, null, refusedAs(badRequest()));
      return;
    }
    const { id, method } = read.data;
    const own = this.#ownMethod(connection, read.data);
    if (own !== undefined) {
      this.#answer(connection, id, own);
      return;
    }
    const { venue, methods } = this.#options;
    const endpoint = Object.hasOwn(methods, method) ? methods[method] : undefined;
    const route = endpoint === undefined ? undefined : venue.routeOf(endpoint);
    if (endpoint === undefined || route === undefined) {
      this.#answer(connection, id, refusedAs(unknownMethod(method)));
      return;
    }
    const signed = asText(read.data.params);
    const { returnRateLimits, ...parameters } = signed;
    const { session, address } = connection;
    const reply = await venue.dispatch(route, {
      endpoint,
      parameters,
      wire: 'websocket',
      address,
      apiKey: parameters['apiKey'] ?? session?.apiKey,
      payload:
        session !== undefined && parameters['signature'] === undefined ? undefined : signedParameters(signed),
    });
    this.#reply(connection, id, reply, returnRateLimits !== 'false');
  }

  /** What concerns the connection itself, and no route. */
  #ownMethod(connection: Connection, { method, params }: Request): Answer | undefined {
    const parameters = asText(params);
    switch (method) {
      case 'session.logon':
        return this.#logOn(connection, parameters);
      case 'session.status':
        return { status: 200, result: this.#status(connection) };
      case 'session.logout':
        connection.session = undefined;
        return { status: 200, result: this.#status(connection) };
      case 'userDataStream.subscribe':
        if (!this.#options.userData) return undefined;
        return connection.session === undefined ? refusedAs(notLoggedOn()) : this.#subscribe(connection);
      case 'userDataStream.subscribe.signature': {
        if (!this.#options.userData) return undefined;
        const key = this.#prove(parameters);
        return isRefusal(key) ? refusedAs(key) : this.#subscribe(connection);
      }
      case 'userDataStream.unsubscribe':
        if (!this.#options.userData) return undefined;
        if (parameters['subscriptionId'] === undefined) connection.subscriptions.clear();
        else connection.subscriptions.delete(Number.parseInt(parameters['subscriptionId'], 10));
        return { status: 200, result: {} };
      default:
        return undefined;
    }
  }

  #prove(parameters: Parameters) {
    return this.#options.venue.prove(parameters['apiKey'], signedParameters(parameters), parameters);
  }

  #logOn(connection: Connection, parameters: Parameters): Answer {
    const key = this.#prove(parameters);
    if (isRefusal(key)) return refusedAs(key);
    if (key.kind !== 'ED25519') return refusedAs(wrongKeyKind());
    connection.session = { apiKey: parameters['apiKey'] ?? '', since: this.#options.clock() };
    return { status: 200, result: this.#status(connection) };
  }

  #subscribe(connection: Connection): Answer {
    const subscriptionId = this.#nextSubscription;
    this.#nextSubscription += 1;
    connection.subscriptions.add(subscriptionId);
    return { status: 200, result: { subscriptionId } };
  }

  #status({ session, openedMs, subscriptions }: Connection) {
    return {
      apiKey: session?.apiKey ?? null,
      authorizedSince: session?.since ?? null,
      connectedSince: openedMs,
      returnRateLimits: true,
      serverTime: this.#options.venue.serverTimeMs(),
      ...(this.#options.userData ? { userDataStream: subscriptions.size > 0 } : {}),
    };
  }

  #reply(connection: Connection, id: Request['id'], reply: Reply, withLimits: boolean): void {
    if (reply.kind === 'hang') return;
    if (reply.kind === 'reset') {
      connection.socket.terminate();
      return;
    }
    const { status, body } = reply;
    const answer = status === 200 ? { status, result: body } : { status, error: body };
    this.#answer(connection, id, answer, withLimits);
  }

  #answer({ socket, address }: Connection, id: Request['id'], answer: Answer, withLimits = true): void {
    const { venue, clock } = this.#options;
    const limits = withLimits ? { rateLimits: venue.limits.report(address, true, clock()) } : {};
    write(socket, { id, ...answer, ...limits });
  }
}

const refusedAs = ({ code, msg, status = 400 }: Refusal): Answer => ({ status, error: { code, msg } });

/** As a REST request would carry them; a list is a list in JSON there, too. */
function asText(params: Readonly<Record<string, unknown>>): Parameters {
  return Object.fromEntries(
    Object.entries(params)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : String(value)]),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function write(socket: WebSocket, message: object): void {
  if (socket.bufferedAmount > BUFFERED_BYTES_MAX) socket.terminate();
  else socket.send(JSON.stringify(message));
}
