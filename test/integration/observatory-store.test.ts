// Goal: what was acknowledged is stored once, whatever is sent again, and the store stays within its limits.
import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import {
  emptyAttributes,
  emptyLog,
  emptySource,
  emptySpan,
  noRows,
  type Rows,
} from '#observatory/otlp/rows.ts';
import { searchLogs } from '#observatory/queries/logs.ts';
import { findTrace } from '#observatory/queries/traces.ts';
import { openStore, type Store, type StoreLimits } from '#observatory/store/store.ts';
import { temporaryDirectory } from '#test/support/observatory/running.ts';

const hourMs = 3_600_000;
const startMs = Date.UTC(2026, 10, 1, 10, 30);
const source = { ...emptySource(), service: 'engine' };
const traceId = 'ab'.repeat(16);

const spans = (count: number, from = 0): Rows => ({
  ...noRows(),
  spans: Array.from({ length: count }, (_, index) => ({
    ...emptySpan(source),
    traceId,
    spanId: (from + index + 1).toString(16).padStart(16, '0'),
    name: `span ${from + index}`,
    startNs: BigInt(startMs) * 1_000_000n + BigInt(from + index),
    endNs: BigInt(startMs) * 1_000_000n + BigInt(from + index + 5),
    attributes: { filler: 'x'.repeat(50), index },
  })),
});

const log = (body: string, seq?: number): Rows => ({
  ...noRows(),
  logs: [
    {
      ...emptyLog(source),
      timeNs: 1_000n,
      traceId,
      spanId: '0000000000000001',
      eventName: 'order.filled',
      body,
      attributes: seq === undefined ? emptyAttributes() : { 'tradeengine.fact.seq': seq },
    },
  ],
});

