/** The simulated exchange as a process of its own, set up by environment variables. */
import { countedOnly, publishedLimits } from './rate-limits.ts';
import { defaultApiKey, defaultApiSecret, startSimex } from './server.ts';

const defaultPort = 8002;
const defaultSeed = 1;
/** Ends the process if closing does not. */
const closeWithinMs = 1500;

const { env } = process;

function wholeNumber(name: string, fallback: number, max: number): number {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= max) return value;
  throw new Error(`${name} is a whole number from 0 to ${max}, not ${JSON.stringify(text)}`);
}

const dataDir = env['SIMEX_DATA_DIR'];
const simex = await startSimex({
  port: wholeNumber('SIMEX_PORT', defaultPort, 65_535),
  seed: wholeNumber('SIMEX_SEED', defaultSeed, 0xffff_ffff),
  apiKey: env['SIMEX_API_KEY'] ?? defaultApiKey,
  apiSecret: env['SIMEX_API_SECRET'] ?? defaultApiSecret,
  rateLimits: env['SIMEX_RATE_LIMITS'] === 'off' ? countedOnly : publishedLimits,
  ...(dataDir === undefined || dataDir === '' ? {} : { dataDir }),
});

const webSocketUrl = simex.url.replace('http:', 'ws:');
process.stdout.write(
  `${JSON.stringify({
    event: 'simex ready',
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
  setTimeout(() => process.exit(1), closeWithinMs).unref();
  void simex.close().then(() => process.exit(0));
}
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
