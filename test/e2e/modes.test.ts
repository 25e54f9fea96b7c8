// Goal: each mode starts what it needs and nothing else, its state stays its own, and nothing begins on a doubtful key.
// Method: the real commands; what stands for Binance is the simulated exchange, or a scripted one, at its addresses.

import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { openJournalReader } from '#journal/reader.ts';
import { type Simex, startSimex } from '#simex/server.ts';
import { failure, ok, ScriptedBinance } from '#test/support/binance-script.ts';
import { ownEnvironment, type RunningCommand, runCommand } from '#test/support/command.ts';
import { tempDir } from '#test/support/temp-dir.ts';
import { until } from '#test/support/until.ts';

const START_MS_MAX = 15_000;

const binanceAt = (restUrl: string): Record<string, string> => ({
  BINANCE_API_KEY: 'simex-key',
  BINANCE_API_SECRET: 'simex-secret',
  BINANCE_REST_URL: restUrl,
  BINANCE_STREAM_URL: restUrl.replace(/^http/, 'ws'),
  BINANCE_WALLET_URL: restUrl,
});
const live: Record<string, string> = {
  TRADING_MODE: 'live',
  TRADEENGINE_ACCOUNT: 'main',
  TRADEENGINE_CONFIRM_LIVE: 'main',
};

async function withSimex(use: (simex: Simex) => Promise<void>): Promise<void> {
  const simex = await startSimex({ port: 0, seed: 1 });
  try {
    await use(simex);
  } finally {
    await simex.close();
  }
}

const saying = (command: RunningCommand, what: RegExp) =>
  until(`${what} in ${command.output()}`, () => what.test(command.output()), START_MS_MAX);

async function end(command: RunningCommand): Promise<void> {
  command.process.kill('SIGTERM');
  assert.equal(await command.ended, 0, command.output());
}

it('the testnet is traded without a simulated exchange and without a demo, and its journal is its own', () =>
  withSimex(async (simex) => {
    const dataDir = tempDir();
    const env = { ...(await ownEnvironment(dataDir)), ...binanceAt(simex.url), TRADING_MODE: 'testnet' };
    const command = runCommand(['start'], env);
    await saying(command, /Ready for signals/);
    assert.match(command.output(), /exchange +Binance, testnet, account paper, http/);
    assert.deepEqual(readdirSync(join(dataDir, 'logs')).sort(), ['engine.log', 'observatory.log']);
    assert.ok(!existsSync(join(dataDir, 'simex')));
    const demo = runCommand(['demo'], { ...env, TRADING_MODE: 'paper' });
    assert.equal(await demo.ended, 1);
    assert.match(
      demo.output(),
      /^The demo strategy is for paper trading; the engine at .* trades in testnet mode\.\n$/,
    );
    const doctor = runCommand(['doctor'], env);
    assert.equal(await doctor.ended, 0, doctor.output());
    assert.match(
      doctor.output(),
      /^ok +ports +\d+ \(TRADEENGINE_PORT\) is held by a part of this system that runs$/m,
    );
    await end(command);

    const paper = runCommand(['engine'], { ...env, SIMEX_PORT: String(simex.port), TRADING_MODE: 'paper' });
    assert.equal(await paper.ended, 65, paper.output());
    assert.match(
      paper.output(),
      /of account paper in testnet mode, the configuration of account paper in paper mode/,
    );
    const other = runCommand(['engine'], { ...env, TRADEENGINE_ACCOUNT: 'other' });
    assert.equal(await other.ended, 65, other.output());
  }));

