/** The cursor's file when something is wrong with it: telemetry begins anew and says so; it never ends. */

import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Micros, Seq } from '#core/ids.ts';
import { FileCursor } from '#telemetry/cursor.ts';
import { ArrayJournal, MemoryCursor, pumpTo, stopPumps } from '#test/support/telemetry-pump.ts';
import { tempDir } from '#test/support/temp-dir.ts';

const progress = { seq: 7 as Seq };
const state = {
  origin: 1 as Micros,
  counted: 7 as Seq,
  traces: progress,
  logs: progress,
  since: 2 as Micros,
  totals: {},
};
const pathIn = (directory: string): string => join(directory, 'deep', 'cursor');

test('a path that cannot be read is told, and is no reason to end', () => {
  const path = pathIn(tempDir());
  mkdirSync(path, { recursive: true });
  const loaded = new FileCursor(path).load();
  assert.match(loaded.kind === 'unusable' ? loaded.reason : loaded.kind, /EISDIR/);
});

test('a file that is removed meanwhile is made again', () => {
  const path = pathIn(tempDir());
  const cursor = new FileCursor(path);
  cursor.save(state);
  rmSync(path);
  cursor.save({ ...state, counted: 8 as Seq });
  assert.deepEqual(new FileCursor(path).load(), { kind: 'stored', state: { ...state, counted: 8 } });
});

test('the pump reports a cursor that cannot be used', async () => {
  const cursor = new MemoryCursor();
  cursor.load = () => ({ kind: 'unusable', reason: 'no slot of it can be read' });
  const { problems } = pumpTo({
    source: new ArrayJournal(),
    cursor,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' },
  });
  await stopPumps();
  assert.equal(problems[0]?.event, 'telemetry.cursor_reset');
});
