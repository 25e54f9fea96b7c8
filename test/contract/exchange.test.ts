/**
 * What every Exchange has to do, against a real one over sockets. The exchange's own ledger is the judge of what
 * happened there.
 */

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { type ClientOrderId, clientOrderIdOf, type IntentId, type Micros, type Symbol } from '#core/ids.ts';
import { instrument } from '#core/instrument.ts';
import { addQuantity, quantity, showPrice, showQuantity, zeroQuantity } from '#core/money.ts';
import type { OrderReport, PlannedOrder } from '#core/order.ts';
import type { PositionMode } from '#core/settings.ts';
import { Secret } from '#exchange/binance/secret.ts';
import { BinanceUsdm } from '#exchange/binance/usdm.ts';
import type { Exchange, ExchangeEvent, OrderRef } from '#exchange/port.ts';
import { defaultApiKey, defaultApiSecret, type Simex, startSimex } from '#simex/server.ts';
import type { LedgerEntry } from '#simex/types.ts';
import { until } from '../support/binance-script.ts';

const BTC = 'BTCUSDT' as Symbol;
const ETH = 'ETHUSDT' as Symbol;
const SYMBOLS = [BTC, ETH];

let simex: Simex;
let exchange: Exchange;
let events: ExchangeEvent[];
let problems: string[];
let ids: number;

beforeEach(async () => {
  events = [];
  problems = [];
  ids = 0;
  simex = await startSimex({ port: 0, seed: 7 });
  exchange = await open('hedge');
  await price(BTC, '50000');
});

afterEach(async () => {
  await exchange.close();
  await simex.close();
});

async function open(positionMode: PositionMode): Promise<Exchange> {
  const opened = new BinanceUsdm({
    restUrl: simex.url,
    streamUrl: simex.url.replace('http:', 'ws:'),
    apiKey: new Secret(defaultApiKey),
    apiSecret: new Secret(defaultApiSecret),
    symbols: SYMBOLS,
    positionMode,
    recvWindowMs: 2_000,
    clock: { nowMicros: () => (Date.now() * 1000) as Micros },
    onProblem: (code, detail) => problems.push(`${code} ${detail}`),
  });
  assert.deepEqual(await opened.open((event) => events.push(event)), { kind: 'answer', value: undefined });
  return opened;
}

