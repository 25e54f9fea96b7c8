// Goal: recorded files in every published form are replayed as they were, and a file that is not such a file is told
// by its name and line.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { price } from '#core/money.ts';
import { seriesOf } from '#simex/market/candles.ts';
import type { MarketBatch } from '#simex/market/follow.ts';
import { progressOn } from '#simex/market/progress.ts';
import { Replay } from '#simex/market/recording/replay.ts';
import { SimulatedExchange } from '#simex/usdm/exchange.ts';
import { listingOf } from '#simex/usdm/state.ts';
import {
  aggTradeLine,
  aggTradeTitles,
  klineLine,
  klineTitles,
  largeZipOf,
  writeLines,
  writeZip,
  zipOf,
} from '#test/support/recordings.ts';
import { tempDir } from '#test/support/temp-dir.ts';

const FROM_MS = Date.UTC(2024, 0, 1);
const symbols = ['BTCUSDT', 'ETHUSDT'];
const directory = tempDir();

const replayOf = (paths: readonly string[], speed = 1) => new Replay({ paths, speed });

async function allDeals(paths: readonly string[], untilMs = 3600_000): Promise<MarketBatch['updates']> {
  const replay = replayOf(paths);
  const first = await replay.start({ symbols, followed: undefined, nowMs: 0 });
  const rest = await replay.due(untilMs);
  replay.close();
  return first.updates.map(({ symbol, deals = [] }) => {
    const later = rest.updates.find((update) => update.symbol === symbol)?.deals ?? [];
    return { symbol, deals: [...deals, ...later] };
  });
}

const failure = (paths: readonly string[]): Promise<string> =>
  allDeals(paths).then(
    () => 'no failure',
    (error: Error) => `${error.name}: ${error.message}`,
  );

const rising = { openMs: FROM_MS, open: '100', high: '104', low: '99.5', close: '103' };
const falling = { openMs: FROM_MS + 60_000, open: '103', high: '103.5', low: '101', close: '101.2' };
const path = (...prices: string[]) => prices;

test('klines are walked from open to close over low and high, with titles or without, plain or zipped', async () => {
  const rows = [klineLine(rising), klineLine(falling)];
  const forms = [
    writeLines(directory, 'BTCUSDT-1m-2024-01-01.csv', rows),
    writeLines(directory, 'BTCUSDT-1m-2024-01-02.csv', [klineTitles, ...rows]),
    writeZip(directory, 'BTCUSDT-1m-2024-01-03.zip', [klineTitles, ...rows]),
    writeLines(
      directory,
      'BTCUSDT-1m-2024-01-04.csv',
      [klineTitles, ...rows].map((row) => `${row}\r`),
    ),
  ];
  for (const form of forms) {
    const [{ deals = [] } = {}] = await allDeals([form]);
    assert.deepEqual(
      deals.map(([at]) => at),
      path('100', '99.5', '104', '103', '103', '103.5', '101', '101.2'),
    );
    assert.ok(deals.every(([, quantity]) => quantity === '1'));
  }
});

test('aggregate trades are taken as they are: futures, spot with its eighth column, and microseconds', async () => {
  const futures = [1, 2, 3].map((id) => aggTradeLine(id, FROM_MS + id * 1000, `10${id}`));
  const spot = futures.map((row) => `${row.replace('true', 'True').replace('false', 'False')},True`);
  const micros = spot.map((row) => row.replace(/(\d{13}),/, '$1123,'));
  for (const [index, rows] of [futures, [aggTradeTitles, ...futures], spot, micros].entries()) {
    const file = writeLines(directory, `ETHUSDT-aggTrades-2024-02-0${index + 1}.csv`, rows);
    assert.deepEqual(await allDeals([file]), [
      {
        symbol: 'ETHUSDT',
        deals: [
          ['101', '1', false],
          ['102', '1', true],
          ['103', '1', false],
        ],
      },
    ]);
  }
});

test('several files and folders make one recording in the order of their dates', async () => {
  const folder = tempDir();
  for (const day of [2, 1, 3]) {
    writeZip(folder, `BTCUSDT-aggTrades-2024-01-0${day}.zip`, [
      aggTradeLine(day, FROM_MS + day * 1000, `${100 + day}`),
    ]);
    writeFileSync(join(folder, `BTCUSDT-aggTrades-2024-01-0${day}.zip.CHECKSUM`), 'not of interest');
  }
  const other = writeLines(directory, 'ETHUSDT-1m-2024-01.csv', [klineLine(rising)]);
  const [bitcoin, ether] = await allDeals([folder, other]);
  assert.deepEqual(
    bitcoin?.deals?.map(([at]) => at),
    path('101', '102', '103'),
  );
  assert.equal(ether?.deals?.length, 4);
});

