// Goal: configuration is what the environment says, and nothing is guessed. Method: tables of variables.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { configDocument, readConfig } from '#app/config.ts';
import { defaultSettings } from '#core/settings.ts';

function configOf(env: Record<string, string> = {}) {
  const reading = readConfig(env);
  if (!reading.ok) assert.fail(JSON.stringify(reading.problems));
  return reading.config;
}

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
