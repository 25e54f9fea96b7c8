/**
 * OTLP over gRPC: one request, one honest answer. The library's exporters are not used because they report a
 * partial success as success, never retry, and let the reconnect delay grow to two minutes.
 */

import {
  Client,
  compressionAlgorithms,
  credentials,
  Metadata,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { type Rejected, rejectedIn } from './encode.ts';
import type { EndpointSettings, SignalKind } from './settings.ts';

export type Delivery =
  | { readonly kind: 'accepted'; readonly rejected: Rejected }
  /** The collector will never take these bytes. */
  | { readonly kind: 'refused'; readonly error: string }
  /** To be sent again; tooMuch: perhaps in smaller pieces. */
  | { readonly kind: 'failed'; readonly error: string; readonly tooMuch: boolean };

export interface Exporter<Request = Uint8Array> {
  readonly endpoint: string;
  send(request: Request): Promise<Delivery>;
  close(): void;
}

const RECONNECT_DELAY_MS_MIN = 200;
const RECONNECT_DELAY_MS_MAX = 2_000;
const KEEPALIVE_MS = 10_000;
const KEEPALIVE_TIMEOUT_MS = 3_000;

/** https://opentelemetry.io/docs/specs/otlp/#otlpgrpc: the service and method of each signal. */
const methods: Record<SignalKind, string> = {
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  metrics: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  logs: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
};

export class GrpcExporter implements Exporter {
  readonly endpoint: string;
  readonly #signal: SignalKind;
  readonly #settings: EndpointSettings;
  readonly #metadata = new Metadata();
  readonly #nowMs: () => number;
  #client: Client;

  constructor(signal: SignalKind, settings: EndpointSettings, nowMs: () => number) {
    this.endpoint = settings.url;
    this.#signal = signal;
    this.#settings = settings;
    this.#nowMs = nowMs;
    for (const [name, value] of Object.entries(settings.headers)) this.#metadata.set(name, value);
    this.#client = connect(settings);
  }

  send(bytes: Uint8Array): Promise<Delivery> {
    const deadline = this.#nowMs() + this.#settings.timeoutMs;
    const { promise, resolve } = Promise.withResolvers<Delivery>();
    this.#client.makeUnaryRequest(
      methods[this.#signal],
      (value: Uint8Array) => Buffer.from(value.buffer, value.byteOffset, value.byteLength),
      (value: Buffer) => value,
      bytes,
      this.#metadata,
      { deadline },
      (error, answer) => resolve(error === null ? this.#accepted(answer) : this.#failed(error)),
    );
    return promise;
  }

  close(): void {
    this.#client.close();
  }

  #accepted(answer: Buffer | undefined): Delivery {
    try {
      return { kind: 'accepted', rejected: rejectedIn(this.#signal, answer ?? new Uint8Array()) };
    } catch {
      return {
        kind: 'failed',
        error: `${this.endpoint} answers, but not in the language of OTLP`,
        tooMuch: false,
      };
    }
  }

  #failed(error: ServiceError): Delivery {
    const words = `${status[error.code]}: ${error.details}`;
    // The bytes are ours and valid, so only this status says that they themselves are what is not wanted. Others that
    // the protocol calls permanent (a wrong password, a service that is not there) end when someone mends them, and
    // the journal keeps the facts until then.
    if (error.code === status.INVALID_ARGUMENT) return { kind: 'refused', error: words };
    // Nothing tells a dead connection from a slow collector: the next attempt starts on a new one.
    if (error.code === status.DEADLINE_EXCEEDED) this.#reconnect();
    return { kind: 'failed', error: words, tooMuch: error.code === status.RESOURCE_EXHAUSTED };
  }

  #reconnect(): void {
    this.#client.close();
    this.#client = connect(this.#settings);
  }
}

function connect({ target, tls, gzip }: EndpointSettings): Client {
  const security =
    tls === undefined
      ? credentials.createInsecure()
      : credentials.createSsl(tls.rootCertificate, tls.clientKey, tls.clientCertificate);
  return new Client(target, security, {
    'grpc.use_local_subchannel_pool': 1,
    'grpc.initial_reconnect_backoff_ms': RECONNECT_DELAY_MS_MIN,
    'grpc.max_reconnect_backoff_ms': RECONNECT_DELAY_MS_MAX,
    'grpc.keepalive_time_ms': KEEPALIVE_MS,
    'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
    ...(gzip ? { 'grpc.default_compression_algorithm': compressionAlgorithms.gzip } : {}),
  });
}
