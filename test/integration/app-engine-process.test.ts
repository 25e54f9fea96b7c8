// Goal: the engine process says how it is, whatever happens to its parts, and ends as it was asked to.
// Method: the real process on a real file, with the real simulated exchange, which comes late and goes away.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import type { Micros, Seq } from '#core/ids.ts';
import { openSqliteJournal } from '#journal/sqlite.ts';
import { startSimex } from '#simex/server.ts';
import { ownEnvironment, type RunningCommand, runCommand } from '#test/support/command.ts';
import { tempDir } from '#test/support/temp-dir.ts';
import { until } from '#test/support/until.ts';

const START_MS_MAX = 15_000;

const SHUTDOWN_MS_MAX = 5_500;

interface Answer {
  readonly status: number;
  readonly body: { code?: string; status?: string; reasons?: { code: string; message: string }[] };
}

async function get(env: Record<string, string>, path: string): Promise<Answer | undefined> {
  try {
    const answer = await fetch(`http://127.0.0.1:${env['TRADEENGINE_PORT']}${path}`);
    return { status: answer.status, body: (await answer.json()) as Answer['body'] };
  } catch {
    return undefined;
  }
}

async function post(url: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const { ok } = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  assert.ok(ok, url);
}

const becomes = (env: Record<string, string>, status: number): Promise<Answer> =>
  until(
    `/ready answers ${status}`,
    async () => {
      const answer = await get(env, '/ready');
      return answer?.status === status ? answer : undefined;
    },
    START_MS_MAX,
  );

async function end(command: RunningCommand): Promise<number | string> {
  command.process.kill('SIGTERM');
  return command.ended;
}

const quietEnvironment = async (dataDir: string): Promise<Record<string, string>> => ({
  ...(await ownEnvironment(dataDir)),
  OTEL_SDK_DISABLED: 'true',
});

describe('the engine process', () => {
  const dataDir = tempDir();

  it('waits for its exchange, takes signals when it is there, and ends in order', async () => {
    const env = await quietEnvironment(dataDir);
    const command = runCommand(['engine'], env);
    try {
      const { body } = await becomes(env, 503);
      assert.equal(body.reasons?.[0]?.code, 'not_reconciled');
      assert.equal((await get(env, '/live'))?.status, 200);
      await until('it says what it misses', async () => {
        const answer = await get(env, '/ready');
        return answer?.body.reasons?.[0]?.message.includes('exchange is not open') === true;
      });
      const simex = await startSimex({ port: Number(env['SIMEX_PORT']), seed: 1 });
      try {
        await becomes(env, 200);
        assert.equal((await get(env, '/health'))?.body.status, 'ok');
        const answer = await fetch(`http://127.0.0.1:${env['TRADEENGINE_PORT']}/v1/signals`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({
            id: 'a',
            strategy_id: 's',
            symbol: 'BTCUSDT',
            action: 'buy',
            confidence: 1,
          }),
        });
        assert.equal(answer.status, 202);
        const told = runCommand(['explain', 'a'], env);
        assert.equal(await told.ended, 0);
        assert.match(told.output(), /order|Bought/);
      } finally {
        await simex.close();
      }
    } finally {
      assert.equal(await end(command), 0);
    }
    assert.match(command.output(), /"event":"engine.stopping"/);
    const replay = runCommand(['replay'], env);
    assert.equal(await replay.ended, 0, replay.output());
    assert.match(replay.output(), /^Folded \d+ facts, their chain is whole: .*\n.* give the same state\.\n$/);
  });

  it('ends in time and in order when the exchange does not answer what is under way', async () => {
    const env = await quietEnvironment(tempDir());
    const simex = await startSimex({ port: Number(env['SIMEX_PORT']), seed: 1 });
    const command = runCommand(['engine'], env);
    try {
      await becomes(env, 200);
      const hang = { kind: 'hang-after', endpoint: 'POST /fapi/v1/order' };
      await post(`http://127.0.0.1:${env['SIMEX_PORT']}/sim/faults`, { faults: [hang] });
      const signal = { id: 'a', strategy_id: 's', symbol: 'BTCUSDT', action: 'buy', confidence: 1 };
      await post(`http://127.0.0.1:${env['TRADEENGINE_PORT']}/v1/signals`, signal);
      const before = performance.now();
      assert.equal(await end(command), 0);
      const tookMs = performance.now() - before;
      assert.ok(tookMs < SHUTDOWN_MS_MAX, `ended after ${tookMs} ms`);
      assert.doesNotMatch(command.output(), /engine.stop_overdue|engine.failed/);
    } finally {
      await simex.close();
    }
    const replay = runCommand(['replay'], env);
    assert.equal(await replay.ended, 0, replay.output());
    assert.match(replay.output(), /give the same state/);
  });

  it('refuses a journal that is not what was written, by the number of the fact, and says so by its exit code', async () => {
    const file = new DatabaseSync(join(dataDir, 'journal.sqlite'));
    const { seq } = file.prepare('SELECT max(seq) AS seq FROM entry').get() as { seq: number };
    file.prepare(`UPDATE entry SET body = replace(body, '1', '2') WHERE seq = ?`).run(seq);
    file.close();
    const env = await quietEnvironment(dataDir);
    const command = runCommand(['engine'], env);
    assert.equal(await command.ended, 65);
    assert.match(command.output(), new RegExp(`"engine.journal_unusable".*fact ${seq}\\b`));
    const replay = runCommand(['replay'], env);
    assert.equal(await replay.ended, 65);
    assert.match(replay.output(), new RegExp(`fact ${seq}\\b`));
  });

  it('refuses a wrong value by the name of its variable', async () => {
    const command = runCommand(['engine'], { TRADEENGINE_PORT: 'eighty' });
    assert.equal(await command.ended, 78);
    assert.equal(
      command.output(),
      'TRADEENGINE_PORT is "eighty"; it must be a port from 1 to 65535 (value_invalid)\n',
    );
  });
});

it('replays a journal that no snapshot was stored of, and says when one is', async () => {
  const dataDir = tempDir();
  const journal = await openSqliteJournal({ path: join(dataDir, 'journal.sqlite') });
  const facts = [{ type: 'engine.reconciled', orders: 0, positions: 0 }] as const;
  await journal.append({ seq: 1 as Seq, at: 1 as Micros, facts });
  await journal.close();
  const env = { ...(await ownEnvironment(dataDir)) };
  const command = runCommand(['replay'], env);
  assert.equal(await command.ended, 0, command.output());
  assert.match(
    command.output(),
    /^Folded 1 facts, their chain is whole: .*\nThere is no snapshot to compare with yet: one is stored at a clean stop, and every 250 000 facts\.\n$/,
  );
});

describe('commands for a running engine', () => {
  it('say when there is none', async () => {
    const env = await ownEnvironment(tempDir());
    const explain = runCommand(['explain', 'x'], env);
    assert.equal(await explain.ended, 1);
    assert.match(explain.output(), /^No engine answers at http/);
    const replay = runCommand(['replay'], env);
    assert.equal(await replay.ended, 1);
    assert.match(replay.output(), /^There is no journal at /);
  });
});
