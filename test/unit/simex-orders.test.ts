// Goal: the regular book fills, rests, cancels and expires orders by the rules of the exchange, in both position modes.
// Method: scripted prices, so that each fill is known; the ledger is the witness.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SimulatedExchange } from '#simex/usdm/exchange.ts';
import type { LedgerEntry } from '#simex/usdm/ledger.ts';
import type { OrderParams } from '#simex/usdm/params.ts';
import type { ExchangeEvent, OrderTradeUpdate } from '#simex/usdm/types.ts';

interface Bench {
  readonly exchange: SimulatedExchange;
  readonly events: ExchangeEvent[];
  place(
    params: OrderParams,
  ): { readonly code: number } | { readonly orderId: number; readonly status: string };
  kinds(): string[];
}

function open(options: { dualSide?: boolean; balance?: string } = {}): Bench {
  const events: ExchangeEvent[] = [];
  const exchange = new SimulatedExchange({
    seed: 7,
    ...options,
    onEvent: (event) => void events.push(event),
  });
  exchange.setPrice('BTCUSDT', '50000', 1);
  events.length = 0;
  return {
    exchange,
    events,
    place(params) {
      const result = exchange.placeOrder({ symbol: 'BTCUSDT', newOrderRespType: 'RESULT', ...params }, 10);
      return result.ok ? result.order : { code: result.code };
    },
    kinds: () => exchange.ledger.map((entry) => entry.kind),
  };
}

const buyLong: OrderParams = { side: 'BUY', positionSide: 'LONG', type: 'MARKET', quantity: '0.1' };
const sellLong: OrderParams = { ...buyLong, side: 'SELL' };
const limitBuy: OrderParams = { ...buyLong, type: 'LIMIT', timeInForce: 'GTC', price: '49000' };

const fillsOf = (ledger: readonly LedgerEntry[]) => ledger.filter((entry) => entry.kind === 'fill');
const sum = (texts: readonly string[]): number => texts.reduce((total, text) => total + Number(text), 0);
const positionAmount = ({ exchange }: Bench, positionSide = 'LONG'): string => {
  const result = exchange.positionRisk('BTCUSDT');
  assert.ok(result.ok);
  return result.positions.find((one) => one.positionSide === positionSide)?.positionAmt ?? '0';
};

test('a market order fills at the levels of the book, in one to several parts', () => {
  const bench = open();
  const order = bench.place({ ...buyLong, quantity: '0.5', newClientOrderId: 'entry' });
  assert.ok('status' in order);
  assert.equal(order.status, 'FILLED');
  const fills = fillsOf(bench.exchange.ledger);
  assert.ok(fills.length > 1, 'half a bitcoin is more than the best level holds');
  assert.equal(sum(fills.map((fill) => fill.quantity)).toFixed(3), '0.500');
  const prices = fills.map((fill) => Number(fill.price));
  assert.equal(prices[0], 50000.1);
  assert.deepEqual(
    prices,
    [...prices].sort((a, b) => a - b),
  );
  assert.equal(positionAmount(bench), '0.5');
});

test('the answer of the default type says only that the order was taken', () => {
  const { exchange } = open();
  const result = exchange.placeOrder({ symbol: 'BTCUSDT', ...buyLong }, 10);
  assert.ok(result.ok);
  assert.equal(result.order.status, 'NEW');
  assert.equal(result.order.executedQty, '0');
  assert.ok(!('avgPrice' in result.order) && !('cumQuote' in result.order));
  const queried = exchange.queryOrder({ symbol: 'BTCUSDT', orderId: String(result.order.orderId) });
  assert.ok(queried.ok);
  assert.equal(queried.order.status, 'FILLED');
  assert.ok(Number(queried.order.avgPrice) >= 50000.1);
});

test('fees and realised profit reach the wallet exactly', () => {
  const bench = open();
  bench.place({ ...buyLong, quantity: '0.002' });
  bench.exchange.setPrice('BTCUSDT', '51000', 20);
  bench.place({ ...sellLong, quantity: '0.002' });
  const [bought, sold] = fillsOf(bench.exchange.ledger);
  assert.equal(bought?.commission, '0.0500001');
  assert.equal(sold?.realizedPnl, '1.9996');
  assert.equal(sold?.commission, '0.0509999');
  assert.equal(bench.exchange.account().totalWalletBalance, '10001.8986');
  assert.equal(positionAmount(bench), '0');
});

