// Goal: weight and order counts are limited as documented: 429 first, then bans that get longer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { publishedLimits, RateLimits } from '#simex/wire/rate-limits.ts';

const minute = 60_000;
const start = 100 * minute;

test('weight beyond the limit of a minute is a 429 until the next one', () => {
  const limits = new RateLimits(publishedLimits);
  for (let i = 0; i < 60; i += 1) assert.equal(limits.request('a', 40, start), undefined);
  const refused = limits.request('a', 1, start + 15_000);
  assert.equal(refused?.status, 429);
  assert.equal(refused?.retryAfterSeconds, 45);
  assert.equal(refused?.refusal.code, -1003);
  assert.equal(limits.usedWeight('a', start), 2401);
  assert.equal(limits.request('b', 1, start), undefined, 'another address is not concerned');
  assert.equal(limits.request('a', 1, start + minute), undefined);
  assert.equal(limits.usedWeight('a', start + minute), 1);
});

test('who goes on after 429 is banned, each time for longer', () => {
  const limits = new RateLimits(publishedLimits);
  const provoke = (nowMs: number) => {
    for (let i = 0; i < 100; i += 1) {
      const refused = limits.request('a', 2401, nowMs);
      if (refused?.status === 418) return refused.retryAfterSeconds;
    }
    throw new Error('never banned');
  };
  assert.equal(provoke(start), 120);
  assert.equal(limits.request('a', 1, start + minute)?.retryAfterSeconds, 60);
  assert.equal(limits.request('a', 1, start + 2 * minute), undefined);
  assert.equal(provoke(start + 3 * minute), 240);
});

test('orders are limited per ten seconds and per minute', () => {
  const limits = new RateLimits(publishedLimits);
  for (let i = 0; i < 300; i += 1) assert.equal(limits.order(start), undefined);
  const refused = limits.order(start + 1000);
  assert.equal(refused?.refusal.code, -1015);
  assert.equal(refused?.retryAfterSeconds, 9);
  assert.deepEqual(limits.orderCounts(start + 1000), { tenSeconds: 300, minute: 300 });
  for (let window = 1; window <= 3; window += 1) {
    for (let i = 0; i < 300; i += 1) assert.equal(limits.order(start + window * 10_000), undefined);
  }
  assert.equal(limits.order(start + 40_000)?.retryAfterSeconds, 20, 'the minute is used up');
  assert.equal(limits.order(start + minute), undefined);
});
