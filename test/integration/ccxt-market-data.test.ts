// Goal: ccxt, which knows Binance from outside, reads the public market data of the futures venue without a change of
// its own but the addresses.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import ccxt from 'ccxt';
import type { Simex } from '#simex/server.ts';
import { startSimex } from '#simex/server.ts';
import { futuresLimits } from '#simex/wire/rate-limits.ts';
import { until } from '#test/support/until.ts';

const symbol = 'BTC/USDT:USDT';
let simex: Simex;
let client: InstanceType<typeof ccxt.pro.binanceusdm>;

before(async () => {
  simex = await startSimex({ port: 0, seed: 1, futuresLimits: { ...futuresLimits, enforced: false } });
  client = new ccxt.pro.binanceusdm({ enableRateLimit: false });
  const { api } = client.urls as { api: Record<string, unknown> };
  for (const [name, version] of [
    ['fapiPublic', 'v1'],
    ['fapiPublicV2', 'v2'],
    ['fapiPublicV3', 'v3'],
  ] as const) {
    api[name] = `${simex.url}/fapi/${version}`;
  }
  api['ws'] = { ...(api['ws'] as object), future: `${simex.url.replace('http:', 'ws:')}/ws` };
  await client.loadHttpProxyAgent();
  await client.loadMarkets();
  await until('something is traded', async () => (await client.fetchTrades(symbol)).length > 3);
});
after(async () => {
  await client.close();
  await simex.close();
});

test('candles, trades, tickers and the order book over REST', async () => {
  const candles = await client.fetchOHLCV(symbol, '1m');
  const [, open, high, low, close, volume] = candles.at(-1) ?? [];
  assert.ok(high !== undefined && low !== undefined && open !== undefined && close !== undefined);
  assert.ok(high >= open && high >= close && low <= open && low <= close && Number(volume) > 0);
  const marks = await until('mark price candles', async () => {
    const rows = await client.fetchOHLCV(symbol, '1m', undefined, undefined, { price: 'mark' });
    return rows.length > 0 && rows;
  });
  assert.ok(Math.abs(Number(marks.at(-1)?.[4]) / close - 1) < 0.01);

  const book = await client.fetchOrderBook(symbol, 5);
  assert.equal(book.bids.length, 5);
  assert.ok(Number(book.bids[0]?.[0]) < Number(book.asks[0]?.[0]));
  assert.ok(Number(book.nonce) > 0);

  const trades = await client.fetchTrades(symbol, undefined, 3);
  assert.equal(trades.length, 3);
  assert.ok(['buy', 'sell'].includes(String(trades[0]?.side)));

  const ticker = await client.fetchTicker(symbol);
  assert.ok(Number(ticker.high) >= Number(ticker.last) && Number(ticker.quoteVolume) > 0);
  assert.equal(Object.keys(await client.fetchTickers()).length, 5);
  const prices = await client.fetchLastPrices();
  assert.ok(Number(prices[symbol]?.price) > 0);
  assert.equal((await client.fetchOpenInterest(symbol)).openInterestAmount, 0);
});

test('trades, candles, tickers and the order book by stream', async () => {
  const [trades, candles, ticker, bidsAsks] = await Promise.all([
    client.watchTrades(symbol),
    client.watchOHLCV(symbol, '1m'),
    client.watchTicker(symbol),
    client.watchBidsAsks([symbol]),
  ]);
  assert.equal(trades[0]?.symbol, symbol);
  assert.ok(Number(candles.at(-1)?.[5]) > 0);
  assert.ok(Number(ticker.last) > 0);
  assert.ok(Number(bidsAsks[symbol]?.bid) > 0);
  const mark = await client.watchMarkPrice(symbol);
  assert.ok(Number(mark.markPrice) > 0);
});

test('the order book that ccxt keeps by itself is always one of the exchange', async () => {
  const shown = new Set<string>();
  let seen = 0;
  await until('ten books that the exchange has shown', async () => {
    const kept = await client.watchOrderBook(symbol);
    const there = await client.fetchOrderBook(symbol, 50);
    shown.add(JSON.stringify([there.bids, there.asks]));
    seen += shown.has(JSON.stringify([kept.bids, kept.asks])) ? 1 : 0;
    return seen >= 10;
  });
});
