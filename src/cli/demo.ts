/** tradeengine demo: publishes the demo strategy's signals to the running engine until it is ended. */

import { hash } from 'node:crypto';
import { z } from 'zod';
import { addresses } from '#app/addresses.ts';
import type { Config } from '#app/config.ts';
import { exitCodes } from '#app/exit-codes.ts';
import { nowMs, pauseFor } from '#app/time.ts';
import { DemoStrategy, type WireSignal } from './demo-strategy.ts';
import { type EngineApi, engineApi } from './engine-api.ts';
import { ask, messageOf } from './http.ts';
import type { CommandIo } from './io.ts';
import { Random } from './random.ts';
import { withConfig } from './with-config.ts';

const PAUSE_MS_MIN = 1_000;
const PAUSE_MS_MAX = 2_000;
/** A signal that got no answer is published again, with the same id. */
const RETRY_MS = 300;
const RETRIES_MAX = 20;

const positions = z.object({ positions: z.array(z.object({ strategy_id: z.string(), symbol: z.string() })) });
const account = z.object({ settings: z.object({ mode: z.string() }) });
const prices = z.array(z.object({ symbol: z.string(), markPrice: z.string() }));

export const demoCommand = (seed: number, io: CommandIo): Promise<number> =>
  withConfig(io, (config) => publishSignals(config, seed, io));

async function publishSignals(config: Config, seed: number, io: CommandIo): Promise<number> {
  const { exchange } = addresses(config);
  const engine = engineApi(config);
  const mode = await modeOf(engine);
  if (mode !== 'paper') {
    io.complain(`The demo strategy is for paper trading; the engine at ${engine.address} ${mode}.`);
    return exitCodes.failed;
  }
  const market = `${exchange}/fapi/v1/premiumIndex`;
  const strategy = new DemoStrategy({
    seed,
    runId: nowMs().toString(36),
    symbols: config.settings.symbols,
    open: await openPositions(engine),
  });
  const random = new Random(seed + 1);
  const over = { yes: false };
  const ended = io.ending.then(() => {
    over.yes = true;
  });
  while (!over.yes) {
    const seen = await pricesOf(market);
    const signal = strategy.next(nowMs(), (symbol) => seen.get(symbol));
    await publish(engine, signal, over, io);
    await Promise.race([ended, pauseFor(random.between(PAUSE_MS_MIN, PAUSE_MS_MAX))]);
  }
  return exitCodes.ok;
}

async function publish(
  engine: EngineApi,
  signal: WireSignal,
  over: { readonly yes: boolean },
  io: CommandIo,
): Promise<void> {
  const traceparent = traceparentOf(signal);
  for (let attempt = 0; attempt <= RETRIES_MAX && !over.yes; attempt += 1) {
    const answer = await engine.ask('/v1/signals', {
      method: 'POST',
      headers: { traceparent },
      body: signal,
    });
    if (answer.kind === 'answer' && answer.status < 500) {
      if (answer.status === 202) process.send?.({ signalId: signal.id });
      else io.complain(`${signal.id}: ${messageOf(answer.body)}`);
      return;
    }
    await pauseFor(RETRY_MS);
  }
  if (!over.yes) io.complain(`${signal.id} found no engine that takes it.`);
}

/** As a publisher that traces itself would send it: the same signal is told in the same trace. */
function traceparentOf({ id }: WireSignal): string {
  const digits = hash('sha256', id, 'hex');
  return `00-${digits.slice(0, 32)}-${digits.slice(32, 48)}-01`;
}

/** By the engine's own word: the demo's configuration need not be the engine's. */
async function modeOf(engine: EngineApi): Promise<string> {
  const answer = await engine.ask('/v1/account');
  if (answer.kind === 'unreachable') return `does not answer (${answer.cause})`;
  const read = account.safeParse(answer.body);
  if (!read.success) return `does not tell its mode (${messageOf(answer.body)})`;
  const { mode } = read.data.settings;
  return mode === 'paper' ? mode : `trades in ${mode} mode`;
}

async function openPositions(engine: EngineApi): Promise<{ strategy: string; symbol: string }[]> {
  const answer = await engine.ask('/v1/positions');
  const read = positions.safeParse(answer.kind === 'answer' ? answer.body : undefined);
  if (!read.success) return [];
  return read.data.positions.map(({ strategy_id, symbol }) => ({ strategy: strategy_id, symbol }));
}

async function pricesOf(market: string): Promise<ReadonlyMap<string, string>> {
  const answer = await ask(market);
  const read = prices.safeParse(answer.kind === 'answer' ? answer.body : undefined);
  return new Map(read.success ? read.data.map(({ symbol, markPrice }) => [symbol, markPrice]) : []);
}
