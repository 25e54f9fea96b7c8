// Goal: one command brings everything up, tells the first signal's story, and leaves nothing behind.
// Method: the real command with all of its processes, on ports and data of its own.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { it } from 'node:test';
import { openJournalReader } from '#journal/reader.ts';
import { ownEnvironment, type RunningCommand, runCommand } from '#test/support/command.ts';
import { tempDir } from '#test/support/temp-dir.ts';
import { until } from '#test/support/until.ts';

const STORY_MS_MAX = 10_000;
const END_MS_MAX = 10_000;

const story = (command: RunningCommand, withinMs = STORY_MS_MAX): Promise<string> =>
  until(
    `the first story in: ${command.output()}`,
    () => /^The first signal: .*\n {2}(Bought|Sold) .*; protected by .*$/m.exec(command.output())?.[0],
    withinMs,
  );

/** The processes that a process has started, by the kernel's word. */
function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]?.split(' ')[1] === String(pid);
      } catch {
        return false;
      }
    })
    .map(Number);
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const allEnd = (pids: readonly number[]): Promise<true> =>
  until('no process is left', () => !pids.some(isAlive), END_MS_MAX);

function headOf(dataDir: string): number {
  const reader = openJournalReader(join(dataDir, 'journal.sqlite'));
  const head = reader.head();
  reader.close();
  return head;
}

async function endWith(command: RunningCommand, signal: 'SIGINT' | 'SIGTERM'): Promise<void> {
  const pids = childrenOf(command.pid);
  const began = performance.now();
  command.process.kill(signal);
  assert.equal(await command.ended, 0, command.output());
  assert.ok(performance.now() - began < END_MS_MAX);
  assert.match(command.output(), /Stopped\.\n$/);
  await allEnd(pids);
}

it('starts, tells the first story within ten seconds, stops on Ctrl-C, and goes on from its data', async () => {
  const dataDir = tempDir();
  const env = await ownEnvironment(dataDir);
  // To be taken for absent by all of them, or engine and exchange do not agree on the key.
  const first = runCommand(['start', '--seed', '7'], { ...env, SIMEX_API_KEY: '' });
  await story(first);
  assert.match(first.output(), /exchange +simulated, seed 7, http/);
  assert.match(first.output(), new RegExp(`page +http://127.0.0.1:${env['OBSERVATORY_PORT']}/`));
  assert.equal(childrenOf(first.pid).length, 4);
  const second = runCommand(['start'], env);
  assert.equal(await second.ended, 1);
  assert.match(second.output(), /Port \d+ is taken\. Free it, or set TRADEENGINE_PORT to another port\./);
  await endWith(first, 'SIGINT');
  const head = headOf(dataDir);
  assert.ok(head > 0);

  const again = runCommand(['start', '--no-demo', '--seed', '8'], env);
  await until('it is ready', () => again.output().includes('Ready for signals'), STORY_MS_MAX);
  assert.match(again.output(), /exchange +simulated, seed 7, http/);
  assert.match(again.output(), /^The exchange in .* goes on with seed 7; --seed 8 is for new data\.$/m);
  assert.equal(childrenOf(again.pid).length, 3);
  await endWith(again, 'SIGTERM');
  assert.ok(headOf(dataDir) > head);
});

it('starts nothing when a port is taken, and names the variable', async () => {
  const dataDir = tempDir();
  const env = await ownEnvironment(dataDir);
  const names = ['OTLP_HTTP_PORT', 'PYROSCOPE_PORT'];
  const servers = names.map((name) => createServer().listen(Number(env[name]), '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const command = runCommand(['start'], env);
  assert.equal(await command.ended, 1);
  for (const server of servers) server.close();
  const taken = names.map((name) => `Port ${env[name]} is taken. Free it, or set ${name} to another port.\n`);
  assert.equal(command.output(), `${taken.join('')}Nothing was started.\n`);
  assert.deepEqual(readdirSync(dataDir), []);
});

it('starts a part again that died, and ends every part when it is killed itself', async () => {
  const env = await ownEnvironment(tempDir());
  const command = runCommand(['start'], env);
  await story(command);
  const pids = childrenOf(command.pid);
  const engine = pids.find((pid) =>
    readFileSync(`/proc/${pid}/cmdline`, 'utf8').endsWith('main.ts\0engine\0'),
  );
  assert.ok(engine !== undefined);
  process.kill(engine, 'SIGKILL');
  await until(
    'the engine is back',
    async () => {
      if (!command.output().includes('engine ended by signal SIGKILL; it is started again')) return false;
      const ready = await fetch(`http://127.0.0.1:${env['TRADEENGINE_PORT']}/ready`).catch(() => undefined);
      return ready?.status === 200;
    },
    STORY_MS_MAX,
  );
  const alive = childrenOf(command.pid);
  assert.equal(alive.length, 4);
  command.process.kill('SIGKILL');
  await command.ended;
  await allEnd(alive);
});
