/**
 * The connection to the user data stream: a listen key that is kept alive, and renewed with the connection.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/user-data-streams
 */

import { type Redactor, Secret } from '#core/secret.ts';
import type { Answer } from '../../port.ts';
import type { Observer } from '../observer.ts';
import type { OnProblem } from '../problem.ts';
import { describe, type Rest } from '../rest.ts';
import { StreamSocket } from '../socket.ts';
import { listenKey } from './schemas.ts';

/** A key is valid for 60 minutes after each renewal: two may fail before it is lost. */
const KEEP_ALIVE_MS = 20 * 60_000;
const SILENCE_MS_MAX = 30_000;
const PATH = '/fapi/v1/listenKey';

interface UserStreamOptions {
  readonly rest: Rest;
  readonly streamUrl: string;
  readonly redactor: Redactor;
  readonly onConnected: (again: boolean) => void;
  readonly onMessage: (text: string) => void;
  readonly onProblem: OnProblem;
  readonly observer: Observer;
}

export class UserStream {
  readonly #options: UserStreamOptions;
  readonly #socket: StreamSocket;
  readonly #keepAlive: NodeJS.Timeout;

  constructor(options: UserStreamOptions) {
    this.#options = options;
    this.#socket = new StreamSocket({
      name: 'user',
      kind: 'user',
      url: () => this.#url(),
      onConnected: options.onConnected,
      onMessage: options.onMessage,
      onProblem: options.onProblem,
      observer: options.observer,
      silenceMsMax: SILENCE_MS_MAX,
      ping: true,
    });
    this.#keepAlive = setInterval(() => void this.#renew(), KEEP_ALIVE_MS);
  }

  /** The key has expired: a new one comes with a new connection. */
  reconnect(): void {
    this.#socket.reconnect();
  }

  /** Another connection takes over before this one is closed. */
  renew(): void {
    void this.#socket.renew();
  }

  /** The key is left to expire: the account has only one, and another replica may be using it. */
  async close(): Promise<void> {
    clearInterval(this.#keepAlive);
    await this.#socket.close();
  }

  async #url(): Promise<Answer<string>> {
    const { rest, redactor, streamUrl } = this.#options;
    const result = await rest.call({ method: 'POST', path: PATH, security: 'key' });
    if (result.kind === 'error') return { kind: 'failed', cause: `listen key: ${describe(result)}` };
    const read = listenKey.safeParse(result.body);
    if (!read.success) return { kind: 'failed', cause: 'listen key: malformed answer' };
    redactor.hide('listenKey', new Secret(read.data.listenKey));
    const query = new URLSearchParams({ listenKey: read.data.listenKey });
    return { kind: 'answer', value: `${streamUrl}/private/ws?${query}` };
  }

  async #renew(): Promise<void> {
    const { rest, onProblem } = this.#options;
    const result = await rest.call({ method: 'PUT', path: PATH, security: 'key' });
    if (result.kind === 'answer') return;
    onProblem('listen_key_failed', describe(result));
    if (result.meaning.kind === 'no_listen_key') this.#socket.reconnect();
  }
}
