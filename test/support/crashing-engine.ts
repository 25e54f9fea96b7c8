/**
 * The engine process with a defect: DEFECT=throw throws where nobody catches it, DEFECT=reject leaves a rejection
 * unhandled, both with the words of DEFECT_SAYS and once the engine has decided something. Everything else is the
 * program as it is.
 */

import { readConfig } from '#app/config.ts';
import { runEngineProcess } from '#app/engine-process.ts';

const reading = readConfig(process.env);
if (!reading.ok) throw new Error(JSON.stringify(reading.problems));

const { promise: ending, resolve } = Promise.withResolvers<string>();
process.on('SIGTERM', () => resolve('SIGTERM'));

const SAYS = process.env['DEFECT_SAYS'] ?? 'a planted defect';

const defects: Readonly<Record<string, () => void>> = {
  throw: () =>
    setImmediate(() => {
      throw new RangeError(SAYS);
    }),
  reject: () => void Promise.reject(new RangeError(SAYS)),
};

let met = false;
const exit = (code: number): never => process.exit(code);
exit(
  await runEngineProcess({
    config: reading.config,
    env: process.env,
    access: { tokens: [], webhooks: [] },
    instanceId: 'crashing',
    ending,
    exit,
    kill: () => process.kill(process.pid, 'SIGKILL'),
    probe: () => {
      if (!met) defects[process.env['DEFECT'] ?? '']?.();
      met = true;
    },
  }),
);
