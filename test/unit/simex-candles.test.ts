// Goal: candles of every interval, and the statistics of a day, are what the prints make of them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { price, quantity } from '#core/money.ts';
import type { Candle, Interval } from '#simex/market/candles.ts';
import { closeOf, intervals, openOf, seriesOf } from '#simex/market/candles.ts';
import { dayOf } from '#simex/market/day.ts';
import type { Print } from '#simex/market/tape.ts';
import { emptyTape, passTime, print, printsFrom } from '#simex/market/tape.ts';

const START_MS = Date.UTC(2026, 0, 30, 23, 58, 30);

interface Deal {
  readonly waitMs: number;
  readonly price: bigint;
  readonly quantity: bigint;
  readonly buyerIsMaker: boolean;
}

const deals = fc.array(
  fc.record({
    waitMs: fc.oneof(fc.integer({ min: 0, max: 90_000 }), fc.integer({ min: 0, max: 3 * 86_400_000 })),
    price: fc.bigInt({ min: 1n, max: 10n ** 16n }),
    quantity: fc.bigInt({ min: 1n, max: 10n ** 14n }),
    buyerIsMaker: fc.boolean(),
  }),
  { minLength: 1, maxLength: 60 },
);

function played(all: readonly Deal[]) {
  const tape = emptyTape();
  let nowMs = START_MS;
  for (const deal of all) {
    nowMs += deal.waitMs;
    passTime(tape, nowMs);
    print(tape, nowMs, deal.price as never, deal.quantity as never, deal.buyerIsMaker);
  }
  return { tape, nowMs };
}

/** The plain definition of a candle. */
function folded(prints: readonly Print[], interval: Interval): Omit<Candle, 'open' | 'high' | 'low'>[] {
  const groups = Map.groupBy(prints, ({ timeMs }) => openOf(interval, timeMs));
  return [...groups].map(([openMs, group]) => {
    const taken = group.filter(({ buyerIsMaker }) => !buyerIsMaker);
    const sum = (of: readonly Print[], value: (one: Print) => bigint) =>
      of.reduce((total, one) => total + value(one), 0n) as never;
    return {
      openMs,
      close: group.at(-1)?.price as never,
      volume: sum(group, (one) => one.quantity),
      turnover: sum(group, (one) => one.quantity * one.price),
      takerVolume: sum(taken, (one) => one.quantity),
      takerTurnover: sum(taken, (one) => one.quantity * one.price),
      firstId: group[0]?.id ?? 0,
      lastId: group.at(-1)?.id ?? 0,
      count: group.length,
    };
  });
}

test('candles of every interval are the fold of the prints, and each opens where the one before closed', () => {
  fc.assert(
    fc.property(deals, (all) => {
      const { tape } = played(all);
      for (const interval of intervals) {
        const series = seriesOf(tape.candles, interval);
        const traded = series.filter(({ count }) => count > 0);
        assert.deepEqual(
          traded.map(({ open: _open, high: _high, low: _low, ...rest }) => rest),
          folded(tape.prints, interval),
        );
        let before: bigint | undefined;
        for (const candle of series) {
          const within = tape.prints.filter(({ timeMs }) => openOf(interval, timeMs) === candle.openMs);
          const prices = [candle.open, ...within.map((one) => one.price)];
          assert.equal(
            candle.high,
            prices.reduce((a, b) => (a > b ? a : b)),
          );
          assert.equal(
            candle.low,
            prices.reduce((a, b) => (a < b ? a : b)),
          );
          assert.equal(candle.open, before ?? tape.prints[0]?.price, interval);
          before = candle.close;
        }
      }
    }),
    { numRuns: 60 },
  );
});

test('a minute in which nothing is traded has a candle too, as long as time is told to pass', () => {
  const tape = emptyTape();
  print(tape, 0, price('100'), quantity('1'), false);
  for (let nowMs = 0; nowMs <= 180_000; nowMs += 200) passTime(tape, nowMs);
  const series = seriesOf(tape.candles, '1m');
  assert.deepEqual(
    series.map(({ openMs, volume, close }) => [openMs, volume, close]),
    [
      [0, quantity('1'), price('100')],
      [60_000, 0n, price('100')],
      [120_000, 0n, price('100')],
      [180_000, 0n, price('100')],
    ],
  );
});

test('weeks begin on Mondays, months on their first day, and each interval ends where the next begins', () => {
  const wednesday = Date.UTC(2024, 1, 28, 12);
  assert.equal(openOf('1w', wednesday), Date.UTC(2024, 1, 26));
  assert.equal(openOf('1M', wednesday), Date.UTC(2024, 1, 1));
  assert.equal(closeOf('1M', Date.UTC(2024, 1, 1)), Date.UTC(2024, 2, 1) - 1);
  for (const interval of intervals) {
    const openMs = openOf(interval, wednesday);
    assert.equal(openOf(interval, closeOf(interval, openMs)), openMs);
    assert.equal(openOf(interval, closeOf(interval, openMs) + 1), closeOf(interval, openMs) + 1);
  }
});

test('the statistics of a day forget what is older than a day', () => {
  const tape = emptyTape();
  print(tape, 0, price('1000'), quantity('5'), true);
  const dayMs = 86_400_000;
  for (let minute = 1; minute <= 1441; minute += 1) {
    print(tape, minute * 60_000, price(String(100 + minute / 10)), quantity('2'), false);
  }
  const day = dayOf(tape, dayMs + 60_000);
  assert.ok(day);
  assert.equal(day.count, 1440);
  assert.equal(day.volume, quantity('2880'));
  assert.equal(day.high, price('244.1'));
  assert.equal(day.last, price('244.1'));
  assert.equal(day.openMs, 120_000);
});

test('prints and candles are bounded, and the newest stay', () => {
  const tape = emptyTape();
  for (let i = 1; i <= 10_000; i += 1) print(tape, i * 60_000, price('100'), quantity('1'), false);
  assert.ok(tape.prints.length < 2500);
  assert.ok(tape.candles['1m'].length < 2000);
  assert.equal(tape.prints.at(-1)?.id, 10_000);
  assert.deepEqual(
    printsFrom(tape, 9_999).map(({ id }) => id),
    [9_999, 10_000],
  );
  assert.equal(seriesOf(tape.candles, '1m').length, 1500);
  assert.equal(printsFrom(tape, 1).length, tape.prints.length);
});
