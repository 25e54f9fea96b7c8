// Goal: the exchange trades at the prices of a recording or of another exchange, says so when it cannot, and goes on
// after a restart or a lost connection.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { systemTimers } from '#engine/time.ts';
import { LiveMarket } from '#simex/market/live/live-market.ts';
import { Replay } from '#simex/market/recording/replay.ts';
import type { Simex, SimexOptions } from '#simex/server.ts';
import { startSimex } from '#simex/server.ts';
import { futuresLimits } from '#simex/wire/rate-limits.ts';
import { aggTradeLine, klineLine, klineTitles, writeLines, writeZip } from '#test/support/recordings.ts';
import { SimexClient } from '#test/support/simex-client.ts';
import { tempDir } from '#test/support/temp-dir.ts';
import { until } from '#test/support/until.ts';

const FROM_MS = Date.UTC(2024, 0, 1);
const main = new URL('../../src/simex/main.ts', import.meta.url).pathname;
const directory = tempDir();
const running: Simex[] = [];
after(async () => {
  for (const simex of running) await simex.close();
});

/** Tests ask more often than the limits would let them. */
async function started(options: SimexOptions): Promise<Simex> {
  const simex = await startSimex({ ...options, futuresLimits: { ...futuresLimits, enforced: false } });
  running.push(simex);
  return simex;
}

async function priceAt(client: SimexClient, symbol: string): Promise<string> {
  return (await client.raw('GET', `/fapi/v2/ticker/price?symbol=${symbol}`)).body.price;
}

test('a process replays a zipped recording, shows how far it is, and holds the last price at the end', async () => {
  const minutes = Array.from({ length: 50 }, (_, index) => ({
    openMs: FROM_MS + index * 60_000,
    ...{ open: '70000', high: '70100', low: '69900', close: `${70_000 + index}` },
  }));
  const file = writeZip(directory, 'BTCUSDT-1m-2024-01-01.zip', [klineTitles, ...minutes.map(klineLine)]);
  const child = spawn(process.execPath, [main], {
    env: {
      PATH: process.env['PATH'] ?? '',
      SIMEX_PORT: '0',
      MARKET_DATA: `file:${file}`,
      MARKET_DATA_SPEED: '1500',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let errors = '';
  child.stdout.on('data', (text) => (out += text));
  child.stderr.on('data', (text) => (errors += text));
  const ready = await until(
    'the process is ready',
    () => out.includes('\n') && JSON.parse(out.split('\n')[0] ?? ''),
  );
  const client = new SimexClient(ready.rest);
  const first = (await client.raw('GET', '/fapi/v1/trades?symbol=BTCUSDT')).body[0];
  assert.equal(first.price, '70000', 'nobody ever sees a price that is not of the recording');
  await until('the end', () => out.includes('the recording has ended'));
  assert.equal(await priceAt(client, 'BTCUSDT'), '70049');
  assert.match(errors, /market data: 100 %\n$/);
  const ticker = (await client.raw('GET', '/fapi/v1/ticker/24hr?symbol=BTCUSDT')).body;
  assert.deepEqual([ticker.highPrice, ticker.lowPrice, ticker.count], ['70100', '69900', 200]);
  // Its quotes go on: the price stands, it is not unknown.
  const quotes = await client.stream('/public/ws/btcusdt@bookTicker');
  assert.equal((await quotes.next((event) => event.s === 'BTCUSDT')).b, '70048.9');
  // What is not recorded is generated.
  assert.ok(Number(await priceAt(client, 'ETHUSDT')) > 2000);
  quotes.socket.close();
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null]);
});

test('a recording that breaks off in the middle ends the process with what is wrong and where', async () => {
  const file = writeLines(directory, 'BTCUSDT-aggTrades-2024-01.csv', [
    ...Array.from({ length: 20 }, (_, id) => aggTradeLine(id, FROM_MS + id * 100, '60000')),
    aggTradeLine(21, FROM_MS + 60_000, 'sixty'),
  ]);
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env['PATH'] ?? '', SIMEX_PORT: '0', MARKET_DATA: `file:${file}` },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (text) => (errors += text));
  assert.deepEqual(await once(child, 'exit'), [78, null]);
  assert.ok(errors.includes(`${file}:21: not a decimal number: "sixty"`), errors);
});

