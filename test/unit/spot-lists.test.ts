// Goal: order lists end, start and tell what Binance documents of OCO, OTO and OTOCO.
// Method: a pinned market that is moved to where one of the orders acts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accepted, limit, oco, SpotScene } from '#test/support/spot-scene.ts';

const oto = {
  symbol: 'BTCUSDT',
  workingType: 'LIMIT',
  workingSide: 'BUY',
  workingPrice: '49000',
  workingQuantity: '0.01',
  workingTimeInForce: 'GTC',
  workingClientOrderId: 'entry',
};
const withExit = {
  ...oto,
  pendingType: 'LIMIT_MAKER',
  pendingSide: 'SELL',
  pendingPrice: '52000',
  pendingQuantity: '0.005',
  pendingClientOrderId: 'exit',
};
const withPair = {
  ...oto,
  pendingSide: 'SELL',
  pendingQuantity: '0.005',
  pendingAboveType: 'LIMIT_MAKER',
  pendingAbovePrice: '52000',
  pendingAboveClientOrderId: 'profit',
  pendingBelowType: 'STOP_LOSS',
  pendingBelowStopPrice: '48000',
  pendingBelowClientOrderId: 'loss',
};

const listOf = (scene: SpotScene) => {
  const [list] = accepted(scene.exchange.ask.allLists({})) as unknown as readonly Record<string, unknown>[];
  return `${list?.['contingencyType']} ${list?.['listStatusType']} ${list?.['listOrderStatus']}`;
};

test('an OCO locks once for both orders, and lists the stop first', () => {
  const scene = new SpotScene();
  const placed = scene.list('oco', oco);
  assert.equal(placed['contingencyType'], 'OCO');
  assert.equal(placed['listStatusType'], 'EXEC_STARTED');
  assert.equal(placed['listOrderStatus'], 'EXECUTING');
  const reports = placed['orderReports'] as readonly Record<string, unknown>[];
  assert.deepEqual(
    reports.map((one) => [one['clientOrderId'], one['type'], one['status'], Number(one['workingTime']) > 0]),
    [
      ['loss', 'STOP_LOSS', 'NEW', false],
      ['profit', 'LIMIT_MAKER', 'NEW', true],
    ],
  );
  assert.deepEqual(scene.balance('BTC'), ['0.99', '0.01']);
  assert.deepEqual(scene.told(), [
    'list EXEC_STARTED EXECUTING',
    'loss NEW NEW',
    'profit NEW NEW',
    'outboundAccountPosition',
  ]);
});

test('the old spelling of an OCO makes the same orders', () => {
  const scene = new SpotScene();
  const placed = scene.list('legacy-oco', {
    symbol: 'BTCUSDT',
    side: 'SELL',
    quantity: '0.01',
    price: '51000',
    limitClientOrderId: 'profit',
    stopPrice: '49000',
    stopLimitPrice: '48900',
    stopLimitTimeInForce: 'GTC',
    stopClientOrderId: 'loss',
  });
  const reports = placed['orderReports'] as readonly Record<string, unknown>[];
  assert.deepEqual(
    reports.map((one) => [one['clientOrderId'], one['type'], one['price'], one['stopPrice']]),
    [
      ['loss', 'STOP_LOSS_LIMIT', '48900.00000000', '49000.00000000'],
      ['profit', 'LIMIT_MAKER', '51000.00000000', undefined],
    ],
  );
});

test('the filled limit order of an OCO ends the stop', () => {
  const scene = new SpotScene();
  scene.list('oco', oco);
  scene.told();
  scene.price('51500');
  assert.deepEqual(scene.statuses('profit', 'loss'), ['FILLED', 'EXPIRED']);
  assert.equal(scene.order('loss')['expiryReason'], 'OCO_TRIGGER');
  assert.deepEqual(scene.told(), [
    'loss EXPIRED EXPIRED',
    'profit TRADE FILLED',
    'outboundAccountPosition',
    'list ALL_DONE ALL_DONE',
  ]);
  assert.equal(listOf(scene), 'OCO ALL_DONE ALL_DONE');
  assert.deepEqual(scene.balance('BTC'), ['0.99', '0']);
});

test('the fired stop of an OCO ends the limit order', () => {
  const scene = new SpotScene();
  scene.list('oco', oco);
  scene.price('48500');
  assert.deepEqual(scene.statuses('profit', 'loss'), ['EXPIRED', 'FILLED']);
  assert.deepEqual(scene.balance('BTC'), ['0.99', '0']);
  assert.equal(listOf(scene), 'OCO ALL_DONE ALL_DONE');
});

