/**
 * The profiler of the trading thread: wall and CPU time at 100 Hz, and the heap. Each interval it takes a profile of
 * both and goes on. What it costs trading is measured in the decision on it (docs/decisions/0011).
 */

import type { Micros } from '#core/ids.ts';
import type { EngineStage } from '#engine/stage.ts';
import type { Report } from '../problem.ts';
import { labelsOf } from './labels.ts';

export type ProfileKind = 'wall' | 'heap';

export interface TakenProfile {
  readonly kind: ProfileKind;
  readonly from: Micros;
  readonly until: Micros;
  /** In pprof's format, not compressed. */
  readonly pprof: Uint8Array;
}

export interface ProfilerParts {
  readonly intervalMs: number;
  readonly now: () => Micros;
  /** Calls again and again until the returned function is called. */
  readonly repeatedly: (intervalMs: number, run: () => void) => () => void;
  readonly onProfile: (profile: TakenProfile) => void;
  readonly report: Report;
}

/** Loaded when it is wanted: it is native code, which a platform may not have. */
type Pprof = typeof import('@datadog/pprof');

const SAMPLE_INTERVAL_MICROS = 10_000;
const HEAP_SAMPLE_BYTES = 512 * 1024;
const HEAP_STACK_DEPTH_MAX = 64;
const NANOS_PER_MICRO = 1000n;
/** What the library calls certain; it then starts the sampler anew by itself. */
const STUCK = 2;

/** failed: it could not be started, or took no profile; it is tried again at every interval. */
export type ProfilerState = 'running' | 'failed';

export class Profiler {
  readonly #pprof: Pprof;
  readonly #parts: ProfilerParts;
  #sampling = false;
  /** From a failure until a profile is taken again. */
  #failing = false;
  #from = 0 as Micros;
  #stopRepeating: () => void = () => {};
  #collecting: Promise<void> | undefined;

  private constructor(pprof: Pprof, parts: ProfilerParts) {
    this.#pprof = pprof;
    this.#parts = parts;
  }

  /** Undefined, and reported, where the platform has no profiler. */
  static async start(parts: ProfilerParts): Promise<Profiler | undefined> {
    let pprof: Pprof;
    try {
      pprof = await import('@datadog/pprof');
    } catch (error) {
      reportFailure(parts.report, error);
      return undefined;
    }
    const profiler = new Profiler(pprof, parts);
    profiler.#begin();
    profiler.#stopRepeating = parts.repeatedly(parts.intervalMs, () => profiler.#collect());
    return profiler;
  }

  get state(): ProfilerState {
    return this.#failing ? 'failed' : 'running';
  }

  /** What the samples from now on belong to. */
  readonly mark = (stage: EngineStage | undefined): void => {
    if (this.#sampling) this.#pprof.time.setContext(stage);
  };

  /** Takes the last profiles. It has to end before the process does: a sample during the exit may crash it. */
  async stop(): Promise<void> {
    this.#stopRepeating();
    await this.#collecting;
    if (!this.#sampling) return;
    await this.#take(false);
    this.#end();
  }

  #begin(): void {
    const { time, heap } = this.#pprof;
    try {
      time.start({
        intervalMicros: SAMPLE_INTERVAL_MICROS,
        withContexts: true,
        collectCpuTime: true,
        // The workaround stops the thread for 15 to 20 ms at every profile; the bug is watched for instead.
        workaroundV8Bug: false,
      });
      heap.start(HEAP_SAMPLE_BYTES, HEAP_STACK_DEPTH_MAX);
      this.#from = this.#parts.now();
      this.#sampling = true;
    } catch (error) {
      this.#fail(error);
    }
  }

  #collect(): void {
    if (!this.#sampling) {
      if (this.#collecting === undefined) this.#begin();
      return;
    }
    // Encoding yields to trading: a thread that is that busy gives profiles more seldom.
    this.#collecting ??= this.#take(true).finally(() => {
      this.#collecting = undefined;
    });
  }

  async #take(goOn: boolean): Promise<void> {
    const { now, onProfile, report } = this.#parts;
    const { time, heap } = this.#pprof;
    const from = this.#from;
    try {
      const wall = time.stop(goOn, ({ context }) => {
        const stage = context?.context;
        return stage === undefined || !isStage(stage) ? {} : labelsOf(stage);
      });
      const until = now();
      this.#from = until;
      if (!goOn) this.#sampling = false;
      // The library says when it ended; pprof wants to know when it began.
      wall.timeNanos = BigInt(from) * NANOS_PER_MICRO;
      onProfile({ kind: 'wall', from, until, pprof: await wall.encodeAsync() });
      const heapNow = heap.profileV2();
      onProfile({ kind: 'heap', from, until, pprof: await heapNow.encodeAsync() });
      this.#failing = false;
      if (time.v8ProfilerStuckEventLoopDetected() >= STUCK) {
        report({
          event: 'telemetry.profiler_stuck',
          severity: 'warn',
          message: 'The sampler of the profiler was stuck and is started again: one profile is empty.',
        });
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#tellFailure(error);
    this.#end();
  }

  /** Of the failures in a row the first is told. */
  #tellFailure(error: unknown): void {
    if (!this.#failing) reportFailure(this.#parts.report, error);
    this.#failing = true;
  }

  #end(): void {
    this.#sampling = false;
    const { time, heap } = this.#pprof;
    try {
      heap.stop();
      if (time.isStarted()) time.stop();
    } catch (error) {
      this.#tellFailure(error);
    }
  }
}

/** Outside of any stage the context is empty. */
const isStage = (context: object): context is EngineStage => 'name' in context;

function reportFailure(report: Report, error: unknown): void {
  report({
    event: 'telemetry.profiler_failed',
    severity: 'warn',
    message: `This process is not profiled: ${error instanceof Error ? error.message : String(error)}`,
  });
}
