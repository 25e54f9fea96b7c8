/** A problem that comes again and again is told a few times, and then in one line for a minute. */

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Severity } from '#telemetry/projected.ts';
import { Repetitions } from '#telemetry/repetitions.ts';
import { VirtualTime } from '#test/support/virtual-time.ts';

const WINDOW_MS = 60_000;
const TOLD = 5;

let time: VirtualTime;
let told: string[];
let repetitions: Repetitions<{ severity: Severity; event: string; message: string }>;

beforeEach(() => {
  time = new VirtualTime(0);
  told = [];
  repetitions = new Repetitions({
    after: (delayMs, run) => time.after(delayMs, run),
    tell: ({ message }) => told.push(message),
  });
});

function flood(count: number, event = 'exchange.stream_lost', severity: Severity = 'warn'): void {
  for (let turn = 1; turn <= count; turn += 1)
    repetitions.tell({ severity, event, message: `${event} ${turn}` });
}

test('the first few are told as they come, and the rest at the end of the window in one line', async () => {
  flood(42);
  assert.equal(told.length, TOLD);
  await time.advance(WINDOW_MS - 1);
  assert.equal(told.length, TOLD);
  await time.advance(1);
  assert.equal(told.length, TOLD + 1);
  assert.equal(told.at(-1), 'exchange.stream_lost 42 ... and 36 more like it in 60 s');
});

test('a single one that was withheld is told as it was', async () => {
  flood(TOLD + 1);
  await time.advance(WINDOW_MS);
  assert.equal(told.at(-1), 'exchange.stream_lost 6');
});

test('a window without repetitions ends without a word, and the next problem opens another', async () => {
  flood(1);
  await time.advance(WINDOW_MS);
  assert.equal(told.length, 1);
  flood(1);
  assert.equal(told.length, 2);
});

test('a flood of hours is a few lines a minute', async () => {
  for (let second = 0; second < 600; second += 1) {
    flood(10);
    await time.advance(1_000);
  }
  assert.ok(told.length <= 11 * (TOLD + 1), `${told.length} lines`);
});

test('one event does not silence another, a list is told in full, and so is what ends the process', () => {
  flood(20);
  flood(1, 'journal.slow', 'error');
  flood(20, 'engine.configuration', 'info');
  flood(7, 'engine.crashed', 'fatal');
  assert.equal(told.length, TOLD + 1 + 20 + 7);
});

test('what informs is no exception', async () => {
  flood(42, 'exchange.clock_resynchronised', 'info');
  await time.advance(WINDOW_MS);
  assert.equal(told.length, TOLD + 1);
});

test('more kinds of events than are watched are told as they come', () => {
  for (let kind = 0; kind < 1_000; kind += 1) flood(1, `event.${kind}`);
  assert.equal(told.length, 1_000);
});

test('at the end what was withheld is told at once', async () => {
  flood(9);
  repetitions.flush();
  assert.equal(told.at(-1), 'exchange.stream_lost 9 ... and 3 more like it in 60 s');
  await time.advance(WINDOW_MS);
  assert.equal(told.length, TOLD + 1);
});
