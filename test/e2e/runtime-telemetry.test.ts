/**
 * Goal: what the process does is told from its first word to its last, in the traces of the signals that it is about.
 * Method: the real engine process on the simulated exchange, with a collector that shares no code with the sender.
 */

import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startSimex } from '#simex/server.ts';
import { processEvents } from '#telemetry/catalogue.ts';
import type { CollectedSpan } from '#test/support/collected.ts';
import { ownEnvironment, type RunningCommand, runCommand, runProgram } from '#test/support/command.ts';
import { Collector } from '#test/support/telemetry-collector.ts';
import { tempDir } from '#test/support/temp-dir.ts';
import { until } from '#test/support/until.ts';

const START_MS_MAX = 20_000;
const SERVER = 2;
const CLIENT = 3;
const CRASHING = join(import.meta.dirname, '../support/crashing-engine.ts');

let env: Record<string, string>;
let collector: Collector;
let simex: Awaited<ReturnType<typeof startSimex>>;

before(async () => {
  collector = new Collector();
  await collector.start();
  const own = await ownEnvironment(tempDir());
  env = { ...own, OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, OTEL_METRIC_EXPORT_INTERVAL: '500' };
  simex = await startSimex({ port: Number(env['SIMEX_PORT']), seed: 3 });
});
after(async () => {
  await simex.close();
  collector.stop();
});

const url = (path: string): string => `http://127.0.0.1:${env['TRADEENGINE_PORT']}${path}`;

const isReady = (): Promise<true> =>
  until(
    'the engine is ready',
    async () => {
      const answer = await fetch(url('/ready')).catch(() => undefined);
      return answer?.status === 200 ? true : undefined;
    },
    START_MS_MAX,
  );

