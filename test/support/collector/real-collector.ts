/** An OpenTelemetry Collector as a process: OTLP in over gRPC and HTTP, out to a file and to a page for Prometheus. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CollectedLog, type CollectedSpan, logsOf, spansOf } from '../collected.ts';
import { freePorts } from '../free-ports.ts';
import { until } from '../until.ts';
import { buildCollector } from './build.ts';

const READY_MS_MAX = 20_000;

interface Ports {
  readonly grpc: number;
  readonly http: number;
  readonly metrics: number;
}

export class RealCollector {
  readonly #binary: string;
  readonly #directory: string;
  readonly #ports: Ports;
  #process: ChildProcess | undefined;
  #lastWords = '';

  private constructor(binary: string, directory: string, ports: Ports) {
    this.#binary = binary;
    this.#directory = directory;
    this.#ports = ports;
  }

  static async create(directory: string): Promise<RealCollector> {
    const [grpc = 0, http = 0, metrics = 0] = await freePorts(3);
    return new RealCollector(await buildCollector(), directory, { grpc, http, metrics });
  }

  endpoint(protocol: 'grpc' | 'http/protobuf'): string {
    return `http://127.0.0.1:${protocol === 'grpc' ? this.#ports.grpc : this.#ports.http}`;
  }

  /** With the same ports and the same file after a stop. */
  async start(): Promise<void> {
    const config = join(this.#directory, 'collector.yaml');
    writeFileSync(config, configuration(this.#ports, this.#file));
    const child = spawn(this.#binary, ['--config', `file:${config}`], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        this.#lastWords = (this.#lastWords + chunk.toString()).slice(-2_000);
      });
    }
    await until(
      'the collector answers',
      async () => {
        if (child.exitCode !== null) throw new Error(`the collector ended: ${this.#lastWords}`);
        return (await answers(`http://127.0.0.1:${this.#ports.http}/`)) &&
          (await this.#metrics()) !== undefined
          ? true
          : undefined;
      },
      READY_MS_MAX,
    );
  }

  /** SIGSTOP freezes it, SIGCONT lets it go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#process?.kill(signal);
  }

  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    child.kill('SIGCONT');
    await ended;
  }

  get spans(): CollectedSpan[] {
    return this.#lines().flatMap(spansOf);
  }

  get logs(): CollectedLog[] {
    return this.#lines().flatMap(logsOf);
  }

  async metrics(): Promise<string> {
    return (await this.#metrics()) ?? '';
  }

  async #metrics(): Promise<string | undefined> {
    try {
      return await (await fetch(`http://127.0.0.1:${this.#ports.metrics}/metrics`)).text();
    } catch {
      return undefined;
    }
  }

  get #file(): string {
    return join(this.#directory, 'collected.jsonl');
  }

  /** The line that is being written is left for the next time. */
  #lines(): Record<string, unknown>[] {
    if (!existsSync(this.#file)) return [];
    const whole = readFileSync(this.#file, 'utf8').split('\n').slice(0, -1);
    return whole.map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    await fetch(url);
    return true;
  } catch {
    return false;
  }
}

const configuration = ({ grpc, http, metrics }: Ports, file: string): string => `
receivers:
  otlp:
    protocols:
      grpc: { endpoint: "127.0.0.1:${grpc}" }
      http: { endpoint: "127.0.0.1:${http}" }
exporters:
  debug: {}
  file: { path: "${file}", append: true, flush_interval: 50ms }
  prometheus:
    endpoint: "127.0.0.1:${metrics}"
    translation_strategy: UnderscoreEscapingWithSuffixes
    without_scope_info: true
service:
  telemetry:
    logs: { level: warn }
    metrics: { level: none }
  pipelines:
    traces: { receivers: [otlp], exporters: [debug, file] }
    logs: { receivers: [otlp], exporters: [debug, file] }
    metrics: { receivers: [otlp], exporters: [debug, prometheus] }
`;