test('what is malformed is named with its file and line', async () => {
  const good = klineLine(rising);
  const bad: readonly (readonly [string, RegExp])[] = [
    [good.replace('104', '1e2'), /not a decimal number: "1e2"/],
    [good.replace('104', '100'), /open and close lie outside/],
    [good.replace('99.5', '-1'), /low is "-1"/],
    [good.replace('99.5', '0'), /low is "0"/],
    [good.replace(String(FROM_MS), '12'), /a time has 13 or 16 digits, not "12"/],
    [good.slice(0, 40), /a kline has 12 columns/],
    ['nonsense', /a kline has 12 columns/],
    [`${good},more`, /a kline has 12 columns/],
    [klineLine({ ...rising, openMs: FROM_MS - 60_000 }), /time runs backwards/],
    ['x'.repeat(200_000), /the line is longer than 1000 characters/],
    [klineTitles, /not "open_time"/],
  ];
  for (const [index, [row, reason]] of bad.entries()) {
    const file = writeLines(directory, `BTCUSDT-1m-2023-01-${index + 10}.csv`, [klineTitles, good, row]);
    const message = await failure([file]);
    assert.ok(message.startsWith(`MarketDataError: ${file}:3: `), message.slice(0, 300));
    assert.match(message, reason);
  }
  const maker = writeLines(directory, 'BTCUSDT-aggTrades-2023-01.csv', [
    aggTradeLine(1, FROM_MS, '1').replace('false', 'maybe'),
  ]);
  assert.match(await failure([maker]), /:1: whether the buyer was the maker is true or false, not "maybe"/);
});

test('names that say nothing, empty folders, missing files, other symbols and two kinds at once are refused', async () => {
  const row = klineLine(rising);
  assert.match(await failure([writeLines(directory, 'prices.csv', [row])]), /the name says nothing/);
  assert.match(await failure([tempDir()]), /holds no file that is named like/);
  assert.match(await failure([join(directory, 'BTCUSDT-1m-1999-01.csv')]), /cannot be read/);
  const other = writeLines(directory, 'DOGEUSDT-1m-2024-01.csv', [row]);
  assert.match(await failure([other]), /DOGEUSDT is not listed; listed are BTCUSDT, ETHUSDT/);
  const trades = writeLines(directory, 'BTCUSDT-aggTrades-2024-09.csv', [aggTradeLine(1, FROM_MS, '1')]);
  const klines = writeLines(directory, 'BTCUSDT-1m-2024-09.csv', [row]);
  assert.match(await failure([trades, klines]), /BTCUSDT is recorded as .* and as .*: one of them is enough/);
  const empty = writeLines(directory, 'BTCUSDT-1m-2024-10.csv', [klineTitles]);
  assert.match(await failure([empty]), /nothing is recorded there/);
});

test('an archive in the form for more than 4 GiB is read', async () => {
  const file = join(directory, 'BTCUSDT-1m-2019-01.zip');
  writeFileSync(file, largeZipOf('BTCUSDT-1m-2019-01.csv', Buffer.from(`${klineLine(rising)}\n`)));
  const [{ deals = [] } = {}] = await allDeals([file]);
  assert.equal(deals.length, 4);
});

test('an archive that is damaged anywhere is refused or read right, never read wrong', async () => {
  const file = join(directory, 'BTCUSDT-1m-2022-01-01.zip');
  const whole = zipOf(
    'BTCUSDT-1m-2022-01-01.csv',
    Buffer.from(`${klineLine(rising)}\n${klineLine(falling)}\n`),
  );
  writeFileSync(file, whole);
  const right = await allDeals([file]);
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ flip;
      writeFileSync(file, damaged);
      const message = await failure([file]);
      if (message === 'no failure') assert.deepEqual(await allDeals([file]), right);
      else assert.match(message, /^MarketDataError: /);
    }),
    { numRuns: 150 },
  );
  for (const length of [0, 10, 40, whole.length - 30, whole.length - 1]) {
    writeFileSync(file, whole.subarray(0, length));
    assert.match(await failure([file]), /^MarketDataError: .*archive/, `cut at ${length}`);
  }
});

