/**
 * Goal: what stands behind standard output can neither stop trading nor keep the process from ending. Method: the real
 * engine process with its output on a disk that is full and in a pipe that is, and its writer before a reader that is away.
 */

import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startSimex } from '#simex/server.ts';
import { ownEnvironment } from '#test/support/command.ts';
import { tempDir } from '#test/support/temp-dir.ts';
import { until } from '#test/support/until.ts';

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts');
const START_MS_MAX = 20_000;
const END_MS_MAX = 15_000;
const REQUESTS = 100;
const PAGE_BYTES = 4_096;

let env: Record<string, string>;
let simex: Awaited<ReturnType<typeof startSimex>>;
before(async () => {
  env = { ...(await ownEnvironment(tempDir())), OTEL_SDK_DISABLED: 'true' };
  simex = await startSimex({ port: Number(env['SIMEX_PORT']), seed: 8 });
});
after(() => simex.close());

const url = (path: string): string => `http://127.0.0.1:${env['TRADEENGINE_PORT']}${path}`;

function start(stdout: number): ChildProcess {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, 'engine'], {
    env: { PATH: process.env['PATH'], ...env, TRADEENGINE_DATA_DIR: tempDir() },
    stdio: ['ignore', stdout, 'ignore'],
  });
  after(() => child.kill('SIGKILL'));
  return child;
}

async function tradeAndEnd(child: ChildProcess): Promise<{ code: number | null; signal: string | null }> {
  await until(
    'ready',
    async () => (await fetch(url('/ready')).catch(() => undefined))?.status === 200,
    START_MS_MAX,
  );
  const answers = await Promise.all(
    Array.from({ length: REQUESTS }, async (_, index) => {
      const body = JSON.stringify({
        id: `s-${index}`,
        strategy_id: 's',
        symbol: 'BTCUSDT',
        action: 'hold',
        confidence: 1,
      });
      const headers = { 'content-type': 'application/json' };
      return (await fetch(url('/v1/signals'), { method: 'POST', headers, body })).status;
    }),
  );
  assert.deepEqual([...new Set(answers)], [202]);
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGABRT'), END_MS_MAX);
  const [code, signal] = await ended;
  clearTimeout(late);
  return { code, signal };
}

test('on a full disk it trades, and ends as it was asked to', {
  skip: process.platform !== 'linux',
}, async () => {
  const full = openSync('/dev/full', 'w');
  const child = start(full);
  closeSync(full);
  assert.deepEqual(await tradeAndEnd(child), { code: 0, signal: null });
});

/** A pipe that is full, for a process to write to; its reader is open and never reads. */
function fullPipe(): number {
  const path = join(tempDir(), 'pipe');
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const filler = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  const writer = openSync(path, 'w');
  const page = Buffer.alloc(PAGE_BYTES, ' ');
  assert.throws(() => {
    for (;;) writeSync(filler, page);
  }, /EAGAIN/);
  closeSync(filler);
  after(() => closeSync(reader));
  return writer;
}

test('in front of a pipe that is full it trades, and ends as it was asked to', {
  skip: process.platform !== 'linux',
}, async () => {
  const pipe = fullPipe();
  const child = start(pipe);
  closeSync(pipe);
  assert.deepEqual(await tradeAndEnd(child), { code: 0, signal: null });
});

const FLOOD = `
  import { LineWriter } from '#telemetry/stdout.ts';
  const stdout = new LineWriter();
  for (let line = 0; line < 4_000; line += 1) stdout.write('x'.repeat(1_000) + '\\n');
  setTimeout(() => process.send({ dropped: stdout.dropped, busy: stdout.busy }), 200);
`;

test('in a pipe that nobody reads a bounded amount waits, the rest is dropped, and the thread goes on', async () => {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', FLOOD],
    { cwd: join(import.meta.dirname, '../..'), stdio: ['ignore', 'pipe', 'inherit', 'ipc'] },
  );
  after(() => child.kill('SIGKILL'));
  const [{ dropped, busy }] = (await once(child, 'message')) as [{ dropped: number; busy: boolean }];
  assert.ok(dropped > 2_000, `${dropped} of 4000 lines were dropped`);
  assert.equal(busy, true);
});
