import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { decide } from '#core/decide.ts';
import { addMs, type Micros, type Seq, type Symbol } from '#core/ids.ts';
import type { TradingSettings } from '#core/settings.ts';
import { differences, type Signal } from '#core/signal.ts';
import { Account, only, plannedIn, START_MS } from '#test/support/account.ts';

const types = (facts: readonly { type: string }[]): string[] => facts.map(({ type }) => type);

const refusals: [string, Partial<Signal>, Partial<TradingSettings>][] = [
  ['hold', { action: 'hold' }, {}],
  ['stale', { timestampMs: START_MS - 300_001 }, {}],
  ['from_the_future', { timestampMs: START_MS + 5_001 }, {}],
  ['low_confidence', { confidence: '0.59' }, {}],
  ['symbol_not_allowed', { symbol: 'DOGEUSDT' as Symbol }, {}],
  ['unknown_symbol', { symbol: 'ETHUSDT' as Symbol }, {}],
  ['wrong_side_stop', { stopLoss: '50000' }, {}],
  ['wrong_side_stop', { action: 'sell', stopLoss: '49999' }, {}],
  ['wrong_side_target', { takeProfit: '49999' }, {}],
  ['wrong_side_target', { action: 'sell', takeProfit: '50000' }, {}],
  ['below_min_quantity', { quantity: '0.0009' }, {}],
  ['below_min_notional', { quantity: '0.001' }, {}],
  ['above_max_quantity', { quantity: '121' }, {}],
  ['price_outside_band', { orderType: 'limit', price: '60000' }, { priceCollarRate: '0.5' }],
  ['price_outside_collar', { orderType: 'limit', price: '47000' }, {}],
  ['nothing_to_close', { action: 'close' }, {}],
];
for (const [reason, change, settings] of refusals) {
  test(`a signal is refused as ${reason} with value and limit: ${JSON.stringify(change)}`, () => {
    const facts = new Account(settings).signal(change);
    assert.deepEqual(types(facts), ['signal.received', 'signal.refused']);
    const [refused] = only(facts, 'signal.refused');
    assert.equal(refused?.reason, reason);
    assert.ok(refused.value !== '' && refused.limit !== '');
    const { value, limit } = refused;
    assert.deepEqual(refused.checks.at(-1), { check: refused.checks.at(-1)?.check, value, limit });
  });
}

test('a signal just inside the bounds of age, skew and confidence is accepted', () => {
  const changes = [
    { timestampMs: START_MS - 300_000 },
    { timestampMs: START_MS + 5_000 },
    { confidence: '0.6' },
  ];
  for (const change of changes) assert.equal(only(new Account().signal(change), 'signal.accepted').length, 1);
});

test('without a recent price the signal is refused', () => {
  const account = new Account();
  account.mark = '';
  assert.equal(only(account.signal(), 'signal.refused')[0]?.reason, 'no_market_data');
});

test('a duplicate is told as one and makes no order', () => {
  const account = new Account();
  const [received] = only(account.signal(), 'signal.received');
  assert.ok(received);
  const facts = account.do({
    type: 'receive_signal',
    signal: received.content,
    key: received.key,
    trace: received.trace,
    receivedAt: received.receivedAt,
    duplicateOf: received,
  });
  assert.deepEqual(types(facts), ['signal.duplicated']);
  assert.equal(only(facts, 'signal.duplicated')[0]?.differs, undefined);
});

test('a duplicate with other content is told with the fields that differ', () => {
  const account = new Account();
  const [received] = only(account.signal({ timestampMs: START_MS - 1_000 }), 'signal.received');
  assert.ok(received);
  const { key, trace, content } = received;
  const receivedAt = addMs(received.receivedAt, 40);
  const again = (signal: Signal) => {
    const facts = account.do({
      type: 'receive_signal',
      signal,
      key,
      trace,
      receivedAt,
      duplicateOf: received,
    });
    assert.deepEqual(types(facts), ['signal.duplicated']);
    return only(facts, 'signal.duplicated')[0]?.differs;
  };
  assert.deepEqual(again({ ...content, action: 'sell', takeProfitRate: '0.03' }), [
    'action',
    'takeProfitRate',
  ]);
  assert.deepEqual(again({ ...content, timestampMs: content.timestampMs - 1 }), ['timestampMs']);
  assert.equal(again({ ...content, metadata: { attempt: '2' } }), undefined, 'metadata is not content');
});

