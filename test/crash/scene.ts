/** The processes of a crash campaign: the exchange, which lives on, and the engine, which is killed again and again. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { journalPathIn } from '#app/replay.ts';

const NODE_FLAGS = ['--disable-warning=ExperimentalWarning'];
const READY_MS_MAX = 20_000;
const END_MS_MAX = 10_000;
const POLL_MS = 20;

const program = (path: string): string => new URL(`../../${path}`, import.meta.url).pathname;

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  server.close();
  await once(server, 'close');
  return address.port;
}

export async function until(
  what: string,
  holds: () => Promise<boolean>,
  withinMs = READY_MS_MAX,
): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

export class Scene {
  readonly directory: string;
  readonly engineUrl: string;
  readonly simexUrl: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #simex: ChildProcess;
  #engine: ChildProcess | undefined;
  #lastWords = '';

  private constructor(directory: string, enginePort: number, simexPort: number, seed: number) {
    this.directory = directory;
    this.engineUrl = `http://127.0.0.1:${enginePort}`;
    this.simexUrl = `http://127.0.0.1:${simexPort}`;
    this.#env = {
      ...process.env,
      TRADEENGINE_PORT: String(enginePort),
      TRADEENGINE_DATA_DIR: directory,
      SIMEX_PORT: String(simexPort),
      SIMEX_SEED: String(seed),
      // The campaign orders faster than the published limits allow: what is tested here is death, not throttling.
      SIMEX_RATE_LIMITS: 'off',
    };
    this.#simex = this.#spawn('src/simex/main.ts', {});
  }

  static async open(seed: number): Promise<Scene> {
    const directory = await mkdtemp(join(tmpdir(), 'tradeengine-crash-'));
    const scene = new Scene(directory, await freePort(), await freePort(), seed);
    await until(
      'the exchange answers',
      async () => (await scene.get(`${scene.simexUrl}/fapi/v1/ping`)) !== undefined,
    );
    return scene;
  }

  get journalPath(): string {
    return journalPathIn(this.directory);
  }

  /** Starts the engine; resolves when it takes signals, or when it has already been killed at its crash point. */
  async startEngine(crashAt?: string): Promise<void> {
    const engine = this.#spawn('test/crash/victim.ts', crashAt === undefined ? {} : { CRASH_AT: crashAt });
    this.#engine = engine;
    await until(`the engine is ready; its last words: ${this.#lastWords}`, async () => {
      return hasEnded(engine) || (await this.get(`${this.engineUrl}/ready`)) !== undefined;
    });
  }

  get engineHasEnded(): boolean {
    return this.#engine === undefined || hasEnded(this.#engine);
  }

  async killEngine(): Promise<void> {
    if (this.#engine !== undefined) await end(this.#engine, 'SIGKILL');
  }

  async stopEngine(): Promise<void> {
    if (this.#engine !== undefined) await end(this.#engine, 'SIGTERM');
  }

  async close(): Promise<void> {
    await this.killEngine();
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

  #spawn(path: string, env: NodeJS.ProcessEnv): ChildProcess {
    const child = spawn(process.execPath, [...NODE_FLAGS, program(path)], {
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
