/** The simulated exchange as a process of its own, set up by environment variables. */

import { defaultApiKey, defaultApiSecret, startSimex } from './server.ts';
import { futuresLimits, spotLimits } from './wire/rate-limits.ts';

const DEFAULT_PORT = 8002;
const DEFAULT_SEED = 1;
/** Ends the process if closing does not. */
const CLOSE_WITHIN_MS = 1500;

const { env } = process;

function wholeNumber(name: string, fallback: number, max: number): number {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= max) return value;
  throw new Error(`${name} is a whole number from 0 to ${max}, not ${JSON.stringify(text)}`);
}

const enforced = env['SIMEX_RATE_LIMITS'] !== 'off';
const dataDir = env['SIMEX_DATA_DIR'];
const simex = await startSimex({
  port: wholeNumber('SIMEX_PORT', DEFAULT_PORT, 65_535),
  seed: wholeNumber('SIMEX_SEED', DEFAULT_SEED, 0xffff_ffff),
  apiKey: env['SIMEX_API_KEY'] ?? defaultApiKey,
  apiSecret: env['SIMEX_API_SECRET'] ?? defaultApiSecret,
  futuresLimits: { ...futuresLimits, enforced },
  spotLimits: { ...spotLimits, enforced },
  ...(dataDir === undefined || dataDir === '' ? {} : { dataDir }),
});

const webSocketUrl = simex.url.replace('http:', 'ws:');
process.stdout.write(
  `${JSON.stringify({
    event: 'simex.ready',
    rest: simex.url,
    public: `${webSocketUrl}/public`,
    market: `${webSocketUrl}/market`,
    private: `${webSocketUrl}/private`,
    control: `${simex.url}/sim`,
  })}\n`,
);

let closing = false;
function stop(): void {
  if (closing) return;
  closing = true;
  setTimeout(() => process.exit(1), CLOSE_WITHIN_MS).unref();
  void simex.close().then(() => process.exit(0));
}
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