test('a signal that names no time is the same signal whenever it comes again', () => {
  const content = { timestampMs: 1_000 } as Signal;
  const first = { content, receivedAt: 1_000_500 as Micros };
  assert.deepEqual(
    differences(first, { content: { ...content, timestampMs: 1_007 }, receivedAt: 1_007_900 as Micros }),
    [],
  );
  const later = 1_007_900 as Micros;
  assert.deepEqual(
    differences(first, { content, receivedAt: later }),
    [],
    'it named the time of its receipt',
  );
  const earlier = { ...content, timestampMs: 900 };
  assert.deepEqual(differences(first, { content: earlier, receivedAt: later }), ['timestampMs']);
});

test('deciding changes nothing; only folding the facts does', () => {
  const account = new Account();
  const before = structuredClone(account.state);
  const moment = { at: (START_MS * 1000) as Micros, quote: () => undefined };
  decide(account.state, { type: 'tick' }, moment);
  assert.ok(isDeepStrictEqual(account.state, before));
});

test('a filled entry is given a stop for its quantity at once, and is protected when the stop is accepted', () => {
  const account = new Account();
  const entry = plannedIn(account.signal({ stopLoss: '49000', takeProfit: '52000' }), 'entry');
  account.accept(entry);
  const facts = account.fill(entry);
  const stop = plannedIn(facts, 'stop');
  assert.deepEqual(
    [stop.type, stop.side, stop.triggerPrice, stop.quantity, stop.book],
    ['STOP_MARKET', 'SELL', '49000', '0.01', 'conditional'],
  );
  assert.equal(plannedIn(facts, 'take_profit').triggerPrice, '52000');
  assert.deepEqual(types(account.accept(stop)), ['order.accepted', 'position.protected']);
});

test('a partial fill is covered at once, and the stop grows with the next one before the old one goes', () => {
  const account = new Account();
  const entry = plannedIn(account.signal({ stopLoss: '49000' }), 'entry');
  account.accept(entry);
  const part = account.report(entry, { executed: '0.004', trades: [account.trade('0.004')] });
  const small = plannedIn(account.do({ type: 'record_report', report: part, how: 'stream' }), 'stop');
  assert.equal(small.quantity, '0.004');
  account.accept(small);
  const rest = account.report(entry, {
    status: 'filled',
    executed: '0.01',
    trades: [account.trade('0.006')],
  });
  const grown = account.do({ type: 'record_report', report: rest, how: 'stream' });
  assert.equal(only(grown, 'cancel.requested').length, 0, 'the small stop stays until the large one stands');
  const large = plannedIn(grown, 'stop');
  assert.equal(large.quantity, '0.01');
  const facts = account.accept(large);
  assert.deepEqual(types(facts), ['order.accepted', 'position.protected', 'cancel.requested']);
  assert.equal(only(facts, 'cancel.requested')[0]?.clientOrderId, small.clientOrderId);
});

test('the same execution told twice changes the position once', () => {
  const account = new Account();
  const entry = plannedIn(account.signal(), 'entry');
  account.accept(entry);
  const report = account.report(entry, { executed: '0.004', trades: [account.trade('0.004')] });
  account.do({ type: 'record_report', report, how: 'stream' });
  assert.deepEqual(account.do({ type: 'record_report', report, how: 'query' }), []);
});

test('an unknown outcome is neither resent nor dropped until the exchange denied it after the window', () => {
  const account = new Account();
  const entry = plannedIn(account.signal(), 'entry');
  const decidableAt = ((START_MS + 2_500) * 1000) as Micros;
  const { clientOrderId } = entry;
  account.outcome(entry, { kind: 'unknown', cause: 'timeout', decidableAt });
  assert.deepEqual(account.pass(60_000), [], 'time alone decides nothing');
  const early = (decidableAt - 1) as Micros;
  assert.deepEqual(account.do({ type: 'record_missing', clientOrderId, askedAt: early }), []);
  const resolved = account.do({ type: 'record_missing', clientOrderId, askedAt: decidableAt });
  assert.deepEqual(types(resolved), ['order.resolved']);
  const again = plannedIn(account.pass(1), 'entry');
  assert.notEqual(again.clientOrderId, clientOrderId);
});

