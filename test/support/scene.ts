/** Real processes on free ports: the simulated exchange, the engine, and the observatory where a test wants one. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { journalPathIn } from '#app/replay.ts';
import { freePorts } from './free-ports.ts';
import { until } from './until.ts';

const NODE_FLAGS = ['--disable-warning=ExperimentalWarning'];
const READY_MS_MAX = 20_000;
const END_MS_MAX = 10_000;

const program = (path: string): string => new URL(`../../${path}`, import.meta.url).pathname;

interface Ports {
  readonly engine: number;
  readonly simex: number;
  readonly observatory: number;
  readonly otlpGrpc: number;
  readonly otlpHttp: number;
  readonly profiles: number;
}

export class Scene {
  readonly directory: string;
  readonly engineUrl: string;
  readonly simexUrl: string;
  readonly observatoryUrl: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #simex: ChildProcess;
  #engine: ChildProcess | undefined;
  #lastWords = '';

  #observatory: ChildProcess | undefined;

  private constructor(directory: string, ports: Ports, seed: number) {
    this.directory = directory;
    this.engineUrl = `http://127.0.0.1:${ports.engine}`;
    this.simexUrl = `http://127.0.0.1:${ports.simex}`;
    this.observatoryUrl = `http://127.0.0.1:${ports.observatory}`;
    this.#env = {
      ...process.env,
      TRADEENGINE_PORT: String(ports.engine),
      TRADEENGINE_DATA_DIR: directory,
      SIMEX_PORT: String(ports.simex),
      OBSERVATORY_PORT: String(ports.observatory),
      OTLP_GRPC_PORT: String(ports.otlpGrpc),
      OTLP_HTTP_PORT: String(ports.otlpHttp),
      PYROSCOPE_PORT: String(ports.profiles),
      OBSERVATORY_DATA_DIR: join(directory, 'observatory'),
      SIMEX_SEED: String(seed),
      // Tests order faster than the published limits allow, and test other things than throttling.
      SIMEX_RATE_LIMITS: 'off',
    };
    this.#simex = this.#spawn(['src/simex/main.ts'], {});
  }

  static async open(seed: number): Promise<Scene> {
    const directory = await mkdtemp(join(tmpdir(), 'tradeengine-crash-'));
    const [engine = 0, simex = 0, observatory = 0, otlpGrpc = 0, otlpHttp = 0, profiles = 0] =
      await freePorts(6);
    const ports = { engine, simex, observatory, otlpGrpc, otlpHttp, profiles };
    const scene = new Scene(directory, ports, seed);
    await until(
      'the exchange answers',
      async () => (await scene.get(`${scene.simexUrl}/fapi/v1/ping`)) !== undefined,
      READY_MS_MAX,
    );
    return scene;
  }

  get journalPath(): string {
    return journalPathIn(this.directory);
  }

  /** Starts the engine process as it is. */
  startEngine(env: NodeJS.ProcessEnv = {}): Promise<void> {
    return this.#startEngine(['src/cli/main.ts', 'engine'], env);
  }

  /** Starts the engine with a point at which it dies; it may have died when this resolves. */
  startVictim(crashAt?: string): Promise<void> {
    return this.#startEngine(['test/crash/victim.ts'], crashAt === undefined ? {} : { CRASH_AT: crashAt });
  }

  async #startEngine(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
    const engine = this.#spawn(args, env);
    this.#engine = engine;
    await until(
      `the engine is ready; its last words: ${this.#lastWords}`,
      async () => {
        return hasEnded(engine) || (await this.get(`${this.engineUrl}/ready`)) !== undefined;
      },
      READY_MS_MAX,
    );
  }

  get engineHasEnded(): boolean {
    return this.#engine === undefined || hasEnded(this.#engine);
  }

  async killEngine(): Promise<void> {
    if (this.#engine !== undefined) await end(this.#engine, 'SIGKILL');
  }

  async startObservatory(): Promise<void> {
    this.#observatory = this.#spawn(['src/observatory/main.ts'], {});
    await until(
      'the observatory answers',
      async () => (await this.get(`${this.observatoryUrl}/health`)) !== undefined,
      READY_MS_MAX,
    );
  }

  /** SIGSTOP freezes it, SIGCONT lets it go on, SIGKILL ends it. */
  signalObservatory(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
    this.#observatory?.kill(signal);
  }

  async stopEngine(): Promise<void> {
    if (this.#engine !== undefined) await end(this.#engine, 'SIGTERM');
  }

  async close(): Promise<void> {
    await this.killEngine();
    this.signalObservatory('SIGKILL');
    await end(this.#simex, 'SIGTERM');
    await rm(this.directory, { recursive: true, force: true });
  }

  /** The JSON of a successful answer, else undefined. */
  async get(url: string): Promise<unknown> {
    return this.#ask(url, {});
  }

  async post(url: string, body: object): Promise<unknown> {
    const headers = { 'content-type': 'application/json' };
    return this.#ask(url, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  async #ask(url: string, init: RequestInit): Promise<unknown> {
    try {
      const response = await fetch(url, { ...init, signal: AbortSignal.timeout(2_000) });
      const body = await response.json();
      return response.ok ? body : undefined;
    } catch {
      return undefined;
    }
  }

  #spawn([path = '', ...args]: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
    const child = spawn(process.execPath, [...NODE_FLAGS, program(path), ...args], {
      env: { ...this.#env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const remember = (chunk: Buffer): void => {
      this.#lastWords = (this.#lastWords + chunk.toString()).slice(-2_000);
    };
    child.stdout?.on('data', remember);
    child.stderr?.on('data', remember);
    return child;
  }
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (hasEnded(child)) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  const late = setTimeout(() => child.kill('SIGKILL'), END_MS_MAX);
  await ended;
  clearTimeout(late);
}
