/**
 * A child process of the supervisor: started with its log in a file, watched, and started again when it ends by itself,
 * as long as that does not happen too often.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { MICROS_PER_MS } from '#core/ids.ts';
import type { Clock, Timers } from '#engine/time.ts';
import type { Environment } from './config.ts';
import { boundLog } from './log-file.ts';

const ROOT = join(import.meta.dirname, '../..');
/** A young generation of 32 MB: under full load the benchmarks spend less of their time collecting than with 16. */
const NODE_FLAGS = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=32'];
const LEASH = new URL('./leash.ts', import.meta.url).href;
const RESTART_DELAY_MS_MIN = 500;
const RESTART_DELAY_MS_MAX = 8_000;
const RESTARTS_MAX = 5;
const RESTARTS_WITHIN_MS = 60_000;

export interface ChildOptions {
  readonly name: string;
  /** The entry file, from the root of the package, and its arguments. */
  readonly command: readonly [string, ...string[]];
  readonly env: Environment;
  readonly logPath: string;
  /** Exit codes with which the child says that starting it again cannot help. */
  readonly finalCodes: readonly number[];
  readonly clock: Clock;
  readonly timers: Timers;
  readonly onRestart: (how: string, delayMs: number) => void;
  /** The child has ended and is not started again. */
  readonly onLost: (how: string, code: number | null) => void;
  readonly onMessage?: (message: unknown) => void;
}

export class Child {
  readonly name: string;
  readonly logPath: string;
  readonly #options: ChildOptions;
  #process: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  #stopping = false;
  #endedAtMs: number[] = [];

  constructor(options: ChildOptions) {
    this.name = options.name;
    this.logPath = options.logPath;
    this.#options = options;
  }

  start(): void {
    const { command, env, logPath, onMessage } = this.#options;
    boundLog(logPath);
    const log = openSync(logPath, 'a');
    const [entry, ...args] = command;
    // Its own process group: Ctrl-C in the terminal is for the supervisor, who ends its children in order. Its output
    // goes straight to a file: a supervisor that stands still must not make it wait.
    const child = spawn(process.execPath, [...NODE_FLAGS, '--import', LEASH, join(ROOT, entry), ...args], {
      env,
      detached: true,
      stdio: ['ignore', log, log, 'ipc'],
    });
    closeSync(log);
    this.#process = child;
    if (onMessage !== undefined) child.on('message', onMessage);
    const ended = Promise.withResolvers<void>();
    this.#ended = ended.promise;
    child.once('error', (error) => this.#hasEnded(error.message, null, ended.resolve));
    child.once('exit', (code, signal) => {
      const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
      this.#hasEnded(how, code, ended.resolve);
    });
  }

  get running(): boolean {
    return this.#process !== undefined;
  }

  /** Asks it to end; after the deadline it is killed. */
  async stop(deadlineMs: number): Promise<void> {
    this.#stopping = true;
    this.#process?.kill('SIGTERM');
    const cancel = this.#options.timers.after(deadlineMs, () => this.kill());
    await this.#ended;
    cancel();
  }

  kill(): void {
    this.#stopping = true;
    this.#process?.kill('SIGKILL');
  }

  #hasEnded(how: string, code: number | null, resolve: () => void): void {
    if (this.#process === undefined) return;
    this.#process = undefined;
    resolve();
    if (this.#stopping) return;
    const { clock, timers, finalCodes, onRestart, onLost } = this.#options;
    const nowMs = clock.now() / MICROS_PER_MS;
    this.#endedAtMs = [...this.#endedAtMs.filter((at) => at > nowMs - RESTARTS_WITHIN_MS), nowMs];
    const times = this.#endedAtMs.length;
    if (times > RESTARTS_MAX || (code !== null && finalCodes.includes(code))) {
      onLost(how, code);
      return;
    }
    const delayMs = Math.min(RESTART_DELAY_MS_MIN * 2 ** (times - 1), RESTART_DELAY_MS_MAX);
    onRestart(how, delayMs);
    timers.after(delayMs, () => {
      if (!this.#stopping) this.start();
    });
  }
}
