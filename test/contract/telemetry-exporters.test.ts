/**
 * Goal: over either protocol of OTLP every fact's telemetry reaches the collector, whatever the collector does
 * meanwhile, and what it will never take is counted, told once and given up.
 * Method: one suite for both exporters, against real servers that are away, hang, refuse, answer nonsense or die.
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { Entry } from '#core/facts.ts';
import { project } from '#telemetry/projection.ts';
import { relayTo } from '#test/support/byte-relay.ts';
import { assertComplete, assertCompleteById, headOf } from '#test/support/collected-facts.ts';
import { Collector } from '#test/support/telemetry-collector.ts';
import { journalOf } from '#test/support/telemetry-facts.ts';
import { ArrayJournal, MemoryCursor, pumpTo, stopPumps } from '#test/support/telemetry-pump.ts';
import { until } from '#test/support/until.ts';

const pem = (name: string): string => new URL(`../support/tls/${name}`, import.meta.url).pathname;
/** Long, so that a busy machine makes nothing come twice. */
const TIMEOUT_MS = 5_000;
const SLOW_MS = 100;

/** What each protocol says of the same thing. */
const words = {
  grpc: {
    away: /UNAVAILABLE/,
    late: /DEADLINE_EXCEEDED/,
    UNAVAILABLE: /UNAVAILABLE/,
    RESOURCE_EXHAUSTED: /RESOURCE_EXHAUSTED/,
    UNAUTHENTICATED: /UNAUTHENTICATED/,
    INTERNAL: /INTERNAL/,
  },
  'http/protobuf': {
    away: /ECONNREFUSED/,
    late: /no answer within/,
    UNAVAILABLE: /HTTP 503: as the test asked/,
    RESOURCE_EXHAUSTED: /HTTP 429/,
    UNAUTHENTICATED: /HTTP 401/,
    INTERNAL: /HTTP 500/,
  },
} as const;

