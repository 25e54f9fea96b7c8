/** Runs the simulated exchange as its environment says, until it is asked to end or its market data fails. */

import { ConfigurationError } from './configuration-error.ts';
import { configuredKeys } from './configured-keys.ts';
import { configuredSource } from './market/configured.ts';
import { type ProgressOutput, progressOn } from './market/progress.ts';
import { MarketDataError } from './market/source.ts';
import { type Simex, startSimex } from './server.ts';
import { futuresLimits, spotLimits } from './wire/rate-limits.ts';

const DEFAULT_PORT = 8002;
const DEFAULT_SEED = 1;
/** Ends the process if closing does not. */
const CLOSE_WITHIN_MS = 1500;
const SPEED_MAX = 100_000;
const BINANCE_STREAMS = 'wss://fstream.binance.com';
const EXIT_OK = 0;
const EXIT_FAILED = 1;
/** Of sysexits.h: to start again cannot help. */
const EXIT_CONFIGURATION = 78;

export interface SimexProcess {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly say: (line: string) => void;
  readonly complain: (line: string) => void;
  readonly progress: ProgressOutput;
  /** Resolves when the exchange is asked to end. */
  readonly ending: Promise<unknown>;
}

/** Resolves with the exit code. */
export async function runSimex(own: SimexProcess): Promise<number> {
  let simex: Simex;
  try {
    simex = await start(own);
  } catch (error) {
    const failure = failureOf(error);
    if (failure === undefined) throw error;
    own.complain(failure.sentence);
    return failure.code;
  }
  own.say(JSON.stringify(readyLine(simex)));
  const failed = await Promise.race([simex.marketFailed, own.ending.then(() => undefined)]);
  if (failed !== undefined) {
    own.complain(failed.message);
    return EXIT_CONFIGURATION;
  }
  const late = new Promise<number>((resolve) => {
    setTimeout(() => resolve(EXIT_FAILED), CLOSE_WITHIN_MS).unref();
  });
  return Promise.race([simex.close().then(() => EXIT_OK), late]);
}

function start({ env, say, progress }: SimexProcess): Promise<Simex> {
  const market = configuredSource(env['MARKET_DATA'] || 'generator', {
    speed: speed(env),
    url: env['MARKET_DATA_URL'] || BINANCE_STREAMS,
    timers: {
      after: (delayMs, run) => {
        const timer = setTimeout(run, delayMs);
        return () => clearTimeout(timer);
      },
    },
    onProgress: progressOn(progress),
    onNews: (text) => say(JSON.stringify({ event: 'simex.market', text })),
  });
  const enforced = env['SIMEX_RATE_LIMITS'] !== 'off';
  const dataDir = env['SIMEX_DATA_DIR'];
  const port = wholeNumber(env, 'SIMEX_PORT', DEFAULT_PORT, 65_535);
  return startSimex({
    port,
    seed: wholeNumber(env, 'SIMEX_SEED', DEFAULT_SEED, 0xffff_ffff),
    keys: configuredKeys(env),
    futuresLimits: { ...futuresLimits, enforced },
    spotLimits: { ...spotLimits, enforced },
    ...(dataDir === undefined || dataDir === '' ? {} : { dataDir }),
    ...(market === undefined ? {} : { market }),
  });
}

function failureOf(error: unknown): { readonly code: number; readonly sentence: string } | undefined {
  if (error instanceof MarketDataError || error instanceof ConfigurationError) {
    return { code: EXIT_CONFIGURATION, sentence: error.message };
  }
  if (!(error instanceof Error && 'syscall' in error && error.syscall === 'listen')) return undefined;
  const { code, port } = error as NodeJS.ErrnoException & { readonly port?: number };
  const cause = code === 'EADDRINUSE' ? 'is taken' : `cannot be opened (${code})`;
  return { code: EXIT_FAILED, sentence: `Port ${port} ${cause}: free it, or choose another.` };
}

function readyLine({ url }: Simex): object {
  const webSocketUrl = url.replace('http:', 'ws:');
  return {
    event: 'simex.ready',
    rest: url,
    futures: `${url}/fapi`,
    spot: `${url}/api`,
    public: `${webSocketUrl}/public`,
    market: `${webSocketUrl}/market`,
    private: `${webSocketUrl}/private`,
    futuresWebSocketApi: `${webSocketUrl}/ws-fapi/v1`,
    spotWebSocketApi: `${webSocketUrl}/ws-api/v3`,
    spotStreams: `${webSocketUrl}/ws`,
    control: `${url}/sim`,
  };
}

function wholeNumber(env: SimexProcess['env'], name: string, fallback: number, max: number): number {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= max) return value;
  throw new ConfigurationError(`${name} is a whole number from 0 to ${max}, not ${JSON.stringify(text)}`);
}

function speed(env: SimexProcess['env']): number {
  const text = env['MARKET_DATA_SPEED'] || '1';
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (value > 0 && value <= SPEED_MAX) return value;
  throw new ConfigurationError(
    `MARKET_DATA_SPEED is a number over 0, at most ${SPEED_MAX}, not ${JSON.stringify(text)}`,
  );
}
