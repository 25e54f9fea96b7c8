/**
 * OTLP over gRPC. The library's exporters are not used because they report a partial success as success, never retry,
 * and let the reconnect delay grow to two minutes.
 */

import {
  Client,
  compressionAlgorithms,
  credentials,
  Metadata,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { statusIn } from '../otlp/answer.ts';
import type { SignalKind } from '../signals.ts';
import type { EndpointSettings } from './endpoint.ts';
import { acceptedBy, type Delivery, type Exporter } from './exporter.ts';

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
  readonly #method: string;
  readonly #settings: EndpointSettings;
  readonly #metadata = new Metadata();
  readonly #nowMs: () => number;
  #client: Client;

  constructor(signal: SignalKind, settings: EndpointSettings, nowMs: () => number) {
    this.endpoint = settings.url;
    this.#method = methods[signal];
    this.#settings = settings;
    this.#nowMs = nowMs;
    for (const [name, value] of Object.entries(settings.headers)) this.#metadata.set(name, value);
    this.#client = connect(settings);
  }

  send(bytes: Uint8Array): Promise<Delivery> {
    const deadline = this.#nowMs() + this.#settings.timeoutMs;
    const { promise, resolve } = Promise.withResolvers<Delivery>();
    this.#client.makeUnaryRequest(
      this.#method,
      (value: Uint8Array) => Buffer.from(value.buffer, value.byteOffset, value.byteLength),
      (value: Buffer) => value,
      bytes,
      this.#metadata,
      { deadline },
      (error, answer) =>
        resolve(error === null ? acceptedBy(this.endpoint, answer ?? new Uint8Array()) : this.#failed(error)),
    );
    return promise;
  }

  close(): void {
    this.#client.close();
  }

  #failed(error: ServiceError): Delivery {
    const words = `${status[error.code]}: ${error.details}`;
    // The bytes are ours and valid, so only this status says that they themselves are what is not wanted. Others that
    // the protocol calls permanent (a wrong password, a service that is not there) end when someone mends them, and
    // the journal keeps the facts until then.
    if (error.code === status.INVALID_ARGUMENT) return { kind: 'refused', error: words };
    // Nothing tells a dead connection from a slow collector: the next attempt starts on a new one.
    if (error.code === status.DEADLINE_EXCEEDED) this.#reconnect();
    const [details] = error.metadata.get('grpc-status-details-bin');
    const retryAfterMs = Buffer.isBuffer(details) ? statusIn(details)?.retryAfterMs : undefined;
    // Too large, or too much at once: a collector that says when to come again means the latter.
    const doubtful = error.code === status.RESOURCE_EXHAUSTED && retryAfterMs === undefined;
    return { kind: 'failed', error: words, doubtful, retryAfterMs };
  }

  #reconnect(): void {
    this.#client.close();
    this.#client = connect(this.#settings);
  }
}

function connect({ url, tls, gzip }: EndpointSettings): Client {
  const security =
    tls === undefined
      ? credentials.createInsecure()
      : credentials.createSsl(tls.rootCertificate, tls.clientKey, tls.clientCertificate);
  return new Client(targetOf(url), security, {
    'grpc.use_local_subchannel_pool': 1,
    'grpc.initial_reconnect_backoff_ms': RECONNECT_DELAY_MS_MIN,
    'grpc.max_reconnect_backoff_ms': RECONNECT_DELAY_MS_MAX,
    'grpc.keepalive_time_ms': KEEPALIVE_MS,
    'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
    ...(gzip ? { 'grpc.default_compression_algorithm': compressionAlgorithms.gzip } : {}),
  });
}

/** gRPC wants host and port, and has its own name for a socket in the file system. */
function targetOf(url: string): string {
  if (url.startsWith('unix:')) return url;
  const { protocol, hostname, port } = new URL(url);
  return `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`;
}