it('live mode begins nothing with a key that could do harm, says why, and goes on when the key is mended', async () => {
  const server = await ScriptedBinance.start();
  const path = 'GET /sapi/v1/account/apiRestrictions';
  const key = {
    ipRestrict: true,
    enableFutures: true,
    enableWithdrawals: true,
    enableInternalTransfer: false,
    permitsUniversalTransfer: false,
  };
  server.on(path, () => ok(key));
  const env = { ...(await ownEnvironment(tempDir())), ...binanceAt(server.restUrl), ...live };
  const command = runCommand(['engine'], { ...env, OTEL_SDK_DISABLED: 'true' });
  const reason = async () => {
    const answer = await fetch(`http://127.0.0.1:${env['TRADEENGINE_PORT']}/ready`).catch(() => undefined);
    return answer === undefined ? '' : JSON.stringify(await answer.json());
  };
  try {
    await until('the reason', async () => /it can withdraw/.test(await reason()), START_MS_MAX);
    assert.equal(server.requests.filter(({ method }) => method !== 'GET').length, 0);
    server.on(path, () => failure(500, -1000, 'down'));
    await until('another', async () => /permissions cannot be read/.test(await reason()), START_MS_MAX);
    server.on(path, () => ok({ ...key, enableWithdrawals: false }));
    await until(
      'the key is taken',
      () => server.requestsOf('POST /fapi/v1/listenKey').length > 0,
      START_MS_MAX,
    );
  } finally {
    await end(command);
    await server.stop();
  }
});

it('a live account that nobody has confirmed starts nothing', async () => {
  const dataDir = tempDir();
  const env = { ...(await ownEnvironment(dataDir)), ...binanceAt('https://fapi.binance.com'), ...live };
  const command = runCommand(['start'], { ...env, TRADEENGINE_CONFIRM_LIVE: '' });
  assert.equal(await command.ended, 78);
  assert.match(
    command.output(),
    /^TRADING_MODE=live trades with money: .*"main", and is not set \(live_unconfirmed\)\n$/,
  );
  assert.deepEqual(readdirSync(dataDir), []);
  const seeded = runCommand(['start', '--seed', '3'], env);
  assert.equal(await seeded.ended, 64);
  assert.deepEqual(readdirSync(dataDir), []);
});

it('the settings that are wanted are made at the exchange, and told', () =>
  withSimex(async (simex) => {
    const dataDir = tempDir();
    const env = {
      ...(await ownEnvironment(dataDir)),
      SIMEX_PORT: String(simex.port),
      OTEL_SDK_DISABLED: 'true',
      TRADEENGINE_LEVERAGE: '20,BTCUSDT=7',
      TRADEENGINE_MARGIN_TYPE: 'ETHUSDT=isolated',
      TRADEENGINE_POSITION_MODE: 'one_way',
    };
    const command = runCommand(['engine'], env);
    for (const what of [
      'position mode one_way',
      'leverage of BTCUSDT 7',
      'margin type of ETHUSDT isolated',
    ]) {
      await saying(command, new RegExp(`"exchange.account_changed","message":"${what}"`));
    }
    await until('facts', () => {
      const reader = openJournalReader(join(dataDir, 'journal.sqlite'));
      const head = reader.head();
      reader.close();
      return head > 0;
    });
    await end(command);
    const doctor = runCommand(['doctor', '--json'], env);
    assert.equal(await doctor.ended, 0, doctor.output());
    const report = JSON.parse(doctor.output()) as {
      ok: boolean;
      findings: { detail: string; status: string }[];
    };
    assert.equal(report.ok, true);
    const told = report.findings.map(({ status, detail }) => `${status} ${detail}`);
    assert.ok(told.includes('ok position mode one_way'), doctor.output());
    assert.ok(told.includes('ok BTCUSDT: leverage 7, crossed'));
    assert.ok(told.includes('ok ETHUSDT: leverage 20, isolated'));
  }));

it('the doctor ends with a failure when the exchange is not there', async () => {
  const doctor = runCommand(['doctor'], { ...(await ownEnvironment(tempDir())), OTEL_SDK_DISABLED: 'true' });
  assert.equal(await doctor.ended, 1);
  assert.match(doctor.output(), /^fail +REST API +.*ECONNREFUSED.*\n +Start it: `npm start`\.\n/m);
});