test('an order of a list is canceled with all of it', () => {
  const scene = new SpotScene();
  scene.list('oco', oco);
  scene.told();
  const canceled = scene.cancel({ origClientOrderId: 'profit', newClientOrderId: 'undo' });
  assert.equal(canceled['listOrderStatus'], 'ALL_DONE');
  const reports = canceled['orderReports'] as readonly Record<string, unknown>[];
  assert.deepEqual(
    reports.map((one) => [one['origClientOrderId'], one['clientOrderId'], one['status']]),
    [
      ['loss', 'undo', 'CANCELED'],
      ['profit', 'undo', 'CANCELED'],
    ],
  );
  assert.deepEqual(scene.told().at(-1), 'list ALL_DONE ALL_DONE');
  assert.deepEqual(scene.balance('BTC'), ['1', '0']);
});

test('a buying OCO locks what the dearer order needs', () => {
  const scene = new SpotScene();
  scene.list('oco', {
    symbol: 'BTCUSDT',
    side: 'BUY',
    quantity: '0.01',
    aboveType: 'STOP_LOSS_LIMIT',
    aboveStopPrice: '51000',
    abovePrice: '51100',
    aboveTimeInForce: 'GTC',
    belowType: 'LIMIT_MAKER',
    belowPrice: '49000',
    aboveClientOrderId: 'breakout',
    belowClientOrderId: 'dip',
  });
  assert.deepEqual(scene.balance('USDT'), ['9489', '511']);
  scene.price('48000');
  assert.deepEqual(scene.statuses('dip', 'breakout'), ['FILLED', 'EXPIRED']);
  assert.deepEqual(scene.balance('USDT'), ['9510', '0']);
});

const wrong: readonly (readonly [string, Record<string, string | undefined>, number])[] = [
  ['two limit orders', { belowType: 'LIMIT_MAKER', belowPrice: '49000', belowStopPrice: undefined }, -1168],
  ['a type that no OCO has', { aboveType: 'LIMIT', aboveTimeInForce: 'GTC' }, -1158],
  [
    'a sell that stops above',
    { aboveType: 'STOP_LOSS', abovePrice: undefined, aboveStopPrice: '51000' },
    -1197,
  ],
  ['a sell that takes its profit below', { belowType: 'TAKE_PROFIT' }, -1199],
  ['a buy with its limit above', { side: 'BUY' }, -1165],
  ['a profit below the market', { abovePrice: '49500' }, -2010],
  ['a stop above the market', { belowStopPrice: '50500' }, -2010],
  ['no stop price', { belowStopPrice: undefined }, -1102],
  ['more than the account has', { quantity: '1.5' }, -2010],
];
for (const [name, change, code] of wrong) {
  test(`an OCO with ${name} is refused with ${code}`, () => {
    const scene = new SpotScene();
    const [refused] = SpotScene.refusal(scene.exchange.placeList('oco', { ...oco, ...change }, scene.nowMs));
    assert.equal(refused, code);
    assert.deepEqual(accepted(scene.exchange.ask.openOrders({})), []);
    assert.deepEqual(scene.balance('BTC'), ['1', '0']);
  });
}

test('what waits in an OTO starts when the working order is filled', () => {
  const scene = new SpotScene();
  scene.list('oto', withExit);
  assert.deepEqual(scene.statuses('entry', 'exit'), ['NEW', 'PENDING_NEW']);
  assert.deepEqual(scene.balance('BTC'), ['1', '0'], 'what waits locks nothing');
  scene.price('48000');
  assert.deepEqual(scene.statuses('entry', 'exit'), ['FILLED', 'NEW']);
  assert.deepEqual(scene.balance('BTC'), ['1.00499', '0.005']);
  assert.equal(listOf(scene), 'OTO EXEC_STARTED EXECUTING');
  scene.price('53000');
  assert.deepEqual(scene.statuses('exit'), ['FILLED']);
  assert.equal(listOf(scene), 'OTO ALL_DONE ALL_DONE');
});

