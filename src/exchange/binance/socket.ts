/**
 * A WebSocket that is opened again, with growing pauses, whenever it closes, goes silent or cannot be opened. Before it
 * grows too old, and when the exchange announces that it will close it, it is replaced without a gap: the next connection
 * is open before the old one is closed.
 */

import { type RawData, WebSocket } from 'ws';
import type { Answer } from '../port.ts';
import { causeOf } from './http.ts';
import type { Observer, StreamKind } from './observer.ts';
import type { OnProblem } from './problem.ts';

const HANDSHAKE_MS_MAX = 5_000;
const MESSAGE_BYTES_MAX = 1 << 20;
const RETRY_MS_MIN = 250;
const RETRY_MS_MAX = 15_000;
/** A connection that lasted this long was a good one: the next pause is short again. */
const STABLE_MS = 10_000;
const SILENCE_CHECKS = 3;
/** The exchange closes connections after 24 hours. */
const AGE_MS_MAX = 23 * 60 * 60_000;
/** When the next connection could not be opened in time, the next attempt; the old one goes on meanwhile. */
const RENEW_AGAIN_MS = 60_000;
/** How long an old connection stays open beside the new one: what is on its way still arrives. */
const OVERLAP_MS = 10_000;

export interface StreamSocketOptions {
  readonly name: string;
  readonly kind: StreamKind;
  /** Asked before each attempt. */
  readonly url: () => Promise<Answer<string>>;
  /** @param again false for the first connection; a connection that replaces an open one is not told */
  readonly onConnected: (again: boolean) => void;
  /** A connection has ended, whether or not another has replaced it. */
  readonly onEnded?: (connection: Connection) => void;
  readonly onMessage: (text: string) => void;
  readonly onProblem: OnProblem;
  readonly observer: Observer;
  /** A connection on which nothing is heard for this long is given up. */
  readonly silenceMsMax: number;
  /** Pings count as hearing: for streams that may have nothing to say for long. */
  readonly ping: boolean;
}

export class StreamSocket {
  readonly #options: StreamSocketOptions;
  readonly #ended: Promise<void>;
  /** All that have not ended: the current one, the one that it replaced, the one that is being opened. */
  readonly #connections = new Set<Connection>();
  #current: Connection | undefined;
  #connectedBefore = false;
  #closed = false;
  #renewing = false;
  #retryMs = RETRY_MS_MIN;
  #wake: () => void = () => {};
  #lost: (cause: string) => void = () => {};

  constructor(options: StreamSocketOptions) {
    this.#options = options;
    this.#ended = this.#run();
  }

  /** Gives up the present connection; the next one follows. */
  reconnect(): void {
    this.#current?.end('given up');
  }

