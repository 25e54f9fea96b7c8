/**
 * The trading thread's end of telemetry: starts the worker and starts it again when it dies, passes process logs on,
 * knows the status, stops within a deadline. Nothing here throws at trading or makes it wait.
 */

import { stat } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import type { DestinationStream } from 'pino';
import { MICROS_PER_MS, type Micros } from '#core/ids.ts';
import type { EngineStage } from '#engine/stage.ts';
import { after, repeatedly, sleepUntilWoken, systemMicros } from './clock.ts';
import type { DefaultEndpoints, EndpointSettings } from './export/endpoint.ts';
import type { FromWorker, ToWorker, WorkerStart, WorkerStatus } from './messages.ts';
import { Outbox } from './outbox.ts';
import type { TelemetryProblem } from './problem.ts';
import { type ProcessLog, ProcessLogger } from './process-log.ts';
import { Profiler, type ProfilerState, type TakenProfile } from './profiles/profiler.ts';
import type { ProfileSettings } from './profiles/settings.ts';
import { ProcessSampler } from './runtime/process-sampler.ts';
import type { RuntimeRecord } from './runtime/records.ts';
import { readTelemetrySettings } from './settings.ts';
import { type SignalKind, signals } from './signals.ts';
import type { Environment } from './variables.ts';

export interface TelemetryOptions {
  readonly journalPath: string;
  /** Where the worker remembers how far it has come; in the data directory. */
  readonly cursorPath: string;
  readonly env: Environment;
  /** Where telemetry goes unless a variable says otherwise. */
  readonly defaultEndpoints?: DefaultEndpoints;
  readonly version: string;
  readonly instanceId: string;
  readonly onProblem?: (problem: TelemetryProblem) => void;
  /** Takes secrets out of what the process says of itself. */
  readonly redact: (text: string) => string;
  /** Where process logs go. */
  readonly destination: DestinationStream;
}

export interface TelemetryStatus extends Partial<WorkerStatus> {
  readonly export: 'on' | 'off' | 'misconfigured';
  /** When the worker last told its status. */
  readonly at: Micros | undefined;
  /** How often the worker had to be started again. */
  readonly restarts: number;
  readonly processLogs: { readonly queued: number; readonly dropped: number };
  readonly records: { readonly queued: number; readonly dropped: number };
  readonly profiler: ProfilerState | 'off';
}

export interface Telemetry {
  status(): TelemetryStatus;
  log(record: ProcessLog): void;
  /** To be told what this thread is doing, where it is profiled: costs some ten nanoseconds. */
  readonly onStage: ((stage: EngineStage | undefined) => void) | undefined;
  /** Takes note of what a part of the process has done. */
  record(record: RuntimeRecord): void;
  /** Asks for a record now and at every metric interval. */
  watch(look: () => RuntimeRecord): void;
  /** What OTLP exports, as text for Prometheus; undefined where nothing is exported or the worker does not answer. */
  metrics(): Promise<string | undefined>;
  /** Delivers what is there if the collector takes it; facts that are not delivered are sent after the next start. */
  stop(deadlineMs: number): Promise<void>;
}

const RESTART_DELAY_MS_MIN = 500;
const RESTART_DELAY_MS_MAX = 30_000;
/** A worker that lived this long has not failed because of how it was started. */
const RESTART_FORGIVEN_MS = 60_000;
const WORKER_HEAP_MB_MAX = 128;
const RECORDS_MAX = 8_192;
const RECORDS_PER_MESSAGE_MAX = 1_024;
/** What is taken while a worker is started again or is busy, which at the usual interval makes three profiles of both kinds. */
const PROFILES_MAX = 8;
/** Records are gathered for this long, so that handing them over costs little. */
const GATHER_MS = 100;
const METRICS_MS_MAX = 2_000;
/** The part of a stop's deadline that is kept for a worker which does not end by itself. */
const TERMINATE_MS_MAX = 100;
const ENABLED = 'OpenTelemetry logging export enabled for tradeengine';

export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const settings = readTelemetrySettings(options.env, options);
  if (settings.kind === 'on') {
    // The first thread to use libuv's pool gives it its priority, which must not be the worker's.
    await stat('.').catch(() => {});
    const { endpoints, metricIntervalMs, profiles } = settings.settings;
    const telemetry = new Exporting(options, metricIntervalMs);
    const goals = signals.map((signal) => goalOf(signal, endpoints[signal])).join(', ');
    telemetry.log({
      severity: 'info',
      event: 'telemetry.started',
      message: `Telemetry goes out over OTLP: ${goals}; profiles to ${profiles?.serverAddress ?? 'nowhere'}`,
    });
    if (profiles !== undefined) await telemetry.startProfiler(profiles);
    return telemetry;
  }
  const { redact, destination } = options;
  const logger = new ProcessLogger({ now: systemMicros, after, onQueued: undefined, redact, destination });
  const reason = settings.kind === 'off' ? 'off' : 'misconfigured';
  const nothing = { queued: 0, dropped: 0 };
  const silent: Telemetry = {
    status: () => ({
      export: reason,
      at: undefined,
      restarts: 0,
      processLogs: nothing,
      records: nothing,
      profiler: 'off',
    }),
    log: (record) => logger.write(record),
    record: () => {},
    watch: () => {},
    metrics: async () => undefined,
    stop: async () => logger.flush(),
    onStage: undefined,
  };
  if (settings.kind === 'wrong') {
    for (const message of settings.problems) {
      const problem = { event: 'telemetry.misconfigured', severity: 'error', message } as const;
      silent.log(problem);
      options.onProblem?.(problem);
    }
  }
  return silent;
}