test('the same seed and the same file give the same market, whose candles are those of the file', async () => {
  const minutes = Array.from({ length: 30 }, (_, index) => ({
    openMs: FROM_MS + index * 60_000,
    open: `${50_000 + index * 10}`,
    high: `${50_020 + index * 10}`,
    low: `${49_990 + index * 10}`,
    close: `${50_005 + index * 10}`,
  }));
  const file = writeZip(directory, 'BTCUSDT-1m-2021-01-01.zip', minutes.map(klineLine));
  const run = async () => {
    const exchange = new SimulatedExchange({ seed: 3, startMs: FROM_MS });
    const replay = replayOf([file]);
    exchange.followMarket(await replay.start({ symbols, followed: undefined, nowMs: FROM_MS }), FROM_MS);
    for (let nowMs = FROM_MS + 200; nowMs < FROM_MS + 30 * 60_000; nowMs += 200) {
      exchange.advance(nowMs);
      exchange.followMarket(await replay.due(nowMs), nowMs);
    }
    replay.close();
    return exchange.state;
  };
  const state = await run();
  assert.deepEqual(state.listings, (await run()).listings);
  assert.deepEqual(
    seriesOf(listingOf(state, 'BTCUSDT').tape.candles, '1m').map(({ high, low, close, openMs }) => ({
      openMs,
      high,
      low,
      close,
    })),
    minutes.map(({ openMs, high, low, close }) => ({
      openMs,
      high: price(high),
      low: price(low),
      close: price(close),
    })),
  );
});

test('a replay that is started again goes on where it had come, and at its end the last price stands', async () => {
  const rows = Array.from({ length: 100 }, (_, id) => aggTradeLine(id, FROM_MS + id * 1000, `${1000 + id}`));
  const file = writeLines(directory, 'ETHUSDT-aggTrades-2021-01.csv', rows);
  const first = replayOf([file], 10);
  await first.start({ symbols, followed: undefined, nowMs: 0 });
  const reached = await first.due(3000);
  assert.equal(reached.updates[0]?.deals?.at(-1)?.[0], '1030');
  first.close();

  let ends = 0;
  const second = new Replay({ paths: [file], speed: 10, onEnd: () => (ends += 1) });
  const again = await second.start({ symbols, followed: reached.followed, nowMs: 0 });
  assert.deepEqual(
    again.updates[0]?.deals?.map(([at]) => at),
    ['1031'],
  );
  assert.equal((await second.due(60_000)).updates[0]?.deals?.at(-1)?.[0], '1099');
  const still = await second.due(60_200);
  assert.deepEqual(still.updates, [{ symbol: 'ETHUSDT', deals: [] }]);
  assert.equal(ends, 1);

  const third = replayOf([file], 10);
  const over = await third.start({ symbols, followed: still.followed, nowMs: 0 });
  assert.deepEqual(over.updates, [{ symbol: 'ETHUSDT', deals: [] }]);
});

test('progress is told by what was replayed, not by what was read ahead', async () => {
  const rows = Array.from({ length: 101 }, (_, id) => aggTradeLine(id, FROM_MS + id * 1000, '1000'));
  for (const file of [
    writeLines(directory, 'ETHUSDT-aggTrades-2018-01.csv', rows),
    writeZip(directory, 'ETHUSDT-aggTrades-2018-02.zip', rows),
  ]) {
    const shares: number[] = [];
    const replay = new Replay({ paths: [file], speed: 1, onProgress: (share) => shares.push(share) });
    await replay.start({ symbols, followed: undefined, nowMs: 0 });
    for (const nowMs of [25_000, 50_000, 75_000, 100_000, 125_000]) await replay.due(nowMs);
    assert.deepEqual(
      shares.map((share) => Math.round(share * 100)),
      [26, 50, 75, 100],
    );
  }
});

test('a replay that is faster than a step can take loses nothing', async () => {
  const rows = Array.from({ length: 5000 }, (_, id) => aggTradeLine(id, FROM_MS + id, '1000'));
  const replay = replayOf([writeLines(directory, 'ETHUSDT-aggTrades-2020-01.csv', rows)], 100_000);
  await replay.start({ symbols, followed: undefined, nowMs: 0 });
  let taken = 1;
  for (let step = 1; step <= 3; step += 1) {
    const { updates, followed } = await replay.due(step * 200);
    taken += updates[0]?.deals?.length ?? 0;
    if (step < 3) assert.ok(followed.sourceMs < FROM_MS + taken, 'a restart would not skip the rest');
  }
  assert.equal(taken, 5000);
});

test('progress is a bar for people and a line for each tenth elsewhere', () => {
  const written = (isTTY: boolean, shares: readonly number[]): string => {
    let text = '';
    const show = progressOn({ isTTY, write: (more) => (text += more) });
    for (const share of shares) show(share);
    return text;
  };
  const shares = [0, 0.004, 0.05, 0.101, 0.35, 0.351, 0.99, 1, 1];
  assert.equal(
    written(false, shares),
    ['10', '30', '90', '100'].map((percent) => `market data: ${percent} %\n`).join(''),
  );
  const bar = written(true, shares);
  assert.ok(bar.includes('\rmarket data [##############..........................] 35 %'), bar);
  assert.ok(bar.endsWith('100 %\n') && bar.split('100 %').length === 2);
});
