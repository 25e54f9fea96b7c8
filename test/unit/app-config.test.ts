// Goal: configuration is what the environment says, and nothing is guessed. Method: tables of variables.

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { configDocument, readConfig } from '#app/config.ts';
import { accountWishes, exchangeAccess } from '#app/exchange-access.ts';
import { redactorOf } from '#app/redaction.ts';
import { defaultSettings } from '#core/settings.ts';
import { tempDir } from '../support/temp-dir.ts';

function configOf(env: Record<string, string> = {}) {
  const reading = readConfig(env);
  if (!reading.ok) assert.fail(JSON.stringify(reading.problems));
  return reading.config;
}

const encoding = { type: 'pkcs8', format: 'pem' } as const;
const pems = {
  ed25519: generateKeyPairSync('ed25519').privateKey.export(encoding).toString(),
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export(encoding).toString(),
};
const pem = (kind: keyof typeof pems): string => pems[kind];

describe('the configuration', () => {
  it('has the documented defaults', () => {
    const { values, account, settings } = configOf();
    assert.equal(values.TRADEENGINE_PORT, 8000);
    assert.equal(values.OBSERVATORY_PORT, 8001);
    assert.equal(values.SIMEX_PORT, 8002);
    assert.equal(account, 'paper');
    assert.deepEqual(settings, defaultSettings);
  });

  it('takes what the environment says', () => {
    const { values, settings } = configOf({
      TRADEENGINE_PORT: '9000',
      TRADEENGINE_SYMBOLS: 'BTCUSDT, ETHUSDT',
      TRADEENGINE_POSITION_MODE: 'one_way',
      TRADEENGINE_CONFIDENCE_MIN: '0.75',
    });
    assert.equal(values.TRADEENGINE_PORT, 9000);
    assert.deepEqual(settings.symbols, ['BTCUSDT', 'ETHUSDT']);
    assert.equal(settings.positionMode, 'one_way');
    assert.equal(settings.confidenceMin, '0.75');
  });

  it('takes an empty variable for an absent one', () => {
    assert.equal(configOf({ TRADEENGINE_PORT: '' }).values.TRADEENGINE_PORT, 8000);
  });

  it('hands down every value as it is in force, secrets included', () => {
    const config = configOf({ SIMEX_PORT: '', SIMEX_API_KEY: '', TRADEENGINE_PORT: '9000' });
    const handed = config.environment();
    assert.equal(handed['SIMEX_PORT'], '8002');
    assert.equal(handed['SIMEX_API_KEY'], config.values.SIMEX_API_KEY.reveal());
    assert.equal(handed['TRADEENGINE_PORT'], '9000');
    assert.deepEqual(Object.keys(handed).length, config.describe().length);
    const child = configOf(handed);
    assert.deepEqual(child.describe(), config.describe());
  });

  const bad: [string, string][] = [
    ['TRADEENGINE_PORT', '0'],
    ['TRADEENGINE_PORT', '65536'],
    ['TRADEENGINE_PORT', '80 00'],
    ['SIMEX_PORT', '-1'],
    ['MARKET_DATA', 'recordings'],
    ['MARKET_DATA', 'file:'],
    ['MARKET_DATA', 'file:a,,b'],
    ['MARKET_DATA_SPEED', '0'],
    ['MARKET_DATA_URL', 'https://fstream.binance.com'],
    ['TRADEENGINE_ACCOUNT', 'a/b'],
    ['TRADEENGINE_SYMBOLS', 'BTC/USDT'],
    ['TRADEENGINE_SYMBOLS', 'BTCUSDT,'],
    ['TRADEENGINE_POSITION_MODE', 'both'],
    ['TRADEENGINE_CONFIDENCE_MIN', '1.1'],
    ['TRADEENGINE_CONFIDENCE_MIN', 'high'],
    ['TRADEENGINE_STOP_LOSS_RATE', '0'],
    ['TRADEENGINE_STOP_LOSS_RATE', '1'],
    ['TRADEENGINE_ORDER_NOTIONAL', '-5'],
    ['TRADEENGINE_SIGNAL_AGE_MS_MAX', '1e5'],
    ['TRADEENGINE_RECV_WINDOW_MS', '60001'],
  ];
  for (const [name, value] of bad) {
    it(`refuses ${name}=${value} by name`, () => {
      const reading = readConfig({ [name]: value });
      assert.ok(!reading.ok);
      assert.equal(reading.problems.length, 1);
      assert.ok(reading.problems[0]?.message.startsWith(`${name} is ${JSON.stringify(value)}; it must be `));
    });
  }

  it('names every problem at once', () => {
    const reading = readConfig({ TRADEENGINE_PORT: 'x', SIMEX_PORT: 'y' });
    assert.ok(!reading.ok && reading.problems.length === 2);
  });

  it('prints each value with its source and no secret', () => {
    const config = configOf({ SIMEX_API_SECRET: 'canary-in-the-mine', TRADEENGINE_PORT: '9000' });
    const lines = config.describe();
    assert.ok(lines.includes('TRADEENGINE_PORT=9000 (environment): the API and the intake of signals'));
    assert.ok(lines.some((line) => line.startsWith('SIMEX_API_SECRET=[secret] (environment)')));
    const everything = lines.join('\n') + JSON.stringify(config.values) + inspect(config, { depth: 5 });
    assert.ok(!everything.includes('canary'));
    assert.equal(config.values.SIMEX_API_SECRET.reveal(), 'canary-in-the-mine');
  });

  it('does not repeat a secret that it refuses', () => {
    const reading = readConfig({ SIMEX_API_KEY: 'canary with spaces' });
    assert.ok(!reading.ok && !JSON.stringify(reading.problems).includes('canary'));
  });

  it('documents each variable', () => {
    const lines = configOf().describe();
    const document = configDocument();
    for (const line of lines) assert.ok(document.includes(`\`${line.split('=')[0]}\``));
  });
});

