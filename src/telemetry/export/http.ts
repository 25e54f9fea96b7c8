/**
 * OTLP over HTTP, binary protobuf. https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */

import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type Dispatcher, Pool } from 'undici';
import { statusIn } from '../otlp/answer.ts';
import type { EndpointSettings, TlsSettings } from './endpoint.ts';
import { acceptedBy, type Delivery, type Exporter, notOtlp } from './exporter.ts';

const CONNECTIONS_MAX = 4;
const IDLE_MS_MAX = 15_000;
const ANSWER_BYTES_MAX = 64 * 1024;
const PROTOBUF = 'application/x-protobuf';
const MS_PER_SECOND = 1000;

const compress = promisify(gzip);

export class HttpExporter implements Exporter {
  readonly endpoint: string;
  readonly #path: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #settings: EndpointSettings;
  readonly #nowMs: () => number;
  readonly #pool: Pool;

  constructor(settings: EndpointSettings, nowMs: () => number) {
    const { origin, pathname, search } = new URL(settings.url);
    // A query may hold a token.
    this.endpoint = `${origin}${pathname}`;
    this.#path = `${pathname}${search}`;
    this.#headers = {
      ...settings.headers,
      'content-type': PROTOBUF,
      ...(settings.gzip ? { 'content-encoding': 'gzip' } : {}),
    };
    this.#settings = settings;
    this.#nowMs = nowMs;
    this.#pool = new Pool(origin, {
      connections: CONNECTIONS_MAX,
      // A request that is given up takes its connection with it, so that the next attempt starts on a new one.
      allowH2: false,
      connect: { timeout: settings.timeoutMs, ...tlsOf(settings.tls) },
      keepAliveTimeout: IDLE_MS_MAX,
      keepAliveMaxTimeout: IDLE_MS_MAX,
      maxResponseSize: ANSWER_BYTES_MAX,
      // The whole of a request has one deadline.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  async send(bytes: Uint8Array): Promise<Delivery> {
    const deadline = AbortSignal.timeout(this.#settings.timeoutMs);
    try {
      const answer = await this.#pool.request({
        method: 'POST',
        path: this.#path,
        headers: this.#headers,
        body: this.#settings.gzip ? await compress(bytes) : bytes,
        signal: deadline,
      });
      return this.#delivery(answer, await answer.body.bytes());
    } catch (error) {
      const words = deadline.aborted ? `no answer within ${this.#settings.timeoutMs} ms` : causeOf(error);
      return { kind: 'failed', error: words };
    }
  }

  close(): void {
    void this.#pool.destroy();
  }

  #delivery({ statusCode, headers }: Dispatcher.ResponseData, body: Uint8Array): Delivery {
    const isOtlp = headers['content-type']?.includes(PROTOBUF) === true;
    if (statusCode >= 200 && statusCode < 300) {
      return isOtlp || body.length === 0 ? acceptedBy(this.endpoint, body) : notOtlp(this.endpoint);
    }
    const message = isOtlp ? statusIn(body)?.message : undefined;
    const words = message === undefined ? `HTTP ${statusCode}` : `HTTP ${statusCode}: ${message}`;
    // As with gRPC: only these say that the bytes themselves are not wanted. A 400 that is not OTLP may come from something
    // else on that port, such as a server that expects TLS, or from a proxy that does not like one item.
    if ((statusCode === 400 && isOtlp) || statusCode === 413) return { kind: 'refused', error: words };
    const retryAfterMs = this.#retryAfterMs(headers['retry-after']);
    return { kind: 'failed', error: words, doubtful: statusCode === 400, retryAfterMs };
  }

  /** Seconds, or a date. */
  #retryAfterMs(value: string | string[] | undefined): number | undefined {
    if (typeof value !== 'string') return undefined;
    const seconds = Number(value);
    const ms = Number.isNaN(seconds) ? Date.parse(value) - this.#nowMs() : seconds * MS_PER_SECOND;
    return ms > 0 ? ms : undefined;
  }
}

const tlsOf = (tls: TlsSettings | undefined) => ({
  ...(tls?.rootCertificate === undefined ? {} : { ca: tls.rootCertificate }),
  ...(tls?.clientKey === undefined ? {} : { key: tls.clientKey }),
  ...(tls?.clientCertificate === undefined ? {} : { cert: tls.clientCertificate }),
});

function causeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return causeOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