for (const protocol of ['grpc', 'http/protobuf'] as const) {
  describe(`the exporter over ${protocol}`, () => {
    let collector: Collector;

    beforeEach(async () => {
      collector = new Collector();
      await collector.start();
    });
    afterEach(async () => {
      await stopPumps();
      collector.stop();
    });

    const urlOf = ({ endpoint, httpEndpoint }: Collector): string =>
      protocol === 'grpc' ? endpoint : httpEndpoint;

    function deliver(entries: readonly Entry[], extra: Record<string, string> = {}) {
      const source = new ArrayJournal(entries);
      const cursor = new MemoryCursor();
      const env = {
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        OTEL_EXPORTER_OTLP_ENDPOINT: urlOf(collector),
        OTEL_EXPORTER_OTLP_TIMEOUT: String(TIMEOUT_MS),
        OTEL_METRIC_EXPORT_INTERVAL: '1000',
        ...extra,
      };
      const { pump, problems, waitsMs, ended } = pumpTo({ source, cursor, env });
      const failing = (): string => pump.status.signals.logs.failing?.error ?? '';
      const finish = async (): Promise<void> => {
        await until('all facts delivered', () => pump.status.lagFacts === 0);
        pump.stop();
        await ended;
      };
      return { source, cursor, pump, problems, waitsMs, failing, finish };
    }

    test('every fact arrives once, with its ids, times, links, headers and resource', async () => {
      const entries = journalOf(40);
      const { finish, cursor } = deliver(entries, {
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,service.version=9',
        OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20abc',
      });
      await finish();
      assertComplete(collector, entries);
      const { traces, logs } = cursor.state ?? assert.fail();
      assert.deepEqual([traces.seq, logs.seq], [headOf(entries), headOf(entries)]);
      const { resource } = collector;
      assert.equal(resource['service.name'], 'petrosa-tradeengine');
      assert.equal(resource['service.version'], '9');
      assert.equal(resource['service.instance.id'], 'test-1');
      assert.equal(resource['deployment.environment.name'], 'test');
      assert.equal(resource['process.pid'], process.pid);
      assert.equal(collector.headers['authorization'], 'Basic abc');
      const root = collector.spans.find((span) => span.name === 'signal receive');
      assert.equal(root?.parentSpanId, '00f067aa0ba902b7');
      assert.equal(root?.startNs, 1_795_458_600_000_000_000n);
      assert.equal(root?.endNs, 1_795_458_600_000_400_000n);
      assert.equal(root?.attributes['tradeengine.signal.id'], 's-0');
      const close = collector.spans.find((span) => span.name === 'position close');
      assert.deepEqual(close?.links, [`${root?.traceId}/${root?.spanId}`]);
      const log = collector.logs.find((one) => one.event === 'signal.accepted');
      assert.equal(log?.severity, 'INFO');
      assert.deepEqual(log?.attributes['tradeengine.checks'], ['minimum confidence: 0.8, limit 0.6']);
      assert.equal(log?.traceId, root?.traceId);
      assert.ok(collector.metrics.has('tradeengine.signals.received'));
    });

    test('gzip makes requests a third or less, and everything arrives', async () => {
      const entries = journalOf(100);
      const sent: Record<string, number> = {};
      for (const compression of ['none', 'gzip']) {
        collector.spans.length = 0;
        collector.logs.length = 0;
        const relay = await relayTo(urlOf(collector));
        const { finish } = deliver(entries, {
          OTEL_EXPORTER_OTLP_ENDPOINT: relay.url,
          OTEL_EXPORTER_OTLP_COMPRESSION: compression,
        });
        await finish();
        relay.close();
        sent[compression] = relay.sentBytes;
        assertComplete(collector, entries);
      }
      assert.ok((sent['gzip'] ?? 0) < (sent['none'] ?? 0) / 3, JSON.stringify(sent));
    });

    for (const why of ['UNAVAILABLE', 'RESOURCE_EXHAUSTED', 'UNAUTHENTICATED', 'INTERNAL'] as const) {
      test(`the cursor stays while the collector answers ${why}, and nothing is lost after`, async () => {
        const entries = journalOf(20);
        collector.behave({ kind: 'refuse', why });
        const { finish, cursor, pump, failing } = deliver(entries);
        await until('five refusals', () => collector.requests.traces >= 5 && collector.requests.logs >= 5);
        assert.deepEqual([cursor.state?.traces.seq ?? 0, cursor.state?.logs.seq ?? 0], [0, 0]);
        assert.match(failing(), words[protocol][why]);
        assert.equal(pump.status.lagFacts, headOf(entries));
        collector.behave({ kind: 'accept' });
        await finish();
        assertComplete(collector, entries);
        assert.equal(pump.status.signals.logs.failing, undefined);
      });
    }

    test('a collector that says when to ask again is not asked before, within a bound', async () => {
      const entries = journalOf(2);
      collector.behave({ kind: 'refuse', why: 'UNAVAILABLE', retryAfterSeconds: 7 });
      const { finish, waitsMs } = deliver(entries);
      await until('the wait', () => waitsMs.includes(7_000));
      assert.equal(collector.requests.logs, 1);
      collector.behave({ kind: 'refuse', why: 'RESOURCE_EXHAUSTED', retryAfterSeconds: 86_400 });
      await until('the bounded wait', () => waitsMs.includes(60_000));
      assert.ok(Math.max(...waitsMs) <= 60_000);
      collector.behave({ kind: 'accept' });
      await finish();
      assertComplete(collector, entries);
    });

    test('a collector that goes away and comes back has every fact, oldest first', async () => {
      const entries = journalOf(600);
      const { source, cursor, pump, finish, failing } = deliver(entries.slice(0, 300));
      await until('the first facts', () => pump.status.lagFacts === 0);
      collector.stop();
      source.entries.push(...entries.slice(300));
      await until('failing', () => words[protocol].away.test(failing()));
      const during = cursor.state?.logs.seq;
      await collector.start();
      await finish();
      assert.equal(during, headOf(entries.slice(0, 300)));
      assertComplete(collector, entries);
      const seqs = collector.logs.map((log) => Number(log.attributes['tradeengine.fact.seq']));
      assert.deepEqual(
        seqs,
        seqs.toSorted((a, b) => a - b),
      );
    });

    test('a collector that hangs is given up after the time-out and asked again', async () => {
      const entries = journalOf(3);
      collector.behave({ kind: 'hang' });
      const { finish, failing } = deliver(entries, { OTEL_EXPORTER_OTLP_TIMEOUT: '100' });
      await until('time-outs', () => collector.requests.logs >= 3);
      assert.match(failing(), words[protocol].late);
      collector.behave({ kind: 'accept' });
      await finish();
      assertCompleteById(collector, entries);
    });

    test('a slow collector is waited for, and has everything once', async () => {
      const entries = journalOf(100);
      collector.behave({ kind: 'slow', ms: SLOW_MS });
      const { finish, problems } = deliver(entries);
      await finish();
      assertComplete(collector, entries);
      assert.deepEqual(problems, []);
    });

    test('an answer that is not OTLP confirms nothing', async () => {
      const entries = journalOf(2);
      collector.behave({ kind: 'garbage' });
      const { finish, cursor, failing } = deliver(entries);
      await until('several answers', () => collector.requests.logs >= 3);
      const { traces, logs } = cursor.state ?? {};
      assert.deepEqual([traces?.seq ?? 0, logs?.seq ?? 0], [0, 0]);
      assert.match(failing(), /not in the language of OTLP/);
      collector.behave({ kind: 'accept' });
      await finish();
      assertComplete(collector, entries);
    });

    test('a collector that dies within a request has every fact once after it is back', async () => {
      const entries = journalOf(100);
      collector.behaviour.logs = { kind: 'die', taken: false };
      const { finish } = deliver(entries);
      await finish();
      assertCompleteById(collector, entries);
      assert.equal(collector.logs.length, headOf(entries));
    });

    test('what was taken before the answer was lost comes again the same, by the same ids', async () => {
      const entries = journalOf(100);
      collector.behaviour.logs = { kind: 'die', taken: true };
      const { finish } = deliver(entries);
      await finish();
      assertCompleteById(collector, entries);
      assert.ok(collector.logs.length > headOf(entries), 'the request was sent twice');
    });

    test('a partial success is counted, reported once, and not sent again', async () => {
      const entries = journalOf(300);
      collector.behaviour.logs = { kind: 'partial', rejected: 2, message: 'attribute too long' };
      const { finish, pump, problems } = deliver(entries);
      await finish();
      assertComplete(collector, entries);
      assert.ok(collector.requests.logs > 2);
      assert.equal(pump.status.signals.logs.rejected, collector.requests.logs * 2);
      assert.equal(problems.filter((one) => one.event === 'telemetry.rejected').length, 1);
      assert.match(problems[0]?.message ?? '', /rejected 2 items of logs.*attribute too long/);
    });

    test('a request that is refused for good is taken apart: only the item at fault is given up', async () => {
      const entries = journalOf(4);
      let refusals = 0;
      collector.behaviour.traces = {
        kind: 'refuse',
        why: 'INVALID_ARGUMENT',
        // Everything in one request is refused, then its halves, down to one single span.
        when: (count) => {
          const refused = count > 1 ? refusals < 3 : refusals === 3;
          if (refused) refusals += 1;
          return refused;
        },
      };
      const { finish, pump, problems } = deliver(entries);
      await finish();
      const wanted = entries.flatMap((entry) => project(entry).spans).length;
      assert.equal(pump.status.signals.traces.rejected, wanted - collector.spans.length);
      assert.ok(pump.status.signals.traces.rejected <= 1);
      assert.ok(problems.length <= 1);
    });

    test('a collector that takes only small requests gets small requests', async () => {
      const entries = journalOf(30);
      collector.behave({ kind: 'refuse', why: 'TOO_LARGE', when: (count) => count > 20 });
      collector.behaviour.metrics = { kind: 'accept' };
      const { finish } = deliver(entries);
      await finish();
      assertComplete(collector, entries);
    });

    describe('with TLS', () => {
      const certificates = {
        OTEL_EXPORTER_OTLP_CERTIFICATE: pem('ca.pem'),
        OTEL_EXPORTER_OTLP_CLIENT_KEY: pem('client.key'),
        OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: pem('client.pem'),
      };

      beforeEach(async () => {
        collector.stop();
        collector = new Collector({
          ca: readFileSync(pem('ca.pem')),
          cert: readFileSync(pem('server.pem')),
          key: readFileSync(pem('server.key')),
        });
        await collector.start();
      });

      test('both sides prove who they are, and everything arrives', async () => {
        const entries = journalOf(20);
        const { finish } = deliver(entries, certificates);
        await finish();
        assertComplete(collector, entries);
      });

      for (const [what, extra] of [
        [
          'a collector of another authority',
          { ...certificates, OTEL_EXPORTER_OTLP_CERTIFICATE: pem('other-ca.pem') },
        ],
        ['a missing client certificate', { OTEL_EXPORTER_OTLP_CERTIFICATE: pem('ca.pem') }],
        ['plain text', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
      ] as const) {
        test(`${what} ends in waiting, not in loss`, async () => {
          const entries = journalOf(2);
          const plain = urlOf(collector).replace('https:', 'http:');
          const { pump, cursor, failing } = deliver(entries, {
            ...extra,
            ...('OTEL_EXPORTER_OTLP_ENDPOINT' in extra ? { OTEL_EXPORTER_OTLP_ENDPOINT: plain } : {}),
          });
          await until('failing', () => failing() !== '');
          assert.deepEqual([cursor.state?.traces.seq ?? 0, cursor.state?.logs.seq ?? 0], [0, 0]);
          assert.equal(pump.status.signals.logs.rejected, 0);
          assert.deepEqual(collector.logs, []);
        });
      }
    });
  });
}

test('over HTTP a refusal that is not OTLP gives nothing up', async () => {
  const server = createServer((_, response) => {
    response
      .writeHead(400, { 'content-type': 'text/html' })
      .end('The plain HTTP request was sent to HTTPS port');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const cursor = new MemoryCursor();
  const { pump } = pumpTo({
    source: new ArrayJournal(journalOf(2)),
    cursor,
    env: {
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${address.port}`,
    },
  });
  await until('failing', () => pump.status.signals.logs.failing?.error === 'HTTP 400');
  await stopPumps();
  server.close();
  server.closeAllConnections();
  assert.deepEqual([cursor.state?.traces.seq, cursor.state?.logs.seq], [0, 0]);
  assert.equal(pump.status.signals.logs.rejected, 0);
});
