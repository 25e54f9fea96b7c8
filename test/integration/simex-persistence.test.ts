// Goal: what the exchange has answered survives its process, and a ledger is one story over many lives.
// Method: the real process, killed with SIGKILL while orders flow, started again on the same directory.
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startSimex } from '#simex/server.ts';
import { SimexClient } from '#test/support/simex-client.ts';
import { until } from '#test/support/until.ts';

const directories: string[] = [];
async function directory(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'simex-'));
  directories.push(made);
  return made;
}
after(async () => {
  for (const made of directories) await rm(made, { recursive: true });
});

const readyWithinMs = 10_000;
const main = new URL('../../src/simex/main.ts', import.meta.url).pathname;

async function launch(dataDir: string, env: Record<string, string> = {}) {
  const process_ = spawn(process.execPath, [main], {
    env: { PATH: process.env['PATH'] ?? '', SIMEX_PORT: '0', SIMEX_DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(process_.stdout, 'data', { signal: AbortSignal.timeout(readyWithinMs) });
  const ready = JSON.parse(String(line));
  return { process: process_, ready, client: new SimexClient(ready.rest) };
}

async function end(
  child: ChildProcess,
  signal: NodeJS.Signals,
): Promise<readonly [number | null, string | null]> {
  const ended = once(child, 'exit');
  child.kill(signal);
  const [code, by] = await ended;
  return [code, by];
}

const order = { symbol: 'ETHUSDT', side: 'BUY', positionSide: 'LONG', type: 'MARKET', quantity: '0.01' };

test('every answered order is in the ledger after SIGKILL, once, and the state goes on', async () => {
  const dataDir = await directory();
  const answered: string[] = [];
  let sent = 0;
  let before: unknown[] | undefined;
  for (let life = 0; life < 4; life += 1) {
    const { process: child, client } = await launch(dataDir, { SIMEX_RATE_LIMITS: 'off' });
    if (before !== undefined) {
      const ledger = await client.ledger();
      assert.deepEqual(ledger.slice(0, before.length), before, 'the past does not change');
      const { body } = await client.signed('GET', '/fapi/v1/order', {
        symbol: 'ETHUSDT',
        origClientOrderId: answered.at(-1) ?? '',
      });
      assert.equal(body.status, 'FILLED');
    }
    const flow = assert.rejects(async () => {
      for (;;) {
        sent += 1;
        const id = `life-${life}-${sent}`;
        const { status } = await client.signed('POST', '/fapi/v1/order', {
          ...order,
          newClientOrderId: id,
        });
        assert.equal(status, 200);
        answered.push(id);
      }
    }, /fetch failed|terminated/);
    const enough = answered.length + 15;
    await until('enough is answered', () => answered.length >= enough);
    before = await client.ledger();
    assert.deepEqual(await end(child, 'SIGKILL'), [null, 'SIGKILL']);
    await flow;
  }
  const { process: child, client } = await launch(dataDir);
  const ledger = await client.ledger();
  const accepted = ledger
    .filter((entry) => entry.kind === 'order_accepted')
    .map((entry) => entry.clientOrderId);
  assert.equal(new Set(accepted).size, accepted.length, 'none twice');
  for (const id of answered) assert.ok(accepted.includes(id), id);
  assert.deepEqual(
    ledger.map((entry) => entry.seq),
    ledger.map((_, index) => index + 1),
  );
  const filled = ledger
    .filter((entry) => entry.kind === 'fill')
    .reduce((sum, { quantity }) => sum + Number(quantity), 0);
  const [position] = (await client.signed('GET', '/fapi/v3/positionRisk')).body;
  assert.equal(Number(position.positionAmt).toFixed(3), filled.toFixed(3));
  assert.deepEqual(await end(child, 'SIGTERM'), [0, null]);
});

test('conditional orders and resting orders are still there after a restart, and fire', async () => {
  const dataDir = await directory();
  const first = await startSimex({ port: 0, seed: 1, dataDir });
  const client = new SimexClient(first.url);
  await client.control('POST', '/sim/price', { symbol: 'ETHUSDT', price: '2500' });
  await client.signed('POST', '/fapi/v1/order', order);
  await client.signed('POST', '/fapi/v1/algoOrder', {
    ...{
      algoType: 'CONDITIONAL',
      symbol: 'ETHUSDT',
      side: 'SELL',
      positionSide: 'LONG',
      type: 'STOP_MARKET',
    },
    ...{ quantity: '0.01', triggerPrice: '2400', clientAlgoId: 'stop' },
  });
  await client.signed('POST', '/fapi/v1/order', {
    ...{ ...order, type: 'LIMIT', timeInForce: 'GTC', price: '2450', newClientOrderId: 'rest' },
  });
  await first.close();

  const second = await startSimex({ port: 0, seed: 1, dataDir });
  const again = new SimexClient(second.url);
  await again.control('POST', '/sim/price', { symbol: 'ETHUSDT', price: '2390' });
  assert.equal(
    (await again.signed('GET', '/fapi/v1/algoOrder', { clientAlgoId: 'stop' })).body.algoStatus,
    'FINISHED',
  );
  const key = { symbol: 'ETHUSDT', origClientOrderId: 'rest' };
  assert.equal((await again.signed('GET', '/fapi/v1/order', key)).body.status, 'FILLED');
  await second.close();
});

test('a directory belongs to one process at a time, a taken port is an error, and memory needs no directory', async () => {
  const dataDir = await directory();
  const first = await startSimex({ port: 0, seed: 1, dataDir });
  await assert.rejects(startSimex({ port: 0, seed: 1, dataDir }), /database is locked/);
  await assert.rejects(startSimex({ port: first.port, seed: 1 }), /EADDRINUSE/);
  await first.close();
  const inMemory = await startSimex({ port: 0, seed: 1 });
  assert.equal((await new SimexClient(inMemory.url).control('GET', '/sim/state')).body.ledgerLength, 0);
  await inMemory.close();
});