test('a short position earns when the price falls', () => {
  const bench = open();
  bench.place({ side: 'SELL', positionSide: 'SHORT', type: 'MARKET', quantity: '0.002' });
  assert.equal(positionAmount(bench, 'SHORT'), '-0.002');
  bench.exchange.setPrice('BTCUSDT', '49000', 20);
  bench.place({ side: 'BUY', positionSide: 'SHORT', type: 'MARKET', quantity: '0.002' });
  assert.equal(fillsOf(bench.exchange.ledger)[1]?.realizedPnl, '1.9996');
});

test('each fill sends ACCOUNT_UPDATE and ORDER_TRADE_UPDATE, and the last says FILLED', () => {
  const bench = open();
  bench.place({ ...buyLong, quantity: '0.5', newClientOrderId: 'entry' });
  const fills = fillsOf(bench.exchange.ledger).length;
  const updates = bench.events.filter((event): event is OrderTradeUpdate => event.e === 'ORDER_TRADE_UPDATE');
  assert.equal(bench.events.filter((event) => event.e === 'ACCOUNT_UPDATE').length, fills);
  assert.deepEqual(
    updates.map((update) => `${update.o.x} ${update.o.X}`),
    ['NEW NEW', ...Array<string>(fills - 1).fill('TRADE PARTIALLY_FILLED'), 'TRADE FILLED'],
  );
  const last = updates.at(-1)?.o;
  assert.equal(last?.z, '0.5');
  assert.equal(last?.c, 'entry');
  assert.equal(last?.rp, '0');
});

test('a limit order rests until the market goes through it, and then fills at its own price as maker', () => {
  const bench = open();
  const order = bench.place(limitBuy);
  assert.ok('status' in order && order.status === 'NEW');
  assert.equal(bench.kinds().includes('fill'), false);
  bench.exchange.setPrice('BTCUSDT', '48900', 20);
  const [fill] = fillsOf(bench.exchange.ledger);
  assert.equal(fill?.price, '49000');
  assert.equal(fill?.maker, true);
  assert.equal(fill?.commission, '0.98');
  assert.equal(positionAmount(bench), '0.1');
});

test('a limit order that the market only touches fills in the end, often in parts', () => {
  let partial = 0;
  for (let seed = 0; seed < 30; seed += 1) {
    const exchange = new SimulatedExchange({ seed });
    exchange.setPrice('BTCUSDT', '50000', 1);
    exchange.placeOrder({ symbol: 'BTCUSDT', ...limitBuy, quantity: '0.02', newClientOrderId: 'rest' }, 2);
    exchange.setPrice('BTCUSDT', '48999.9', 3);
    if (fillsOf(exchange.ledger)[0]?.quantity !== '0.02') partial += 1;
    exchange.advance(20_000);
    const queried = exchange.queryOrder({ symbol: 'BTCUSDT', origClientOrderId: 'rest' });
    assert.ok(queried.ok && queried.order.status === 'FILLED', `seed ${seed}`);
  }
  assert.ok(partial > 3, `${partial} of 30 filled in parts`);
});

test('IOC fills what it can and expires the rest; FOK fills all or nothing; GTX never takes', () => {
  const bench = open();
  const ioc = bench.place({ ...limitBuy, timeInForce: 'IOC', price: '50000.1', quantity: '0.15' });
  assert.ok('status' in ioc);
  assert.equal(ioc.status, 'EXPIRED');
  const expired = bench.exchange.ledger.find((entry) => entry.kind === 'order_expired');
  assert.equal(expired?.kind === 'order_expired' && expired.reason, 2);
  assert.deepEqual(bench.place({ ...limitBuy, timeInForce: 'FOK', price: '50000.1', quantity: '3' }), {
    code: -5021,
  });
  const fok = bench.place({ ...limitBuy, timeInForce: 'FOK', price: '50100', quantity: '0.5' });
  assert.ok('status' in fok && fok.status === 'FILLED');
  assert.deepEqual(bench.place({ ...limitBuy, timeInForce: 'GTX', price: '50000.1' }), { code: -5022 });
  const gtx = bench.place({ ...limitBuy, timeInForce: 'GTX', price: '50000' });
  assert.ok('status' in gtx && gtx.status === 'NEW');
});

