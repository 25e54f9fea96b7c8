/** One stream connection to another exchange that comes back whenever it is lost or falls silent. */
import type { RawData } from 'ws';
import { WebSocket } from 'ws';
import type { Timers } from './timers.ts';

export interface ConnectionOptions {
  readonly url: string;
  readonly timers: Timers;
  readonly onMessage: (text: string) => void;
  /** A sentence about what became of it. */
  readonly onNews: (sentence: string) => void;
}

const OPEN_WITHIN_MS = 10_000;
/** Mark prices come every second, quotes more often: a connection that is silent for so long is dead. */
const SILENT_MS_MAX = 10_000;
const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 30_000;
const MESSAGE_BYTES_MAX = 1024 * 1024;

export class Connection {
  readonly #options: ConnectionOptions;
  #socket: WebSocket | undefined;
  #cancel = (): void => undefined;
  #retryMs = RETRY_MS_MIN;
  #isLive = false;
  #isClosed = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#open();
  }

  /** Whether what it has said is current. */
  get isLive(): boolean {
    return this.#isLive;
  }

  close(): void {
    this.#isClosed = true;
    this.#isLive = false;
    this.#cancel();
    this.#socket?.terminate();
  }

  #open(): void {
    const { url, onMessage } = this.#options;
    const socket = new WebSocket(url, { maxPayload: MESSAGE_BYTES_MAX });
    this.#socket = socket;
    let cause = 'the connection was closed';
    this.#endAfter(OPEN_WITHIN_MS, () => {
      cause = `no word within ${OPEN_WITHIN_MS} ms`;
      socket.terminate();
    });
    socket.on('error', (error) => {
      cause = error.message;
    });
    socket.on('message', (data: RawData) => {
      if (this.#isClosed) return;
      this.#isLive = true;
      this.#retryMs = RETRY_MS_MIN;
      this.#endAfter(SILENT_MS_MAX, () => {
        cause = `silent for ${SILENT_MS_MAX} ms`;
        socket.terminate();
      });
      onMessage(data.toString());
    });
    socket.on('close', () => this.#onClose(cause));
  }

  #onClose(cause: string): void {
    if (this.#isClosed) return;
    const { url, onNews } = this.#options;
    this.#isLive = false;
    onNews(`${new URL(url).host}: ${cause}; the next try is in ${this.#retryMs} ms`);
    this.#endAfter(this.#retryMs, () => this.#open());
    this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MS_MAX);
  }

  /** One thing at a time is waited for. */
  #endAfter(delayMs: number, run: () => void): void {
    this.#cancel();
    this.#cancel = this.#options.timers.after(delayMs, run);
  }
}