test('an order of unknown fate that the stream tells of is adopted', () => {
  const account = new Account();
  const entry = plannedIn(account.signal(), 'entry');
  account.outcome(entry, { kind: 'unknown', cause: 'timeout', decidableAt: (START_MS * 1000) as Micros });
  assert.deepEqual(types(account.fill(entry)).slice(0, 3), [
    'order.resolved',
    'order.filled',
    'position.opened',
  ]);
});

test('after a start what was on its way is of unknown fate', () => {
  const account = new Account();
  const entry = plannedIn(account.signal(), 'entry');
  const facts = account.do({
    type: 'start',
    account: account.state.account,
    version: 'test',
    settings: account.state.settings,
    decidableAt: ((START_MS + 2_500) * 1000) as Micros,
  });
  assert.deepEqual(types(facts), ['engine.started', 'order.unknown']);
  assert.equal(only(facts, 'order.unknown')[0]?.clientOrderId, entry.clientOrderId);
});

test('a refusal that will not change ends the entry; one that may is tried again, a bounded number of times', () => {
  const account = new Account();
  const entry = plannedIn(account.signal(), 'entry');
  account.outcome(entry, { kind: 'refused', refusal: 'insufficient_margin', code: -2019, message: '' });
  assert.equal(account.state.orders.size, 0);

  let order = plannedIn(account.signal(), 'entry');
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    assert.match(order.clientOrderId, new RegExp(`-el${attempt}$`));
    account.outcome(order, { kind: 'refused', refusal: 'throttled', code: -1008, message: '' });
    const facts = account.pass(500);
    if (attempt < 3) order = plannedIn(facts, 'entry');
    else assert.deepEqual(facts, [], 'three times is enough');
  }
  assert.equal(account.state.orders.size, 0);
});

test('a stop that the market has passed closes the position at once', () => {
  const account = new Account();
  const entry = plannedIn(account.signal({ stopLoss: '49000' }), 'entry');
  account.accept(entry);
  const stop = plannedIn(account.fill(entry), 'stop');
  const facts = account.outcome(stop, {
    kind: 'refused',
    refusal: 'would_trigger',
    code: -2021,
    message: '',
  });
  const flatten = only(facts, 'order.planned')[0];
  assert.deepEqual([flatten?.leg, flatten?.why, flatten?.order.type], ['flatten', 'stop_passed', 'MARKET']);
});

test('a position that cannot be covered is flattened after the bound', () => {
  const account = new Account();
  const entry = plannedIn(account.signal(), 'entry');
  account.accept(entry);
  let stop = plannedIn(account.fill(entry), 'stop');
  for (let waited = 0; waited < 10_000; waited += 500) {
    account.outcome(stop, { kind: 'refused', refusal: 'throttled', code: -1008, message: '' });
    const facts = account.pass(500);
    stop = plannedIn(facts, 'stop');
  }
  const [flatten] = only(account.pass(1), 'order.planned');
  assert.deepEqual([flatten?.leg, flatten?.why], ['flatten', 'unprotected_too_long']);
});

test('when the stop closes the position the target is cancelled, and nothing else is', () => {
  const account = new Account();
  const entry = plannedIn(account.signal({ takeProfit: '52000' }), 'entry');
  account.accept(entry);
  const guards = account.fill(entry);
  const [stop, target] = [plannedIn(guards, 'stop'), plannedIn(guards, 'take_profit')];
  account.accept(stop);
  account.accept(target);
  const other = account.openPosition({ action: 'sell' });
  account.mark = '49000';
  const facts = account.fill(stop);
  assert.ok(types(facts).includes('position.closed'));
  assert.deepEqual(
    only(facts, 'cancel.requested').map(({ clientOrderId }) => clientOrderId),
    [target.clientOrderId],
  );
  assert.ok(account.state.orders.has(other.stop.clientOrderId));
});

test("a close signal takes the strategy's position at the market and leaves the stop until it is gone", () => {
  const account = new Account();
  const { stop } = account.openPosition();
  const facts = account.signal({ action: 'close' });
  const close = plannedIn(facts, 'close');
  assert.deepEqual([close.type, close.side, close.quantity], ['MARKET', 'SELL', '0.01']);
  assert.equal(only(facts, 'cancel.requested').length, 0);
  account.accept(close);
  const closed = account.fill(close);
  assert.equal(only(closed, 'position.closed')[0]?.by, 'close');
  assert.equal(only(closed, 'cancel.requested')[0]?.clientOrderId, stop.clientOrderId);
});

