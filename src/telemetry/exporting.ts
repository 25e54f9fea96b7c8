/**
 * The trading thread's end of telemetry: starts the worker and starts it again when it dies, passes process logs, records
 * and profiles on, knows the status, stops within a deadline. Nothing here throws at trading or makes it wait.
 */

import { Worker } from 'node:worker_threads';
import { MICROS_PER_MS, type Micros } from '#core/ids.ts';
import { after, repeatedly, sleepUntilWoken, systemMicros } from './clock.ts';
import type { FromWorker, ToWorker, WorkerStart, WorkerStatus } from './messages.ts';
import { Outbox } from './outbox.ts';
import type { TelemetryProblem } from './problem.ts';
import { type ProcessLog, ProcessLogger } from './process-log.ts';
import { Profiler, type TakenProfile } from './profiles/profiler.ts';
import type { ProfileSettings } from './profiles/settings.ts';
import { ProcessSampler } from './runtime/process-sampler.ts';
import type { RuntimeRecord } from './runtime/records.ts';
import type { Telemetry, TelemetryOptions, TelemetryStatus } from './telemetry.ts';

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

export class Exporting implements Telemetry {
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
