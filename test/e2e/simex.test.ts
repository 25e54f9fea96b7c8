// Goal: the simulated exchange runs alone, as a product of its own. Method: the real command.

import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { it } from 'node:test';
import { type RunningCommand, runCommand } from '#test/support/command.ts';
import { SimexClient } from '#test/support/simex-client.ts';
import { tempDir } from '#test/support/temp-dir.ts';
import { until } from '#test/support/until.ts';

const START_MS_MAX = 15_000;

async function ready(command: RunningCommand) {
  await until('its line', () => command.output().includes('\n'), START_MS_MAX);
  return JSON.parse(command.output());
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  it(`serves both venues with the named key, says where in one line, and ends on ${signal}`, async () => {
    const apiSecret = 'a secret of its own';
    const command = runCommand(['simex', '--port', '0', '--seed', '5'], {
      SIMEX_API_KEY: 'own-key',
      SIMEX_API_SECRET: apiSecret,
    });
    const { event, rest } = await ready(command);
    assert.equal(event, 'simex.ready');
    const client = new SimexClient(rest, { apiKey: 'own-key', apiSecret });
    for (const path of ['/fapi/v3/balance', '/api/v3/account']) {
      assert.equal((await client.signed('GET', path)).status, 200, path);
    }
    assert.equal((await new SimexClient(rest).signed('GET', '/api/v3/account')).status, 401);
    command.process.kill(signal);
    assert.equal(await command.ended, 0, command.output());
    assert.equal(command.output().trim().split('\n').length, 1);
  });
}

for (const [type, pair] of [
  ['ED25519', generateKeyPairSync('ed25519')],
  ['RSA', generateKeyPairSync('rsa', { modulusLength: 2048 })],
] as const) {
  it(`takes ${type} signatures by the public key of a file`, async () => {
    const path = join(tempDir(), 'public.pem');
    writeFileSync(path, pair.publicKey.export({ type: 'spki', format: 'pem' }));
    const command = runCommand(['simex', '--port', '0'], {
      [`SIMEX_${type}_PUBLIC_KEY_FILE`]: path,
      [`SIMEX_${type}_API_KEY`]: 'public',
    });
    const client = new SimexClient((await ready(command)).rest, { apiKey: 'public' });
    const query = `timestamp=${Date.now()}`;
    const signature = sign(
      type === 'RSA' ? 'RSA-SHA256' : null,
      Buffer.from(query),
      createPrivateKey(pair.privateKey.export({ type: 'pkcs8', format: 'pem' })),
    ).toString('base64');
    const ask = (text: string) =>
      client.raw('GET', `/fapi/v3/balance?${query}&signature=${encodeURIComponent(text)}`);
    assert.equal((await ask(signature)).status, 200);
    assert.equal((await ask(`A${signature.slice(1)}`)).body.code, -1022);
  });
}

it('tells a key file that holds no such key, and does not start', async () => {
  const command = runCommand(['simex', '--port', '0'], { SIMEX_RSA_PUBLIC_KEY_FILE: 'nowhere.pem' });
  assert.equal(await command.ended, 78);
  assert.match(
    command.output(),
    /SIMEX_RSA_PUBLIC_KEY_FILE names nowhere\.pem, which holds no RSA public key/,
  );
});

it('tells a port that is taken', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  try {
    const address = server.address();
    assert.ok(address !== null && typeof address === 'object');
    const command = runCommand(['simex', '--port', String(address.port)]);
    assert.equal(await command.ended, 1);
    assert.equal(command.output(), `Port ${address.port} is taken: free it, or choose another.\n`);
  } finally {
    server.close();
  }
});
