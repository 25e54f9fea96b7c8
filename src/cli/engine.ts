/** tradeengine engine: the engine process alone. */

import { hostname } from 'node:os';
import { readConfig } from '#app/config.ts';
import { runEngineProcess } from '#app/engine-process.ts';
import { exitCodes } from '#app/exit-codes.ts';
import { portProblems } from '#app/ports.ts';
import type { CommandIo } from './io.ts';

export async function engineCommand({ env, complain, ending, exit }: CommandIo): Promise<number> {
  const reading = readConfig(env);
  if (!reading.ok) {
    for (const problem of reading.problems) complain(problem);
    return exitCodes.configuration;
  }
  const { TRADEENGINE_PORT: port } = reading.config.values;
  const taken = await portProblems([{ variable: 'TRADEENGINE_PORT', port }]);
  if (taken.length > 0) {
    for (const problem of taken) complain(problem);
    return exitCodes.failed;
  }
  return runEngineProcess({
    config: reading.config,
    env,
    instanceId: `${hostname()}-${process.pid}`,
    ending,
    exit,
  });
}