async function control(method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${simex.url}/sim/${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  assert.equal(response.status, 200, JSON.stringify(answer));
  return answer;
}

const price = (symbol: Symbol, at: string) => control('POST', 'price', { symbol, price: at });
const fault = (kind: string, endpoint?: string) =>
  control('POST', 'faults', {
    faults: [{ kind, count: 1, ...(endpoint === undefined ? {} : { endpoint }) }],
  });

async function ledger(id: ClientOrderId, kind: LedgerEntry['kind']): Promise<LedgerEntry[]> {
  const { entries } = (await control('GET', 'ledger?limit=10000')) as { entries: LedgerEntry[] };
  return entries.filter((entry) => {
    const name =
      'clientOrderId' in entry ? entry.clientOrderId : 'clientAlgoId' in entry && entry.clientAlgoId;
    return name === id && entry.kind === kind;
  });
}

function plan(fields: Partial<PlannedOrder> = {}): PlannedOrder {
  ids += 1;
  const leg = fields.book === 'conditional' ? 'sl' : 'el';
  return {
    clientOrderId: clientOrderIdOf(`te-aaaaaaaaaaaaaaaaaaaa-${leg}` as IntentId, ids),
    book: 'regular',
    symbol: BTC,
    side: 'BUY',
    positionSide: 'LONG',
    type: 'MARKET',
    quantity: '0.01',
    reduceOnly: false,
    ...fields,
  } as PlannedOrder;
}

const stopAt = (triggerPrice: string, fields: Partial<PlannedOrder> = {}): PlannedOrder =>
  plan({ book: 'conditional', type: 'STOP_MARKET', side: 'SELL', triggerPrice, ...fields });
const refOf = ({ clientOrderId, symbol, book }: PlannedOrder): OrderRef => ({ clientOrderId, symbol, book });

const reportsOf = (id: ClientOrderId): OrderReport[] =>
  events.flatMap((event) =>
    event.kind === 'report' && event.report.clientOrderId === id ? [event.report] : [],
  );

const traded = (reports: readonly OrderReport[]): string => {
  const trades = new Map(
    reports.flatMap((report) => report.trades.map((trade) => [trade.tradeId, trade.quantity])),
  );
  return showQuantity(
    [...trades.values()].reduce((sum, text) => addQuantity(sum, quantity(text)), zeroQuantity),
  );
};

async function found(order: PlannedOrder): Promise<OrderReport> {
  const outcome = await exchange.report(refOf(order));
  if (outcome.kind !== 'found') throw new Error(`${order.clientOrderId} is ${JSON.stringify(outcome)}`);
  return outcome.report;
}

async function submitted(order: PlannedOrder): Promise<OrderReport> {
  const { outcome } = await exchange.submit(order);
  if (outcome.kind !== 'accepted') throw new Error(`${order.clientOrderId} is ${JSON.stringify(outcome)}`);
  return outcome.report;
}

const told = (order: PlannedOrder, status: OrderReport['status']) =>
  until(`${order.clientOrderId} ${status}`, () =>
    reportsOf(order.clientOrderId).some((report) => report.status === status),
  );

test('instruments come with all of their rules', async () => {
  const listed = await exchange.instruments(SYMBOLS);
  assert.equal(listed.kind, 'answer');
  if (listed.kind !== 'answer') return;
  assert.deepEqual(
    listed.value.map(({ symbol }) => symbol),
    SYMBOLS,
  );
  for (const text of listed.value) assert.ok(instrument(text).tickSize > 0n);
});

test('quotes follow the market', async () => {
  await price(BTC, '51000');
  await until('the new mark price', () => {
    const quote = exchange.quote(BTC);
    return quote !== undefined && showPrice(quote.mark) === '51000';
  });
  const quote = exchange.quote(BTC);
  assert.ok(quote && quote.bid < quote.ask && Date.now() - quote.atMs < 5_000);
});

test('a market order fills, and the stream tells every trade once', async () => {
  const order = plan();
  const report = await submitted(order);
  assert.deepEqual([report.status, report.executed], ['filled', '0.01']);
  await told(order, 'filled');
  const reports = reportsOf(order.clientOrderId);
  assert.equal(traded(reports), '0.01');
  assert.equal(new Set(reports.map(({ exchangeOrderId }) => exchangeOrderId)).size, 1);
  const asked = await found(order);
  assert.deepEqual(
    asked.trades,
    reports.flatMap(({ trades }) => trades),
    'asking tells what the stream told',
  );
  assert.deepEqual([asked.status, asked.executed], ['filled', '0.01']);
});

test('a limit order rests, is cancelled once, and is not open after that', async () => {
  const order = plan({ type: 'LIMIT', price: '49000' });
  assert.equal((await submitted(order)).status, 'open');
  await told(order, 'open');
  assert.deepEqual(await exchange.cancel(refOf(order)), { kind: 'canceled' });
  await told(order, 'canceled');
  assert.deepEqual(await exchange.cancel(refOf(order)), { kind: 'not_open' });
  const { status, executed, trades } = await found(order);
  assert.deepEqual([status, executed, trades], ['canceled', '0', []]);
});

test('a stop rests in the conditional book and is cancelled there', async () => {
  await submitted(plan());
  const stop = stopAt('49000');
  assert.equal((await submitted(stop)).status, 'open');
  await told(stop, 'open');
  assert.equal((await found(stop)).status, 'open');
  assert.deepEqual(await exchange.cancel({ ...refOf(stop), book: 'regular' }), { kind: 'not_open' });
  assert.deepEqual(await exchange.cancel(refOf(stop)), { kind: 'canceled' });
  await told(stop, 'canceled');
  assert.deepEqual(await exchange.cancel(refOf(stop)), { kind: 'not_open' });
  assert.equal((await found(stop)).status, 'canceled');
});

test("a stop that triggers is filled under the stop's own id, with its child named", async () => {
  await submitted(plan());
  const stop = stopAt('49000');
  const { exchangeOrderId } = await submitted(stop);
  await price(BTC, '48900');
  await told(stop, 'filled');
  const reports = reportsOf(stop.clientOrderId);
  assert.equal(traded(reports), '0.01');
  assert.ok(reports.every((report) => report.exchangeOrderId === exchangeOrderId));
  const last = reports.findLast(({ status }) => status === 'filled');
  assert.ok(last?.childOrderId !== undefined && last.childOrderId !== exchangeOrderId);
  const asked = await found(stop);
  assert.deepEqual(
    [asked.status, asked.executed, asked.childOrderId, asked.exchangeOrderId, traded([asked])],
    ['filled', '0.01', last.childOrderId, exchangeOrderId, '0.01'],
  );
  assert.equal((await ledger(stop.clientOrderId, 'algo_finished')).length, 1);
  const snapshot = await exchange.snapshot();
  assert.deepEqual(snapshot.kind === 'answer' && snapshot.value.positions, []);
});

test('a stop that was placed before this adapter was opened is told under its own id too', async () => {
  await submitted(plan());
  const stop = stopAt('49000');
  await submitted(stop);
  await exchange.close();
  events = [];
  exchange = await open('hedge');
  await price(BTC, '48900');
  await told(stop, 'filled');
  await until('its trades', () => traded(reportsOf(stop.clientOrderId)) === '0.01');
  assert.deepEqual(problems, []);
});

test('a stop on the wrong side of the market would trigger', async () => {
  await submitted(plan());
  const { outcome } = await exchange.submit(stopAt('51000'));
  assert.deepEqual(outcome.kind === 'refused' && [outcome.refusal, outcome.code], ['would_trigger', -2021]);
});

test('what the exchange refuses is refused by its kind', async () => {
  const refusal = async (fields: Partial<PlannedOrder>) => {
    const { outcome } = await exchange.submit(plan(fields));
    return outcome.kind === 'refused' ? outcome.refusal : outcome.kind;
  };
  assert.equal(await refusal({ quantity: '0.0001' }), 'filter');
  assert.equal(await refusal({ quantity: '0.001' }), 'filter', 'below the minimum notional');
  assert.equal(await refusal({ type: 'LIMIT', price: '49000.01' }), 'filter');
  assert.equal(await refusal({ quantity: '50' }), 'insufficient_margin');
  assert.equal(await refusal({ symbol: 'NOPE' as Symbol }), 'other');
});

test('an open order that is sent again is unknown, and asking shows that it is there', async () => {
  const order = plan({ type: 'LIMIT', price: '49000' });
  await submitted(order);
  assert.equal((await exchange.submit(order)).outcome.kind, 'unknown');
  assert.equal((await found(order)).status, 'open');
  assert.equal((await ledger(order.clientOrderId, 'order_accepted')).length, 1);
});

test('the snapshot has the orders of both books and the positions of both sides', async () => {
  const limit = plan({ type: 'LIMIT', price: '49000' });
  const stop = stopAt('49000');
  const before = Date.now() * 1000;
  await submitted(plan());
  await submitted(plan({ side: 'SELL', positionSide: 'SHORT', quantity: '0.02' }));
  await submitted(limit);
  await submitted(stop);
  const snapshot = await exchange.snapshot();
  assert.equal(snapshot.kind, 'answer');
  if (snapshot.kind !== 'answer') return;
  assert.ok(snapshot.value.takenAt >= before);
  assert.deepEqual(snapshot.value.openOrders, [refOf(limit), refOf(stop)]);
  assert.deepEqual(
    snapshot.value.positions.map(({ symbol, side, quantity: size }) => [symbol, side, size]).sort(),
    [
      [BTC, 'LONG', '0.01'],
      [BTC, 'SHORT', '0.02'],
    ],
  );
});

test('one-way mode is set at opening, and a reduce-only order without a position has nothing to reduce', async () => {
  await exchange.close();
  exchange = await open('one_way');
  const { outcome } = await exchange.submit(plan({ side: 'SELL', positionSide: 'BOTH', reduceOnly: true }));
  assert.deepEqual(outcome.kind === 'refused' && outcome.refusal, 'nothing_to_reduce');
  await submitted(plan({ side: 'SELL', positionSide: 'BOTH' }));
  const snapshot = await exchange.snapshot();
  assert.deepEqual(
    snapshot.kind === 'answer' && snapshot.value.positions.map(({ side, quantity: size }) => [side, size]),
    [['SHORT', '0.01']],
  );
  const stop = stopAt('51000', { side: 'BUY', positionSide: 'BOTH', reduceOnly: true });
  await submitted(stop);
  await price(BTC, '51100');
  await told(stop, 'filled');
});

test('the balance knows the wallet, what is available and what is unrealised', async () => {
  const empty = await exchange.balance();
  assert.deepEqual(empty, {
    kind: 'answer',
    value: { asset: 'USDT', wallet: '10000', available: '10000', unrealised: '0' },
  });
  await submitted(plan());
  const after = await exchange.balance();
  assert.ok(after.kind === 'answer' && Number(after.value.available) < 10_000);
});

const order = 'POST /fapi/v1/order';
for (const [kind, accepted] of [
  ['accept-then-503', true],
  ['accept-then-1006', true],
  ['accept-then-1007', true],
  ['reset-after', true],
  ['refuse-then-503', false],
  ['refuse-then-1007', false],
  ['reset-before', false],
] as const) {
  test(`${kind}: the outcome is unknown; asking finds ${accepted ? 'the order' : 'that it is missing'}`, async () => {
    await fault(kind, order);
    const unknown = plan();
    const { outcome, sentAt } = await exchange.submit(unknown);
    assert.equal(outcome.kind, 'unknown');
    assert.ok(outcome.kind === 'unknown' && outcome.decidableAt > sentAt);
    const asked = await exchange.report(refOf(unknown));
    assert.equal(asked.kind, accepted ? 'found' : 'missing');
    assert.equal((await ledger(unknown.clientOrderId, 'order_accepted')).length, accepted ? 1 : 0);
    if (accepted) await told(unknown, 'filled');
  });
}

for (const [kind, refusal] of [
  ['service-unavailable', 'unavailable'],
  ['internal-error', 'unavailable'],
  ['throttled', 'throttled'],
] as const) {
  test(`${kind}: the order is refused as ${refusal}, and is not there`, async () => {
    await fault(kind, order);
    const refused = plan();
    const { outcome } = await exchange.submit(refused);
    assert.equal(outcome.kind === 'refused' && outcome.refusal, refusal);
    assert.deepEqual(await exchange.report(refOf(refused)), { kind: 'missing' });
  });
}

for (const kind of ['accept-then-503', 'reset-after']) {
  test(`${kind} of a stop: the outcome is unknown and asking finds it`, async () => {
    await submitted(plan());
    await fault(kind, 'POST /fapi/v1/algoOrder');
    const stop = stopAt('49000');
    assert.equal((await exchange.submit(stop)).outcome.kind, 'unknown');
    assert.equal((await found(stop)).status, 'open');
  });
}

test('an interrupted user stream comes back with a gap, and tells what follows', async () => {
  await fault('stream-disconnect');
  const missed = plan();
  await submitted(missed);
  await until('a gap', () => events.some(({ kind }) => kind === 'gap'));
  const next = plan();
  await submitted(next);
  await told(next, 'filled');
  assert.equal((await found(missed)).status, 'filled');
});

test('duplicated events repeat trades under the same trade id', async () => {
  await fault('stream-duplicate', undefined);
  await control('POST', 'faults', { faults: [{ kind: 'stream-duplicate', event: 'ORDER_TRADE_UPDATE' }] });
  const doubled = plan();
  await submitted(doubled);
  await until(
    'the fill, twice',
    () => reportsOf(doubled.clientOrderId).filter(({ status }) => status === 'filled').length === 2,
  );
  assert.equal(traded(reportsOf(doubled.clientOrderId)), '0.01');
});

test('a clock that runs away is followed', async () => {
  await control('POST', 'faults', { faults: [{ kind: 'clock-skew', skewMs: -60_000 }] });
  const late = plan();
  await submitted(late);
  assert.equal((await ledger(late.clientOrderId, 'order_accepted')).length, 1);
  assert.ok(problems.some((problem) => problem.startsWith('clock_resynchronised')));
});

test('opening fails with a wrong secret, and says why', async () => {
  const stranger = new BinanceUsdm({
    restUrl: simex.url,
    streamUrl: simex.url.replace('http:', 'ws:'),
    apiKey: new Secret(defaultApiKey),
    apiSecret: new Secret('not-the-secret'),
    symbols: SYMBOLS,
    positionMode: 'hedge',
    recvWindowMs: 2_000,
    clock: { nowMicros: () => (Date.now() * 1000) as Micros },
    onProblem: () => {},
  });
  const answer = await stranger.open(() => {});
  assert.match(answer.kind === 'failed' ? answer.cause : '', /-1022/);
});
