/** An OTLP collector over real gRPC and HTTP. It keeps what it took, and misbehaves on request. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { SignalKind } from '#telemetry/signals.ts';
import {
  type CollectedLog,
  type CollectedMetric,
  type CollectedSpan,
  logsIn,
  metricsIn,
  spansIn,
} from './collected.ts';
import {
  type Door,
  openGrpc,
  openHttp,
  type RefusalName,
  type Reply,
  type ServerTls,
} from './collector-doors.ts';

export type Behaviour =
  | { readonly kind: 'accept' }
  | {
      readonly kind: 'refuse';
      readonly why: RefusalName;
      readonly retryAfterSeconds?: number;
      readonly when?: (itemCount: number) => boolean;
    }
  | { readonly kind: 'partial'; readonly rejected: number; readonly message: string }
  | { readonly kind: 'garbage' }
  /** Answers never. */
  | { readonly kind: 'hang' }
  | { readonly kind: 'slow'; readonly ms: number }
  /** Dies within the request and is there again soon; `taken` if it had kept the items by then. */
  | { readonly kind: 'die'; readonly taken: boolean };

const REBIRTH_MS = 100;

export class Collector {
  readonly spans: CollectedSpan[] = [];
  readonly logs: CollectedLog[] = [];
  /** The newest value of each metric. */
  metrics = new Map<string, CollectedMetric>();
  readonly requests: Record<SignalKind, number> = { traces: 0, metrics: 0, logs: 0 };
  resource: Record<string, unknown> = {};
  headers: Readonly<Record<string, unknown>> = {};
  behaviour: Record<SignalKind, Behaviour> = {
    traces: { kind: 'accept' },
    metrics: { kind: 'accept' },
    logs: { kind: 'accept' },
  };
  readonly #tls: ServerTls | undefined;
  #doors: readonly Door[] = [];
  #ports = { grpc: 0, http: 0 };
  #rebirth: NodeJS.Timeout | undefined;

  constructor(tls?: ServerTls) {
    this.#tls = tls;
  }

  get endpoint(): string {
    return this.#url(this.#ports.grpc);
  }

  get httpEndpoint(): string {
    return this.#url(this.#ports.http);
  }

  #url(port: number): string {
    return this.#tls === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`;
  }

  behave(behaviour: Behaviour): void {
    this.behaviour = { traces: behaviour, metrics: behaviour, logs: behaviour };
  }

  /** The same ports again after a stop. */
  async start(): Promise<void> {
    const reply = (signal: SignalKind, bytes: Uint8Array, headers: Readonly<Record<string, unknown>>) =>
      this.#reply(signal, bytes, headers);
    const grpc = await openGrpc(reply, this.#ports.grpc, this.#tls);
    const http = await openHttp(reply, this.#ports.http, this.#tls);
    this.#doors = [grpc, http];
    this.#ports = { grpc: grpc.port, http: http.port };
  }

  stop(): void {
    clearTimeout(this.#rebirth);
    for (const door of this.#doors) door.close();
    this.#doors = [];
  }

  async #reply(
    signal: SignalKind,
    bytes: Uint8Array,
    headers: Readonly<Record<string, unknown>>,
  ): Promise<Reply> {
    this.requests[signal] += 1;
    this.headers = headers;
    const { count, keep } = this.#read(signal, bytes);
    const behaviour = this.behaviour[signal];
    switch (behaviour.kind) {
      case 'refuse':
        if (behaviour.when?.(count) === false) break;
        return behaviour;
      case 'partial':
        keep();
        return behaviour;
      case 'garbage':
      case 'hang':
        return behaviour;
      case 'slow':
        await sleep(behaviour.ms);
        break;
      case 'die':
        if (behaviour.taken) keep();
        this.behave({ kind: 'accept' });
        this.stop();
        this.#rebirth = setTimeout(() => void this.start(), REBIRTH_MS);
        return { kind: 'hang' };
      default:
    }
    keep();
    return { kind: 'accept' };
  }

  #read(signal: SignalKind, bytes: Uint8Array): { count: number; keep: () => void } {
    if (signal === 'traces') {
      const spans = spansIn(bytes);
      return { count: spans.length, keep: () => void this.spans.push(...spans) };
    }
    if (signal === 'metrics') {
      const metrics = metricsIn(bytes);
      return { count: metrics.size, keep: () => (this.metrics = new Map([...this.metrics, ...metrics])) };
    }
    const { logs, resource } = logsIn(bytes);
    const keep = (): void => {
      this.resource = resource;
      this.logs.push(...logs);
    };
    return { count: logs.length, keep };
  }
}