describe('the mode', () => {
  const keys = { BINANCE_API_KEY: 'key', BINANCE_API_SECRET: 'secret' };
  const live = {
    ...keys,
    TRADING_MODE: 'live',
    TRADEENGINE_ACCOUNT: 'main',
    TRADEENGINE_CONFIRM_LIVE: 'main',
  };
  const codesOf = (env: Record<string, string>) => {
    const reading = readConfig(env);
    return reading.ok ? [] : reading.problems.map(({ code }) => code);
  };

  it('is paper unless another is asked for, and paper trades with the keys of the simulated exchange', () => {
    const config = configOf({ ...keys, SIMEX_PORT: '9002' });
    assert.equal(config.settings.mode, 'paper');
    const { restUrl, apiKey, walletUrl } = exchangeAccess(config);
    assert.equal(restUrl, 'http://127.0.0.1:9002');
    assert.equal(apiKey.reveal(), 'simex-key');
    assert.equal(walletUrl, undefined);
  });

  it('leads to the exchange of the mode with the keys of Binance', () => {
    const testnet = exchangeAccess(configOf({ ...keys, TRADING_MODE: 'testnet' }));
    assert.equal(testnet.restUrl, 'https://demo-fapi.binance.com');
    assert.equal(testnet.walletUrl, undefined);
    assert.equal(testnet.apiSecret.reveal(), 'secret');
    const real = exchangeAccess(configOf(live));
    assert.equal(real.restUrl, 'https://fapi.binance.com');
    assert.equal(real.streamUrl, 'wss://fstream.binance.com');
    assert.equal(real.walletUrl, 'https://api.binance.com');
  });

  const refused: [string, Record<string, string>, string[]][] = [
    ['testnet without keys', { TRADING_MODE: 'testnet' }, ['key_missing']],
    ['testnet without a secret', { TRADING_MODE: 'testnet', BINANCE_API_KEY: 'key' }, ['key_missing']],
    ['live without keys', { ...live, BINANCE_API_KEY: '', BINANCE_API_SECRET: '' }, ['key_missing']],
    ['live unconfirmed', { ...live, TRADEENGINE_CONFIRM_LIVE: '' }, ['live_unconfirmed']],
    [
      'live with another account confirmed',
      { ...live, TRADEENGINE_CONFIRM_LIVE: 'Main' },
      ['live_unconfirmed'],
    ],
    ['live with yes for an account', { ...live, TRADEENGINE_CONFIRM_LIVE: 'yes' }, ['live_unconfirmed']],
    [
      'live with the account that nobody named',
      { ...live, TRADEENGINE_ACCOUNT: '', TRADEENGINE_CONFIRM_LIVE: 'paper' },
      ['account_missing'],
    ],
    ['live without anything', { TRADING_MODE: 'live' }, ['key_missing', 'account_missing']],
    ['a mode that is none', { TRADING_MODE: 'real' }, ['value_invalid']],
    ['a mode by another spelling', { ...live, TRADING_MODE: 'LIVE' }, ['value_invalid']],
    ['a key over plain HTTP', { ...live, BINANCE_REST_URL: 'http://fapi.binance.com' }, ['value_invalid']],
    ['streams over plain HTTP', { ...live, BINANCE_STREAM_URL: 'ws://example.com' }, ['value_invalid']],
    ['an RSA key', { ...live, BINANCE_API_SECRET: pem('rsa') }, ['value_invalid']],
    ['half a key', { ...live, BINANCE_API_SECRET: pem('ed25519').slice(0, 60) }, ['value_invalid']],
    ['leverage of a stranger', { TRADEENGINE_LEVERAGE: '5,DOGEUSDT=3' }, ['symbol_not_traded']],
    ['leverage over the most', { TRADEENGINE_LEVERAGE: '126' }, ['value_invalid']],
    ['leverage twice', { TRADEENGINE_LEVERAGE: 'BTCUSDT=2,BTCUSDT=3' }, ['value_invalid']],
    ['two defaults', { TRADEENGINE_MARGIN_TYPE: 'crossed,isolated' }, ['value_invalid']],
  ];
  for (const [what, env, codes] of refused) {
    it(`refuses ${what}`, () => assert.deepEqual(codesOf(env), codes));
  }

  it('takes secrets from files, names the file and not the secret, and hands down the value', () => {
    const path = join(tempDir(), 'secret');
    writeFileSync(path, `${pem('ed25519')}\n`);
    const { BINANCE_API_SECRET: _, ...rest } = live;
    const env = { ...rest, BINANCE_API_SECRET_FILE: path };
    const config = configOf(env);
    assert.equal(exchangeAccess(config).apiSecret.reveal(), pem('ed25519').trim());
    assert.ok(
      config.describe().some((line) => line.startsWith(`BINANCE_API_SECRET=[secret] (file ${path})`)),
    );
    assert.deepEqual(codesOf({ ...live, BINANCE_API_SECRET_FILE: path }), ['given_twice']);
    assert.deepEqual(codesOf({ ...env, BINANCE_API_SECRET_FILE: `${path}.none` }), ['file_unreadable']);
    const child = configOf({ ...env, ...config.environment() });
    assert.equal(exchangeAccess(child).apiSecret.reveal(), pem('ed25519').trim());
  });

  it('wants of each symbol what is said of it, else what is said of all, else nothing', () => {
    const { symbols } = accountWishes(
      configOf({
        TRADEENGINE_SYMBOLS: 'BTCUSDT,ETHUSDT',
        TRADEENGINE_LEVERAGE: '5, BTCUSDT=10',
        TRADEENGINE_MARGIN_TYPE: 'ETHUSDT=isolated',
      }),
    );
    assert.deepEqual(Object.fromEntries(symbols ?? []), {
      BTCUSDT: { leverage: 10, marginType: undefined },
      ETHUSDT: { leverage: 5, marginType: 'isolated' },
    });
  });

  it('keeps every line of a private key out of what is said', () => {
    const env = { ...live, BINANCE_API_SECRET: pem('ed25519') };
    const [, line = ''] = pem('ed25519').split('\n');
    assert.ok(!redactorOf(configOf(env), {}).redact(`wrong key ${line}!`).includes(line));
  });
});