const goalOf = (signal: SignalKind, endpoint: EndpointSettings | undefined): string =>
  endpoint === undefined ? `${signal} nowhere` : `${signal} to ${endpoint.url} (${endpoint.protocol})`;

class Exporting implements Telemetry {
  readonly #options: TelemetryOptions;
  readonly #logger: ProcessLogger;
  readonly #stopping = new AbortController();
  #worker: Worker | undefined;
  #workerEnded: Promise<void> = Promise.resolve();
  #profiled = false;
  #profiler: Profiler | undefined;
  #status: { at: Micros; status: WorkerStatus } | undefined;
  #restarts = 0;
  #restartDelayMs = RESTART_DELAY_MS_MIN;
  #enabledSaid = false;
  readonly #records = new Outbox<RuntimeRecord>(RECORDS_MAX, RECORDS_PER_MESSAGE_MAX);
  readonly #profiles = new Outbox<TakenProfile>(PROFILES_MAX, PROFILES_MAX);
  #gathering = false;
  readonly #sampler = new ProcessSampler();
  readonly #looks: (() => RuntimeRecord)[] = [];
  readonly #stopLooking: () => void;
  #metricsAsked = false;
  #reading: Promise<string | undefined> | undefined;
  #read: (text: string | undefined) => void = () => {};