test('a market order for more than the book holds expires with what it got', () => {
  const bench = open({ balance: '1000000000' });
  const order = bench.place({ ...buyLong, quantity: '120' });
  assert.ok('status' in order && order.status === 'EXPIRED');
  const expired = bench.exchange.ledger.find((entry) => entry.kind === 'order_expired');
  assert.equal(expired?.kind === 'order_expired' && expired.reason, 9);
  assert.ok(Number(positionAmount(bench)) > 20);
});

test('client ids are unique among open orders only', () => {
  const bench = open();
  assert.ok('status' in bench.place({ ...limitBuy, newClientOrderId: 'same' }));
  assert.deepEqual(bench.place({ ...limitBuy, newClientOrderId: 'same' }), { code: -4116 });
  bench.exchange.cancelOrder({ symbol: 'BTCUSDT', origClientOrderId: 'same' }, 20);
  assert.ok('status' in bench.place({ ...buyLong, newClientOrderId: 'same' }));
  assert.ok('status' in bench.place({ ...buyLong, newClientOrderId: 'same' }), 'the exchange buys twice');
});

test('an order is canceled once; its query and a second cancel say so', () => {
  const bench = open();
  bench.place({ ...limitBuy, newClientOrderId: 'one' });
  const key = { symbol: 'BTCUSDT', origClientOrderId: 'one' };
  const canceled = bench.exchange.cancelOrder(key, 20);
  assert.ok(canceled.ok && canceled.order.status === 'CANCELED');
  assert.deepEqual(bench.exchange.cancelOrder(key, 21), {
    ok: false,
    code: -2011,
    msg: 'Unknown order sent.',
  });
  const unknown = bench.exchange.queryOrder({ symbol: 'BTCUSDT', origClientOrderId: 'two' });
  assert.deepEqual(unknown, { ok: false, code: -2013, msg: 'Order does not exist.' });
  const elsewhere = bench.exchange.queryOrder({ symbol: 'ETHUSDT', origClientOrderId: 'one' });
  assert.ok(!elsewhere.ok && elsewhere.code === -2013);
  const nothing = bench.exchange.queryOrder({ symbol: 'BTCUSDT' });
  assert.ok(!nothing.ok && nothing.code === -1102);
});

test('an order does not trade with the account itself', () => {
  const bench = open();
  bench.place({
    side: 'SELL',
    positionSide: 'SHORT',
    type: 'LIMIT',
    timeInForce: 'GTC',
    quantity: '0.1',
    price: '50000.1',
  });
  const order = bench.place({ ...buyLong, quantity: '0.01' });
  assert.ok('status' in order && order.status === 'FILLED');
  assert.deepEqual(
    bench
      .kinds()
      .filter((kind) => kind === 'order_expired' || kind === 'fill')
      .slice(0, 2),
    ['order_expired', 'fill'],
  );
  const open2 = open();
  open2.place({
    side: 'SELL',
    positionSide: 'SHORT',
    type: 'LIMIT',
    timeInForce: 'GTC',
    quantity: '0.1',
    price: '50000.1',
  });
  const taker = open2.place({ ...buyLong, quantity: '0.01', selfTradePreventionMode: 'EXPIRE_TAKER' });
  assert.ok('status' in taker && taker.status === 'EXPIRED_IN_MATCH');
});

test('margin is checked for what opens, not for what closes', () => {
  const bench = open({ balance: '1000' });
  assert.deepEqual(bench.place({ ...buyLong, quantity: '0.5' }), { code: -2019 });
  assert.ok('status' in bench.place({ ...buyLong, quantity: '0.3' }));
  assert.deepEqual(bench.place({ ...limitBuy, quantity: '0.3' }), { code: -2019 });
  assert.ok('status' in bench.place({ ...sellLong, quantity: '0.3' }));
});

test('resting orders set margin aside until they end', () => {
  const { exchange, place } = open();
  place({ ...limitBuy, newClientOrderId: 'one' });
  assert.equal(exchange.account().totalOpenOrderInitialMargin, '245');
  assert.equal(exchange.account().availableBalance, '9755');
  exchange.cancelOrder({ symbol: 'BTCUSDT', origClientOrderId: 'one' }, 20);
  assert.equal(exchange.account().availableBalance, '10000');
});

