/** tradeengine simex: the simulated exchange alone, until it is ended. */

import { exitCodes } from '#app/exit-codes.ts';
import { portProblems } from '#app/ports.ts';
import { runSimexProcess } from '#app/simex-process.ts';
import type { CommandIo } from './io.ts';

export async function simexCommand(
  { port, seed }: { readonly port: number; readonly seed: number },
  { env, ending, complain }: CommandIo,
): Promise<number> {
  const taken = await portProblems([{ variable: '--port', port }]);
  if (taken.length > 0) {
    for (const problem of taken) complain(problem);
    return exitCodes.failed;
  }
  return runSimexProcess({ port, seed, env, ending });
}
