/** Looks at the exchange and the account without touching either: nothing is placed, changed or kept. */

import { WebSocket } from 'ws';
import type { Symbol } from '#core/ids.ts';
import { MICROS_PER_MS } from '#core/ids.ts';
import type { InstrumentText } from '#core/instrument.ts';
import { type Price, price } from '#core/money.ts';
import { Redactor, type Secret } from '#core/secret.ts';
import type { AccountBalance, Answer } from '../../port.ts';
import { causeOf } from '../http.ts';
import { checkKey } from '../key-permissions.ts';
import { nobody } from '../observer.ts';
import { RateGate, type RateStatus } from '../rate-gate.ts';
import { describe, Rest, type RestOptions } from '../rest.ts';
import type { Clock } from '../server-clock.ts';
import { Account } from './account.ts';
import { Conditionals } from './conditionals.ts';
import { type AccountSettings, accountSettings } from './configuration.ts';
import { askInstruments } from './instruments.ts';
import { read } from './read.ts';
import { listenKey, marks } from './schemas.ts';
import { usdm } from './venue.ts';

const SPOKEN_MS_MAX = 5_000;
const MESSAGE_BYTES_MAX = 1 << 20;

export interface InspectionOptions {
  readonly restUrl: string;
  readonly streamUrl: string;
  readonly wsApiUrl: string;
  /** Where the key's permissions are told; undefined where nobody tells them. */
  readonly walletUrl: string | undefined;
  readonly apiKey: Secret;
  readonly apiSecret: Secret;
  readonly recvWindowMs: number;
  readonly clock: Clock;
}

export interface ClockReading {
  /** The exchange's clock less ours. */
  readonly offsetMs: number;
  /** Of the measurements together. */
  readonly tookMs: number;
}

export class Inspection {
  readonly #options: InspectionOptions;
  readonly #restOptions: RestOptions;
  readonly #rateGate = new RateGate(usdm.limits);
  readonly #rest: Rest;
  readonly #account: Account;
  #offsetMs = 0;

  constructor(options: InspectionOptions) {
    this.#options = options;
    const redactor = new Redactor();
    redactor.hide('apiKey', options.apiKey);
    redactor.hide('apiSecret', options.apiSecret);
    const observer = { ...nobody, onClock: (offsetMs: number) => this.#learnOffset(offsetMs) };
    const rateGate = this.#rateGate;
    const own = { venue: usdm, redactor, rateGate, socketApi: undefined, onProblem: () => {}, observer };
    this.#restOptions = { ...options, ...own };
    this.#rest = new Rest(this.#restOptions);
    this.#account = new Account({
      rest: this.#rest,
      clock: options.clock,
      conditionals: new Conditionals(),
      onProblem: () => {},
    });
  }

  async clock(): Promise<Answer<ClockReading>> {
    const { clock } = this.#options;
    const begunAt = clock.nowMicros();
    const measured = await this.#rest.startClock();
    if (measured.kind === 'failed') return measured;
    const tookMs = Math.round((clock.nowMicros() - begunAt) / MICROS_PER_MS);
    return { kind: 'answer', value: { offsetMs: this.#offsetMs, tookMs } };
  }

  /** Whether the key may do what it should and no more; undefined where nobody tells. */
  async key(): Promise<Answer<void> | undefined> {
    const { walletUrl } = this.#options;
    return walletUrl === undefined ? undefined : checkKey(walletUrl, this.#restOptions);
  }

  settings(): Promise<Answer<AccountSettings>> {
    return accountSettings({ rest: this.#rest, onProblem: () => {} });
  }

  balance(): Promise<Answer<AccountBalance>> {
    return this.#account.balance();
  }

  instruments(symbols: readonly Symbol[]): Promise<Answer<InstrumentText[]>> {
    return askInstruments(this.#rest, symbols, this.#rateGate);
  }

  async marks(): Promise<Answer<ReadonlyMap<string, Price>>> {
    const told = await read({
      rest: this.#rest,
      onProblem: () => {},
      schema: marks,
      path: '/fapi/v1/premiumIndex',
    });
    if (told.kind === 'failed') return told;
    const value = new Map(told.value.map(({ symbol, markPrice }) => [symbol, price(markPrice)]));
    return { kind: 'answer', value };
  }

  /** The market streams speak within a second; of the others the connection is all that can be expected. */
  async stream(route: 'public' | 'market' | 'private', symbol: Symbol): Promise<Answer<void>> {
    const { streamUrl } = this.#options;
    const name = symbol.toLowerCase();
    switch (route) {
      case 'public':
        return connects(`${streamUrl}/public/stream?streams=${name}@bookTicker`, 'open');
      case 'market':
        return connects(`${streamUrl}/market/stream?streams=${name}@markPrice@1s`, 'message');
      case 'private':
        return this.#privateStream();
    }
  }

  wsApi(): Promise<Answer<void>> {
    return connects(this.#options.wsApiUrl, 'open');
  }

  rate(): RateStatus {
    return this.#rateGate.status(this.#options.clock.nowMicros());
  }

  async close(): Promise<void> {
    await this.#rest.close();
  }

  #learnOffset(offsetMs: number): void {
    this.#offsetMs = offsetMs;
  }

  /** The account's listen key is only extended by this: the engine may be using it. */
  async #privateStream(): Promise<Answer<void>> {
    const result = await this.#rest.call({ method: 'POST', path: '/fapi/v1/listenKey', security: 'key' });
    if (result.kind === 'error') return { kind: 'failed', cause: `listen key: ${describe(result)}` };
    const key = listenKey.safeParse(result.body);
    if (!key.success) return { kind: 'failed', cause: 'listen key: malformed answer' };
    const query = new URLSearchParams({ listenKey: key.data.listenKey });
    return connects(`${this.#options.streamUrl}/private/ws?${query}`, 'open');
  }
}

function connects(url: string, until: 'open' | 'message'): Promise<Answer<void>> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url, {
      maxPayload: MESSAGE_BYTES_MAX,
      perMessageDeflate: false,
      followRedirects: false,
    });
    const settle = (answer: Answer<void>): void => {
      clearTimeout(timer);
      socket.terminate();
      resolve(answer);
    };
    const timer = setTimeout(
      () => settle({ kind: 'failed', cause: `it says nothing for ${SPOKEN_MS_MAX} ms` }),
      SPOKEN_MS_MAX,
    );
    socket.once(until, () => settle({ kind: 'answer', value: undefined }));
    socket.on('unexpected-response', (_request, { statusCode }) =>
      settle({ kind: 'failed', cause: `HTTP ${statusCode}` }),
    );
    socket.on('error', (error) => settle({ kind: 'failed', cause: causeOf(error) }));
  });
}