test('hedge mode: position sides are required, reduceOnly is refused, a position cannot turn', () => {
  const bench = open();
  assert.deepEqual(bench.place({ ...buyLong, positionSide: undefined }), { code: -4061 });
  assert.deepEqual(bench.place({ ...buyLong, positionSide: 'BOTH' }), { code: -4061 });
  assert.deepEqual(bench.place({ ...buyLong, reduceOnly: 'true' }), { code: -1106 });
  assert.deepEqual(bench.place({ ...buyLong, reduceOnly: 'false' }), { code: -1106 });
  assert.deepEqual(bench.place(sellLong), { code: -2022 });
  bench.place(buyLong);
  assert.deepEqual(bench.place({ ...sellLong, quantity: '0.101' }), { code: -2022 });
  bench.place({ side: 'SELL', positionSide: 'SHORT', type: 'MARKET', quantity: '0.05' });
  assert.equal(positionAmount(bench, 'LONG'), '0.1');
  assert.equal(positionAmount(bench, 'SHORT'), '-0.05');
  assert.ok(
    'status' in bench.place({ ...sellLong, quantity: '0.001' }),
    'closing is exempt from the notional',
  );
});

test('hedge mode: resting closing orders end with their position', () => {
  const bench = open();
  bench.place(buyLong);
  bench.place({ ...sellLong, type: 'LIMIT', timeInForce: 'GTC', price: '51000', newClientOrderId: 'target' });
  bench.place(sellLong);
  const target = bench.exchange.queryOrder({ symbol: 'BTCUSDT', origClientOrderId: 'target' });
  assert.ok(target.ok && target.order.status === 'EXPIRED');
});

test('one-way mode: reduceOnly is cut to the position and refused without one; orders may turn a position', () => {
  const bench = open({ dualSide: false });
  const buy: OrderParams = { side: 'BUY', type: 'MARKET', quantity: '0.1' };
  const sell: OrderParams = { ...buy, side: 'SELL' };
  assert.deepEqual(bench.place({ ...buy, positionSide: 'LONG' }), { code: -4061 });
  assert.deepEqual(bench.place({ ...sell, reduceOnly: 'true' }), { code: -2022 });
  bench.place(buy);
  bench.place({ ...sell, reduceOnly: 'true', quantity: '0.3' });
  assert.equal(positionAmount(bench, 'BOTH'), '0');
  bench.place(buy);
  bench.place({
    ...sell,
    reduceOnly: 'true',
    type: 'LIMIT',
    timeInForce: 'GTC',
    price: '51000',
    newClientOrderId: 'tp',
  });
  bench.place({ ...sell, quantity: '0.3' });
  assert.equal(positionAmount(bench, 'BOTH'), '-0.2');
  const orphan = bench.exchange.queryOrder({ symbol: 'BTCUSDT', origClientOrderId: 'tp' });
  assert.ok(orphan.ok && orphan.order.status === 'EXPIRED', 'it can no longer reduce');
});

test('settings are refused while orders or positions depend on them', () => {
  const { exchange, place } = open();
  assert.deepEqual(exchange.setDualSide(true, 1), {
    ok: false,
    code: -4059,
    msg: 'No need to change position side.',
  });
  place({ ...limitBuy, newClientOrderId: 'one' });
  assert.equal(codeOf(exchange.setDualSide(false, 2)), -4067);
  assert.equal(codeOf(exchange.setMarginType('BTCUSDT', 'ISOLATED', 2)), -4047);
  exchange.cancelAllOrders('BTCUSDT', 3);
  place(buyLong);
  assert.equal(codeOf(exchange.setDualSide(false, 4)), -4068);
  assert.equal(codeOf(exchange.setMarginType('BTCUSDT', 'ISOLATED', 4)), -4048);
  assert.equal(codeOf(exchange.setMarginType('ETHUSDT', 'CROSSED', 4)), -4046);
  assert.equal(codeOf(exchange.setLeverage('BTCUSDT', '151', 4)), -4028);
  assert.equal(codeOf(exchange.setLeverage('BTCUSDT', '10', 4)), undefined);
});

const codeOf = (result: { readonly ok: boolean; readonly code?: number }): number | undefined => result.code;
