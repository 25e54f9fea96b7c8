// Goal: what a process was told to be durable outlives its death and its disk's end. Method: another process appends
// and reports; it is killed at any moment, or the system refuses to let its files grow.
import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openSqliteJournal } from '#journal/sqlite.ts';
import { keyOf, readAll, signalEntry, temporaryJournal } from '#test/support/journal.ts';

const APPENDER = fileURLToPath(new URL('../support/journal-appender.ts', import.meta.url));
const DEADLINE_MS = 20_000;
const KILLS = 5;
/** Blocks of 512 bytes: a file of 600 kB. */
const FILE_BLOCKS_MAX = 1_200;

type Appender = ChildProcessByStdio<null, Readable, null>;

describe('a journal written by another process', () => {
  let path: string;
  let remove: () => Promise<void>;

  beforeEach(async () => {
    ({ path, remove } = await temporaryJournal());
  });
  afterEach(() => remove());

  const start = (command: string, args: string[]): Appender =>
    spawn(command, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: DEADLINE_MS,
      killSignal: 'SIGKILL',
    });

  const lastDurable = (lines: readonly string[]): number =>
    Number(lines.findLast((line) => line.startsWith('durable'))?.split(' ')[1]);

  it('holds everything that was acknowledged after each of several kills, and goes on from there', async () => {
    let acknowledged = 0;
    for (let round = 1; round <= KILLS; round += 1) {
      const appender = start(process.execPath, [APPENDER, path]);
      const killAt = acknowledged + 37 * round;
      const lines: string[] = [];
      for await (const line of createInterface({ input: appender.stdout })) {
        lines.push(line);
        if (lastDurable(lines) >= killAt) appender.kill('SIGKILL');
      }
      assert.ok(Number(lines[0]?.split(' ')[1]) >= acknowledged, `${lines[0]} after ${acknowledged}`);
      acknowledged = lastDurable(lines);
      assert.ok(acknowledged >= killAt);
    }
    const journal = await openSqliteJournal({ path });
    const entries = await readAll(journal);
    assert.ok(journal.head >= acknowledged);
    assert.deepEqual(
      entries,
      Array.from({ length: journal.head / 2 }, (_, index) => signalEntry(1 + 2 * index)),
    );
    for (const { seq } of entries) assert.equal(await journal.findSignal(keyOf(seq)), seq);
    await journal.close();
  });

  it('fails for good when the disk takes no more, and holds everything that was acknowledged', async () => {
    // The limit turns a write beyond it into an error of the system, like a full disk.
    const limited = `trap '' XFSZ; ulimit -f ${FILE_BLOCKS_MAX}; exec "$0" "$@"`;
    const appender = start('sh', ['-c', limited, process.execPath, APPENDER, path]);
    const ended = once(appender, 'exit');
    const lines: string[] = [];
    for await (const line of createInterface({ input: appender.stdout })) lines.push(line);
    assert.deepEqual(await ended, [0, null]);
    assert.equal(lines.at(-1), 'failed unavailable: for good');
    const acknowledged = lastDurable(lines);
    assert.ok(acknowledged > 100);

    const journal = await openSqliteJournal({ path });
    assert.ok(journal.head >= acknowledged);
    await journal.append(signalEntry(journal.head + 1));
    assert.equal((await readAll(journal)).at(-1)?.seq, journal.head - 1);
    await journal.close();
  });
});
