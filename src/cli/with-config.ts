/** What every command that reads the configuration begins with. */

import { type Config, readConfig } from '#app/config.ts';
import { exitCodes } from '#app/exit-codes.ts';
import type { CommandIo } from './io.ts';

/** Runs with the configuration, or says what is wrong with it. */
export async function withConfig(
  { env, complain }: CommandIo,
  run: (config: Config) => Promise<number>,
): Promise<number> {
  const reading = readConfig(env);
  if (reading.ok) return run(reading.config);
  for (const { code, message } of reading.problems) complain(`${message} (${code})`);
  return exitCodes.configuration;
}
