/**
 * What the parts of the process tell of their work. Records are compact: the trading thread makes them, and the
 * telemetry worker makes spans and metrics of them. They are no facts, and some may be lost.
 */

import type { ClientOrderId, Micros, Seq, TraceId } from '#core/ids.ts';
import type { LabelValue } from '../attributes.ts';
import type { MetricUpdate } from '../catalogue.ts';

type Stream = LabelValue<'tradeengine.stream'>;
export type Gc = LabelValue<'v8js.gc.type'>;

/** A request to the exchange. */
interface ClientRequest {
  readonly kind: 'client_request';
  readonly method: string;
  readonly endpoint: string;
  /** Over websocket the endpoint names the same request over http. */
  readonly protocol: LabelValue<'network.protocol.name'>;
  /** What the endpoint is appended to. */
  readonly baseUrl: string;
  readonly host: string;
  readonly port: number;
  readonly status: number | undefined;
  /** Why there is no status. */
  readonly failure: 'broken' | 'unsent' | 'held_back' | undefined;
  readonly outcome: string;
  readonly startedAt: Micros;
  readonly endedAt: Micros;
  /** What it was about: only such requests become spans. */
  readonly order: { readonly trace: TraceId; readonly clientOrderId: ClientOrderId } | undefined;
}

/** A request to the API. */
interface ServerRequest {
  readonly kind: 'server_request';
  readonly method: string;
  /** Undefined where the path is none of the API's. */
  readonly route: string | undefined;
  readonly path: string;
  readonly status: number;
  readonly startedAt: Micros;
  readonly endedAt: Micros;
  /** The receipt of the signal that it brought, or the span of the caller: only such requests become spans. */
  readonly parent:
    | { readonly trace: TraceId; readonly fact: Seq }
    | { readonly trace: TraceId; readonly span: string }
    | undefined;
}

/** Entries that one sync made durable. */
interface Commit {
  readonly kind: 'commit';
  readonly entries: number;
  /** Of the oldest entry. */
  readonly appendedAt: Micros;
  readonly durableAt: Micros;
}

interface Reconnect {
  readonly kind: 'reconnect';
  readonly stream: Stream;
}

/** The journal was compared with the exchange. */
interface Comparison {
  readonly kind: 'comparison';
  readonly outcome: LabelValue<'tradeengine.reconciliation.outcome'>;
}

/** Of a limit of the exchange. */
interface Use {
  readonly used: number;
  readonly limit: number;
}

/** How the running parts are, at this moment. */
export interface EngineSample {
  readonly kind: 'engine_sample';
  readonly at: Micros;
  readonly ready: boolean;
  /** The gauges of trading, read from the live state; none while no engine runs. */
  readonly trading: readonly MetricUpdate[];
  /** Undefined while no engine runs. */
  readonly journal: { readonly pending: number; readonly facts: number } | undefined;
  readonly weight: Use;
  readonly orders: Readonly<Partial<Record<LabelValue<'tradeengine.exchange.window'>, Use>>>;
  readonly heldBackSeconds: Readonly<Record<LabelValue<'tradeengine.exchange.hold'>, number>>;
  /** Undefined until the exchange has told its time, and the next before the first comparison. */
  readonly clockOffsetSeconds: number | undefined;
  readonly comparisonAgeSeconds: number | undefined;
  readonly streamAgesSeconds: Readonly<Partial<Record<Stream, number>>>;
}

/** What Node says of its process, and of the time since the last sample. */
export interface ProcessSample {
  readonly kind: 'process_sample';
  readonly at: Micros;
  readonly loopDelaysSeconds: Readonly<Record<'min' | 'max' | 'mean' | 'p50' | 'p90' | 'p99', number>>;
  readonly loopUtilization: number;
  readonly collections: readonly { readonly type: Gc; readonly seconds: number }[];
  /** By space. */
  readonly heapUsedBytes: Readonly<Record<string, number>>;
  readonly heapLimitBytes: Readonly<Record<string, number>>;
  readonly cpuSeconds: Readonly<Record<LabelValue<'cpu.mode'>, number>>;
  readonly residentBytes: number;
  readonly uptimeSeconds: number;
  readonly activeResources: number;
}

export type RuntimeRecord =
  | ClientRequest
  | ServerRequest
  | Commit
  | Reconnect
  | Comparison
  | EngineSample
  | ProcessSample;

export type RecordOf<K extends RuntimeRecord['kind']> = Extract<RuntimeRecord, { kind: K }>;
