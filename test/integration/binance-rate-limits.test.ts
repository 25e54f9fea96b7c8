import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Micros } from '#core/ids.ts';
import { RateGate } from '#exchange/binance/rate-gate.ts';
import { usdm } from '#exchange/binance/usdm/venue.ts';
import type { Exchange } from '#exchange/port.ts';
import {
  algoBody,
  type BinanceRig,
  BTC,
  clock,
  ENTRY,
  eachWithRig,
  entry,
  orderBody,
  ref,
  STOP,
  stop,
} from '../support/binance-rig.ts';
import { failure, ok } from '../support/binance-script.ts';

let rig: BinanceRig;
let movedMs: number;
const moved = { nowMicros: () => (clock.nowMicros() + movedMs * 1_000) as Micros };

eachWithRig((made) => {
  rig = made;
  movedMs = 0;
  rig.server.on('POST /fapi/v1/order', () => ok(orderBody()));
  rig.server.on('POST /fapi/v1/algoOrder', () => ok(algoBody()));
  rig.server.on('GET /fapi/v1/order', () => ok(orderBody()));
  rig.server.on('DELETE /fapi/v1/order', () => ok(orderBody({ status: 'CANCELED' })));
  for (const path of ['v1/openOrders', 'v1/openAlgoOrders', 'v3/positionRisk']) {
    rig.server.on(`GET /fapi/${path}`, () => ok([]));
  }
});

/** Everything that the engine asks of an exchange, by the kind of its outcome. */
async function tryAll(exchange: Exchange): Promise<Record<string, string>> {
  return {
    submit: (await exchange.submit(entry)).outcome.kind,
    cancel: (await exchange.cancel(ref(ENTRY, 'regular'))).kind,
    report: (await exchange.report(ref(ENTRY, 'regular'))).kind,
    snapshot: (await exchange.snapshot()).kind,
  };
}
const allGo = { submit: 'accepted', cancel: 'canceled', report: 'found', snapshot: 'answer' };

for (const [what, headers, seconds] of [
  ['what Retry-After says', { 'Retry-After': '300' }, 300],
  ['two minutes where it says nothing', {}, 120],
] as const) {
  test(`after a 418 nothing is sent until the time has passed: ${what}`, async () => {
    const exchange = rig.make({ clock: moved });
    const banned = failure(418, -1003, 'Way too many requests; IP banned until 1.', headers);
    rig.server.inTurn('GET /fapi/v1/order', banned, ok(orderBody()));
    assert.equal((await exchange.report(ref(ENTRY, 'regular'))).kind, 'failed');
    for (const passedMs of [0, (seconds - 10) * 1_000]) {
      movedMs = passedMs;
      assert.deepEqual(await tryAll(exchange), {
        submit: 'refused',
        cancel: 'failed',
        report: 'failed',
        snapshot: 'failed',
      });
      const { outcome } = await exchange.submit(stop);
      assert.ok(outcome.kind === 'refused');
      assert.deepEqual([outcome.refusal, outcome.code], ['throttled', 0]);
      assert.match(outcome.message, /^held back for \d+ s: this address is banned$/);
      assert.equal((await exchange.balance()).kind, 'failed');
      assert.equal((await exchange.instruments([BTC])).kind, 'failed');
    }
    assert.equal(rig.server.requests.length, 1, 'nothing but the request that was answered with the ban');
    movedMs = seconds * 1_000;
    assert.deepEqual(await tryAll(exchange), allGo);
    assert.equal(rig.problems.filter((problem) => problem.startsWith('banned')).length, 1);
  });
}

test('a ban outlives the adapter that earned it, where the gate is shared', async () => {
  const rateGate = new RateGate(usdm.limits);
  rig.server.on('GET /fapi/v1/time', () => failure(418, -1003, 'banned', { 'Retry-After': '60' }));
  assert.equal((await rig.make({ rateGate }).open(() => {})).kind, 'failed');
  const next = await rig.make({ rateGate }).open(() => {});
  assert.match(next.kind === 'failed' ? next.cause : '', /held back for \d+ s/);
  assert.equal(rig.server.requests.length, 1);
});

for (const [what, headers, seconds] of [
  ['what Retry-After says', { 'Retry-After': '40' }, 40],
  ['five seconds where it says nothing', {}, 5],
] as const) {
  test(`after a 429 entries and queries wait, what protects or cancels goes: ${what}`, async () => {
    const exchange = rig.make({ clock: moved });
    const limited = failure(429, -1003, 'Too many requests', headers);
    rig.server.inTurn('GET /fapi/v1/order', limited, ok(orderBody()));
    const refusal = await exchange.report(ref(ENTRY, 'regular'));
    assert.equal(refusal.kind === 'failed' && refusal.cause, '-1003 Too many requests');
    movedMs = (seconds - 3) * 1_000;
    assert.deepEqual(await tryAll(exchange), {
      ...allGo,
      submit: 'refused',
      report: 'failed',
      snapshot: 'failed',
    });
    assert.equal((await exchange.submit(stop)).outcome.kind, 'accepted');
    const later = await exchange.report(ref(STOP, 'conditional'));
    assert.match(later.kind === 'failed' ? later.cause : '', /^held back for [123] s: too many requests$/);
    assert.deepEqual(
      rig.server.requests.map(({ method }) => method),
      ['GET', 'DELETE', 'POST'],
    );
    movedMs = seconds * 1_000;
    assert.deepEqual(await tryAll(exchange), allGo);
  });
}

test('when much weight is used snapshots wait for the next minute, orders and their queries go', async () => {
  const exchange = rig.make({ clock: moved });
  const weighing = (weight: string) => () => ok(orderBody(), { 'X-MBX-USED-WEIGHT-1M': weight });
  rig.server.on('GET /fapi/v1/order', weighing('1834'));
  assert.deepEqual(await tryAll(exchange), allGo);
  rig.server.on('GET /fapi/v1/order', weighing('1881'));
  assert.deepEqual(await tryAll(exchange), { ...allGo, snapshot: 'failed' });
  const snapshot = await exchange.snapshot();
  assert.match(
    snapshot.kind === 'failed' ? snapshot.cause : '',
    /more than 80 % of the weight would be used/,
  );
  assert.equal(rig.server.requestsOf('GET /fapi/v1/openOrders').length, 1);
  movedMs = 60_000;
  assert.equal((await exchange.snapshot()).kind, 'answer');
});

test('the limits that the exchange publishes are those that are kept', async () => {
  const rateGate = new RateGate(usdm.limits);
  const exchange = rig.make({ rateGate });
  const rateLimits = [
    { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 1_000 },
    { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 2 },
  ];
  rig.server.on('GET /fapi/v1/exchangeInfo', () => ok({ symbols: [], rateLimits }));
  assert.equal((await exchange.instruments([])).kind, 'answer');
  assert.deepEqual(rateGate.limits, { weightPerMinute: 1_000, orders: { '10s': 2, '1m': 1_200 } });
  const outcomes = [entry, entry, stop, stop].map((order) => exchange.submit(order));
  const kinds = (await Promise.all(outcomes)).map(({ outcome }) => outcome.kind);
  assert.deepEqual(kinds, ['accepted', 'refused', 'accepted', 'accepted']);
});
