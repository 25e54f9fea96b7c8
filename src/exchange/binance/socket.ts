/** A WebSocket that is opened again, with growing pauses, whenever it closes, goes silent or cannot be opened. */

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

export interface StreamSocketOptions {
  readonly name: string;
  readonly kind: StreamKind;
  /** Asked before each attempt. */
  readonly url: () => Promise<Answer<string>>;
  /** @param again false for the first connection */
  readonly onConnected: (again: boolean) => void;
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
  #socket: WebSocket | undefined;
  #connectedBefore = false;
  #closed = false;
  #retryMs = RETRY_MS_MIN;
  #wake: () => void = () => {};

  constructor(options: StreamSocketOptions) {
    this.#options = options;
    this.#ended = this.#run();
  }

  /** Gives up the present connection; the next one follows. */
  reconnect(): void {
    this.#socket?.terminate();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#wake();
    this.#socket?.terminate();
    await this.#ended;
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      const cause = await this.#connection();
      if (this.#closed) return;
      this.#options.onProblem('stream_lost', `${this.#options.name} stream: ${cause}`);
      await this.#pause(this.#retryMs);
      this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MS_MAX);
    }
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

  /** One connection from its opening to its end; resolves with why it ended. */
  async #connection(): Promise<string> {
    const url = await this.#options.url();
    if (url.kind === 'failed') return url.cause;
    if (this.#closed) return 'closed';
    const socket = new WebSocket(url.value, {
      handshakeTimeout: HANDSHAKE_MS_MAX,
      maxPayload: MESSAGE_BYTES_MAX,
      perMessageDeflate: false,
      followRedirects: false,
    });
    this.#socket = socket;
    return new Promise((resolve) => {
      let cause = 'closed by the exchange';
      let stopWatching = () => {};
      socket.on('open', () => {
        stopWatching = this.#watch(socket, () => {
          cause = `silent for ${this.#options.silenceMsMax} ms`;
        });
        const again = this.#connectedBefore;
        this.#connectedBefore = true;
        this.#observe(again ? 'reconnected' : 'connected');
        this.#options.onConnected(again);
      });
      socket.on('message', (data: RawData) => this.#options.onMessage(data.toString()));
      socket.on('error', (error) => {
        cause = causeOf(error);
      });
      socket.on('close', () => {
        stopWatching();
        resolve(cause);
      });
    });
  }

  #observe(event: Parameters<Observer['onStream']>[1]): void {
    this.#options.observer.onStream(this.#options.kind, event);
  }

  #watch(socket: WebSocket, onSilence: () => void): () => void {
    const { silenceMsMax, ping } = this.#options;
    let quietChecks = 0;
    const heard = () => {
      quietChecks = 0;
      this.#observe('heard');
    };
    socket.on('message', heard);
    if (ping) socket.on('pong', heard).on('ping', heard);
    const stable = setTimeout(() => {
      this.#retryMs = RETRY_MS_MIN;
    }, STABLE_MS);
    const check = setInterval(() => {
      quietChecks += 1;
      if (quietChecks > SILENCE_CHECKS) {
        onSilence();
        socket.terminate();
      } else if (ping) {
        socket.ping();
      }
    }, silenceMsMax / SILENCE_CHECKS);
    return () => {
      clearTimeout(stable);
      clearInterval(check);
    };
  }
}
