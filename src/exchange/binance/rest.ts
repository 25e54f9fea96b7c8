/**
 * The REST gateway: keys, signatures, timestamps, the pauses that the server asks for and the meaning of errors. It
 * keeps the offset of the server's clock and repairs it when the server says that a timestamp is off.
 */

import type { ClientOrderId, Micros } from '#core/ids.ts';
import { MICROS_PER_MS } from '#core/ids.ts';
import type { Redactor, Secret } from '#core/secret.ts';
import type { Answer } from '../port.ts';
import type { Endpoint } from './endpoints.ts';
import { type Meaning, meaningOf, THROTTLED, UNAVAILABLE, UNKNOWN } from './errors.ts';
import { Http, type HttpResult } from './http.ts';
import { parseJson } from './json.ts';
import type { Observer } from './observer.ts';
import type { OnProblem } from './problem.ts';
import type { RateGate } from './rate-gate.ts';
import { encodeParams, type Params, Signer } from './signing.ts';

const REQUEST_MS_MAX = 5_000;
const ANSWER_BYTES_MAX = 4 << 20;
const MESSAGE_LENGTH_MAX = 300;
const CLOCK_SAMPLES = 3;

export interface Clock {
  nowMicros(): Micros;
}

/** none: public data. key: the key alone. signed: key, timestamp and signature. */
type Security = 'none' | 'key' | 'signed';

export interface RestCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: Endpoint;
  readonly security: Security;
  /** The order that it is about, for whoever observes. */
  readonly order?: ClientOrderId;
  readonly params?: Params;
  readonly deadlineMs?: number;
  readonly answerBytesMax?: number;
}

interface Timing {
  /** When the request was signed: its timestamp, by the engine's clock. */
  readonly sentAt: Micros;
  readonly answeredAt: Micros;
}

export interface RestError extends Timing {
  readonly kind: 'error';
  readonly meaning: Meaning;
  /** The exchange's code; 0 where there is none. */
  readonly code: number;
  readonly message: string;
}

export type RestResult = ({ readonly kind: 'answer'; readonly body: unknown } & Timing) | RestError;

export interface RestOptions {
  readonly restUrl: string;
  /** What tells the server's clock. */
  readonly timePath?: Endpoint;
  readonly apiKey: Secret;
  readonly apiSecret: Secret;
  readonly recvWindowMs: number;
  readonly clock: Clock;
  readonly rateGate: RateGate;
  readonly redactor: Redactor;
  readonly onProblem: OnProblem;
  readonly observer: Observer;
}

export class Rest {
  readonly #options: RestOptions;
  readonly #signer: Signer;
  readonly #http: Http;
  readonly #prefix: string;
  readonly #baseUrl: string;
  readonly #host: string;
  readonly #port: number;
  /** Server time minus our time. */
  #offsetMs = 0;
  #measuring: Promise<Answer<void>> | undefined;

  constructor(options: RestOptions) {
    const url = new URL(options.restUrl);
    this.#options = options;
    this.#signer = new Signer(options.apiSecret);
    this.#http = new Http(url.origin);
    this.#prefix = url.pathname.replace(/\/$/, '');
    this.#baseUrl = `${url.origin}${this.#prefix}`;
    this.#host = url.hostname;
    this.#port = portOf(url);
  }

  async call(call: RestCall): Promise<RestResult> {
    const first = await this.#send(call);
    if (first.kind !== 'error' || first.meaning.kind !== 'clock') return first;
    // Refused at the gate for its timestamp, so that sending it again cannot apply it twice.
    const measured = await this.measureClock();
    if (measured.kind === 'failed') {
      this.#options.onProblem('clock_failed', measured.cause);
      return first;
    }
    this.#options.onProblem('clock_resynchronised', `offset is now ${this.#offsetMs} ms`);
    return this.#send(call);
  }

