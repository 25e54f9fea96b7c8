/** The command line as a process of its own, its output collected. */

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { after } from 'node:test';
import { freePorts } from './free-ports.ts';

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts');

export interface RunningCommand {
  readonly process: ChildProcess;
  readonly pid: number;
  /** What it has said so far, on both of its outputs. */
  readonly output: () => string;
  /** Resolves with the exit code, or with the signal that ended it. */
  readonly ended: Promise<number | string>;
}

export const runCommand = (args: readonly string[], env: Record<string, string> = {}): RunningCommand =>
  runProgram(MAIN, args, env);

export function runProgram(
  path: string,
  args: readonly string[],
  env: Record<string, string>,
): RunningCommand {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', path, ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // A test that fails in the middle leaves no process behind: what the command has started ends with it.
  after(() => child.kill('SIGKILL'));
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  const ended = new Promise<number | string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  if (child.pid === undefined) throw new Error('the command did not start');
  return { process: child, pid: child.pid, output: () => text, ended };
}

/** Ports and data of a system of its own. */
export async function ownEnvironment(dataDir: string): Promise<Record<string, string>> {
  const names = ['TRADEENGINE_PORT', 'SIMEX_PORT', 'OBSERVATORY_PORT'];
  names.push('OTLP_GRPC_PORT', 'OTLP_HTTP_PORT', 'PYROSCOPE_PORT');
  const ports = await freePorts(names.length);
  return {
    ...Object.fromEntries(names.map((name, index) => [name, String(ports[index])])),
    TRADEENGINE_DATA_DIR: dataDir,
  };
}
