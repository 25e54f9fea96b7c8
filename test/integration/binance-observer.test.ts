// Goal: whoever observes the adapter hears of every request and stream, in closed words, and of no secret.
// Method: the adapter against a scripted exchange that answers, refuses, hangs up and limits.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Micros } from '#core/ids.ts';
import type { ObservedRequest, Observer } from '#exchange/binance/observer.ts';
import { RateGate } from '#exchange/binance/rate-gate.ts';
import { usdm } from '#exchange/binance/usdm/venue.ts';
import {
  algoBody,
  type BinanceRig,
  clock,
  ENTRY,
  eachWithRig,
  entry,
  KEY,
  orderBody,
  ref,
  SECRET,
  STOP,
  stop,
  tradeBody,
} from '../support/binance-rig.ts';
import { failure, LISTEN_KEY, ok } from '../support/binance-script.ts';
import { until } from '../support/until.ts';

let rig: BinanceRig;
let requests: ObservedRequest[];
let streams: string[];
let offsetsMs: number[];
let observer: Observer;

eachWithRig((made) => {
  rig = made;
  [requests, streams, offsetsMs] = [[], [], []];
  observer = {
    onRequest: (request) => requests.push(request),
    onStream: (stream, event) => streams.push(`${stream} ${event}`),
    onClock: (offsetMs) => offsetsMs.push(offsetMs),
  };
});

const shown = ({ method, endpoint, status, failure: why, outcome, clientOrderId }: ObservedRequest): string =>
  [method, endpoint, status ?? why, outcome, clientOrderId ?? '-'].join(' ');

test('requests are told with their outcome and with the order that they are about', async () => {
  const adapter = await rig.open({ observer });
  requests.length = 0;
  rig.server.on('POST /fapi/v1/order', () => ok(orderBody()));
  rig.server.on('POST /fapi/v1/algoOrder', () => failure(400, -2021, 'Order would immediately trigger.'));
  rig.server.on('DELETE /fapi/v1/algoOrder', () => failure(400, -2011, 'Unknown order sent.'));
  rig.server.on('GET /fapi/v1/order', () => ok(orderBody({ executedQty: '0.01', status: 'FILLED' })));
  rig.server.on('GET /fapi/v1/userTrades', () => ok([tradeBody(1, '0.01')]));
  rig.server.on('GET /fapi/v3/account', () => 'reset');
  await adapter.submit(entry);
  await adapter.submit(stop);
  await adapter.cancel(ref(STOP, 'conditional'));
  await adapter.report(ref(ENTRY, 'regular'));
  await adapter.balance();
  assert.deepEqual(requests.map(shown), [
    `POST /fapi/v1/order 200 answered ${ENTRY}`,
    `POST /fapi/v1/algoOrder 400 refused ${STOP}`,
    `DELETE /fapi/v1/algoOrder 400 missing ${STOP}`,
    `GET /fapi/v1/order 200 answered ${ENTRY}`,
    `GET /fapi/v1/userTrades 200 answered ${ENTRY}`,
    'GET /fapi/v3/account broken unknown -',
  ]);
  for (const { startedAt, endedAt, address } of requests) {
    assert.ok(startedAt <= endedAt && endedAt <= clock.nowMicros());
    assert.deepEqual([address.host, address.port], ['127.0.0.1', rig.server.port]);
  }
});

test('a request that is sent again because of the clock is told twice, and the new offset too', async () => {
  const adapter = await rig.open({ observer });
  requests.length = 0;
  rig.server.skewMs = 70_000;
  rig.server.inTurn('POST /fapi/v1/order', failure(400, -1021, 'Timestamp'), ok(orderBody()));
  await adapter.submit(entry);
  assert.deepEqual(requests.filter(({ clientOrderId }) => clientOrderId === ENTRY).map(shown), [
    `POST /fapi/v1/order 400 clock ${ENTRY}`,
    `POST /fapi/v1/order 200 answered ${ENTRY}`,
  ]);
  assert.ok(Math.abs((offsetsMs.at(-1) ?? 0) - 70_000) < 1_000);
});

test('what is held back is told as such, and the gate says for how long and what is used', async () => {
  const rateGate = new RateGate(usdm.limits);
  const adapter = await rig.open({ observer, rateGate });
  const headers = {
    'x-mbx-used-weight-1m': '120',
    'x-mbx-order-count-10s': '3',
    'x-mbx-order-count-1m': '8',
  };
  rig.server.on('POST /fapi/v1/order', () => ok(orderBody(), headers));
  await adapter.submit(entry);
  rig.server.on('POST /fapi/v1/algoOrder', () => failure(418, -1003, 'Banned.', { 'retry-after': '60' }));
  await adapter.submit(stop);
  requests.length = 0;
  await adapter.submit(entry);
  assert.deepEqual(requests.map(shown), [`POST /fapi/v1/order held_back held_back ${ENTRY}`]);
  const now = clock.nowMicros();
  const { weight, orders, heldBackSeconds } = rateGate.status(now);
  assert.deepEqual(weight, { used: 120, limit: 2_400 });
  assert.deepEqual(orders, {
    '10s': { used: 4, limit: 300 },
    '1m': { used: 9, limit: 1_200 },
  });
  assert.ok(heldBackSeconds.banned > 50 && heldBackSeconds.banned <= 60);
  const later = rateGate.status((now + 61_000_000) as Micros);
  assert.deepEqual(
    [later.orders['10s']?.used, later.orders['1m']?.used],
    [0, 0],
    'a window that is over counts nothing',
  );
  assert.equal(later.weight.used, 0);
  assert.equal(later.heldBackSeconds.banned, 0);
});

test('streams are told when they connect, again, and when something is heard', async () => {
  await rig.open({ observer });
  const connected = streams.filter((event) => event.endsWith(' connected'));
  assert.deepEqual(connected.toSorted(), ['book connected', 'mark connected', 'user connected']);
  assert.ok(streams.includes('book heard') && streams.includes('mark heard'));
  rig.server.tell({ e: 'ACCOUNT_CONFIG_UPDATE' });
  await until('heard', () => streams.includes('user heard'));
  for (const user of rig.server.users) user.terminate();
  await until('again', () => streams.includes('user reconnected'));
});

test('nothing that is told holds a key, a signature or a parameter', async () => {
  const adapter = await rig.open({ observer });
  rig.server.on('POST /fapi/v1/algoOrder', () => ok(algoBody()));
  await adapter.submit(stop);
  const said = JSON.stringify({ requests, streams });
  for (const secret of [KEY, SECRET, LISTEN_KEY, 'signature', 'timestamp', '95.5', '?']) {
    assert.ok(!said.includes(secret), secret);
  }
});
