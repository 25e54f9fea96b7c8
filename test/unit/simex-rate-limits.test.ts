// Goal: weight and order counts are limited as documented: 429 first, then bans that get longer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { futuresLimits, RateLimits, spotLimits } from '#simex/wire/rate-limits.ts';

const minute = 60_000;
const start = 100 * minute;
const usedWeight = (limits: RateLimits, nowMs: number) => limits.headers('a', false, nowMs)[0]?.[1];

test('weight beyond the limit of a minute is a 429 until the next one', () => {
  const limits = new RateLimits(futuresLimits);
  for (let i = 0; i < 60; i += 1) assert.equal(limits.request('a', 40, start), undefined);
  const refused = limits.request('a', 1, start + 15_000);
  assert.equal(refused?.refusal.status, 429);
  assert.equal(refused?.retryAfterSeconds, 45);
  assert.equal(refused?.refusal.code, -1003);
  assert.equal(usedWeight(limits, start), 2401);
  assert.equal(limits.request('b', 1, start), undefined, 'another address is not concerned');
  assert.equal(limits.request('a', 1, start + minute), undefined);
  assert.equal(usedWeight(limits, start + minute), 1);
});

test('who goes on after 429 is banned, each time for longer', () => {
  const limits = new RateLimits(futuresLimits);
  const provoke = (nowMs: number) => {
    for (let i = 0; i < 100; i += 1) {
      const refused = limits.request('a', 2401, nowMs);
      if (refused?.refusal.status === 418) return refused.retryAfterSeconds;
    }
    throw new Error('never banned');
  };
  assert.equal(provoke(start), 120);
  assert.equal(limits.request('a', 1, start + minute)?.retryAfterSeconds, 60);
  assert.equal(limits.request('a', 1, start + 2 * minute), undefined);
  assert.equal(provoke(start + 3 * minute), 240);
});

test('orders are limited per ten seconds and per minute', () => {
  const limits = new RateLimits(futuresLimits);
  for (let i = 0; i < 300; i += 1) assert.equal(limits.order(start), undefined);
  const refused = limits.order(start + 1000);
  assert.equal(refused?.refusal.code, -1015);
  assert.equal(refused?.retryAfterSeconds, 9);
  assert.deepEqual(limits.headers('a', true, start + 1000), [
    ['X-MBX-USED-WEIGHT-1M', 0],
    ['X-MBX-ORDER-COUNT-10S', 300],
    ['X-MBX-ORDER-COUNT-1M', 300],
  ]);
  for (let window = 1; window <= 3; window += 1) {
    for (let i = 0; i < 300; i += 1) assert.equal(limits.order(start + window * 10_000), undefined);
  }
  assert.equal(limits.order(start + 40_000)?.retryAfterSeconds, 20, 'the minute is used up');
  assert.equal(limits.order(start + minute), undefined);
});

test('spot counts by its own limits and under its own names', () => {
  const limits = new RateLimits(spotLimits);
  limits.request('a', 5, start);
  for (let i = 0; i < 100; i += 1) assert.equal(limits.order(start), undefined);
  assert.equal(limits.order(start)?.refusal.code, -1015);
  assert.deepEqual(limits.headers('a', true, start), [
    ['X-MBX-USED-WEIGHT', 5],
    ['X-MBX-USED-WEIGHT-1M', 5],
    ['X-MBX-ORDER-COUNT-10S', 100],
    ['X-MBX-ORDER-COUNT-1D', 100],
  ]);
  assert.equal(limits.headers('a', true, start + 10_000)[2]?.[1], 0);
  assert.equal(limits.headers('a', true, start + 10_000)[3]?.[1], 100);
});

test('without enforcement everything is counted, nothing refused, and no weight told', () => {
  const limits = new RateLimits({ ...futuresLimits, enforced: false });
  assert.equal(limits.request('a', 9999, start), undefined);
  for (let i = 0; i < 400; i += 1) assert.equal(limits.order(start), undefined);
  assert.deepEqual(limits.headers('a', true, start)[0], ['X-MBX-ORDER-COUNT-10S', 400]);
});
