// Goal: the offset of the server's clock is the best of its samples, is measured again at an interval, and survives a
// measurement that fails. Method: a server whose time and round trips are written down, and timers that are moved.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import type { Micros } from '#core/ids.ts';
import { type ClockSample, ServerClock } from '#exchange/binance/server-clock.ts';
import type { Answer } from '#exchange/port.ts';

const NOW = 1_700_000_000_000;
const micros = (ms: number) => (ms * 1_000) as Micros;

let answers: Answer<ClockSample>[];
let offsets: number[];
let problems: string[];
let clock: ServerClock;

/** @param roundTripMs it is answered this much after NOW; the server read its clock half way */
const sample = (aheadMs: number, roundTripMs: number): Answer<ClockSample> => ({
  kind: 'answer',
  value: {
    serverTimeMs: NOW + roundTripMs / 2 + aheadMs,
    sentAt: micros(NOW),
    answeredAt: micros(NOW + roundTripMs),
  },
});

beforeEach(() => {
  mock.timers.enable({ apis: ['setInterval'] });
  [answers, offsets, problems] = [[], [], []];
  clock = new ServerClock({
    sample: async () => answers.shift() ?? { kind: 'failed', cause: 'no answer' },
    onMeasured: (offsetMs) => offsets.push(offsetMs),
    onProblem: (code, detail) => problems.push(`${code} ${detail}`),
  });
});
afterEach(() => {
  clock.close();
  mock.timers.reset();
});

const afterInterval = async () => {
  mock.timers.tick(60_000);
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

test('the sample with the shortest round trip counts', async () => {
  answers = [sample(900, 80), sample(500, 4), sample(700, 20)];
  assert.deepEqual(await clock.start(), { kind: 'answer', value: undefined });
  assert.deepEqual(offsets, [500]);
  assert.equal(clock.timeAt(micros(NOW)), NOW + 500);
});

test('it is measured again at an interval; a jump is told, a drift is not', async () => {
  answers = [sample(0, 4), sample(0, 4), sample(0, 4)];
  await clock.start();
  answers = [sample(250, 4), sample(250, 4), sample(250, 4)];
  await afterInterval();
  assert.deepEqual([offsets, problems], [[0, 250], []]);
  answers = [sample(-1, 4), sample(-1, 4), sample(-1, 4)];
  await afterInterval();
  assert.deepEqual(problems, ['clock_jumped the offset was 250 ms and is now -1 ms']);
  assert.equal(clock.timeAt(micros(NOW)), NOW - 1);
});

test('a measurement that fails is told and changes nothing', async () => {
  answers = [sample(40, 4), sample(40, 4), sample(40, 4)];
  await clock.start();
  answers = [sample(9_000, 4)];
  await afterInterval();
  assert.deepEqual(problems, ['clock_failed server time: no answer']);
  assert.equal(clock.timeAt(micros(NOW)), NOW + 40);
});

test('one measurement serves all who ask at the same time', async () => {
  answers = [sample(1, 4), sample(1, 4), sample(1, 4)];
  const all = await Promise.all([clock.measure(), clock.measure()]);
  assert.deepEqual(
    all.map(({ kind }) => kind),
    ['answer', 'answer'],
  );
  assert.deepEqual(offsets, [1]);
});