async function post(fields: object): Promise<{ trace_id: string }> {
  const body = JSON.stringify({
    strategy_id: 's',
    symbol: 'BTCUSDT',
    action: 'buy',
    confidence: 1,
    ...fields,
  });
  const answer = await fetch(url('/v1/signals'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  assert.equal(answer.status, 202);
  return (await answer.json()) as { trace_id: string };
}

interface Line {
  readonly level: string;
  readonly event: string;
  readonly message: string;
}
const linesOf = (command: RunningCommand): Line[] =>
  command
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line);

const whole = new Set([
  'POST /v1/signals',
  'POST /fapi/v1/order',
  'POST /fapi/v1/algoOrder',
  'order fill',
  'protection arm',
]);

describe('a process that ends as it was asked to', () => {
  let command: RunningCommand;
  let spans: readonly CollectedSpan[];
  let prometheus: string;

  before(async () => {
    command = runCommand(['engine'], env);
    await isReady();
    const { trace_id } = await post({ id: 'told', stop_loss_pct: 5 });
    spans = await until(
      'the whole trace',
      () => {
        const own = collector.spans.filter((span) => span.traceId === trace_id);
        const names = new Set(own.map(({ name }) => name));
        // Facts may arrive after the requests that they are about.
        return whole.isSubsetOf(names) && own.filter(({ name }) => name === 'order submit').length === 2
          ? own
          : undefined;
      },
      START_MS_MAX,
    );
    prometheus = await until('a sample of the engine with its position', async () => {
      const text = await (await fetch(url('/metrics'))).text();
      return /^tradeengine_positions_open 1$/m.test(text) ? text : undefined;
    });
    command.process.kill('SIGTERM');
    assert.equal(await command.ended, 0);
  });

  const named = (name: string): CollectedSpan => {
    const span = spans.find((one) => one.name === name);
    assert.ok(span, name);
    return span;
  };

  it('shows the request that brought the signal under signal receive', () => {
    const request = named('POST /v1/signals');
    assert.equal(request.kind, SERVER);
    assert.equal(request.parentSpanId, named('signal receive').spanId);
    assert.equal(request.attributes['http.route'], '/v1/signals');
    assert.equal(request.attributes['http.response.status_code'], 202);
  });

  it('shows each request to the exchange under the submission that it is of', () => {
    for (const name of ['POST /fapi/v1/order', 'POST /fapi/v1/algoOrder']) {
      const request = named(name);
      const parent = spans.find(({ spanId }) => spanId === request.parentSpanId);
      assert.equal(parent?.name, 'order submit');
      assert.equal(request.kind, CLIENT);
      assert.equal(parent.attributes['tradeengine.order.id'], request.attributes['tradeengine.order.id']);
      // The user stream may tell that the order is there before its request is answered.
      assert.ok(parent.startNs <= request.startNs);
    }
  });

  it('leaves no hole: every parent of a span is there', () => {
    const ids = new Set(spans.map(({ spanId }) => spanId));
    for (const { name, parentSpanId } of spans) {
      assert.ok(parentSpanId === '' || ids.has(parentSpanId), `${name} has no parent`);
    }
  });

  it('has told everything that it said, from the first word on and in its order', () => {
    const said = linesOf(command).map(({ message }) => message);
    const told = collector.logs.filter((log) => !('tradeengine.fact.seq' in log.attributes));
    assert.equal(linesOf(command)[0]?.event, 'telemetry.started');
    assert.equal(linesOf(command).at(-1)?.event, 'engine.stopping');
    assert.deepEqual(
      told.map(({ body }) => body),
      said,
    );
  });

  it('has said nothing that is not declared', () => {
    for (const { event } of linesOf(command)) assert.ok(event in processEvents, event);
  });

  it('has the same name after a restart', () => {
    const { 'service.instance.id': instance } = collector.resource;
    assert.equal(instance, `${hostname()}-${env['TRADEENGINE_PORT']}`);
  });

  it('has told its first act: the fact of its start, and the request for the time of the exchange', () => {
    const first = collector.logs.find((log) => log.attributes['tradeengine.fact.seq'] === 1);
    assert.equal(first?.event, 'engine.started');
    const requests = collector.metrics.get('tradeengine.exchange.requests')?.points ?? [];
    const time = requests.find(({ labels }) => labels['url.template'] === '/fapi/v1/time');
    assert.ok((time?.value ?? 0) >= 3);
  });

  it('has measured streams, the journal, the exchange and itself', () => {
    const valueOf = (name: string): number => collector.metrics.get(name)?.points[0]?.value ?? 0;
    assert.equal(valueOf('tradeengine.exchange.weight.limit'), 2_400);
    for (const name of [
      'tradeengine.exchange.weight.used',
      'tradeengine.stream.age',
      'tradeengine.journal.append.duration',
      'tradeengine.journal.size',
      'tradeengine.positions.open',
      'http.server.request.duration',
      'nodejs.eventloop.utilization',
      'process.cpu.time',
      'process.uptime',
    ]) {
      assert.ok(valueOf(name) > 0, name);
    }
  });

  it('has shown Prometheus the same', () => {
    assert.match(prometheus, /^tradeengine_signals_received_total\{tradeengine_action="buy"\} 1$/m);
    assert.match(prometheus, /^tradeengine_engine_ready 1$/m);
    assert.match(prometheus, /^process_cpu_time_seconds_total\{cpu_mode="user"\} \d/m);
    assert.match(
      prometheus,
      /^http_server_request_duration_seconds_count\{http_request_method="POST",url_scheme="http",http_route="\/v1\/signals",http_response_status_code="202"\} 1$/m,
    );
  });

  it('has told no secret of its requests', () => {
    const said = JSON.stringify([collector.spans, collector.logs, [...collector.metrics]], (_, value) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    for (const secret of ['signature', 'recvWindow', 'simex-key', 'simex-secret', 'listenKey=']) {
      assert.ok(!said.includes(secret), secret);
    }
  });
});

for (const [defect, what] of [
  ['throw', 'an error that nobody catches'],
  ['reject', 'a rejection that nobody handles'],
] as const) {
  it(`${what} is on stdout and at the collector before the process ends`, async () => {
    collector.logs.length = 0;
    const command = runProgram(CRASHING, [], {
      ...env,
      TRADEENGINE_DATA_DIR: tempDir(),
      DEFECT: defect,
    });
    assert.equal(await command.ended, 1);
    const line = linesOf(command).find(({ level }) => level === 'fatal');
    assert.equal(line?.event, 'engine.crashed');
    assert.match(line.message, /RangeError: a planted defect/);
    const log = collector.logs.find(({ event }) => event === 'engine.crashed');
    assert.equal(log?.severity, 'FATAL');
    assert.equal(log.attributes['exception.type'], 'RangeError');
    assert.match(String(log.attributes['exception.stacktrace']), /crashing-engine\.ts/);
  });
}
