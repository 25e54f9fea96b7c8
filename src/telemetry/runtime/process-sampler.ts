/** What Node says of the thread that trades and of its process: read at every metric interval, at the cost of some microseconds. */

import {
  constants,
  monitorEventLoopDelay,
  type PerformanceEntry,
  PerformanceObserver,
  performance,
} from 'node:perf_hooks';
import { getHeapSpaceStatistics } from 'node:v8';
import { systemMicros } from '../clock.ts';
import type { Gc, ProcessSample } from './records.ts';

/** How often the event loop is looked at. */
const LOOK_MS = 10;
/** Collections that are told of one by one in an interval. */
const COLLECTIONS_MAX = 2_048;
const NANOS_PER_SECOND = 1e9;
const MICROS_PER_SECOND = 1e6;
const MS_PER_SECOND = 1e3;

const gcTypes: Readonly<Record<number, Gc>> = {
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weakcb',
};

export class ProcessSampler {
  readonly #loop = monitorEventLoopDelay({ resolution: LOOK_MS });
  readonly #observer: PerformanceObserver;
  #collections: ProcessSample['collections'][number][] = [];
  #utilization = performance.eventLoopUtilization();
  #cpu = { user: 0, system: 0 };

  constructor() {
    this.#loop.enable();
    this.#observer = new PerformanceObserver((entries) => {
      for (const entry of entries.getEntries()) {
        const { detail, duration } = entry as PerformanceEntry & {
          readonly detail?: { readonly kind?: number };
        };
        const type = gcTypes[detail?.kind ?? 0];
        if (type === undefined || this.#collections.length >= COLLECTIONS_MAX) continue;
        this.#collections.push({ type, seconds: duration / MS_PER_SECOND });
      }
    });
    this.#observer.observe({ entryTypes: ['gc'] });
  }

  sample(): ProcessSample {
    const utilization = performance.eventLoopUtilization();
    const { user, system } = process.cpuUsage();
    const spaces = getHeapSpaceStatistics();
    const sample: ProcessSample = {
      kind: 'process_sample',
      at: systemMicros(),
      loopDelaysSeconds: this.#delays(),
      loopUtilization: performance.eventLoopUtilization(utilization, this.#utilization).utilization,
      collections: this.#collections,
      heapUsedBytes: Object.fromEntries(spaces.map((one) => [one.space_name, one.space_used_size])),
      heapLimitBytes: Object.fromEntries(spaces.map((one) => [one.space_name, one.space_size])),
      cpuSeconds: {
        user: (user - this.#cpu.user) / MICROS_PER_SECOND,
        system: (system - this.#cpu.system) / MICROS_PER_SECOND,
      },
      residentBytes: process.memoryUsage.rss(),
      uptimeSeconds: process.uptime(),
      activeResources: process.getActiveResourcesInfo().length,
    };
    this.#utilization = utilization;
    this.#cpu = { user, system };
    this.#collections = [];
    return sample;
  }

  close(): void {
    this.#loop.disable();
    this.#observer.disconnect();
  }

  /** What the looks were late since the last sample, each having the time between two looks in it. */
  #delays(): ProcessSample['loopDelaysSeconds'] {
    const loop = this.#loop;
    const late = (nanos: number): number =>
      loop.count === 0 ? 0 : Math.max(0, nanos / NANOS_PER_SECOND - LOOK_MS / MS_PER_SECOND);
    const delays = {
      min: late(loop.min),
      max: late(loop.max),
      mean: late(loop.mean),
      p50: late(loop.percentile(50)),
      p90: late(loop.percentile(90)),
      p99: late(loop.percentile(99)),
    };
    loop.reset();
    return delays;
  }
}