describe('observatory store', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let nowMs: number;
  let opened: Store[];

  beforeEach(async () => {
    directory = await temporaryDirectory();
    nowMs = startMs;
    opened = [];
  });
  afterEach(async () => {
    for (const store of opened) await store.close();
    await directory.remove();
  });

  const storePath = () => join(directory.path, 'store');
  const open = async (limits: Partial<StoreLimits> = {}): Promise<Store> => {
    const store = await openStore({ directory: storePath(), nowMs: () => nowMs, limits });
    opened.push(store);
    return store;
  };
  const close = async (store: Store) => {
    opened.splice(opened.indexOf(store), 1);
    await store.close();
  };
  const segmentFiles = () =>
    readdirSync(storePath()).filter((file) => file.startsWith('segment_') && file.endsWith('.duckdb'));

  it('stores a span once: within one request, sent again, after a restart and in a later segment', async () => {
    const first = await open();
    const batch = spans(3);
    assert.equal(await first.sink.write({ ...batch, spans: [...batch.spans, ...batch.spans] }, 1), 'stored');
    assert.equal(await first.sink.write(spans(4), 1), 'stored');
    await close(first);
    nowMs += 2 * hourMs;
    const second = await open();
    assert.equal(await second.sink.write(spans(5), 1), 'stored');
    assert.equal(segmentFiles().length, 2);
    const trace = await findTrace(second.reader, traceId);
    assert.deepEqual(
      trace?.spans.map((span) => span.name),
      ['span 0', 'span 1', 'span 2', 'span 3', 'span 4'],
    );
    assert.equal(second.usage().duplicateRows, 4);
  });

  it("stores a fact's log record once even when another process sends it with another resource", async () => {
    const store = await open();
    await store.sink.write(log('Filled.', 41), 1);
    const again = log('Filled.', 41);
    for (const row of again.logs) row.source = { ...source, resource: '{"service.instance.id":"other"}' };
    await store.sink.write(again, 1);
    await store.sink.write(log('Filled.', 42), 1);
    const entries = await searchLogs(store.reader, { traceId, limit: 10 });
    assert.deepEqual(
      entries.map((entry) => entry.attributes['tradeengine.fact.seq']),
      [42, 41],
    );
  });

  it('keeps log records without a fact unless they are equal in everything', async () => {
    const store = await open();
    for (const body of ['one', 'one', 'two']) await store.sink.write(log(body), 1);
    const entries = await searchLogs(store.reader, { traceId, limit: 10 });
    assert.deepEqual(entries.map((entry) => entry.body).sort(), ['one', 'two']);
  });

  it('stores requests that come at once in one go and answers each of them', async () => {
    const store = await open();
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, index) => store.sink.write(spans(100, index * 100), 1)),
    );
    assert.deepEqual(new Set(outcomes), new Set(['stored']));
    assert.equal(store.usage().storedRows, 5_000);
    assert.equal(store.usage().queuedRows, 0);
  });

  it('refuses what exceeds the bound of the queue, and takes it once there is room', async () => {
    const store = await open({ queueRowsMax: 100, lingerMs: 50 });
    const taken = store.sink.write(spans(80), 1);
    assert.equal(await store.sink.write(spans(80, 80), 1), 'full');
    assert.equal(await taken, 'stored');
    assert.equal(await store.sink.write(spans(80, 80), 1), 'stored');
  });

  it('bounds the queue by bytes as well', async () => {
    const store = await open({ queueBytesMax: 1_000, lingerMs: 50 });
    const taken = store.sink.write(spans(1), 900);
    assert.equal(await store.sink.write(spans(1, 1), 200), 'full');
    assert.equal(await taken, 'stored');
  });

  it('begins a segment each hour and drops the oldest by age', async () => {
    const store = await open({ ageMsMax: 2 * hourMs });
    for (let hour = 0; hour < 5; hour++) {
      await store.sink.write(spans(1, hour), 1);
      nowMs += hourMs;
    }
    assert.equal(segmentFiles().length, 5);
    await store.maintain();
    assert.deepEqual(segmentFiles().sort(), [
      'segment_2026110113_0000.duckdb',
      'segment_2026110114_0000.duckdb',
    ]);
    const trace = await findTrace(store.reader, traceId);
    assert.deepEqual(
      trace?.spans.map((span) => span.name),
      ['span 3', 'span 4'],
    );
  });

  it('splits a busy hour and drops the oldest by size', async () => {
    const store = await open({ segmentBytesMax: 1_000_000, sizeBytesMax: 3_000_000 });
    for (let batch = 0; batch < 12; batch++) await store.sink.write(spans(5_000, batch * 5_000), 1);
    const before = segmentFiles().length;
    assert.ok(before > 3, `${before} segments`);
    await store.maintain();
    assert.ok(store.usage().bytes <= 3_000_000, `${store.usage().bytes} bytes`);
    assert.ok(segmentFiles().length < before);
    await store.sink.write(spans(1, 1_000_000), 1);
  });

  it('keeps its limits also while requests never cease', async () => {
    const store = await open({ ageMsMax: hourMs });
    await store.sink.write(spans(1), 1);
    nowMs += 5 * hourMs;
    let kept = false;
    let sent = 1;
    const sendTen = () => {
      sent += 10;
      return store.sink.write(spans(10, sent), 1);
    };
    const flood = async () => {
      while (!kept) await sendTen();
    };
    const floods = [flood(), flood(), flood()];
    await sendTen();
    await store.maintain();
    kept = true;
    await Promise.all(floods);
    assert.equal(store.usage().segments, 1);
  });

  it('answers a query that runs while its segment is dropped', async () => {
    const store = await open({ ageMsMax: hourMs });
    await store.sink.write(spans(20_000), 1);
    nowMs += 5 * hourMs;
    await store.sink.write(spans(1, 50_000), 1);
    const [trace] = await Promise.all([findTrace(store.reader, traceId), store.maintain()]);
    assert.ok(trace !== undefined && trace.spans.length > 0);
    assert.equal(store.usage().segments, 1);
  });

  it('sets a store of another version aside and starts anew, keeping only the newest old one', async () => {
    for (const version of [998, 999]) {
      const store = await open();
      await store.sink.write(spans(1), 1);
      await close(store);
      const instance = await DuckDBInstance.create(join(storePath(), 'catalog.duckdb'));
      const connection = await instance.connect();
      await connection.run(`UPDATE store SET version = ${version}`);
      connection.closeSync();
      instance.closeSync();
      nowMs += 1_000;
      const anew = await open();
      assert.match(String(anew.setAside), /store\.set-aside-2026-11-01T/);
      assert.equal(anew.usage().segments, 0);
      await close(anew);
    }
    const aside = readdirSync(directory.path).filter((name) => name.includes('set-aside'));
    assert.deepEqual(aside, ['store.set-aside-2026-11-01T103002.000Z']);
  });

  it('sets a damaged catalog aside with its segments, and a damaged segment alone', async () => {
    const store = await open();
    await store.sink.write(spans(1), 1);
    await close(store);
    const [segment] = segmentFiles();
    writeFileSync(join(storePath(), String(segment)), 'damaged');
    const withoutSegment = await open();
    assert.equal(withoutSegment.setAside, undefined);
    assert.equal(withoutSegment.usage().segments, 0);
    assert.equal(await withoutSegment.sink.write(spans(1), 1), 'stored');
    await close(withoutSegment);
    writeFileSync(join(storePath(), 'catalog.duckdb'), 'damaged');
    const anew = await open();
    assert.ok(anew.setAside !== undefined);
    assert.equal(await anew.sink.write(spans(1), 1), 'stored');
  });

  it('keeps text with quotes, zero bytes and characters beyond the basic plane', async () => {
    const store = await open();
    const text = `it's "quoted" \u0000 🚀`;
    await store.sink.write(log(text), 1);
    const [entry] = await searchLogs(store.reader, { text: '🚀', limit: 1 });
    assert.equal(entry?.body, text);
  });
});
