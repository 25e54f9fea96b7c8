/** tradeengine engine: the engine process alone. */

import { hostname } from 'node:os';
import { readAccess } from '#app/access-files.ts';
import type { Config } from '#app/config.ts';
import { runEngineProcess } from '#app/engine-process.ts';
import { exitCodes } from '#app/exit-codes.ts';
import { portProblems } from '#app/ports.ts';
import type { CommandIo } from './io.ts';
import { withConfig } from './with-config.ts';

export const engineCommand = (io: CommandIo): Promise<number> =>
  withConfig(io, (config) => runEngine(config, io));

async function runEngine(config: Config, { env, complain, ending, exit, kill }: CommandIo): Promise<number> {
  const access = readAccess(config);
  if (!access.ok) {
    for (const problem of access.problems) complain(problem);
    return exitCodes.configuration;
  }
  const { TRADEENGINE_PORT: port } = config.values;
  const taken = await portProblems([{ variable: 'TRADEENGINE_PORT', port }]);
  if (taken.length > 0) {
    for (const problem of taken) complain(problem);
    return exitCodes.failed;
  }
  return runEngineProcess({
    config,
    access: access.access,
    env,
    // With a new name after each restart, the gauges of its dead predecessor would stand beside it for minutes.
    instanceId: `${hostname()}-${port}`,
    ending,
    exit,
    kill,
  });
}
