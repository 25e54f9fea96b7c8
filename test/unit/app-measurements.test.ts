// Goal: measuring never disturbs what it measures. Method: what the parts call, with a recorder that throws.

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { RecentOrders } from '#api/recent-orders.ts';
import { Measurements } from '#app/measurements.ts';
import { MICROS_PER_MS, type Micros } from '#core/ids.ts';
import type { ObservedRequest } from '#exchange/binance/observer.ts';
import { RateGate } from '#exchange/binance/rate-gate.ts';
import { usdm } from '#exchange/binance/usdm/venue.ts';
import type { RuntimeRecord } from '#telemetry/runtime/records.ts';
import { records } from '#test/support/telemetry-records.ts';

const START_MS = 1_700_000_000_000;

let nowMs: number;
let failures: unknown[];
let record: (record: RuntimeRecord) => void;
let measurements: Measurements;

beforeEach(() => {
  nowMs = START_MS;
  failures = [];
  record = () => {};
  measurements = new Measurements({
    record: (made) => record(made),
    onFailure: (error) => failures.push(error),
    clock: { now: () => (nowMs * MICROS_PER_MS) as Micros },
    rateGate: new RateGate(usdm.limits),
    recentOrders: new RecentOrders(),
  });
});

const request: ObservedRequest = {
  method: 'POST',
  endpoint: '/fapi/v1/order',
  protocol: 'http',
  address: { baseUrl: 'https://fapi.binance.com', host: 'fapi.binance.com', port: 443 },
  status: 200,
  failure: undefined,
  outcome: 'answered',
  startedAt: 1 as Micros,
  endedAt: 2 as Micros,
  clientOrderId: undefined,
};

test('a recorder that throws is told of, and disturbs neither an answered order nor a commit', () => {
  const defect = new RangeError('a defect');
  record = () => {
    throw defect;
  };
  measurements.onRequest(request);
  measurements.journal.onCommit({ entries: 1, appendedAt: 1 as Micros, durableAt: 2 as Micros });
  measurements.onStream('user', 'reconnected');
  measurements.onCompared('agreed');
  const { parent, kind: _, ...served } = records.server_request;
  measurements.onServed({ ...served, receipt: undefined, remote: undefined });
  assert.deepEqual(failures, [defect, defect, defect, defect, defect]);
});
