/** What the doctor looks at on this machine: data, journal, ports, and the way to the collector. */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { obstacleToWriting } from '#journal/probe.ts';
import { readTelemetrySettings } from '#telemetry/settings.ts';
import { signals } from '#telemetry/signals.ts';
import { addresses } from '../addresses.ts';
import type { Config, Environment } from '../config.ts';
import { isOk } from '../is-ok.ts';
import { type NamedPort, portProblems, portsOf } from '../ports.ts';
import { journalPathIn, type Replay, replay } from '../replay.ts';
import { version } from '../version.ts';
import { type Finding, runCheck, type Verdicts } from './finding.ts';

/** A long journal takes its time to be folded. */
const JOURNAL_MS_MAX = 60_000;
const CONNECT_MS_MAX = 3_000;

export async function examineMachine(config: Config, env: Environment): Promise<readonly Finding[]> {
  const found = await Promise.all([
    runCheck('data directory', async (verdict) => dataDirectory(config, verdict)),
    runCheck('journal', (verdict) => journal(config, verdict), JOURNAL_MS_MAX),
    runCheck('telemetry', (verdict) => telemetry(config, env, verdict)),
  ]);
  return found.flat();
}

function dataDirectory({ values }: Config, verdict: Verdicts): Finding {
  const { TRADEENGINE_DATA_DIR: directory } = values;
  const trial = join(directory, `.doctor-${process.pid}`);
  try {
    mkdirSync(directory, { recursive: true });
    writeFileSync(trial, '');
    rmSync(trial);
    return verdict.ok(`${directory} can be written`);
  } catch (error) {
    const fix =
      'Give the user that runs the engine a directory of its own, and name it in TRADEENGINE_DATA_DIR.';
    return verdict.fail(`${directory} cannot be written: ${(error as Error).message}`, fix);
  }
}

async function journal(config: Config, verdict: Verdicts): Promise<Finding> {
  const { TRADEENGINE_DATA_DIR: directory } = config.values;
  const result = await replay(directory);
  if (result.kind === 'no_journal') return verdict.ok('there is none yet: the first start makes it');
  const fix =
    'Nothing trades on it. Keep the file, and begin with another TRADEENGINE_DATA_DIR or from a backup.';
  if (result.kind === 'unusable') return verdict.fail(result.error.message, fix);
  const obstacle = obstacleToWriting(journalPathIn(directory));
  if (obstacle !== undefined) {
    return verdict.fail(
      `it cannot be written: ${obstacle}`,
      'End the process that holds the file, or free it.',
    );
  }
  return whoseJournal(config, result, verdict) ?? replayed(result, verdict);
}

type Replayed = Extract<Replay, { kind: 'replayed' }>;

function whoseJournal(
  config: Config,
  { facts, account, mode }: Replayed,
  verdict: Verdicts,
): Finding | undefined {
  const { account: wanted, settings } = config;
  if (facts === 0 || (account === wanted && mode === settings.mode)) return undefined;
  return verdict.fail(
    `it is of account ${account} in ${mode} mode, not of ${wanted} in ${settings.mode} mode`,
    'Name another directory in TRADEENGINE_DATA_DIR: accounts and modes do not share one.',
  );
}

function replayed({ facts, orders, positions, differences }: Replayed, verdict: Verdicts): Finding {
  if (differences.length > 0) {
    const fix = 'This is a defect: report it with the output of `tradeengine replay`.';
    return verdict.fail(`snapshot and facts differ in ${differences.join(', ')}`, fix);
  }
  return verdict.ok(`${facts} facts, chain whole, ${orders} live orders, ${positions} open positions`);
}

/** By itself, for it listens for a moment on each port that is free. */
export const examinePorts = (config: Config): Promise<readonly Finding[]> =>
  runCheck('ports', (verdict) =>
    Promise.all(portsOf(config).map((port) => portFinding(config, port, verdict))),
  );

async function portFinding(config: Config, named: NamedPort, verdict: Verdicts): Promise<Finding> {
  const { variable, port } = named;
  const [problem] = await portProblems([named]);
  if (problem === undefined) return verdict.ok(`${port} (${variable}) is free`);
  if (await isOk(ownerOf(config, variable))) {
    return verdict.ok(`${port} (${variable}) is held by a part of this system that runs`);
  }
  return verdict.fail(`${port} (${variable}) is taken by another program`, problem);
}

/** What answers where our own part has the port. */
function ownerOf(config: Config, variable: string): string {
  const { engine, exchange, observatory } = addresses(config);
  if (variable === 'TRADEENGINE_PORT') return `${engine}/live`;
  return variable === 'SIMEX_PORT' ? `${exchange}/fapi/v1/ping` : `${observatory}/health`;
}

async function telemetry(config: Config, env: Environment, verdict: Verdicts): Promise<Finding[]> {
  const { telemetryGrpc: grpc, telemetryHttp } = addresses(config);
  const defaultEndpoints = { grpc, 'http/protobuf': telemetryHttp };
  const read = readTelemetrySettings(env, { version, instanceId: 'doctor', defaultEndpoints });
  if (read.kind === 'off')
    return [verdict.warn('export is off', 'Unset OTEL_SDK_DISABLED to have telemetry.')];
  if (read.kind === 'wrong') {
    return read.problems.map((problem) =>
      verdict.fail(problem, 'Export stays off until the variable is mended.'),
    );
  }
  const urls = new Set(signals.flatMap((signal) => read.settings.endpoints[signal]?.url ?? []));
  return Promise.all(Array.from(urls, (url) => collector(url, verdict)));
}

/** A collector that is away costs trading nothing: what it misses waits in the journal. */
async function collector(address: string, verdict: Verdicts): Promise<Finding> {
  const cause = await obstacleTo(address);
  const fix =
    'Start the collector, or set OTEL_EXPORTER_OTLP_ENDPOINT. Trading goes on without, and facts wait.';
  return cause === undefined ? verdict.ok(`${address} is there`) : verdict.warn(`${address}: ${cause}`, fix);
}

function obstacleTo(address: string): Promise<string | undefined> {
  const { protocol, hostname, port, pathname } = new URL(address);
  const usual = protocol === 'https:' ? '443' : '80';
  const goal =
    protocol === 'unix:'
      ? { path: pathname }
      : { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || usual) };
  return new Promise((resolve) => {
    const socket = connect(goal);
    const settle = (cause?: string): void => {
      socket.destroy();
      resolve(cause);
    };
    socket.setTimeout(CONNECT_MS_MAX, () => settle(`no connection within ${CONNECT_MS_MAX} ms`));
    socket.once('connect', () => settle());
    socket.once('error', (error: NodeJS.ErrnoException) => settle(error.code ?? error.message));
  });
}
