// Goal: fees, maintenance margin and liquidation prices are those that the exchange publishes, and the account's
// figures follow from them in cross and isolated margin.
// Method: the exchange's own worked examples, then scenes on scripted prices.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { money, notional, price, quantity, rate, showMoney, showPrice } from '#core/money.ts';
import { bracketAt, largestAt, maintenanceMargin, readBrackets } from '#simex/usdm/brackets.ts';
import { SimulatedExchange } from '#simex/usdm/exchange.ts';
import { liquidationPrice } from '#simex/usdm/liquidation-price.ts';
import { marginMoves } from '#simex/usdm/records-view.ts';
import { defaultSymbols } from '#simex/usdm/symbols.ts';
import type { ExchangeEvent } from '#simex/usdm/types.ts';

const bitcoin = readBrackets(defaultSymbols.find(({ symbol }) => symbol === 'BTCUSDT')?.brackets ?? []);

// https://www.binance.com/en/support/faq/b3c689c1f50a44cabb3a84e663b81d93, "About Maintenance Amount"
test('published example: the maintenance amount of a bracket adds up from those below it', () => {
  const published = readBrackets([
    ['50000', 125, '0.004'],
    ['250000', 100, '0.005'],
    ['1000000', 50, '0.01'],
  ]);
  assert.deepEqual(
    published.map(({ deduction }) => showMoney(deduction)),
    ['0', '50', '1300'],
  );
  assert.equal(showMoney(maintenanceMargin(published, money('500000'))), '3700');
});

test('the brackets of BTCUSDT have the amounts that the exchange lists beside them', () => {
  const listed = [
    0, 300, 1500, 12000, 132000, 482000, 2982000, 14482000, 26482000, 41482000, 121482000, 421482000,
  ];
  assert.deepEqual(
    bitcoin.map(({ deduction }) => showMoney(deduction)),
    listed.map(String),
  );
});

test('maintenance margin has no jump where one bracket ends and the next begins', () => {
  for (const { symbol, brackets: specs } of defaultSymbols) {
    const brackets = readBrackets(specs);
    for (const { cap } of brackets) {
      const step = maintenanceMargin(brackets, (cap + 1n) as typeof cap) - maintenanceMargin(brackets, cap);
      assert.ok(step >= 0n && step <= 1n, `${symbol} at ${showMoney(cap)}`);
    }
  }
});

test('each bracket needs less to keep a position than to open it', () => {
  for (const { symbol, brackets } of defaultSymbols) {
    for (const [cap, leverage, maintenance] of brackets) {
      assert.ok(Number(maintenance) < 1 / leverage, `${symbol} up to ${cap}`);
    }
  }
});

test('a leverage allows positions up to the cap of its bracket', () => {
  assert.equal(showMoney(largestAt(bitcoin, 150)), '300000');
  assert.equal(showMoney(largestAt(bitcoin, 20)), '100000000');
  assert.equal(bracketAt(bitcoin, money('300000')).leverage, 150);
  assert.equal(bracketAt(bitcoin, money('300000.00000001')).leverage, 100);
});

// The worked example of the same page: one cross account with a long BTCUSDT and a long ETHUSDT position.
const example = [
  {
    name: 'BTCUSDT',
    size: '109.488',
    entry: '32481.98',
    rate: '0.025',
    amount: '16300',
    others: { maintenance: '356512.508', unrealized: '-448192.89' },
    liquidation: '26316.89',
  },
  {
    name: 'ETHUSDT',
    size: '3683.979',
    entry: '1456.84',
    rate: '0.1',
    amount: '135365',
    others: { maintenance: '71200.81144', unrealized: '-56354.57' },
    liquidation: '1153.26',
  },
] as const;
for (const { name, size, entry, amount, others, liquidation, ...one } of example) {
  test(`published example: ${name} is liquidated at ${liquidation}`, () => {
    const wallet = money('1535443.01');
    const balance = wallet - money(others.maintenance) + money(others.unrealized);
    const leg = {
      amount: quantity(size),
      entryCost: notional(price(entry), quantity(size)),
      rate: rate(one.rate),
      deduction: money(amount),
    };
    const at = liquidationPrice([leg], balance as typeof wallet);
    assert.equal(Number(showPrice(at)).toFixed(2), liquidation);
  });
}