  constructor(options: TelemetryOptions, metricIntervalMs: number) {
    const { destination, redact } = options;
    this.#options = options;
    this.#logger = new ProcessLogger({
      now: systemMicros,
      after,
      onQueued: () => this.#sendLogs(),
      redact,
      destination,
    });
    this.#spawn();
    this.watch(() => this.#sampler.sample());
    this.#stopLooking = repeatedly(metricIntervalMs, () => {
      for (const look of this.#looks) this.#look(look);
    });
  }

  status(): TelemetryStatus {
    return {
      export: 'on',
      at: this.#status?.at,
      restarts: this.#restarts,
      processLogs: countsOf(this.#logger.outbox),
      records: countsOf(this.#records),
      profiler: this.#profiled ? (this.#profiler?.state ?? 'failed') : 'off',
      ...this.#status?.status,
    };
  }

  log(record: ProcessLog): void {
    this.#logger.write(record);
  }

  record(record: RuntimeRecord): void {
    this.#records.push(record);
    if (this.#gathering) return;
    this.#gathering = true;
    after(GATHER_MS, () => {
      this.#gathering = false;
      this.#sendRecords();
    });
  }

  watch(look: () => RuntimeRecord): void {
    this.#looks.push(look);
    this.#look(look);
  }

  /** A defect in looking is no reason to stop trading. */
  #look(look: () => RuntimeRecord): void {
    try {
      this.record(look());
    } catch (error) {
      this.#tell({
        event: 'telemetry.sample_failed',
        severity: 'error',
        message: `A sample of the process could not be taken: ${String(error)}`,
      });
    }
  }

  /** One question serves all who ask at the same time. */
  metrics(): Promise<string | undefined> {
    this.#reading ??= this.#readMetrics().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #readMetrics(): Promise<string | undefined> {
    if (this.#worker === undefined) return undefined;
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    this.#read = resolve;
    const cancel = after(METRICS_MS_MAX, () => resolve(undefined));
    // A worker that is stuck is not asked again and again.
    if (!this.#metricsAsked) this.#say({ type: 'read_metrics' });
    this.#metricsAsked = true;
    const text = await promise;
    cancel();
    return text;
  }

  get onStage(): Telemetry['onStage'] {
    return this.#profiler?.mark;
  }

  async startProfiler({ intervalMs }: ProfileSettings): Promise<void> {
    this.#profiled = true;
    this.#profiler = await Profiler.start({
      intervalMs,
      now: systemMicros,
      repeatedly,
      onProfile: (profile) => {
        this.#profiles.push(profile);
        this.#sendProfiles();
      },
      report: (problem) => this.#tell(problem),
    });
  }

  async stop(deadlineMs: number): Promise<void> {
    const done = new AbortController();
    const late = sleepUntilWoken(deadlineMs - TERMINATE_MS_MAX, done.signal);
    // A profiler that takes long leaves the worker its half.
    await Promise.race([this.#profiler?.stop(), sleepUntilWoken(deadlineMs / 2, this.#stopping.signal)]);
    this.#logger.flush();
    this.#stopping.abort();
    this.#stopLooking();
    this.#sampler.close();
    const worker = this.#worker;
    if (worker !== undefined) {
      this.#say({
        type: 'stop',
        logs: this.#logger.outbox.takeRest(),
        records: this.#records.takeRest(),
        profiles: this.#profiles.takeRest(),
      });
      await Promise.race([this.#workerEnded, late]);
      await Promise.race([worker.terminate(), sleepUntilWoken(TERMINATE_MS_MAX, done.signal)]);
    }
    done.abort();
  }

  #spawn(): void {
    const { journalPath, cursorPath, env, defaultEndpoints, version, instanceId } = this.#options;
    const workerData: WorkerStart = {
      journalPath,
      cursorPath,
      env: { ...env },
      defaultEndpoints,
      version,
      instanceId,
    };
    const startedAt = systemMicros();
    let worker: Worker;
    try {
      worker = new Worker(new URL('./worker.ts', import.meta.url), {
        name: 'telemetry',
        workerData,
        resourceLimits: { maxOldGenerationSizeMb: WORKER_HEAP_MB_MAX },
      });
    } catch (error) {
      // The machine has no thread left.
      void this.#restart(startedAt, error);
      return;
    }
    this.#worker = worker;
    worker.on('message', (message: FromWorker) => this.#hear(message));
    let failure: unknown;
    worker.on('error', (error) => {
      failure = error;
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#workerEnded = promise;
    worker.on('exit', (code) => {
      this.#worker = undefined;
      this.#metricsAsked = false;
      this.#read(undefined);
      resolve();
      if (!this.#stopping.signal.aborted) void this.#restart(startedAt, failure ?? `exit code ${code}`);
    });
    this.#sendLogs();
    this.#sendRecords();
    this.#sendProfiles();
  }

  async #restart(startedAt: Micros, failure: unknown): Promise<void> {
    this.#restarts += 1;
    this.#logger.outbox.putBack();
    this.#records.putBack();
    this.#profiles.putBack();
    const livedMs = (systemMicros() - startedAt) / MICROS_PER_MS;
    if (livedMs > RESTART_FORGIVEN_MS) this.#restartDelayMs = RESTART_DELAY_MS_MIN;
    const delayMs = this.#restartDelayMs;
    this.#restartDelayMs = Math.min(delayMs * 2, RESTART_DELAY_MS_MAX);
    this.#tell({
      event: 'telemetry.worker_stopped',
      severity: 'error',
      message: `The telemetry worker ended (${failure}). It is started again in ${delayMs} ms; trading goes on.`,
    });
    await sleepUntilWoken(delayMs, this.#stopping.signal);
    if (!this.#stopping.signal.aborted) this.#spawn();
  }

  #hear(message: FromWorker): void {
    switch (message.type) {
      case 'logs_done':
        this.#logger.outbox.delivered();
        this.#sendLogs();
        return;
      case 'records_done':
        this.#records.delivered();
        if (this.#records.queued >= RECORDS_PER_MESSAGE_MAX) this.#sendRecords();
        return;
      case 'profiles_done':
        this.#profiles.delivered();
        this.#sendProfiles();
        return;
      case 'metrics':
        this.#metricsAsked = false;
        this.#read(message.text);
        return;
      case 'problem':
        this.#tell(message.problem);
        return;
      case 'status':
        this.#status = message;
        if (!this.#enabledSaid && message.status.signals.logs.exported > 0) {
          this.#enabledSaid = true;
          this.log({ severity: 'info', event: 'telemetry.enabled', message: ENABLED });
        }
        return;
      default:
        message satisfies never;
    }
  }

  #tell(problem: TelemetryProblem): void {
    this.log(problem);
    this.#options.onProblem?.(problem);
  }

  #sendLogs(): void {
    if (this.#worker === undefined || this.#stopping.signal.aborted) return;
    const logs = this.#logger.outbox.take();
    if (logs !== undefined) this.#say({ type: 'logs', logs });
  }

  #sendRecords(): void {
    if (this.#worker === undefined || this.#stopping.signal.aborted) return;
    const records = this.#records.take();
    if (records !== undefined) this.#say({ type: 'records', records });
  }

  #sendProfiles(): void {
    if (this.#worker === undefined || this.#stopping.signal.aborted) return;
    const profiles = this.#profiles.take();
    if (profiles !== undefined) this.#say({ type: 'profiles', profiles });
  }

  #say(message: ToWorker): void {
    this.#worker?.postMessage(message);
  }
}

const countsOf = ({ queued, dropped }: Outbox<unknown>) => ({ queued, dropped });
