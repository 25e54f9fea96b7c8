/** The simulated exchange alone, as a process that this one waits for: a Binance sandbox for anyone's program. */

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Environment } from './config.ts';
import { exitCodes } from './exit-codes.ts';

const MAIN = join(import.meta.dirname, '../simex/main.ts');
const NODE_FLAGS = ['--disable-warning=ExperimentalWarning'];

export interface SimexProcessOptions {
  readonly port: number;
  readonly seed: number;
  readonly env: Environment;
  /** Resolves when the process is asked to end. */
  readonly ending: Promise<string>;
}

/** Resolves with the exit code. What it says goes to the same terminal. */
export async function runSimexProcess({ port, seed, env, ending }: SimexProcessOptions): Promise<number> {
  const child = spawn(process.execPath, [...NODE_FLAGS, MAIN], {
    env: { ...env, SIMEX_PORT: String(port), SIMEX_SEED: String(seed) },
    stdio: 'inherit',
  });
  const ended = Promise.withResolvers<number>();
  child.once('exit', (code) => ended.resolve(code ?? exitCodes.failed));
  void ending.then(() => child.kill('SIGTERM'));
  return ended.promise;
}
