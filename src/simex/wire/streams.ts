/**
 * The WebSocket wire: /public and /market with subscriptions, /private with a listen key; plain (/ws) or combined
 * (/stream, each event as {stream, data}).
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/websocket-market-streams
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import { z } from 'zod';
import type { Faults } from '../faults/faults.ts';
import { UserStreamFaults } from '../faults/user-stream-faults.ts';
import type { ExchangeEvent, MarketEvent, UserEvent } from '../usdm/types.ts';
import type { ListenKeys } from './listen-keys.ts';
import { splitUrl } from './rest.ts';
import type { StreamRoute } from './stream-names.ts';
import { isStream, streamsOf } from './stream-names.ts';

interface Connection {
  readonly socket: WebSocket;
  readonly route: StreamRoute;
  readonly combined: boolean;
  readonly listenKey: string | undefined;
  readonly streams: Set<string>;
  readonly openedMs: number;
  lastPongMs: number;
  lastPingMs: number;
  messageSecond: number;
  messagesInSecond: number;
}

const PING_EVERY_MS = 3 * 60_000;
const PONG_WITHIN_MS = 10 * 60_000;
const CONNECTION_LIFE_MS = 24 * 3600_000;
const MESSAGES_PER_SECOND_MAX = 10;
const STREAMS_PER_CONNECTION_MAX = 1024;
const CONNECTIONS_MAX = 500;
const MESSAGE_BYTES_MAX = 64 * 1024;
/** A reader that is so far behind is cut off. */
const BUFFERED_BYTES_MAX = 8 * 1024 * 1024;

const command = z.object({
  method: z.enum(['SUBSCRIBE', 'UNSUBSCRIBE', 'LIST_SUBSCRIPTIONS']),
  params: z.array(z.string().max(100)).max(STREAMS_PER_CONNECTION_MAX).optional(),
  id: z.union([z.int(), z.string().max(100), z.null()]).optional(),
});

