import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Micros } from '#core/ids.ts';
import { costOf } from '#exchange/binance/endpoints.ts';
import { type Priced, RateGate } from '#exchange/binance/rate-gate.ts';
import { publishedLimits, toldInHeaders, toldInList } from '#exchange/binance/rate-limits.ts';
import { usdm } from '#exchange/binance/usdm/venue.ts';

const START = 1_700_000_000_000_000;
const at = (seconds: number) => (START + seconds * 1_000_000) as Micros;

const answer = (status: number, headers: Record<string, string> = {}, code = 0) => ({
  status,
  code,
  use: toldInHeaders(headers),
});
const used = (weight: string) => answer(200, { 'x-mbx-used-weight-1m': weight });

const requests = {
  protective: { cost: costOf('POST', '/fapi/v1/algoOrder'), priority: 'protective' },
  cancel: { cost: costOf('DELETE', '/fapi/v1/order'), priority: 'protective' },
  entry: { cost: costOf('POST', '/fapi/v1/order'), priority: 'ordinary' },
  query: { cost: costOf('GET', '/fapi/v1/order'), priority: 'ordinary' },
  snapshot: { cost: costOf('GET', '/fapi/v1/openOrders'), priority: 'background' },
} as const satisfies Record<string, Priced>;
const all = Object.keys(requests);
const free = { weight: 0, orders: 0 };

const heldAt = (gate: RateGate, seconds: number): string[] =>
  Object.entries(requests).flatMap(([name, request]) =>
    gate.heldBack(request, at(seconds)) === undefined ? [] : [name],
  );

/** A gate that has heard this answer to a request that cost nothing. */
function gateAfter(...answers: ReturnType<typeof answer>[]): RateGate {
  const gate = new RateGate(usdm.limits);
  for (const one of answers) gate.end(free, one, at(0));
  return gate;
}

test('nothing is held back before there is a limit', () => {
  assert.deepEqual(heldAt(gateAfter(used('1880'), answer(503, {}, -1008)), 0), []);
});

