// Goal: the process starts, ends and dies as it says. What it acknowledged survives SIGKILL; what it had not
// is sent again by its sender and stored once.
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { at, temporaryDirectory } from '#test/support/observatory/running.ts';
import { logsOf, type Story, storyTraceId, tracesOf } from '#test/support/observatory/story.ts';
import { until } from '#test/support/until.ts';

const main = join(import.meta.dirname, '../../src/observatory/main.ts');
const startDeadlineMs = 15_000;
const fileKilobytesMax = 6_000;
const sendsMax = 200;

interface Started {
  child: ChildProcess;
  line: unknown;
}

describe('observatory process', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let children: ChildProcess[];

  beforeEach(async () => {
    directory = await temporaryDirectory();
    children = [];
  });
  afterEach(async () => {
    for (const child of children) await kill(child);
    await directory.remove();
  });

  async function kill(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async function start(
    environment: Record<string, string> = {},
    command: readonly [string, ...string[]] = [process.execPath, main],
  ): Promise<Started> {
    const [program, ...args] = command;
    const child = spawn(program, args, {
      env: {
        ...process.env,
        OBSERVATORY_PORT: '0',
        OTLP_GRPC_PORT: '0',
        OTLP_HTTP_PORT: '0',
        PYROSCOPE_PORT: '0',
        OBSERVATORY_DATA_DIR: directory.path,
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const lines = createInterface({ input: child.stdout });
    const [line] = await once(lines, 'line', { signal: AbortSignal.timeout(startDeadlineMs) });
    return { child, line: JSON.parse(String(line)) };
  }

  async function send({ line }: Started, story: Story): Promise<boolean> {
    const post = (signal: string, request: unknown) =>
      fetch(`http://127.0.0.1:${at(line, 'ports', 'otlpHttp')}/v1/${signal}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(request),
      });
    try {
      const [traces, logs] = await Promise.all([
        post('traces', tracesOf(story)),
        post('logs', logsOf(story)),
      ]);
      return traces.ok && logs.ok;
    } catch {
      return false;
    }
  }

  const get = async ({ line }: Started, path: string): Promise<unknown> =>
    (await fetch(new URL(path, String(at(line, 'url'))))).json();

  const story = (number: number): Story => ({
    traceId: storyTraceId(number),
    signalId: `sig-${number}`,
    atNs: 1_763_900_000_000_000_000n + BigInt(number) * 1_000_000n,
  });

  it('has every acknowledged record after SIGKILL, and none twice when all is sent again', async () => {
    let number = 0;
    const acknowledged: Story[] = [];
    for (let round = 0; round < 3; round++) {
      const started = await start();
      const endMs = performance.now() + 250;
      while (performance.now() < endMs) {
        number++;
        if (await send(started, story(number))) acknowledged.push(story(number));
      }
      const unanswered = send(started, story(number + 1));
      await kill(started.child);
      await unanswered;
      number++;
    }
    const last = await start();
    for (const { traceId } of acknowledged) {
      const trace = await get(last, `/api/traces/${traceId}`);
      assert.deepEqual([at(trace, 'spans', 'length'), at(trace, 'logs', 'length')], [5, 5], traceId);
    }
    for (let resent = 1; resent <= number; resent++) assert.ok(await send(last, story(resent)));
    for (let resent = 1; resent <= number; resent++) {
      const trace = await get(last, `/api/traces/${storyTraceId(resent)}`);
      assert.deepEqual([at(trace, 'spans', 'length'), at(trace, 'logs', 'length')], [5, 5]);
    }
  });

  it('ends within three seconds on SIGTERM and SIGINT, also with a page listening', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const started = await start();
      const listening = await fetch(new URL('/api/live', String(at(started.line, 'url'))));
      await send(started, story(1));
      const beganMs = performance.now();
      started.child.kill(signal);
      const [code] = await once(started.child, 'exit');
      assert.equal(code, 0);
      assert.ok(performance.now() - beganMs < 3_000);
      await listening.body?.cancel().catch(() => 'closed by the server');
    }
  });

  it('tells senders to wait while its files cannot grow, and goes on when they can', async () => {
    // A limit on file size fails writes as a full disk does, and can be lifted from outside.
    const limited = `ulimit -S -f ${fileKilobytesMax}; trap '' XFSZ; exec "$0" "$1"`;
    const started = await start({}, ['bash', '-c', limited, process.execPath, main]);
    let number = 0;
    const stored: number[] = [];
    const padded = () => ({ ...story(++number), strategy: 'x'.repeat(20_000) });
    while (stored.length < sendsMax && (await send(started, padded()))) stored.push(number);
    assert.ok(stored.length > 5 && stored.length < sendsMax, `${stored.length} stored before it was full`);
    assert.equal(at(await get(started, '/health'), 'status'), 'failing');
    // DuckDB tries to write a checkpoint meanwhile, which fails too and must not be the end.
    await until(
      'a failed checkpoint',
      async () => {
        const failure = String(at(await get(started, '/health'), 'store', 'lastFailure'));
        return /checkpoint/i.test(failure);
      },
      20_000,
    );
    execFileSync('prlimit', ['--pid', String(started.child.pid), '--fsize=unlimited:']);
    await until('room', () => send(started, padded()));
    stored.push(number);
    assert.equal(at(await get(started, '/health'), 'status'), 'ok');
    for (const each of stored) {
      const trace = await get(started, `/api/traces/${storyTraceId(each)}`);
      assert.equal(at(trace, 'spans', 'length'), 5, `signal ${each}`);
    }
  });

  it('names a directory in use, a taken port and a wrong setting, and leaves nothing running', async () => {
    const started = await start();
    const second = await start();
    assert.match(String(at(second.line, 'error')), /is in use by another process/);
    const elsewhere = await temporaryDirectory();
    try {
      const others: Started[] = [second];
      for (const [variable, name] of [
        ['OBSERVATORY_PORT', 'page'],
        ['OTLP_GRPC_PORT', 'otlpGrpc'],
        ['OTLP_HTTP_PORT', 'otlpHttp'],
        ['PYROSCOPE_PORT', 'profiles'],
      ] as const) {
        const taken = String(at(started.line, 'ports', name));
        const other = await start({ OBSERVATORY_DATA_DIR: elsewhere.path, [variable]: taken });
        assert.equal(at(other.line, 'error'), `port ${taken} is taken; choose another with ${variable}`);
        others.push(other);
      }
      const wrong = await start({ OBSERVATORY_DATA_DIR: elsewhere.path, OTLP_HTTP_PORT: 'http' });
      assert.equal(at(wrong.line, 'error'), 'OTLP_HTTP_PORT: expected a port number');
      for (const { child } of [...others, wrong]) {
        if (child.exitCode === null) await once(child, 'exit');
        assert.equal(child.exitCode, 1);
      }
    } finally {
      await elsewhere.remove();
    }
    assert.ok(await send(started, story(1)));
  });
});