test('a close signal that overtakes a market entry closes what the entry still fills', () => {
  const account = new Account();
  const entry = plannedIn(account.signal(), 'entry');
  const overtaken = account.signal({ action: 'close' });
  assert.deepEqual(types(overtaken), ['signal.received', 'signal.accepted', 'entry.revoked']);
  account.accept(entry);
  const [flatten] = only(account.fill(entry), 'order.planned');
  assert.deepEqual(
    [flatten?.leg, flatten?.why, flatten?.order.quantity],
    ['flatten', 'close_signal', '0.01'],
  );
});

test('a close signal cancels a resting entry, or gives up one that waits to be tried again', () => {
  const account = new Account();
  const resting = plannedIn(account.signal({ orderType: 'limit', price: '49000' }), 'entry');
  account.accept(resting);
  const facts = account.signal({ action: 'close' });
  assert.equal(only(facts, 'cancel.requested')[0]?.clientOrderId, resting.clientOrderId);

  const refused = new Account();
  const entry = plannedIn(refused.signal(), 'entry');
  refused.outcome(entry, { kind: 'refused', refusal: 'throttled', code: -1008, message: '' });
  assert.equal(only(refused.signal({ action: 'close' }), 'order.abandoned')[0]?.why, 'close_signal');
  assert.deepEqual(refused.pass(1_000), [], 'it is not tried again');
});

test("a close signal does not touch another strategy's position", () => {
  const account = new Account();
  account.openPosition();
  const facts = account.signal({ action: 'close', strategyId: 'reversal' as Signal['strategyId'] });
  assert.equal(only(facts, 'signal.refused')[0]?.reason, 'nothing_to_close');
});

test('profit is exact: bought at 50 000, sold at 50 500, fees aside', () => {
  const account = new Account();
  const { stop } = account.openPosition();
  account.mark = '50500';
  const [closed] = only(account.fill(stop), 'position.closed');
  assert.equal(closed?.realised, '5');
  assert.equal(closed?.fees, '0.2');
});

test('one-way mode refuses the opposite side while a position or an entry is there, hedge mode takes both', () => {
  const oneWay = new Account({ positionMode: 'one_way' });
  oneWay.openPosition();
  assert.equal(only(oneWay.signal({ action: 'sell' }), 'signal.refused')[0]?.reason, 'opposite_position');
  const hedge = new Account();
  hedge.openPosition();
  assert.equal(plannedIn(hedge.signal({ action: 'sell' }), 'entry').positionSide, 'SHORT');
});

test('a position that the exchange does not hold is taken out once the difference has lasted', () => {
  const account = new Account();
  const { stop } = account.openPosition();
  const compare = () => {
    account.nowMs += 20_000;
    const takenAt = (account.nowMs * 1000) as Micros;
    return types(account.do({ type: 'compare_snapshot', takenAt, positions: [], openOrders: [stop] }));
  };
  assert.deepEqual(compare(), ['drift.found', 'engine.reconciled']);
  assert.deepEqual(compare(), []);
  assert.deepEqual(compare(), ['position.adjusted', 'drift.cleared', 'cancel.requested']);
  assert.equal(account.state.positions.size, 0);
});

test('a position is not corrected while an order that may explain the difference is still to be asked about', () => {
  const account = new Account();
  account.openPosition();
  for (let seconds = 0; seconds < 10; seconds += 1) {
    account.nowMs += 1_000;
    const takenAt = (account.nowMs * 1000) as Micros;
    account.do({ type: 'compare_snapshot', takenAt, positions: [], openOrders: [] });
  }
  assert.equal(account.state.positions.size, 1);
});

test('an open order of our making that the journal does not know is cancelled', () => {
  const account = new Account();
  const { stop } = account.openPosition();
  const orphan = {
    ...stop,
    clientOrderId: stop.clientOrderId.replace('bbb', 'zzz') as typeof stop.clientOrderId,
  };
  const facts = account.do({
    type: 'compare_snapshot',
    takenAt: 0 as Micros,
    positions: [],
    openOrders: [stop, orphan],
  });
  assert.deepEqual(
    only(facts, 'orphan.found').map(({ clientOrderId }) => clientOrderId),
    [orphan.clientOrderId],
  );
});

test('facts are numbered without a gap and refer to their signal', () => {
  const account = new Account();
  const before = account.state.seq;
  const facts = account.signal();
  assert.equal(account.state.seq, before + facts.length);
  const [received] = only(facts, 'signal.received');
  assert.equal(received?.signal, (before + 1) as Seq);
});
