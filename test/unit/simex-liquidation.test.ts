// Goal: a position is liquidated when its margin no longer covers it, at the price that positionRisk foretold and not
// before, and nobody loses more than stood behind the position.
// Method: properties over sizes, leverages and sides; scenes for warnings, orders, and the insurance fund.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { money, price, showPrice } from '#core/money.ts';
import { SimulatedExchange } from '#simex/usdm/exchange.ts';
import { forceOrders, incomes } from '#simex/usdm/records-view.ts';
import type { SymbolSpec } from '#simex/usdm/symbols.ts';
import { defaultSymbols } from '#simex/usdm/symbols.ts';
import type { ExchangeEvent, OrderTradeUpdate } from '#simex/usdm/types.ts';

interface Scene {
  readonly dualSide?: boolean;
  readonly balance?: string;
  readonly isolated?: boolean;
  readonly leverage?: string;
  readonly symbols?: readonly SymbolSpec[];
}

function open({ isolated = false, leverage = '20', ...options }: Scene = {}) {
  const events: ExchangeEvent[] = [];
  const exchange = new SimulatedExchange({
    seed: 5,
    dualSide: false,
    balance: '1000',
    ...options,
    onEvent: (event) => void events.push(event),
  });
  exchange.setPrice('BTCUSDT', '50000', 1);
  exchange.setPrice('ETHUSDT', '2500', 1);
  assert.ok(exchange.setLeverage('BTCUSDT', leverage, 1).ok);
  if (isolated) assert.ok(exchange.setMarginType('BTCUSDT', 'ISOLATED', 1).ok);
  const market = (side: string, quantity: string, symbol = 'BTCUSDT') =>
    assert.ok(exchange.placeOrder({ symbol, side, type: 'MARKET', quantity }, 2).ok, `${side} ${quantity}`);
  let nowMs = 10;
  /** Only the mark price moves: resting orders and the book stay where they are. */
  const mark = (at: string, symbol = 'BTCUSDT') => {
    nowMs += 1;
    assert.ok(exchange.setPrice(symbol, symbol === 'BTCUSDT' ? '50000' : '2500', nowMs, at).ok);
  };
  const foretold = (): string => {
    const risk = exchange.positionRisk('BTCUSDT');
    assert.ok(risk.ok);
    return risk.positions[0]?.liquidationPrice ?? 'none';
  };
  const kinds = () => exchange.ledger.map((entry) => entry.kind);
  return { exchange, events, market, mark, foretold, kinds };
}

test('property: a position lives just inside its liquidation price and is closed just outside', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('BUY', 'SELL'),
      fc.boolean(),
      fc.constantFrom('5', '10', '20', '50', '100'),
      fc.integer({ min: 2, max: 90 }),
      (side, isolated, leverage, thousandths) => {
        const scene = open({ isolated, leverage });
        scene.market(side, (thousandths / 1000).toFixed(3));
        const at = price(scene.foretold());
        if (at <= 0n) return;
        const inside = side === 'BUY' ? at + 1_000_000_000n : at - 1_000_000_000n;
        const outside = side === 'BUY' ? at - 1_000_000_000n : at + 1_000_000_000n;
        if (inside <= 0n || outside <= 0n) return;
        scene.mark(showPrice(inside as typeof at));
        assert.ok(!scene.kinds().includes('liquidation'), `inside ${showPrice(at)}`);
        scene.mark(showPrice(outside as typeof at));
        assert.ok(scene.kinds().includes('liquidation'), `outside ${showPrice(at)}`);
      },
    ),
    { numRuns: 200 },
  );
});

test('property: a liquidation leaves the wallet at or above zero, and an isolated one touches only its own margin', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('BUY', 'SELL'),
      fc.boolean(),
      fc.integer({ min: 2, max: 90 }),
      fc.integer({ min: 1, max: 40 }),
      (side, isolated, thousandths, percent) => {
        const { exchange, market, mark, kinds } = open({ isolated });
        market(side, (thousandths / 1000).toFixed(3));
        const { totalCrossWalletBalance } = exchange.account();
        mark(String(side === 'BUY' ? 50_000 - 500 * percent : 50_000 + 500 * percent));
        if (!kinds().includes('liquidation')) return;
        const after = exchange.account();
        assert.ok(money(after.totalWalletBalance) >= 0n);
        if (isolated) assert.ok(money(after.totalWalletBalance) >= money(totalCrossWalletBalance));
      },
    ),
    { numRuns: 200 },
  );
});

test('the wallet is the balance plus everything that the income history lists', () => {
  const { exchange, market, mark } = open();
  market('BUY', '0.3');
  mark('46800');
  const listed = incomes(exchange.state, { limit: '1000' });
  assert.ok(listed.ok);
  const sum = listed.rows.reduce((total, { income }) => total + money(income), money('1000') as bigint);
  assert.equal(sum, money(exchange.account().totalWalletBalance));
  assert.ok(listed.rows.some(({ incomeType }) => incomeType === 'INSURANCE_CLEAR'));
});

