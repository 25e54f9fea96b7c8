/** Telemetry as text: for Prometheus, and for whoever reads the log in a terminal. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Micros } from '#core/ids.ts';
import { metrics } from '#telemetry/catalogue.ts';
import { telemetryDocs } from '#telemetry/docs.ts';
import { Metrics } from '#telemetry/metrics.ts';
import { prometheusName, prometheusText } from '#telemetry/prometheus.ts';
import { projectRuntime } from '#telemetry/runtime/projection.ts';
import { readableLine } from '#telemetry/terminal.ts';
import { records } from '#test/support/telemetry-records.ts';

const START = 1 as Micros;

test('Prometheus is shown exactly the metrics that the document names', () => {
  const text = prometheusText(new Metrics('1', START).readings());
  const shown = [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name);
  const documented = [
    ...telemetryDocs().matchAll(/^\| `[^`]+` \| `([^`]+)` \| (?:counter|sum|gauge|histogram) /gm),
  ];
  assert.deepEqual(shown.toSorted(), documented.map(([, name]) => name).toSorted());
  assert.equal(shown.length, Object.keys(metrics).length);
});

test('names end in their unit, and counters in _total', () => {
  const named = (name: keyof typeof metrics): string => prometheusName(name, metrics[name]);
  assert.equal(named('process.cpu.time'), 'process_cpu_time_seconds_total');
  assert.equal(named('process.memory.usage'), 'process_memory_usage_bytes');
  assert.equal(named('nodejs.eventloop.utilization'), 'nodejs_eventloop_utilization_ratio');
  assert.equal(named('http.client.request.duration'), 'http_client_request_duration_seconds');
  assert.equal(named('tradeengine.exchange.weight.used'), 'tradeengine_exchange_weight_used');
});

test('a histogram counts upwards, and has its labels, its sum and its count', () => {
  const all = new Metrics('1', START);
  for (const micros of [80, 4_000, 4_000, 90_000_000]) {
    const endedAt = (records.client_request.startedAt + micros) as Micros;
    for (const update of projectRuntime({ ...records.client_request, endedAt }).metrics) all.add(update);
  }
  const text = prometheusText(all.readings());
  const labels =
    'http_request_method="POST",url_template="/fapi/v1/order",http_response_status_code="200",network_protocol_name="http",server_address="fapi.binance.com",server_port="443"';
  const name = 'http_client_request_duration_seconds';
  assert.ok(text.includes(`# TYPE ${name} histogram\n`));
  for (const line of [
    `${name}_bucket{${labels},le="0.0001"} 1`,
    `${name}_bucket{${labels},le="0.005"} 3`,
    `${name}_bucket{${labels},le="60"} 3`,
    `${name}_bucket{${labels},le="+Inf"} 4`,
    `${name}_count{${labels}} 4`,
  ]) {
    assert.ok(text.includes(`${line}\n`), line);
  }
  assert.match(text, new RegExp(`^${name}_sum\\{.*\\} 90\\.0080`, 'm'));
});

test('label values are escaped', () => {
  const text = prometheusText(new Metrics('a"b\\c\nd', START).readings());
  assert.ok(text.includes('tradeengine_build_info{service_version="a\\"b\\\\c\\nd"} 1\n'));
});

test('in a terminal a record is a line for people, without what could steer the terminal', () => {
  const record = {
    level: 'warn',
    time: '2026-11-25T01:02:03.004Z',
    event: 'exchange.stream_lost',
    trace_id: '4bf9',
    message: 'user stream: \u001b[31mred\u0007\u009b2J',
  };
  assert.equal(
    readableLine(`${JSON.stringify(record)}\n`),
    '01:02:03.004 WARN  exchange.stream_lost user stream: [31mred2J trace_id="4bf9"\n',
  );
});
