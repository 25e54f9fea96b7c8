/**
 * tradeengine start: the whole system on one machine. It says where things are, tells the first signal's story, then a
 * line for each signal, and ends everything in order.
 */

import { relative, resolve } from 'node:path';
import { addresses } from '#app/addresses.ts';
import type { Config } from '#app/config.ts';
import { exchangeAccess } from '#app/exchange-access.ts';
import { exitCodes } from '#app/exit-codes.ts';
import { portProblems, portsOf } from '#app/ports.ts';
import { SEED_DEFAULT, settleSeed } from '#app/seed.ts';
import { Supervisor, simexDirectory } from '#app/supervisor.ts';
import { version } from '#app/version.ts';
import { engineApi } from './engine-api.ts';
import type { CommandIo } from './io.ts';
import { Stories } from './stories.ts';
import { withConfig } from './with-config.ts';

interface StartArguments {
  readonly demo: boolean;
  /** Undefined where none was asked for. */
  readonly seed: number | undefined;
}

export const startCommand = (wanted: StartArguments, io: CommandIo): Promise<number> =>
  withConfig(io, (config) => startAll(config, wanted, io));

async function startAll(config: Config, wanted: StartArguments, io: CommandIo): Promise<number> {
  const { seed: askedSeed } = wanted;
  const demo = wanted.demo && config.settings.mode === 'paper';
  const { env, say, complain } = io;
  const paper = config.settings.mode === 'paper';
  if (!paper && askedSeed !== undefined) {
    complain(`--seed is for the simulated exchange, and TRADING_MODE is ${config.settings.mode}.`);
    return exitCodes.usage;
  }
  const taken = await portProblems(portsOf(config));
  if (taken.length > 0) {
    for (const problem of taken) complain(problem);
    complain('Nothing was started.');
    return exitCodes.failed;
  }
  const seed = paper ? settleSeed(simexDirectory(config), askedSeed) : undefined;
  const stories = new Stories(engineApi(config), say);
  const supervisor = new Supervisor({
    config,
    env,
    seed: seed ?? askedSeed ?? SEED_DEFAULT,
    demo,
    onNews: complain,
    onSignal: (id) => stories.follow(id),
  });
  say(header(config, seed, supervisor.logDirectory));
  if (askedSeed !== undefined && askedSeed !== seed) say(`${otherSeed(config, seed, askedSeed)}\n`);
  const reason = await Promise.race([run(supervisor, config, demo, io), io.ending]);
  const asked = reason === 'SIGINT' || reason === 'SIGTERM';
  stories.stop();
  if (asked)
    say(`\nStopping: ${paper ? 'demo, engine, exchange' : 'engine'}, observatory. Once more to end at once.`);
  else complain(reason);
  const outcome = await Promise.race([
    supervisor.stop().then(() => 'stopped' as const),
    io.endingNow.then(() => 'killed' as const),
  ]);
  if (outcome === 'killed') supervisor.kill();
  say(outcome === 'stopped' ? 'Stopped.' : 'Killed.');
  return asked && outcome === 'stopped' ? exitCodes.ok : exitCodes.failed;
}

/** Resolves with the reason why it cannot go on. */
async function run(
  supervisor: Supervisor,
  config: Config,
  demo: boolean,
  { say }: CommandIo,
): Promise<string> {
  try {
    await supervisor.start();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  if (!demo) say(`Ready for signals:\n\n${example(config)}\n`);
  return supervisor.lost;
}

function header(config: Config, seed: number | undefined, logs: string): string {
  const { engine, observatory } = addresses(config);
  return [
    `petrosa-tradeengine ${version}`,
    '',
    `  page       ${observatory}/`,
    `  API        ${engine}/docs`,
    `  exchange   ${exchangeLine(config, seed)}`,
    `  data       ${shown(config.values.TRADEENGINE_DATA_DIR)}, logs in ${shown(logs)}`,
    '',
  ].join('\n');
}

function exchangeLine(config: Config, seed: number | undefined): string {
  const { restUrl } = exchangeAccess(config);
  const { mode } = config.settings;
  if (mode !== 'paper') return `Binance, ${mode}, account ${config.account}, ${restUrl}`;
  return `simulated, ${seed === undefined ? 'as its data began' : `seed ${seed}`}, ${restUrl}`;
}

const otherSeed = ({ values }: Config, seed: number | undefined, asked: number): string =>
  `The exchange in ${shown(values.TRADEENGINE_DATA_DIR)} goes on with ${seed === undefined ? 'the seed that it began with' : `seed ${seed}`}; --seed ${asked} is for new data.`;

const shown = (path: string): string => {
  const near = relative(process.cwd(), resolve(path));
  return near.startsWith('..') ? resolve(path) : `./${near}`;
};

const example = ({ values }: Config): string =>
  `  curl -s '127.0.0.1:${values.TRADEENGINE_PORT}/v1/signals?wait=decision' -H 'content-type: application/json' \\
    -d '{"strategy_id":"mine","symbol":"BTCUSDT","action":"buy","confidence":0.9,"stop_loss_pct":2}'`;