export class Streams {
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_BYTES_MAX });
  readonly #connections = new Set<Connection>();
  readonly #listenKeys: ListenKeys;
  readonly #clock: () => number;
  readonly #onSubscribed: (route: StreamRoute) => void;
  readonly #userFaults: UserStreamFaults;

  /** `onSubscribed` is told before the answer to a subscription leaves. */
  constructor(
    listenKeys: ListenKeys,
    faults: Faults,
    clock: () => number,
    onSubscribed: (route: StreamRoute) => void,
  ) {
    this.#listenKeys = listenKeys;
    this.#onSubscribed = onSubscribed;
    this.#clock = clock;
    this.#userFaults = new UserStreamFaults(
      faults,
      (event) => this.#sendPrivate(event),
      () => this.cut('private'),
    );
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { path, rawQuery } = splitUrl(request.url ?? '/');
    const match = /^(?:\/(public|market|private))?\/(ws|stream)(?:\/([^/]+))?$/.exec(path);
    const route = (match?.[1] ?? 'spot') as StreamRoute;
    if (match === null) {
      refuseUpgrade(socket, 404);
      return;
    }
    const query = new URLSearchParams(rawQuery);
    const listenKey = route === 'private' ? (query.get('listenKey') ?? match[3]) : undefined;
    const isKnown = listenKey !== undefined && listenKey === this.#listenKeys.current(this.#clock());
    if ((route === 'private' && !isKnown) || this.#connections.size >= CONNECTIONS_MAX) {
      refuseUpgrade(socket, 400);
      return;
    }
    const wanted = (query.get('streams') ?? match[3] ?? '').split('/');
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      this.#open(webSocket, route, match[2] === 'stream', listenKey, wanted);
    });
  }

  publish(event: ExchangeEvent): void {
    if (event.e === 'bookTicker' || event.e === 'markPriceUpdate') this.#sendMarket(event);
    else this.#userFaults.send(event);
  }

  /** The streams of a route that somebody reads. */
  wanted(route: StreamRoute): ReadonlySet<string> {
    const names = new Set<string>();
    for (const connection of this.#connections) {
      if (connection.route !== route) continue;
      for (const name of connection.streams) names.add(name);
    }
    return names;
  }

  /** Brings a message to everybody who reads a stream of a route. */
  send(route: StreamRoute, stream: string, message: unknown): void {
    const text = JSON.stringify(message);
    for (const connection of this.#connections) {
      if (connection.route !== route || !connection.streams.has(stream)) continue;
      write(connection, connection.combined ? wrapped(stream, text) : text);
    }
  }

  /** Ends every connection of a route at once, as a network failure would. */
  cut(route: StreamRoute): void {
    for (const connection of this.#connections) {
      if (connection.route === route) connection.socket.terminate();
    }
  }

  /** Pings, and ends what is too old or silent; called every second or so. */
  tend(): void {
    const nowMs = this.#clock();
    const active = this.#listenKeys.current(nowMs);
    for (const connection of this.#connections) {
      const { socket, openedMs, lastPongMs, lastPingMs, listenKey } = connection;
      if (connection.route === 'private' && listenKey !== active) {
        write(connection, JSON.stringify({ e: 'listenKeyExpired', E: nowMs, listenKey }));
        socket.close(1000);
      } else if (nowMs - openedMs > CONNECTION_LIFE_MS || nowMs - lastPongMs > PONG_WITHIN_MS) {
        socket.close(1001);
      } else if (nowMs - lastPingMs > PING_EVERY_MS) {
        connection.lastPingMs = nowMs;
        socket.ping(String(nowMs));
      }
    }
  }

  close(): void {
    this.#userFaults.close();
    for (const { socket } of this.#connections) socket.terminate();
    this.#server.close();
  }

  #open(
    socket: WebSocket,
    route: StreamRoute,
    combined: boolean,
    listenKey: string | undefined,
    wanted: readonly string[],
  ): void {
    const nowMs = this.#clock();
    const connection: Connection = {
      socket,
      route,
      combined,
      listenKey,
      streams: new Set(wanted.filter((name) => isStream(route, name)).slice(0, STREAMS_PER_CONNECTION_MAX)),
      openedMs: nowMs,
      lastPongMs: nowMs,
      lastPingMs: nowMs,
      messageSecond: 0,
      messagesInSecond: 0,
    };
    this.#connections.add(connection);
    this.#onSubscribed(route);
    socket.on('close', () => this.#connections.delete(connection));
    // A protocol error closes the socket, which is all that there is to do about it.
    socket.on('error', () => undefined);
    socket.on('pong', () => {
      connection.lastPongMs = this.#clock();
    });
    socket.on('message', (data) => this.#onMessage(connection, data));
  }

  #onMessage(connection: Connection, data: RawData): void {
    const second = Math.floor(this.#clock() / 1000);
    connection.messagesInSecond = second === connection.messageSecond ? connection.messagesInSecond + 1 : 1;
    connection.messageSecond = second;
    if (connection.messagesInSecond > MESSAGES_PER_SECOND_MAX) {
      connection.socket.close(1008, 'Too many requests');
      return;
    }
    const parsed = command.safeParse(parseJson(data.toString()));
    if (!parsed.success) {
      write(connection, JSON.stringify({ error: { code: 2, msg: 'Invalid request' } }));
      return;
    }
    const { method, params = [], id = null } = parsed.data;
    const unknown = params.find((name) => !isStream(connection.route, name) && name !== connection.listenKey);
    if (unknown !== undefined) {
      const msg = `Invalid request: no stream ${unknown} on /${connection.route}`;
      write(connection, JSON.stringify({ error: { code: 2, msg }, id }));
      return;
    }
    const { streams } = connection;
    for (const name of params) {
      if (method === 'SUBSCRIBE' && streams.size < STREAMS_PER_CONNECTION_MAX) streams.add(name);
      if (method === 'UNSUBSCRIBE') streams.delete(name);
    }
    if (method === 'SUBSCRIBE') this.#onSubscribed(connection.route);
    const result = method === 'LIST_SUBSCRIPTIONS' ? [...streams] : null;
    write(connection, JSON.stringify({ result, id }));
  }

  #sendMarket(event: MarketEvent): void {
    const names = streamsOf(event);
    let text: string | undefined;
    for (const connection of this.#connections) {
      for (const stream of names) {
        if (!connection.streams.has(stream)) continue;
        text ??= JSON.stringify(event);
        write(connection, connection.combined ? wrapped(stream, text) : text);
      }
    }
  }

  #sendPrivate(event: UserEvent): void {
    const text = JSON.stringify(event);
    for (const connection of this.#connections) {
      if (connection.listenKey === undefined) continue;
      write(connection, connection.combined ? wrapped(connection.listenKey, text) : text);
    }
  }
}

const wrapped = (stream: string, data: string): string =>
  `{"stream":${JSON.stringify(stream)},"data":${data}}`;

function write({ socket }: Connection, text: string): void {
  if (socket.bufferedAmount > BUFFERED_BYTES_MAX) socket.terminate();
  else socket.send(text);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refuseUpgrade(socket: Duplex, status: 400 | 404): void {
  socket.on('error', () => undefined);
  socket.end(
    `HTTP/1.1 ${status} ${status === 404 ? 'Not Found' : 'Bad Request'}\r\nConnection: close\r\n\r\n`,
  );
}