test('a working order that is filled at once is answered before what waits for it starts', () => {
  const scene = new SpotScene();
  const placed = scene.list('oto', { ...withExit, workingPrice: '51000' });
  const reports = placed['orderReports'] as readonly Record<string, unknown>[];
  assert.deepEqual(
    reports.map((one) => one['status']),
    ['FILLED', 'PENDING_NEW'],
  );
  assert.deepEqual(scene.statuses('entry', 'exit'), ['FILLED', 'NEW']);
});

test('a working order that expires takes what waits with it', () => {
  const scene = new SpotScene();
  scene.list('oto', { ...withExit, workingTimeInForce: 'FOK' });
  assert.deepEqual(scene.statuses('entry', 'exit'), ['EXPIRED', 'EXPIRED']);
  assert.equal(scene.order('exit')['expiryReason'], 'OTO_PHASE_ONE_EXPIRED');
});

test('what can not start when its turn comes expires as rejected', () => {
  const scene = new SpotScene();
  scene.list('oto', { ...withExit, pendingQuantity: '2' });
  scene.price('48000');
  assert.deepEqual(scene.statuses('entry', 'exit'), ['FILLED', 'EXPIRED']);
  assert.equal(scene.order('exit')['expiryReason'], 'REJECTED');
  assert.equal(listOf(scene), 'OTO ALL_DONE ALL_DONE');
});

test('canceling what waits cancels the working order too', () => {
  const scene = new SpotScene();
  scene.list('oto', withExit);
  scene.cancel({ origClientOrderId: 'exit' });
  assert.deepEqual(scene.statuses('entry', 'exit'), ['CANCELED', 'CANCELED']);
  assert.deepEqual(scene.balance('USDT'), ['10000', '0']);
});

test('the pair of an OTOCO starts together, and one ends the other', () => {
  const scene = new SpotScene();
  const placed = scene.list('otoco', withPair);
  assert.equal(placed['contingencyType'], 'OTO');
  assert.deepEqual(scene.statuses('entry', 'loss', 'profit'), ['NEW', 'PENDING_NEW', 'PENDING_NEW']);
  scene.price('48500');
  assert.deepEqual(scene.statuses('entry', 'loss', 'profit'), ['FILLED', 'NEW', 'NEW']);
  assert.deepEqual(scene.balance('BTC'), ['1.00499', '0.005']);
  scene.price('47000');
  assert.deepEqual(scene.statuses('loss', 'profit'), ['FILLED', 'EXPIRED']);
  assert.equal(listOf(scene), 'OTO ALL_DONE ALL_DONE');
});

test('lists are found by id and by client id, and the open ones apart', () => {
  const scene = new SpotScene();
  const { orderListId } = scene.list('oco', { ...oco, listClientOrderId: 'pair' });
  const found = accepted(scene.exchange.ask.list({ origClientOrderId: 'pair' }));
  assert.equal(found['orderListId'], orderListId);
  assert.deepEqual(accepted(scene.exchange.ask.openLists()), [found]);
  assert.deepEqual(SpotScene.refusal(scene.exchange.ask.list({ orderListId: '99' }))[0], -2018);
  accepted(scene.exchange.cancelList({ symbol: 'BTCUSDT', listClientOrderId: 'pair' }, scene.nowMs));
  assert.deepEqual(accepted(scene.exchange.ask.openLists()), []);
});

test('canceling all of a symbol tells orders and lists apart', () => {
  const scene = new SpotScene();
  scene.list('oco', oco);
  scene.place({ ...limit, newClientOrderId: 'alone' });
  const all = accepted(scene.exchange.cancelAllOrders({ symbol: 'BTCUSDT' }, scene.nowMs));
  assert.deepEqual(
    (all as unknown as readonly Record<string, unknown>[]).map(
      (one) => one['origClientOrderId'] ?? one['contingencyType'],
    ),
    ['alone', 'OCO'],
  );
  assert.deepEqual(scene.statuses('alone', 'profit', 'loss'), ['CANCELED', 'CANCELED', 'CANCELED']);
});

test('amending one order of a pair amends the other', () => {
  const scene = new SpotScene();
  scene.list('oco', oco);
  accepted(
    scene.exchange.amendOrder(
      { symbol: 'BTCUSDT', origClientOrderId: 'profit', newQty: '0.004', newClientOrderId: 'profit' },
      scene.nowMs,
    ),
  );
  assert.deepEqual(
    [scene.order('loss')['origQty'], scene.order('profit')['origQty']],
    ['0.00400000', '0.00400000'],
  );
  assert.deepEqual(scene.balance('BTC'), ['0.996', '0.004']);
});
