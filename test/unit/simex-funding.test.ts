// Goal: funding is settled every eight hours, between the sides of the market, once, and shows up where it should.
// Method: the clock jumps over the instants; the rate follows from the prices by the published formula.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { price, showRate } from '#core/money.ts';
import { openMarket } from '#simex/market/market.ts';
import { SimulatedExchange } from '#simex/usdm/exchange.ts';
import { fundingRateOf } from '#simex/usdm/funding-rate.ts';
import { fundingRates, incomes } from '#simex/usdm/records-view.ts';
import { defaultSymbols, instrumentOf } from '#simex/usdm/symbols.ts';
import type { ExchangeEvent } from '#simex/usdm/types.ts';

const HOUR_MS = 3600_000;
const START_MS = 7 * HOUR_MS;

function open(isolated = false) {
  const events: ExchangeEvent[] = [];
  const exchange = new SimulatedExchange({
    seed: 5,
    dualSide: false,
    startMs: START_MS,
    onEvent: (event) => void events.push(event),
  });
  exchange.setPrice('BTCUSDT', '50000', START_MS);
  if (isolated) exchange.setMarginType('BTCUSDT', 'ISOLATED', START_MS);
  const market = (side: string, quantity: string) =>
    assert.ok(exchange.placeOrder({ symbol: 'BTCUSDT', side, type: 'MARKET', quantity }, START_MS).ok);
  return { exchange, events, market };
}

// https://www.binance.com/en/support/faq/introduction-to-binance-futures-funding-rates-360033525031
const rates: readonly (readonly [string, string, string])[] = [
  ['no premium: the interest', '50000', '0.0001'],
  ['a premium within 0.05 %: still the interest', '50020', '0.0001'],
  ['a higher premium: the premium less 0.05 %', '50100', '0.0015'],
  ['a discount: the discount plus 0.05 %', '49900', '-0.0015'],
  ['at most two percent', '55000', '0.02'],
];
for (const [name, mark, expected] of rates) {
  test(`funding rate with ${name}`, () => {
    const [spec] = defaultSymbols;
    assert.ok(spec !== undefined);
    const market = { ...openMarket(instrumentOf(spec), 1), middle: price('50000'), mark: price(mark) };
    assert.equal(showRate(fundingRateOf(market)), expected);
  });
}

test('a long position pays at a positive rate, a short one receives', () => {
  for (const [side, income] of [
    ['BUY', '-0.05'],
    ['SELL', '0.05'],
  ] as const) {
    const { exchange, market } = open();
    market(side, '0.01');
    const before = Number(exchange.account().totalWalletBalance);
    exchange.advance(8 * HOUR_MS - 1);
    assert.equal(Number(exchange.account().totalWalletBalance), before, 'not before the hour');
    exchange.advance(8 * HOUR_MS + 200);
    const paid = incomes(exchange.state, { incomeType: 'FUNDING_FEE' });
    assert.deepEqual(paid.ok && paid.rows.map((row) => [row.symbol, row.income, row.asset]), [
      ['BTCUSDT', income, 'USDT'],
    ]);
    assert.equal(
      (Number(exchange.account().totalWalletBalance) - before).toFixed(8),
      Number(income).toFixed(8),
    );
    assert.ok(exchange.ledger.some((entry) => entry.kind === 'funding' && entry.amount === income));
  }
});

test('each instant is settled once, also for an exchange that was away', () => {
  const { exchange, market } = open();
  market('BUY', '0.01');
  const count = () => exchange.ledger.filter((entry) => entry.kind === 'funding').length;
  exchange.advance(8 * HOUR_MS + 1000);
  exchange.advance(9 * HOUR_MS);
  assert.equal(count(), 1);
  exchange.advance(33 * HOUR_MS);
  assert.equal(count(), 2, 'a long pause is skipped, and so is its funding but for the last');
  const history = fundingRates(exchange.state, { symbol: 'BTCUSDT' });
  assert.deepEqual(
    history.ok && history.rows.map(({ fundingRate, fundingTime }) => [fundingRate, fundingTime]),
    [
      ['0.0001', 8 * HOUR_MS],
      ['0.0001', 32 * HOUR_MS],
    ],
  );
});

test('the event names an isolated position, and of a cross one only the balance', () => {
  for (const isolated of [false, true]) {
    const { exchange, events, market } = open(isolated);
    market('BUY', '0.01');
    events.length = 0;
    exchange.advance(8 * HOUR_MS + 200);
    const update = events.find((event) => event.e === 'ACCOUNT_UPDATE');
    assert.ok(update?.e === 'ACCOUNT_UPDATE');
    assert.deepEqual(
      [update.a.m, update.a.B[0]?.bc, update.a.P.length],
      ['FUNDING_FEE', '-0.05', isolated ? 1 : 0],
    );
  }
});

test('without a position nothing is paid', () => {
  const { exchange } = open();
  exchange.advance(8 * HOUR_MS + 200);
  const paid = incomes(exchange.state, {});
  assert.deepEqual(paid.ok && paid.rows, []);
});
