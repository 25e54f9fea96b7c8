/** The simulated exchange as a process of its own, set up by environment variables. */

import { configuredSource } from './market/configured.ts';
import { progressOn } from './market/progress.ts';
import { MarketDataError } from './market/source.ts';
import { defaultApiKey, defaultApiSecret, startSimex } from './server.ts';
import { futuresLimits, spotLimits } from './wire/rate-limits.ts';

const DEFAULT_PORT = 8002;
const DEFAULT_SEED = 1;
/** Ends the process if closing does not. */
const CLOSE_WITHIN_MS = 1500;
const SPEED_MAX = 100_000;
const BINANCE_STREAMS = 'wss://fstream.binance.com';
/** Of sysexits.h: to start again cannot help. */
const EXIT_CONFIGURATION = 78;

const { env } = process;

function wholeNumber(name: string, fallback: number, max: number): number {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= max) return value;
  throw new Error(`${name} is a whole number from 0 to ${max}, not ${JSON.stringify(text)}`);
}

function speed(): number {
  const text = env['MARKET_DATA_SPEED'] || '1';
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (value > 0 && value <= SPEED_MAX) return value;
  throw new Error(`MARKET_DATA_SPEED is a number over 0, at most ${SPEED_MAX}, not ${JSON.stringify(text)}`);
}

function tell(event: string, text: string): void {
  process.stdout.write(`${JSON.stringify({ event, text })}\n`);
}

function giveUp(error: unknown): never {
  if (!(error instanceof MarketDataError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(EXIT_CONFIGURATION);
}

async function start() {
  const market = configuredSource(env['MARKET_DATA'] || 'generator', {
    speed: speed(),
    url: env['MARKET_DATA_URL'] || BINANCE_STREAMS,
    timers: {
      after: (delayMs, run) => {
        const timer = setTimeout(run, delayMs);
        return () => clearTimeout(timer);
      },
    },
    onProgress: progressOn(process.stderr),
    onNews: (sentence) => tell('simex.market', sentence),
  });
  const enforced = env['SIMEX_RATE_LIMITS'] !== 'off';
  const dataDir = env['SIMEX_DATA_DIR'];
  return startSimex({
    port: wholeNumber('SIMEX_PORT', DEFAULT_PORT, 65_535),
    seed: wholeNumber('SIMEX_SEED', DEFAULT_SEED, 0xffff_ffff),
    apiKey: env['SIMEX_API_KEY'] ?? defaultApiKey,
    apiSecret: env['SIMEX_API_SECRET'] ?? defaultApiSecret,
    futuresLimits: { ...futuresLimits, enforced },
    spotLimits: { ...spotLimits, enforced },
    ...(dataDir === undefined || dataDir === '' ? {} : { dataDir }),
    ...(market === undefined ? {} : { market }),
  });
}

const simex = await start().catch(giveUp);
void simex.marketFailed.then(giveUp);

const webSocketUrl = simex.url.replace('http:', 'ws:');
process.stdout.write(
  `${JSON.stringify({
    event: 'simex.ready',
    rest: simex.url,
    futures: `${simex.url}/fapi`,
    spot: `${simex.url}/api`,
    public: `${webSocketUrl}/public`,
    market: `${webSocketUrl}/market`,
    private: `${webSocketUrl}/private`,
    futuresWebSocketApi: `${webSocketUrl}/ws-fapi/v1`,
    spotWebSocketApi: `${webSocketUrl}/ws-api/v3`,
    spotStreams: `${webSocketUrl}/ws`,
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