test('the order that liquidates is told as the exchange tells it', () => {
  const { exchange, events, market, mark } = open();
  market('BUY', '0.3');
  events.length = 0;
  mark('46800');
  const updates = events.filter((event): event is OrderTradeUpdate => event.e === 'ORDER_TRADE_UPDATE');
  assert.deepEqual(
    updates.map(({ o }) => [o.o, o.x, o.X, o.S, o.q]),
    [
      ['LIQUIDATION', 'NEW', 'NEW', 'SELL', '0.3'],
      ['LIQUIDATION', 'CALCULATED', 'FILLED', 'SELL', '0.3'],
    ],
  );
  assert.match(updates[0]?.o.c ?? '', /^autoclose-\d+$/);
  const reasons = events.flatMap((event) => (event.e === 'ACCOUNT_UPDATE' ? [event.a.m] : []));
  assert.deepEqual(reasons, ['ORDER', 'INSURANCE_CLEAR']);
  const orders = forceOrders(exchange.state, { symbol: 'BTCUSDT' });
  assert.ok(orders.ok);
  assert.deepEqual(
    orders.rows.map(({ type, timeInForce, status, side }) => [type, timeInForce, status, side]),
    [['LIMIT', 'IOC', 'FILLED', 'SELL']],
  );
  const adl = forceOrders(exchange.state, { autoCloseType: 'ADL' });
  assert.deepEqual(adl.ok && adl.rows, []);
});

test('open orders of a position end before it is liquidated, and so do its conditional orders', () => {
  const { exchange, market, mark } = open();
  market('BUY', '0.2');
  const rest = { side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.01', price: '49000' };
  exchange.placeOrder({ symbol: 'BTCUSDT', newClientOrderId: 'rest', ...rest }, 3);
  const stop = { type: 'STOP_MARKET', side: 'SELL', triggerPrice: '46000', closePosition: 'true' };
  exchange.placeAlgoOrder({ algoType: 'CONDITIONAL', symbol: 'BTCUSDT', clientAlgoId: 'stop', ...stop }, 3);
  mark('44900');
  const order = exchange.queryOrder({ symbol: 'BTCUSDT', origClientOrderId: 'rest' });
  assert.ok(order.ok && order.order.status === 'EXPIRED');
  const expired = exchange.ledger.find((entry) => entry.kind === 'order_expired');
  assert.ok(expired?.kind === 'order_expired' && expired.reason === 5);
  const algo = exchange.queryAlgoOrder({ clientAlgoId: 'stop' });
  assert.ok(algo.ok && algo.algo.algoStatus === 'EXPIRED');
});

test('of several cross positions the one that lost most goes first, and the rest stays if it is covered', () => {
  for (const [liquidationFee, left] of [
    ['0.0125', []],
    ['0.0001', ['ETHUSDT']],
  ] as const) {
    const symbols = defaultSymbols.map((spec) => ({ ...spec, liquidationFee }));
    const { exchange, market, mark } = open({ symbols });
    market('BUY', '0.1', 'ETHUSDT');
    market('BUY', '0.3');
    mark('46800');
    const closed = exchange.ledger.flatMap((entry) => (entry.kind === 'liquidation' ? [entry.symbol] : []));
    assert.equal(closed[0], 'BTCUSDT');
    const positions = exchange.positionRisk();
    assert.deepEqual(positions.ok && positions.positions.map(({ symbol }) => symbol), left);
  }
});

test('the holder is warned once before, and again after a recovery', () => {
  const { events, market, mark, kinds } = open();
  market('BUY', '0.3');
  const calls = () => events.filter((event) => event.e === 'MARGIN_CALL');
  mark('46900');
  assert.equal(calls().length, 1);
  mark('46900');
  assert.equal(calls().length, 1);
  mark('50000');
  mark('46900');
  assert.equal(calls().length, 2);
  const [call] = calls();
  assert.ok(call?.e === 'MARGIN_CALL');
  assert.deepEqual(
    [call.p[0]?.s, call.p[0]?.mt, call.p[0]?.pa, call.p[0]?.mp],
    ['BTCUSDT', 'CROSSED', '0.3', '46900'],
  );
  assert.ok(call.cw !== undefined);
  assert.equal(kinds().filter((kind) => kind === 'margin_call').length, 2);
});

test('hedge mode: long and short of a symbol share the liquidation price in cross margin', () => {
  const exchange = new SimulatedExchange({ seed: 5, dualSide: true, balance: '1000' });
  exchange.setPrice('BTCUSDT', '50000', 1);
  for (const [side, positionSide, quantity] of [
    ['BUY', 'LONG', '0.2'],
    ['SELL', 'SHORT', '0.05'],
  ]) {
    const params = { symbol: 'BTCUSDT', side, positionSide, type: 'MARKET', quantity };
    assert.ok(exchange.placeOrder(params, 2).ok);
  }
  const risk = exchange.positionRisk('BTCUSDT');
  assert.ok(risk.ok);
  const [long, short] = risk.positions;
  assert.ok(long !== undefined && long.liquidationPrice !== '0');
  assert.equal(long.liquidationPrice, short?.liquidationPrice);
});
