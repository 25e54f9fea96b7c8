/**
 * The engine process with a hand on its plug: CRASH_AT=point:n ends it with SIGKILL when the engine passes the named
 * point for the n-th time. Everything else is the program as it is.
 */

import { readConfig } from '#app/config.ts';
import { runEngineProcess } from '#app/engine-process.ts';
import type { CrashPoint } from '#engine/engine.ts';

const reading = readConfig(process.env);
if (!reading.ok) throw new Error(JSON.stringify(reading.problems));

const [point, nth] = (process.env['CRASH_AT'] ?? ':').split(':');
let left = Number(nth);

const { promise: ending, resolve } = Promise.withResolvers<string>();
process.on('SIGTERM', () => resolve('SIGTERM'));

const exit = (code: number): never => process.exit(code);
const code = await runEngineProcess({
  config: reading.config,
  env: { ...process.env, OTEL_SDK_DISABLED: 'true' },
  access: { tokens: [], webhooks: [] },
  instanceId: 'victim',
  ending,
  exit,
  kill: () => process.kill(process.pid, 'SIGKILL'),
  probe: (passed: CrashPoint) => {
    if (passed !== point) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  },
});
exit(code);
