import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Micros } from '#core/ids.ts';
import { RateGate } from '#exchange/binance/rate-gate.ts';

const START = 1_700_000_000_000_000;
const at = (seconds: number) => (START + seconds * 1_000_000) as Micros;

const answer = (status: number, headers: Record<string, string> = {}, code = 0) => ({
  status,
  code,
  headers,
});

const requests = {
  order: ['POST', '/fapi/v1/order'],
  cancel: ['DELETE', '/fapi/v1/algoOrder'],
  keepAlive: ['PUT', '/fapi/v1/listenKey'],
  query: ['GET', '/fapi/v1/order'],
  algoQuery: ['GET', '/fapi/v1/algoOrder'],
  trades: ['GET', '/fapi/v1/userTrades'],
  time: ['GET', '/fapi/v1/time'],
  snapshot: ['GET', '/fapi/v1/openOrders'],
} as const;
const all = Object.keys(requests);
const reads = ['query', 'algoQuery', 'trades', 'time', 'snapshot'];

const heldAt = (gate: RateGate, seconds: number): string[] =>
  Object.entries(requests).flatMap(([name, [method, path]]) =>
    gate.heldBack(method, path, at(seconds)) === undefined ? [] : [name],
  );

test('nothing is held back before there is a limit', () => {
  const gate = new RateGate();
  gate.learn(answer(200, { 'x-mbx-used-weight-1m': '1920' }), at(0));
  gate.learn(answer(503, {}, -1008), at(0));
  assert.deepEqual(heldAt(gate, 0), []);
});

for (const [what, headers, seconds] of [
  ['for as long as Retry-After says', { 'retry-after': '600' }, 600],
  ['for two minutes without Retry-After', {}, 120],
  ['for two minutes if Retry-After is a date', { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' }, 120],
  ['for two minutes if Retry-After is zero', { 'retry-after': '0' }, 120],
  ['for three days at most', { 'retry-after': '999999999999' }, 259_200],
] as const) {
  test(`a ban holds everything back ${what}`, () => {
    const gate = new RateGate();
    gate.learn(answer(418, headers, -1003), at(0));
    assert.deepEqual(heldAt(gate, seconds - 0.001), all);
    assert.deepEqual(heldAt(gate, seconds), []);
  });
}

for (const [what, limited, seconds] of [
  ['a 429', answer(429, { 'retry-after': '30' }), 30],
  ['a 429 without Retry-After', answer(429), 5],
  ['-1003 under another status', answer(400, {}, -1003), 5],
] as const) {
  test(`${what} holds back what asks, for ${seconds} s, and no order`, () => {
    const gate = new RateGate();
    gate.learn(limited, at(0));
    assert.deepEqual(heldAt(gate, seconds - 0.001), reads);
    assert.deepEqual(heldAt(gate, seconds), []);
  });
}

test('a later answer never shortens a pause', () => {
  const gate = new RateGate();
  gate.learn(answer(418, { 'retry-after': '600' }), at(0));
  gate.learn(answer(418), at(1));
  gate.learn(answer(429, { 'retry-after': '60' }), at(1));
  gate.learn(answer(429), at(2));
  gate.learn(answer(200), at(3));
  assert.deepEqual([heldAt(gate, 599), heldAt(gate, 600)], [all, []]);
  assert.match(gate.heldBack('GET', '/fapi/v1/order', at(30)) ?? '', /570 s.*banned/);
});

test('much used weight holds back snapshots until the minute has passed, and nothing that orders need', () => {
  const gate = new RateGate();
  gate.learn(answer(200, { 'x-mbx-used-weight-1m': '1921' }), at(0));
  assert.deepEqual(heldAt(gate, 59.9), ['snapshot']);
  assert.deepEqual(heldAt(gate, 60), []);
});

test('little used weight is a new minute; none told is no news', () => {
  const gate = new RateGate();
  gate.learn(answer(200, { 'x-mbx-used-weight-1m': '2300' }), at(0));
  gate.learn(answer(200), at(1));
  gate.learn(answer(200, { 'x-mbx-used-weight-1m': 'many' }), at(1));
  assert.deepEqual(heldAt(gate, 2), ['snapshot']);
  gate.learn(answer(200, { 'x-mbx-used-weight-1m': '1' }), at(3));
  assert.deepEqual(heldAt(gate, 3), []);
});

test('each pause is told once', () => {
  const gate = new RateGate();
  const heavy = answer(200, { 'x-mbx-used-weight-1m': '2000' });
  const told = [heavy, heavy, answer(429), answer(429), answer(418), answer(418)].map((one) =>
    gate.learn(one, at(0)),
  );
  assert.deepEqual(told, [
    'snapshots are held back for 60 s: weight 2000 used',
    undefined,
    'queries are held back for 5 s: too many requests',
    undefined,
    'everything is held back for 120 s: banned',
    undefined,
  ]);
});