  /** Replaces the present connection without a gap. */
  async renew(): Promise<void> {
    const old = this.#current;
    if (this.#renewing || old === undefined || this.#closed) return;
    this.#renewing = true;
    const failure = await this.#connect((next) => this.#replace(old, next));
    this.#renewing = false;
    if (failure === undefined) return;
    this.#options.onProblem('stream_lost', `${this.#options.name} stream, its next: ${failure}`);
    if (this.#current === old) old.renewIn(RENEW_AGAIN_MS);
  }

  /** The connection that took the text; undefined if none is open, so that it certainly was not sent. */
  send(text: string): Connection | undefined {
    return this.#current?.send(text) === true ? this.#current : undefined;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#wake();
    for (const connection of this.#connections) connection.end('closed');
    await this.#ended;
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      const lost = new Promise<string>((resolve) => {
        this.#lost = resolve;
      });
      const cause = (await this.#connect((connection) => this.#use(connection))) ?? (await lost);
      if (this.#closed) return;
      this.#options.onProblem('stream_lost', `${this.#options.name} stream: ${cause}`);
      await this.#pause(this.#retryMs);
      this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MS_MAX);
    }
  }

  #use(connection: Connection): void {
    this.#current = connection;
    const again = this.#connectedBefore;
    this.#connectedBefore = true;
    this.#observe(again ? 'reconnected' : 'connected');
    this.#options.onConnected(again);
  }

  #replace(old: Connection, next: Connection): void {
    if (this.#current !== old) {
      // The old one has ended meanwhile, and its successor comes the usual way, which tells of a gap.
      next.end('not needed');
      return;
    }
    this.#observe('reconnected');
    this.#current = next;
    old.retire(OVERLAP_MS);
  }

  #pause(pauseMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, pauseMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Resolves when it is open, or with why it could not be. */
  async #connect(onOpen: (connection: Connection) => void): Promise<string | undefined> {
    const url = await this.#options.url();
    if (url.kind === 'failed') return url.cause;
    if (this.#closed) return 'closed';
    const { silenceMsMax, ping, onMessage, onEnded } = this.#options;
    const connection = new Connection(url.value, {
      silenceMsMax,
      ping,
      onMessage,
      onOpen: () => onOpen(connection),
      onHeard: () => this.#observe('heard'),
      onStable: () => {
        this.#retryMs = RETRY_MS_MIN;
      },
      onOld: () => void this.renew(),
    });
    this.#connections.add(connection);
    void connection.ended.then((cause) => {
      this.#connections.delete(connection);
      onEnded?.(connection);
      if (this.#current === connection) this.#current = undefined;
      else if (!this.#closed) return;
      this.#lost(cause);
    });
    return connection.opened;
  }

  #observe(event: Parameters<Observer['onStream']>[1]): void {
    this.#options.observer.onStream(this.#options.kind, event);
  }
}

interface ConnectionOptions extends Pick<StreamSocketOptions, 'silenceMsMax' | 'ping' | 'onMessage'> {
  readonly onOpen: () => void;
  readonly onHeard: () => void;
  readonly onStable: () => void;
  readonly onOld: () => void;
}

/** One WebSocket from its opening to its end. */
export class Connection {
  readonly #socket: WebSocket;
  readonly #options: ConnectionOptions;
  readonly #timers = new Set<NodeJS.Timeout>();
  #cause = 'closed by the exchange';
  /** Undefined, or why it could not be opened. */
  readonly opened: Promise<string | undefined>;
  /** Why it ended. */
  readonly ended: Promise<string>;

  constructor(url: string, options: ConnectionOptions) {
    this.#options = options;
    const socket = new WebSocket(url, {
      handshakeTimeout: HANDSHAKE_MS_MAX,
      maxPayload: MESSAGE_BYTES_MAX,
      perMessageDeflate: false,
      followRedirects: false,
    });
    this.#socket = socket;
    socket.on('message', (data: RawData) => options.onMessage(data.toString()));
    socket.on('error', (error) => {
      this.#cause = causeOf(error);
    });
    this.ended = new Promise((resolve) => {
      socket.on('close', () => {
        for (const timer of this.#timers) clearTimeout(timer);
        resolve(this.#cause);
      });
    });
    const opening = new Promise<undefined>((resolve) => {
      socket.on('open', () => {
        this.#watch();
        options.onOpen();
        resolve(undefined);
      });
    });
    this.opened = Promise.race([opening, this.ended]);
  }

  send(text: string): boolean {
    if (this.#socket.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(text);
    return true;
  }

  end(cause: string): void {
    this.#cause = cause;
    this.#socket.terminate();
  }

  renewIn(delayMs: number): void {
    this.#timers.add(setTimeout(this.#options.onOld, delayMs));
  }

  /** It has been replaced: it ends when what is on its way has arrived. */
  retire(afterMs: number): void {
    this.#timers.add(setTimeout(() => this.end('replaced'), afterMs));
  }

  #watch(): void {
    const { silenceMsMax, ping, onHeard, onStable } = this.#options;
    const socket = this.#socket;
    let quietChecks = 0;
    const heard = () => {
      quietChecks = 0;
      onHeard();
    };
    socket.on('message', heard);
    if (ping) socket.on('pong', heard).on('ping', heard);
    this.#timers.add(setTimeout(onStable, STABLE_MS));
    this.renewIn(AGE_MS_MAX);
    const check = setInterval(() => {
      quietChecks += 1;
      if (quietChecks > SILENCE_CHECKS) this.end(`silent for ${silenceMsMax} ms`);
      else if (ping) socket.ping();
    }, silenceMsMax / SILENCE_CHECKS);
    this.#timers.add(check);
  }
}