  /** Measures the offset of the server's clock; one measurement serves all who ask for it at the same time. */
  measureClock(): Promise<Answer<void>> {
    this.#measuring ??= this.#measure().finally(() => {
      this.#measuring = undefined;
    });
    return this.#measuring;
  }

  async close(): Promise<void> {
    await this.#http.close();
  }

  async #measure(): Promise<Answer<void>> {
    const { timePath: path = '/fapi/v1/time' } = this.#options;
    let roundTripMicrosMin = Number.POSITIVE_INFINITY;
    for (let sample = 0; sample < CLOCK_SAMPLES; sample += 1) {
      const result = await this.#send({ method: 'GET', path, security: 'none' });
      if (result.kind === 'error') return { kind: 'failed', cause: `server time: ${describe(result)}` };
      const serverTime = (result.body as { serverTime?: unknown } | null)?.serverTime;
      if (typeof serverTime !== 'number' || !Number.isSafeInteger(serverTime)) {
        return { kind: 'failed', cause: 'server time: malformed answer' };
      }
      const roundTripMicros = result.answeredAt - result.sentAt;
      if (roundTripMicros < roundTripMicrosMin) {
        // The shortest round trip bounds the error best.
        roundTripMicrosMin = roundTripMicros;
        const middleMs = (result.sentAt + roundTripMicros / 2) / MICROS_PER_MS;
        this.#offsetMs = Math.round(serverTime - middleMs);
      }
    }
    this.#options.observer.onClock(this.#offsetMs);
    return { kind: 'answer', value: undefined };
  }

  async #send(call: RestCall): Promise<RestResult> {
    const startedAt = this.#options.clock.nowMicros();
    const http = await this.#request(call, startedAt);
    const result = this.#read(call, http, { sentAt: startedAt, answeredAt: this.#options.clock.nowMicros() });
    this.#observe(call, http, result);
    return result;
  }

  #request(call: RestCall, sentAt: Micros): Promise<HttpResult> {
    const { clock, rateGate } = this.#options;
    const payload = this.#payload(call, sentAt);
    // Parameters of writes go into the body: a path with a signature ends in other people's logs.
    const inBody = call.method === 'POST' || call.method === 'PUT';
    const path = `${this.#prefix}${call.path}`;
    return this.#http.request({
      method: call.method,
      path: inBody || payload === '' ? path : `${path}?${payload}`,
      headers: this.#headers(call.security, inBody),
      body: inBody && payload !== '' ? payload : undefined,
      deadlineMs: call.deadlineMs ?? REQUEST_MS_MAX,
      answerBytesMax: call.answerBytesMax ?? ANSWER_BYTES_MAX,
      heldBack: () => rateGate.heldBack(call.method, call.path, clock.nowMicros()),
    });
  }

  #read(call: RestCall, http: HttpResult, timing: Timing): RestResult {
    const { rateGate, redactor, onProblem } = this.#options;
    if (http.kind !== 'answered') {
      const meaning = meanings[http.kind];
      return { kind: 'error', meaning, code: 0, message: redactor.redact(http.cause), ...timing };
    }
    const { status, headers } = http;
    const read = readAnswer(status, http.body);
    const code = read.kind === 'error' ? read.code : 0;
    const pause = rateGate.learn({ status, code, headers }, timing.answeredAt);
    if (pause !== undefined) onProblem('rate_limited', pause);
    if (read.kind === 'answer') return { ...read, ...timing };
    const message = redactor.redact(read.message).slice(0, MESSAGE_LENGTH_MAX);
    if (read.code === 0) {
      onProblem('malformed_answer', `${call.method} ${call.path}: ${status} ${message}`);
    }
    return { ...read, message, ...timing };
  }

  /** Parameters hold signatures: they are not told. */
  #observe({ method, path, order }: RestCall, http: HttpResult, result: RestResult): void {
    const meaning = result.kind === 'answer' ? 'answered' : result.meaning.kind;
    this.#options.observer.onRequest({
      method,
      endpoint: path,
      baseUrl: this.#baseUrl,
      host: this.#host,
      port: this.#port,
      status: http.kind === 'answered' ? http.status : undefined,
      failure: http.kind === 'answered' ? undefined : http.kind,
      outcome: http.kind === 'held_back' ? 'held_back' : meaning,
      startedAt: result.sentAt,
      endedAt: result.answeredAt,
      clientOrderId: order,
    });
  }

  #payload(call: RestCall, sentAt: Micros): string {
    const params = call.params ?? {};
    if (call.security !== 'signed') return encodeParams(params);
    const timestamp = Math.floor(sentAt / MICROS_PER_MS) + this.#offsetMs;
    const { recvWindowMs } = this.#options;
    return this.#signer.sign(
      encodeParams({ ...params, recvWindow: String(recvWindowMs), timestamp: String(timestamp) }),
    );
  }

  #headers(security: Security, inBody: boolean): Record<string, string> {
    return {
      ...(security === 'none' ? {} : { 'X-MBX-APIKEY': this.#options.apiKey.reveal() }),
      ...(inBody ? { 'Content-Type': 'application/x-www-form-urlencoded' } : {}),
    };
  }
}

const PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };
const portOf = ({ port, protocol }: URL): number =>
  port === '' ? (PORTS[protocol] ?? 0) : Number.parseInt(port, 10);

/** What it means not to be answered. */
const meanings: Record<Exclude<HttpResult['kind'], 'answered'>, Meaning> = {
  broken: UNKNOWN,
  unsent: UNAVAILABLE,
  held_back: THROTTLED,
};

/** An error as one line for a person. */
export const describe = (error: RestError): string =>
  error.code === 0 ? error.message : `${error.code} ${error.message}`;

type Read =
  | { readonly kind: 'answer'; readonly body: unknown }
  | { readonly kind: 'error'; readonly meaning: Meaning; readonly code: number; readonly message: string };

function readAnswer(status: number, text: string): Read {
  let body: unknown;
  try {
    body = parseJson(text);
  } catch {
    return {
      kind: 'error',
      meaning: meaningOf(status, undefined, text),
      code: 0,
      message: `HTTP ${status}: ${text}`,
    };
  }
  const { code, msg } = (body ?? {}) as { code?: unknown; msg?: unknown };
  const failed = typeof code === 'number' && code < 0;
  if (status >= 200 && status < 300 && !failed) return { kind: 'answer', body };
  const message = typeof msg === 'string' ? msg : text;
  return failed
    ? { kind: 'error', meaning: meaningOf(status, code, message), code, message }
    : {
        kind: 'error',
        meaning: meaningOf(status, undefined, message),
        code: 0,
        message: `HTTP ${status}: ${message}`,
      };
}
