/**
 * The gateway of requests: keys, signatures, timestamps, limits and the meaning of errors. Requests go over HTTP; those
 * that have a method of the WebSocket API go over that where it is connected. Only what certainly was not sent there is
 * sent here instead.
 */

import type { ClientOrderId, Micros } from '#core/ids.ts';
import type { Redactor, Secret } from '#core/secret.ts';
import type { Answer } from '../port.ts';
import { contentOf, type Transmission } from './answer.ts';
import { costOf, type Endpoint } from './endpoints.ts';
import { type Meaning, meaningOf, needsOperator, THROTTLED, UNAVAILABLE, UNKNOWN } from './errors.ts';
import { Http } from './http.ts';
import { type Address, addressOf, type Observer } from './observer.ts';
import type { OnProblem } from './problem.ts';
import type { Priority, RateGate } from './rate-gate.ts';
import { toldInHeaders } from './rate-limits.ts';
import { type Clock, type ClockSample, ServerClock } from './server-clock.ts';
import { encodeParams, type Params, Signer } from './signing.ts';
import type { SocketApi, SocketMethod } from './socket-api.ts';
import type { Venue } from './venue.ts';

const REQUEST_MS_MAX = 5_000;
const ANSWER_BYTES_MAX = 4 << 20;
const MESSAGE_LENGTH_MAX = 300;
const BANNED = 418;

/** none: public data. key: the key alone. signed: key, timestamp and signature. */
type Security = 'none' | 'key' | 'signed';

export interface RestCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: Endpoint;
  readonly security: Security;
  /** The same request in the WebSocket API. */
  readonly socketMethod?: SocketMethod;
  /** ordinary unless told. */
  readonly priority?: Priority;
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
  readonly venue: Venue;
  readonly restUrl: string;
  readonly apiKey: Secret;
  readonly apiSecret: Secret;
  readonly recvWindowMs: number;
  readonly clock: Clock;
  readonly rateGate: RateGate;
  /** Undefined: everything goes over HTTP. */
  readonly socketApi: SocketApi | undefined;
  readonly redactor: Redactor;
  readonly onProblem: OnProblem;
  readonly observer: Observer;
}

/** How a request went out, and what became of it. */
type Sent = Transmission & { readonly over: 'http' | 'websocket' };

export class Rest {
  readonly #options: RestOptions;
  readonly #signer: Signer;
  readonly #http: Http;
  readonly #prefix: string;
  readonly #address: Address;
  readonly #headers: Readonly<Record<'none' | 'key' | 'form', Readonly<Record<string, string>>>>;
  readonly #serverClock: ServerClock;

