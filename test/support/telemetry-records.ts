/** One runtime record of every kind. */

import type { ClientOrderId, Micros, Seq, TraceId } from '#core/ids.ts';
import type { RecordOf, RuntimeRecord } from '#telemetry/runtime/records.ts';

const SENT = 1_795_458_600_000_000;
const at = (micros: number): Micros => (SENT + micros) as Micros;
export const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736' as TraceId;
export const ORDER = 'te-aaaaaaaaaaaaaaaaaaaa-el1' as ClientOrderId;

export const records: { readonly [K in RuntimeRecord['kind']]: RecordOf<K> } = {
  client_request: {
    kind: 'client_request',
    protocol: 'http',
    method: 'POST',
    endpoint: '/fapi/v1/order',
    baseUrl: 'https://fapi.binance.com',
    host: 'fapi.binance.com',
    port: 443,
    status: 200,
    failure: undefined,
    outcome: 'answered',
    startedAt: at(0),
    endedAt: at(4_000),
    order: { trace: TRACE, clientOrderId: ORDER },
  },
  server_request: {
    kind: 'server_request',
    method: 'POST',
    route: '/v1/signals',
    path: '/v1/signals',
    status: 202,
    startedAt: at(0),
    endedAt: at(900),
    parent: { trace: TRACE, fact: 7 as Seq },
  },
  commit: { kind: 'commit', entries: 3, appendedAt: at(0), durableAt: at(700) },
  reconnect: { kind: 'reconnect', stream: 'user' },
  comparison: { kind: 'comparison', outcome: 'agreed' },
  engine_sample: {
    kind: 'engine_sample',
    at: at(0),
    ready: true,
    trading: [
      { metric: 'tradeengine.pnl.daily', value: -1.5, labels: {} },
      { metric: 'tradeengine.pnl.unrealised', value: 12, labels: {} },
      { metric: 'tradeengine.exposure', value: 500, labels: { 'tradeengine.position.side': 'LONG' } },
      { metric: 'tradeengine.orders.live', value: 4, labels: { 'tradeengine.order.phase': 'open' } },
      { metric: 'tradeengine.positions.open', value: 2, labels: {} },
      { metric: 'tradeengine.positions.exposed', value: 1, labels: {} },
      { metric: 'tradeengine.positions.exposed.age', value: 0.2, labels: {} },
      {
        metric: 'tradeengine.drift.open',
        value: 0,
        labels: { 'tradeengine.drift.kind': 'missing_at_exchange' },
      },
      { metric: 'tradeengine.drift.age', value: 0, labels: {} },
      { metric: 'tradeengine.equity', value: 10_012.5, labels: {} },
      { metric: 'tradeengine.trading.state', value: 1, labels: { 'tradeengine.trading.state': 'active' } },
      { metric: 'tradeengine.limit.used', value: 0.25, labels: { 'tradeengine.limit': 'exposure' } },
    ],
    journal: { pending: 2, facts: 90 },
    weight: { used: 120, limit: 2_400 },
    orders: { '10s': { used: 5, limit: 300 }, '1m': { used: 17, limit: 1_200 } },
    heldBackSeconds: { banned: 0, too_many_requests: 3, weight: 0 },
    clockOffsetSeconds: -0.012,
    comparisonAgeSeconds: 2.5,
    streamAgesSeconds: { user: 1, book: 0.1, mark: 0.9 },
  },
  process_sample: {
    kind: 'process_sample',
    at: at(0),
    loopDelaysSeconds: { min: 0, max: 0.02, mean: 0.001, p50: 0.001, p90: 0.002, p99: 0.01 },
    loopUtilization: 0.25,
    collections: [{ type: 'minor', seconds: 0.0004 }],
    heapUsedBytes: { old_space: 1_000, new_space: 200 },
    heapLimitBytes: { old_space: 4_000, new_space: 900 },
    cpuSeconds: { user: 1.5, system: 0.5 },
    residentBytes: 90_000_000,
    uptimeSeconds: 12,
    activeResources: 9,
  },
};
