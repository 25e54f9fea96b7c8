/** What a sender does with each answer: what it splits, sends again, gives up and counts. No time passes. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Micros } from '#core/ids.ts';
import type { Delivery } from '#telemetry/export/exporter.ts';
import { Metrics } from '#telemetry/metrics.ts';
import type { TelemetryProblem } from '#telemetry/problem.ts';
import { Sender } from '#telemetry/sender.ts';

const items = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const accepted: Delivery = { kind: 'accepted', rejected: { count: 0, message: '' } };
const refused: Delivery = { kind: 'refused', error: 'not wanted' };
const doubtful: Delivery = { kind: 'failed', error: 'too large', doubtful: true };
const encode = (piece: readonly string[]): string => piece.join('');
const going = new AbortController().signal;
const ATTEMPTS_MAX = 1_000;

function senderTo(answer: (request: string) => Delivery) {
  const requests: string[] = [];
  const pausesMs: number[] = [];
  const problems: TelemetryProblem[] = [];
  const exporter = {
    endpoint: 'http://collector',
    send: async (request: string) => {
      requests.push(request);
      assert.ok(requests.length < ATTEMPTS_MAX, 'it never ends');
      return answer(request);
    },
    close: () => {},
  };
  const sender = new Sender<string>({
    signal: 'logs',
    exporter,
    metrics: new Metrics('0.1.0', 1 as Micros),
    now: () => (pausesMs.reduce((sum, ms) => sum + ms, 0) * 1_000) as Micros,
    sleep: async (ms) => void pausesMs.push(ms),
    report: (problem) => void problems.push(problem),
  });
  return { sender, requests, pausesMs, problems };
}

for (const [what, answer] of Object.entries({ refused, doubtful })) {
  test(`an item whose answer is ${what} is given up alone, is told once, and the others arrive`, async () => {
    const { sender, requests, pausesMs, problems } = senderTo((request) =>
      request.includes('f') ? answer : accepted,
    );
    assert.equal(await sender.deliver(items, encode, going), 'rejected');
    assert.deepEqual([sender.status.exported, sender.status.rejected], [7, 1]);
    assert.equal(problems.filter(({ event }) => event === 'telemetry.rejected').length, 1);
    const arrived = requests.filter((request) => !request.includes('f')).join('');
    assert.equal(arrived, 'abcdegh');
    assert.equal(pausesMs.length, requests.filter((request) => request.includes('f')).length);
  });
}

test('an item in doubt is sent for at least five minutes, and as long as another answer comes between', async () => {
  const { sender, requests, pausesMs } = senderTo(() => doubtful);
  await sender.deliver(['a'], encode, going);
  assert.ok(requests.length >= 10);
  assert.ok(pausesMs.reduce((sum, ms) => sum + ms, 0) >= 300_000);
  let count = 0;
  const mended = senderTo(() => {
    count += 1;
    if (count === 500) return accepted;
    return count % 9 === 0 ? { kind: 'failed', error: 'away' } : doubtful;
  });
  assert.equal(await mended.sender.deliver(['a'], encode, going), 'taken');
});

test('a collector that refuses everything is given time between the requests, and has not recovered', async () => {
  let answer: Delivery = { kind: 'failed', error: 'away' };
  let count = 0;
  const { sender, requests, pausesMs, problems } = senderTo(() => {
    count += 1;
    if (count > 10) answer = refused;
    return answer;
  });
  assert.equal(await sender.deliver(items, encode, going), 'rejected');
  assert.equal(pausesMs.length, requests.length - 1);
  assert.ok(Math.min(...pausesMs) >= 250);
  assert.ok(!problems.some(({ event }) => event === 'telemetry.recovered'));
  assert.equal(sender.status.deliveredAt, undefined);
});

test('an item that cannot be encoded is given up alone', async () => {
  const { sender, problems } = senderTo(() => accepted);
  const choosy = (piece: readonly string[]): string => {
    if (piece.includes('c')) throw new Error('cannot write c');
    return encode(piece);
  };
  assert.equal(await sender.deliver(items, choosy, going), 'rejected');
  assert.deepEqual([sender.status.exported, sender.status.rejected], [7, 1]);
  assert.match(problems[0]?.message ?? '', /cannot be encoded: Error: cannot write c/);
});

test('what is counted is what the protocol counts', async () => {
  const points = (piece: readonly string[]): number => piece.join('').length;
  const { sender } = senderTo(() => ({ kind: 'accepted', rejected: { count: 3, message: 'old' } }));
  assert.equal(await sender.offer(['four', 'points'], encode, going, points), 'rejected');
  assert.deepEqual([sender.status.exported, sender.status.rejected], [7, 3]);
});

test('what is offered is sent once', async () => {
  const { sender, requests } = senderTo(() => doubtful);
  assert.equal(await sender.offer(items, encode, going, (piece) => piece.length), 'stopped');
  assert.equal(requests.length, 1);
});