function open(options: { dualSide?: boolean; balance?: string } = {}) {
  const events: ExchangeEvent[] = [];
  const exchange = new SimulatedExchange({
    seed: 5,
    dualSide: false,
    ...options,
    onEvent: (event) => void events.push(event),
  });
  exchange.setPrice('BTCUSDT', '50000', 1);
  exchange.setPrice('ETHUSDT', '2500', 1);
  const market = (side: string, size: string, symbol = 'BTCUSDT', positionSide?: string) =>
    assert.ok(
      exchange.placeOrder({ symbol, side, type: 'MARKET', quantity: size, positionSide }, 2).ok,
      `${side} ${size} ${symbol}`,
    );
  const risk = (symbol = 'BTCUSDT') => {
    const result = exchange.positionRisk(symbol);
    assert.ok(result.ok);
    const [position] = result.positions;
    assert.ok(position !== undefined);
    return position;
  };
  return { exchange, events, market, risk };
}

// https://www.binance.com/en/support/faq/binance-futures-fee-structure-fee-calculations-360033544231: value times rate
test('a fee is the traded value times the rate of taker or maker', () => {
  const { exchange, market } = open();
  market('BUY', '0.002');
  const rest = { side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.01', price: '49000' };
  exchange.placeOrder({ symbol: 'BTCUSDT', ...rest }, 2);
  exchange.setPrice('BTCUSDT', '48000', 3);
  const fees = exchange.ledger.flatMap((entry) => (entry.kind === 'fill' ? [entry.commission] : []));
  assert.deepEqual(fees, ['0.0500001', '0.098'], '100.0002 x 0.05 %, 490 x 0.02 %');
});

test('a cross position uses the initial margin of its value at the mark price, and earns on top of the wallet', () => {
  const { exchange, market, risk } = open();
  market('BUY', '0.01');
  exchange.setPrice('BTCUSDT', '52000', 3);
  const { initialMargin, maintMargin, unRealizedProfit, notional: value } = risk();
  assert.deepEqual([value, initialMargin, maintMargin, unRealizedProfit], ['520', '26', '2.08', '19.999']);
  const { totalWalletBalance, availableBalance, totalMarginBalance } = exchange.account();
  assert.equal(totalWalletBalance, '9999.7499995');
  assert.equal(totalMarginBalance, '10019.7489995');
  assert.equal(availableBalance, '9993.7489995');
});

test('the break-even price earns back the fees, and counts what was realised', () => {
  const { exchange, market, risk } = open();
  market('BUY', '0.003');
  assert.equal(risk().breakEvenPrice, '50025.10005');
  exchange.setPrice('BTCUSDT', '51000', 3);
  market('SELL', '0.002');
  assert.ok(Number(risk().breakEvenPrice) < 50_000);
});

test('an isolated position sets its initial margin aside and can lose no more of it than that', () => {
  const { exchange, events, market, risk } = open();
  assert.ok(exchange.setMarginType('BTCUSDT', 'ISOLATED', 1).ok);
  events.length = 0;
  market('BUY', '0.004');
  const { isolatedWallet, isolatedMargin } = risk();
  assert.deepEqual([isolatedWallet, isolatedMargin], ['10.00002', '9.99962']);
  const update = events.find((event) => event.e === 'ACCOUNT_UPDATE');
  assert.ok(update?.e === 'ACCOUNT_UPDATE');
  assert.deepEqual(
    [update.a.P[0]?.mt, update.a.P[0]?.iw, update.a.B[0]?.wb, update.a.B[0]?.cw],
    ['isolated', '10.00002', '9999.8999998', '9989.8999798'],
  );
  market('SELL', '0.002');
  assert.equal(risk().isolatedWallet, '5.00001', 'half of it is free again');
  market('SELL', '0.002');
  assert.equal(exchange.account().totalCrossWalletBalance, exchange.account().totalWalletBalance);
});

test('margin moves into an isolated position and out of it, as far as it is free', () => {
  const { exchange, events, market, risk } = open();
  const code = (params: object) => {
    const result = exchange.movePositionMargin({ symbol: 'BTCUSDT', amount: '10', type: '1', ...params }, 3);
    return result.ok ? result.amount : result.code;
  };
  assert.equal(code({}), -4049);
  exchange.setMarginType('BTCUSDT', 'ISOLATED', 1);
  assert.equal(code({}), -4054);
  market('BUY', '0.002');
  assert.equal(code({ amount: '0' }), -4055);
  assert.equal(code({ amount: '-5' }), -4055);
  assert.equal(code({ amount: 'much' }), -1102);
  assert.equal(code({ amount: '0.000000001' }), -1111);
  assert.equal(code({ type: '3' }), -1102);
  assert.equal(code({ positionSide: 'LONG' }), -4061);
  assert.equal(code({ amount: '10000' }), -4050);
  assert.equal(code({ type: '2' }), -4051);
  assert.equal(code({}), '10');
  assert.equal(risk().isolatedWallet, '15.00001');
  assert.equal(code({ type: '2', amount: '9.5' }), '9.5');
  assert.equal(risk().isolatedWallet, '5.50001');
  const moves = marginMoves(exchange.state, { symbol: 'BTCUSDT' });
  assert.deepEqual(moves.ok && moves.rows.map(({ type, amount }) => [type, amount]), [
    [1, '10'],
    [2, '-9.5'],
  ]);
  const reasons = events.flatMap((event) => (event.e === 'ACCOUNT_UPDATE' ? [event.a.m] : []));
  assert.deepEqual(reasons.slice(-2), ['MARGIN_TRANSFER', 'MARGIN_TRANSFER']);
});

test('leverage is refused where the position is too large for it or the margin too small', () => {
  const { exchange, market } = open({ balance: '40000' });
  const code = (leverage: string) => {
    const result = exchange.setLeverage('BTCUSDT', leverage, 3);
    return result.ok ? result.leverage : result.code;
  };
  market('BUY', '10');
  assert.equal(code('150'), -2027);
  assert.equal(code('100'), 100);
  assert.equal(code('10'), -2028);
  assert.equal(code('0'), -4028);
  assert.equal(code('151'), -4028);
  assert.equal(exchange.setLeverage('ETHUSDT', '1', 3).ok, true);
});

test('leverage of an isolated position is not lowered', () => {
  const { exchange, market } = open();
  exchange.setMarginType('BTCUSDT', 'ISOLATED', 1);
  market('BUY', '0.002');
  const result = exchange.setLeverage('BTCUSDT', '10', 3);
  assert.ok(!result.ok && result.code === -4161);
});

test('the margin of open orders follows the leverage', () => {
  const { exchange } = open();
  const rest = { side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.01', price: '49000' };
  exchange.placeOrder({ symbol: 'BTCUSDT', ...rest }, 2);
  exchange.setLeverage('BTCUSDT', '10', 3);
  assert.equal(exchange.account().totalOpenOrderInitialMargin, '49');
  exchange.cancelAllOrders('BTCUSDT', 4);
  assert.equal(exchange.account().totalOpenOrderInitialMargin, '0');
});

test('multi-assets mode and isolated margin exclude each other', () => {
  const { exchange, events } = open();
  const codeOf = (result: { readonly ok: boolean; readonly code?: number }) => result.code;
  assert.equal(codeOf(exchange.setMultiAssets(false, 2)), -4171);
  exchange.setMarginType('BTCUSDT', 'ISOLATED', 2);
  assert.equal(codeOf(exchange.setMultiAssets(true, 3)), -4167);
  exchange.setMarginType('BTCUSDT', 'CROSSED', 4);
  assert.equal(codeOf(exchange.setMultiAssets(true, 5)), undefined);
  assert.equal(codeOf(exchange.setMarginType('BTCUSDT', 'ISOLATED', 6)), -4168);
  const last = events.at(-1);
  assert.ok(last?.e === 'ACCOUNT_CONFIG_UPDATE');
  assert.deepEqual(last.ai, { j: true });
});