for (const [what, headers, seconds] of [
  ['for as long as Retry-After says', { 'retry-after': '600' }, 600],
  ['for two minutes without Retry-After', {}, 120],
  ['for two minutes if Retry-After is a date', { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' }, 120],
  ['for two minutes if Retry-After is zero', { 'retry-after': '0' }, 120],
  ['for three days at most', { 'retry-after': '999999999999' }, 259_200],
] as const) {
  test(`a ban holds everything back ${what}`, () => {
    const gate = gateAfter(answer(418, headers, -1003));
    assert.deepEqual(heldAt(gate, seconds - 0.001), all);
    assert.deepEqual(heldAt(gate, seconds), []);
  });
}

for (const [what, limited, seconds] of [
  ['a 429', answer(429, { 'retry-after': '30' }), 30],
  ['a 429 without Retry-After', answer(429), 5],
  ['-1003 under another status', answer(400, {}, -1003), 5],
  ['too many orders', answer(400, {}, -1015), 5],
] as const) {
  test(`${what} holds back all that neither protects nor cancels, for ${seconds} s`, () => {
    const gate = gateAfter(limited);
    assert.deepEqual(heldAt(gate, seconds - 0.001), ['entry', 'query', 'snapshot']);
    assert.deepEqual(heldAt(gate, seconds), []);
  });
}

test('a later answer never shortens a pause', () => {
  const gate = new RateGate(usdm.limits);
  gate.end(free, answer(418, { 'retry-after': '600' }), at(0));
  gate.end(free, answer(418), at(1));
  gate.end(free, answer(429, { 'retry-after': '60' }), at(1));
  gate.end(free, answer(429), at(2));
  gate.end(free, answer(200), at(3));
  assert.deepEqual([heldAt(gate, 599), heldAt(gate, 600)], [all, []]);
  assert.match(gate.heldBack(requests.query, at(30)) ?? '', /570 s.*banned/);
});

test('much used weight holds back snapshots first, then questions, and never what protects', () => {
  assert.deepEqual(heldAt(gateAfter(used('1881')), 59.9), ['snapshot']);
  assert.deepEqual(heldAt(gateAfter(used('2160')), 59.9), ['query', 'snapshot']);
  assert.deepEqual(heldAt(gateAfter(used('9999')), 59.9), ['query', 'snapshot']);
  assert.deepEqual(heldAt(gateAfter(used('9999')), 60), []);
});

test('half of the orders of a window are kept for stops, targets and closes', () => {
  const gate = gateAfter(answer(200, { 'x-mbx-order-count-10s': '149' }));
  assert.deepEqual(heldAt(gate, 0), []);
  gate.begin(requests.entry.cost);
  assert.deepEqual(heldAt(gate, 0), ['entry']);
  assert.match(gate.heldBack(requests.entry, at(0)) ?? '', /for 10 s: more than 50 % of the orders of 10s/);
  gate.withdraw(requests.entry.cost);
  assert.deepEqual(heldAt(gate, 0), [], 'it was never sent');
  gate.end(free, answer(200, { 'x-mbx-order-count-1m': '600' }), at(0));
  assert.deepEqual(heldAt(gate, 59.9), ['entry']);
  assert.deepEqual(heldAt(gate, 60), []);
});

test('what is under way counts ahead, and what has no answer stays counted for its window', () => {
  const gate = new RateGate(usdm.limits);
  for (let sent = 0; sent < 47; sent += 1) gate.begin(requests.snapshot.cost);
  assert.deepEqual(gate.status(at(0)).weight, { used: 1_880, limit: 2_400 });
  gate.begin(requests.snapshot.cost);
  assert.deepEqual(heldAt(gate, 0), ['snapshot']);
  for (let sent = 0; sent < 48; sent += 1) gate.end(requests.snapshot.cost, undefined, at(sent / 10));
  assert.deepEqual(heldAt(gate, 59.9), ['snapshot']);
  assert.deepEqual(heldAt(gate, 60), [], 'later requests did not stretch the window');
});

test('the count of the exchange replaces ours, less or more', () => {
  const gate = new RateGate(usdm.limits);
  gate.begin(requests.snapshot.cost);
  gate.end(requests.snapshot.cost, used('2300'), at(0));
  gate.end(free, answer(200, { 'x-mbx-used-weight-1m': 'many' }), at(1));
  assert.deepEqual(heldAt(gate, 2), ['query', 'snapshot']);
  gate.end(free, used('1'), at(3));
  assert.deepEqual(gate.status(at(3)).weight.used, 1);
  assert.deepEqual(heldAt(gate, 3), []);
});

test('each pause is told once', () => {
  const gate = new RateGate(usdm.limits);
  const told = [used('2000'), used('2000'), answer(429), answer(429), answer(418), answer(418)].map((one) =>
    gate.end(free, one, at(0)),
  );
  assert.deepEqual(told, [
    'snapshots are held back for 60 s: weight 2000 used',
    undefined,
    'all that protects nothing is held back for 5 s: too many requests',
    undefined,
    'everything is held back for 120 s: banned',
    undefined,
  ]);
});

const list = [
  { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 6_000, count: 70 },
  { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 100, count: 4 },
  { rateLimitType: 'ORDERS', interval: 'FORTNIGHT', intervalNum: 1, limit: 9 },
];

test('published limits replace the assumed ones, and what is not known here changes nothing', () => {
  const gate = new RateGate(usdm.limits);
  gate.adopt(publishedLimits(list, gate.limits));
  assert.deepEqual(gate.limits, { weightPerMinute: 6_000, orders: { '10s': 100, '1m': 1_200 } });
});

test('a list with counts tells as much as headers do', () => {
  assert.deepEqual(toldInList(list, 7), { weight: 70, orders: { '10s': 4 }, retryAfterSeconds: 7 });
});

test('every endpoint says what its requests cost', () => {
  assert.throws(() => costOf('DELETE', '/fapi/v1/time'), /what DELETE \/fapi\/v1\/time costs is not listed/);
  assert.deepEqual(costOf('POST', '/fapi/v1/order'), { weight: 0, orders: 1 });
});
