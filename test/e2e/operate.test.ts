// Goal: an operator's commands reach a running engine from a shell, and a settings file is in force from its start on.
// Method: the engine, the simulated exchange and the command line as processes of their own.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { exitCodes } from '#app/exit-codes.ts';
import { runCommand } from '#test/support/command.ts';
import { Scene } from '#test/support/scene.ts';
import { until } from '#test/support/until.ts';

let scene: Scene;
let settingsFile = '';
before(async () => {
  scene = await Scene.open(1);
  settingsFile = join(scene.directory, 'settings.json');
  writeFileSync(
    settingsFile,
    '{"limits": {"positions_max": 3}, "overrides": [{"side": "SHORT", "rules": {"weight": 0.5}}]}',
  );
  await scene.startEngine({ TRADEENGINE_SETTINGS_FILE: settingsFile, OTEL_SDK_DISABLED: 'true' });
});
after(() => scene.close());

async function tell(...args: string[]): Promise<{ code: number | string; said: string }> {
  const command = runCommand(args, { TRADEENGINE_PORT: new URL(scene.engineUrl).port });
  const code = await command.ended;
  return { code, said: command.output() };
}

it('what the settings file says is in force', async () => {
  const { code, said } = await tell('settings');
  assert.equal(code, exitCodes.ok, said);
  assert.match(said, /^Version 1, by environment at /);
  assert.match(said, /^limits\.positions_max +3$/m);
  assert.match(said, /^overrides +\[\{"side":"SHORT","rules":\{"weight":"0\.5"\}\}\]$/m);
});

it('a settings file that cannot be is named, with its rule, and nothing starts', async () => {
  const bad = join(scene.directory, 'bad.json');
  writeFileSync(bad, '{"limits": {"positions_max": -1}}');
  const command = runCommand(['engine'], { TRADEENGINE_SETTINGS_FILE: bad });
  assert.equal(await command.ended, exitCodes.configuration);
  assert.match(
    command.output(),
    /limits\.positions_max must be a whole number from 0 to 1000000\. \(settings_invalid\)/,
  );
});

it('halt, flatten and resume do what they say; what cannot be undone is asked for', async () => {
  await until('a signal is taken', async () => {
    const answer = await scene.post(`${scene.engineUrl}/v1/signals?wait=decision`, {
      strategy_id: 'shell',
      symbol: 'BTCUSDT',
      action: 'buy',
      confidence: 0.9,
    });
    return JSON.stringify(answer ?? '').includes('accepted');
  });
  await until(
    'the position is protected',
    async () => /shell +BTCUSDT +LONG .* protected$/m.test((await tell('positions')).said),
    20_000,
  );
  assert.match((await tell('orders')).said, /shell +BTCUSDT +entry +BUY .* filled$/m);
  assert.deepEqual(await tell('halt', '--note', 'test'), {
    code: exitCodes.ok,
    said: 'Trading is halted; it was active.\n',
  });
  assert.match((await tell('limits')).said, /^Trading is halted since .*: operator\./);
  const unasked = await tell('flatten');
  assert.equal(unasked.code, exitCodes.failed);
  assert.match(unasked.said, /Nothing was done/);
  const flattened = await tell('flatten', '--yes');
  assert.equal(flattened.code, exitCodes.ok);
  assert.match(flattened.said, /^The LONG of shell in BTCUSDT is to be closed at the market\.$/m);
  await until(
    'nothing is held',
    async () => (await tell('positions')).said === 'There is no open position.\n',
    20_000,
  );
  assert.match((await tell('pnl')).said, /^shell +BTCUSDT +-?\d/m);
  assert.match((await tell('cancel', 'te-none')).said, /No live order has this id/);
  assert.equal((await tell('resume', '--yes', '--json')).code, exitCodes.ok);
});