test('a replay fires stops at its prices and goes on after a restart where it was', async () => {
  const dataDir = tempDir();
  const rows = Array.from({ length: 600 }, (_, id) => aggTradeLine(id, FROM_MS + id * 100, `${3000 - id}`));
  const file = writeLines(directory, 'ETHUSDT-aggTrades-2024-01.csv', rows);
  const options = () => ({
    ...{ port: 0, seed: 1, dataDir, futuresLimits: { ...futuresLimits, enforced: false } },
    market: new Replay({ paths: [file], speed: 4 }),
  });
  const first = await startSimex(options());
  const client = new SimexClient(first.url);
  assert.ok(Number(await priceAt(client, 'ETHUSDT')) > 2900);
  const order = { symbol: 'ETHUSDT', side: 'BUY', positionSide: 'LONG', type: 'MARKET', quantity: '0.1' };
  assert.equal((await client.signed('POST', '/fapi/v1/order', order)).status, 200);
  const stop = { algoType: 'CONDITIONAL', symbol: 'ETHUSDT', side: 'SELL', positionSide: 'LONG' };
  const placed = await client.signed('POST', '/fapi/v1/algoOrder', {
    ...{ ...stop, type: 'STOP_MARKET', quantity: '0.1', triggerPrice: '2950', clientAlgoId: 'stop' },
    workingType: 'CONTRACT_PRICE',
  });
  assert.equal(placed.status, 200, JSON.stringify(placed.body));
  await until('the stop has fired', async () => {
    const { body } = await client.signed('GET', '/fapi/v1/algoOrder', { clientAlgoId: 'stop' });
    return body.algoStatus === 'FINISHED';
  });
  const before = Number(await priceAt(client, 'ETHUSDT'));
  await first.close();
  const second = await started(options());
  const later = Number(await priceAt(new SimexClient(second.url), 'ETHUSDT'));
  assert.ok(later <= before && later > before - 60, `${before} then ${later}`);
});

test('an exchange follows another by its public streams, and again after the connection was lost', async () => {
  const origin = await started({ port: 0, seed: 5 });
  const there = new SimexClient(origin.url);
  const news: string[] = [];
  const market = new LiveMarket({
    url: origin.url.replace('http:', 'ws:'),
    timers: systemTimers,
    onNews: (sentence) => news.push(sentence),
  });
  await there.control('POST', '/sim/price', { symbol: 'BTCUSDT', price: '91000', markPrice: '91010' });
  const follower = await started({ port: 0, seed: 6, market });
  const here = new SimexClient(follower.url);
  assert.ok(Math.abs(Number(await priceAt(here, 'BTCUSDT')) - 91_000) < 1, 'from the first answer on');
  const { body: premium } = await here.raw('GET', '/fapi/v1/premiumIndex?symbol=BTCUSDT');
  assert.equal(premium.markPrice, '91010');

  const reaches = async (price: string) => {
    await there.control('POST', '/sim/price', { symbol: 'BTCUSDT', price });
    await until(`${price} arrives`, async () => {
      const { body } = await here.raw('GET', '/fapi/v1/ticker/bookTicker?symbol=BTCUSDT');
      const { body: source } = await there.raw('GET', '/fapi/v1/ticker/bookTicker?symbol=BTCUSDT');
      return body.bidPrice === source.bidPrice && body.askQty === source.askQty;
    });
  };
  await reaches('91500');
  // Trades come as trades: the print of the script at the other exchange is one here.
  await until('the trade arrives', async () => {
    const { body } = await here.raw('GET', '/fapi/v1/trades?symbol=BTCUSDT');
    return body.some((trade: { price: string }) => trade.price === '91500');
  });
  assert.equal(news.length, 0);
  for (const route of ['public', 'market']) await there.control('POST', '/sim/disconnect', { route });
  await until('both are missed', () => news.length >= 2);
  await reaches('92000');
  assert.match(news[0] ?? '', /127\.0\.0\.1:\d+: the connection was closed; the next try is in 500 ms/);
});

test('while the other exchange is away nothing is said of its market', async () => {
  const origin = await startSimex({ port: 0, seed: 5 });
  const market = new LiveMarket({
    url: origin.url.replace('http:', 'ws:'),
    timers: systemTimers,
    onNews: () => undefined,
  });
  const follower = await started({ port: 0, seed: 6, market });
  const quotes = await new SimexClient(follower.url).stream('/public/ws/btcusdt@bookTicker');
  await quotes.next((event) => event.s === 'BTCUSDT');
  await origin.close();
  const quiet = await until('silence', async () => {
    const seen = quotes.messages.length;
    await new Promise((resolve) => setTimeout(resolve, 700));
    return quotes.messages.length === seen;
  });
  assert.ok(quiet);
  quotes.socket.close();
});

test('an exchange that cannot be followed, or lacks a symbol, is an error at the start', async () => {
  let late = (): void => undefined;
  const market = new LiveMarket({
    url: 'ws://127.0.0.1:9',
    timers: {
      after: (delayMs, run) => {
        if (delayMs === 20_000) late = run;
        return () => undefined;
      },
    },
    onNews: () => late(),
  });
  await assert.rejects(
    startSimex({ port: 0, seed: 6, market }),
    /ws:\/\/127\.0\.0\.1:9: no quotes or mark price of BTCUSDT, ETHUSDT, BNBUSDT, SOLUSDT, XRPUSDT/,
  );
});