  constructor(options: RestOptions) {
    const url = new URL(options.restUrl);
    this.#options = options;
    this.#signer = new Signer(options.apiSecret);
    this.#http = new Http(url.origin);
    this.#prefix = url.pathname.replace(/\/$/, '');
    this.#address = addressOf(options.restUrl);
    const key = { 'X-MBX-APIKEY': options.apiKey.reveal() };
    const form = { ...key, 'Content-Type': 'application/x-www-form-urlencoded' };
    this.#headers = { none: {}, key, form };
    this.#serverClock = new ServerClock({
      sample: () => this.#sampleClock(),
      onMeasured: (offsetMs) => options.observer.onClock(offsetMs),
      onProblem: options.onProblem,
    });
  }

  async call(call: RestCall): Promise<RestResult> {
    const first = await this.#send(call);
    if (first.kind !== 'error' || first.meaning.kind !== 'clock') return first;
    // Refused at the gate for its timestamp, so that sending it again cannot apply it twice.
    const measured = await this.#serverClock.measure();
    if (measured.kind === 'failed') {
      this.#options.onProblem('clock_failed', measured.cause);
      return first;
    }
    this.#options.onProblem('clock_resynchronised', `${call.method} ${call.path} is sent again`);
    return this.#send(call);
  }

  /** Measures the server's clock, and keeps it measured until close(). */
  startClock(): Promise<Answer<void>> {
    return this.#serverClock.start();
  }

  async close(): Promise<void> {
    this.#serverClock.close();
    await Promise.all([this.#options.socketApi?.close(), this.#http.close()]);
  }

  async #sampleClock(): Promise<Answer<ClockSample>> {
    const path = this.#options.venue.timePath;
    const result = await this.#send({ method: 'GET', path, security: 'none', priority: 'protective' });
    if (result.kind === 'error') return { kind: 'failed', cause: describe(result) };
    const serverTimeMs = (result.body as { serverTime?: unknown } | null)?.serverTime;
    if (typeof serverTimeMs !== 'number' || !Number.isSafeInteger(serverTimeMs)) {
      return { kind: 'failed', cause: 'malformed answer' };
    }
    const { sentAt, answeredAt } = result;
    return { kind: 'answer', value: { serverTimeMs, sentAt, answeredAt } };
  }

  async #send(call: RestCall): Promise<RestResult> {
    const { clock, rateGate } = this.#options;
    const priced = { cost: costOf(call.method, call.path), priority: call.priority ?? 'ordinary' };
    const sentAt = clock.nowMicros();
    const held = rateGate.heldBack(priced, sentAt);
    let sent: Sent;
    if (held === undefined) {
      rateGate.begin(priced.cost);
      sent = await this.#transmit(call, priced.priority, sentAt);
      this.#settle(priced.cost, sent, clock.nowMicros());
    } else {
      sent = { kind: 'held_back', cause: held, over: 'http' };
    }
    const result = this.#read(call, sent, { sentAt, answeredAt: clock.nowMicros() });
    this.#observe(call, sent, result);
    return result;
  }

  async #transmit(call: RestCall, priority: Priority, sentAt: Micros): Promise<Sent> {
    const { socketApi, clock, rateGate } = this.#options;
    const paused = () => rateGate.paused(priority, clock.nowMicros());
    const deadlineMs = call.deadlineMs ?? REQUEST_MS_MAX;
    if (call.socketMethod !== undefined && socketApi !== undefined) {
      const params = this.#socketParams(call.params ?? {}, sentAt);
      const over = await socketApi.request({ method: call.socketMethod, params, deadlineMs });
      if (over.kind !== 'unsent') return { ...over, over: 'websocket' };
    }
    const payload = this.#payload(call, sentAt);
    // Parameters of writes go into the body: a path with a signature ends in other people's logs.
    const inBody = call.method === 'POST' || call.method === 'PUT';
    const path = `${this.#prefix}${call.path}`;
    const result = await this.#http.request({
      method: call.method,
      path: inBody || payload === '' ? path : `${path}?${payload}`,
      headers: this.#headers[call.security === 'none' ? 'none' : inBody ? 'form' : 'key'],
      body: inBody && payload !== '' ? payload : undefined,
      deadlineMs,
      answerBytesMax: call.answerBytesMax ?? ANSWER_BYTES_MAX,
      heldBack: paused,
    });
    if (result.kind !== 'answered') return { ...result, over: 'http' };
    const { status, headers, body } = result;
    const content = contentOf(status, body);
    return { kind: 'answered', status, content, use: toldInHeaders(headers), over: 'http' };
  }

  /** What the request has cost, and what the exchange says of the limits. */
  #settle(cost: ReturnType<typeof costOf>, sent: Sent, now: Micros): void {
    const { rateGate, onProblem } = this.#options;
    if (sent.kind !== 'answered') {
      if (sent.kind === 'broken') rateGate.end(cost, undefined, now);
      else rateGate.withdraw(cost);
      return;
    }
    const { status, content, use } = sent;
    const pause = rateGate.end(cost, { status, code: content.kind === 'error' ? content.code : 0, use }, now);
    if (pause !== undefined) onProblem(status === BANNED ? 'banned' : 'rate_limited', pause);
  }

  #read(call: RestCall, sent: Sent, timing: Timing): RestResult {
    const { venue, redactor, onProblem } = this.#options;
    if (sent.kind !== 'answered') {
      const meaning = meanings[sent.kind];
      return { kind: 'error', meaning, code: 0, message: redactor.redact(sent.cause), ...timing };
    }
    const { status, content } = sent;
    if (content.kind === 'body') return { kind: 'answer', body: content.body, ...timing };
    const { code } = content;
    const meaning = meaningOf(venue.errors, status, code === 0 ? undefined : code, content.message);
    const message = redactor.redact(content.message).slice(0, MESSAGE_LENGTH_MAX);
    const request = `${call.method} ${call.path}`;
    if (code === 0) onProblem('malformed_answer', `${request}: ${status} ${message}`);
    if (needsOperator(meaning)) onProblem('operator_needed', `${request}: ${code} ${message}`, call.order);
    return { kind: 'error', meaning, code, message, ...timing };
  }

  /** Parameters hold signatures: they are not told. */
  #observe({ method, path, order }: RestCall, sent: Sent, result: RestResult): void {
    const { observer, socketApi } = this.#options;
    const meaning = result.kind === 'answer' ? 'answered' : result.meaning.kind;
    observer.onRequest({
      method,
      endpoint: path,
      protocol: sent.over,
      address: sent.over === 'websocket' && socketApi !== undefined ? socketApi.address : this.#address,
      status: sent.kind === 'answered' ? sent.status : undefined,
      failure: sent.kind === 'answered' ? undefined : sent.kind,
      outcome: sent.kind === 'held_back' ? 'held_back' : meaning,
      startedAt: result.sentAt,
      endedAt: result.answeredAt,
      clientOrderId: order,
    });
  }

  #payload(call: RestCall, sentAt: Micros): string {
    const params = call.params ?? {};
    if (call.security !== 'signed') return encodeParams(params);
    const timestamp = String(this.#serverClock.timeAt(sentAt));
    const recvWindow = String(this.#options.recvWindowMs);
    return this.#signer.sign(encodeParams({ ...params, recvWindow, timestamp }));
  }

  /**
   * Signed over the sorted parameters as they are, without encoding.
   * https://developers.binance.com/docs/derivatives/usds-margined-futures/websocket-api-general-info
   */
  #socketParams(params: Params, sentAt: Micros): Record<string, string | number> {
    const all: Record<string, string | number> = {
      apiKey: this.#options.apiKey.reveal(),
      recvWindow: this.#options.recvWindowMs,
      timestamp: this.#serverClock.timeAt(sentAt),
    };
    for (const [name, value] of Object.entries(params)) if (value !== undefined) all[name] = value;
    const payload = Object.keys(all)
      .sort()
      .map((name) => `${name}=${all[name]}`)
      .join('&');
    return { ...all, signature: this.#signer.signatureOf(payload) };
  }
}

/** What it means not to be answered. */
const meanings: Record<Exclude<Transmission['kind'], 'answered'>, Meaning> = {
  broken: UNKNOWN,
  unsent: UNAVAILABLE,
  held_back: THROTTLED,
};

/** An error as one line for a person. */
export const describe = (error: RestError): string =>
  error.code === 0 ? error.message : `${error.code} ${error.message}`;
