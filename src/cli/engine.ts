/** tradeengine engine: the engine process alone. */

import { hostname } from 'node:os';
import { readConfig } from '#app/config.ts';
import { runEngineProcess } from '#app/engine-process.ts';
import { exitCodes } from '#app/exit-codes.ts';
import type { CommandIo } from './io.ts';

export async function engineCommand({ env, complain, ending, exit }: CommandIo): Promise<number> {
  const reading = readConfig(env);
  if (!reading.ok) {
    for (const problem of reading.problems) complain(problem);
    return exitCodes.configuration;
  }
  return runEngineProcess({
    config: reading.config,
    env,
    instanceId: `${hostname()}-${process.pid}`,
    ending,
    exit,
  });
}
