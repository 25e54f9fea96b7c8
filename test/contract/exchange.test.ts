/** What every Exchange has to do, against one over sockets. */

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Symbol } from '#core/ids.ts';
import { instrument } from '#core/instrument.ts';
import { showPrice } from '#core/money.ts';
import type { PlannedOrder } from '#core/order.ts';
import { until } from '#test/support/until.ts';
import { BTC, Rig, refOf, SYMBOLS, traded } from '../support/exchange-rig.ts';

suite('exchange contract', { concurrency: 8 }, () => {
  test('instruments come with all of their rules', async (context) => {
    const rig = await Rig.start(context);
    const listed = await rig.exchange.instruments(SYMBOLS);
    assert.equal(listed.kind, 'answer');
    if (listed.kind !== 'answer') return;
    assert.deepEqual(
      listed.value.map(({ symbol }) => symbol),
      SYMBOLS,
    );
    for (const text of listed.value) assert.ok(instrument(text).tickSize > 0n);
  });

  test('quotes follow the market', async (context) => {
    const rig = await Rig.start(context);
    await rig.price(BTC, '51000');
    await until('the new mark price', () => {
      const quote = rig.exchange.quote(BTC);
      return quote !== undefined && showPrice(quote.mark) === '51000';
    });
    const quote = rig.exchange.quote(BTC);
    assert.ok(quote && quote.bid < quote.ask && Date.now() - quote.atMs < 5_000);
  });

  test('a market order fills, and the stream tells every trade once', async (context) => {
    const rig = await Rig.start(context);
    const order = rig.plan();
    const report = await rig.submitted(order);
    assert.deepEqual([report.status, report.executed], ['filled', '0.01']);
    await rig.told(order, 'filled');
    const reports = rig.reportsOf(order.clientOrderId);
    assert.equal(traded(reports), '0.01');
    assert.equal(new Set(reports.map(({ exchangeOrderId }) => exchangeOrderId)).size, 1);
    const asked = await rig.found(order);
    assert.deepEqual(
      asked.trades,
      reports.flatMap(({ trades }) => trades),
      'asking tells what the stream told',
    );
    assert.deepEqual([asked.status, asked.executed], ['filled', '0.01']);
    assert.ok(asked.averagePrice !== undefined);
    assert.equal(reports.at(-1)?.averagePrice, asked.averagePrice);
  });

  test('a limit order rests, is cancelled once, and is not open after that', async (context) => {
    const rig = await Rig.start(context);
    const order = rig.plan({ type: 'LIMIT', price: '49000' });
    assert.equal((await rig.submitted(order)).status, 'open');
    await rig.told(order, 'open');
    assert.deepEqual(await rig.exchange.cancel(refOf(order)), { kind: 'canceled' });
    await rig.told(order, 'canceled');
    assert.deepEqual(await rig.exchange.cancel(refOf(order)), { kind: 'not_open' });
    const { status, executed, averagePrice, trades } = await rig.found(order);
    assert.deepEqual([status, executed, averagePrice, trades], ['canceled', '0', undefined, []]);
  });

  test('a stop rests in the conditional book and is cancelled there', async (context) => {
    const rig = await Rig.start(context);
    await rig.submitted(rig.plan());
    const stop = rig.stopAt('49000');
    assert.equal((await rig.submitted(stop)).status, 'open');
    await rig.told(stop, 'open');
    assert.equal((await rig.found(stop)).status, 'open');
    assert.deepEqual(await rig.exchange.cancel({ ...refOf(stop), book: 'regular' }), { kind: 'not_open' });
    assert.deepEqual(await rig.exchange.cancel(refOf(stop)), { kind: 'canceled' });
    await rig.told(stop, 'canceled');
    assert.deepEqual(await rig.exchange.cancel(refOf(stop)), { kind: 'not_open' });
    assert.equal((await rig.found(stop)).status, 'canceled');
  });

  test("a stop that triggers is filled under the stop's own id, with its child named", async (context) => {
    const rig = await Rig.start(context);
    await rig.submitted(rig.plan());
    const stop = rig.stopAt('49000');
    const { exchangeOrderId } = await rig.submitted(stop);
    await rig.price(BTC, '48900');
    await rig.told(stop, 'filled');
    const reports = rig.reportsOf(stop.clientOrderId);
    assert.equal(traded(reports), '0.01');
    assert.ok(reports.every((report) => report.exchangeOrderId === exchangeOrderId));
    const last = reports.findLast(({ status }) => status === 'filled');
    assert.ok(last?.childOrderId !== undefined && last.childOrderId !== exchangeOrderId);
    const asked = await rig.found(stop);
    assert.deepEqual(
      [asked.status, asked.executed, asked.childOrderId, asked.exchangeOrderId, traded([asked])],
      ['filled', '0.01', last.childOrderId, exchangeOrderId, '0.01'],
    );
    assert.ok(asked.averagePrice !== undefined && asked.averagePrice === last.averagePrice);
    assert.equal((await rig.ledger(stop.clientOrderId, 'algo_finished')).length, 1);
    const snapshot = await rig.exchange.snapshot();
    assert.deepEqual(snapshot.kind === 'answer' && snapshot.value.positions, []);
  });

  test('a stop that was placed before this adapter was opened is told under its own id too', async (context) => {
    const rig = await Rig.start(context);
    await rig.submitted(rig.plan());
    const stop = rig.stopAt('49000');
    await rig.submitted(stop);
    await rig.reopen('hedge');
    await rig.price(BTC, '48900');
    await rig.told(stop, 'filled');
    await until('its trades', () => traded(rig.reportsOf(stop.clientOrderId)) === '0.01');
    assert.deepEqual(rig.problems, []);
  });

  test('a stop on the wrong side of the market would trigger', async (context) => {
    const rig = await Rig.start(context);
    await rig.submitted(rig.plan());
    const { outcome } = await rig.exchange.submit(rig.stopAt('51000'));
    assert.deepEqual(outcome.kind === 'refused' && [outcome.refusal, outcome.code], ['would_trigger', -2021]);
  });

  test('what the exchange refuses is refused by its kind', async (context) => {
    const rig = await Rig.start(context);
    const refusal = async (fields: Partial<PlannedOrder>) => {
      const { outcome } = await rig.exchange.submit(rig.plan(fields));
      return outcome.kind === 'refused' ? outcome.refusal : outcome.kind;
    };
    assert.equal(await refusal({ quantity: '0.0001' }), 'filter');
    assert.equal(await refusal({ quantity: '0.001' }), 'filter', 'below the minimum notional');
    assert.equal(await refusal({ type: 'LIMIT', price: '49000.01' }), 'filter');
    assert.equal(await refusal({ quantity: '50' }), 'insufficient_margin');
    assert.equal(await refusal({ symbol: 'NOPE' as Symbol }), 'other');
  });

  test('an open order that is sent again is unknown, and asking shows that it is there', async (context) => {
    const rig = await Rig.start(context);
    const order = rig.plan({ type: 'LIMIT', price: '49000' });
    await rig.submitted(order);
    assert.equal((await rig.exchange.submit(order)).outcome.kind, 'unknown');
    assert.equal((await rig.found(order)).status, 'open');
    assert.equal((await rig.ledger(order.clientOrderId, 'order_accepted')).length, 1);
  });

  test('the snapshot has the orders of both books and the positions of both sides', async (context) => {
    const rig = await Rig.start(context);
    const limit = rig.plan({ type: 'LIMIT', price: '49000' });
    const stop = rig.stopAt('49000');
    const before = Date.now() * 1000;
    await rig.submitted(rig.plan());
    await rig.submitted(rig.plan({ side: 'SELL', positionSide: 'SHORT', quantity: '0.02' }));
    await rig.submitted(limit);
    await rig.submitted(stop);
    const snapshot = await rig.exchange.snapshot();
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

  test('one-way mode is set at opening, and a reduce-only order without a position has nothing to reduce', async (context) => {
    const rig = await Rig.start(context);
    await rig.reopen('one_way');
    const { outcome } = await rig.exchange.submit(
      rig.plan({ side: 'SELL', positionSide: 'BOTH', reduceOnly: true }),
    );
    assert.deepEqual(outcome.kind === 'refused' && outcome.refusal, 'nothing_to_reduce');
    await rig.submitted(rig.plan({ side: 'SELL', positionSide: 'BOTH' }));
    const snapshot = await rig.exchange.snapshot();
    assert.deepEqual(
      snapshot.kind === 'answer' && snapshot.value.positions.map(({ side, quantity: size }) => [side, size]),
      [['SHORT', '0.01']],
    );
    const stop = rig.stopAt('51000', { side: 'BUY', positionSide: 'BOTH', reduceOnly: true });
    await rig.submitted(stop);
    await rig.price(BTC, '51100');
    await rig.told(stop, 'filled');
  });

  test('the balance knows the wallet, what is available and what is unrealised', async (context) => {
    const rig = await Rig.start(context);
    const empty = await rig.exchange.balance();
    assert.deepEqual(empty, {
      kind: 'answer',
      value: { asset: 'USDT', wallet: '10000', available: '10000', unrealised: '0' },
    });
    await rig.submitted(rig.plan());
    const after = await rig.exchange.balance();
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
    test(`${kind}: the outcome is unknown; asking finds ${accepted ? 'the order' : 'that it is missing'}`, async (context) => {
      const rig = await Rig.start(context);
      await rig.fault(kind, order);
      const unknown = rig.plan();
      const { outcome, sentAt } = await rig.exchange.submit(unknown);
      assert.equal(outcome.kind, 'unknown');
      assert.ok(outcome.kind === 'unknown' && outcome.decidableAt > sentAt);
      const asked = await rig.exchange.report(refOf(unknown));
      assert.equal(asked.kind, accepted ? 'found' : 'missing');
      assert.equal((await rig.ledger(unknown.clientOrderId, 'order_accepted')).length, accepted ? 1 : 0);
      if (accepted) await rig.told(unknown, 'filled');
    });
  }

  for (const [kind, refusal] of [
    ['service-unavailable', 'unavailable'],
    ['internal-error', 'unavailable'],
    ['throttled', 'throttled'],
  ] as const) {
    test(`${kind}: the order is refused as ${refusal}, and is not there`, async (context) => {
      const rig = await Rig.start(context);
      await rig.fault(kind, order);
      const refused = rig.plan();
      const { outcome } = await rig.exchange.submit(refused);
      assert.equal(outcome.kind === 'refused' && outcome.refusal, refusal);
      assert.deepEqual(await rig.exchange.report(refOf(refused)), { kind: 'missing' });
    });
  }

  for (const kind of ['accept-then-503', 'reset-after']) {
    test(`${kind} of a stop: the outcome is unknown and asking finds it`, async (context) => {
      const rig = await Rig.start(context);
      await rig.submitted(rig.plan());
      await rig.fault(kind, 'POST /fapi/v1/algoOrder');
      const stop = rig.stopAt('49000');
      assert.equal((await rig.exchange.submit(stop)).outcome.kind, 'unknown');
      assert.equal((await rig.found(stop)).status, 'open');
    });
  }

  test('an interrupted user stream comes back with a gap, and tells what follows', async (context) => {
    const rig = await Rig.start(context);
    await rig.fault('stream-disconnect');
    const missed = rig.plan();
    await rig.submitted(missed);
    await until('a gap', () => rig.events.some(({ kind }) => kind === 'gap'));
    const next = rig.plan();
    await rig.submitted(next);
    await rig.told(next, 'filled');
    assert.equal((await rig.found(missed)).status, 'filled');
  });

  test('duplicated events repeat trades under the same trade id', async (context) => {
    const rig = await Rig.start(context);
    await rig.fault('stream-duplicate', undefined);
    await rig.control('POST', 'faults', {
      faults: [{ kind: 'stream-duplicate', event: 'ORDER_TRADE_UPDATE' }],
    });
    const doubled = rig.plan();
    await rig.submitted(doubled);
    await until(
      'the fill, twice',
      () => rig.reportsOf(doubled.clientOrderId).filter(({ status }) => status === 'filled').length === 2,
    );
    assert.equal(traded(rig.reportsOf(doubled.clientOrderId)), '0.01');
  });

  test('a clock that runs away is followed', async (context) => {
    const rig = await Rig.start(context);
    await rig.control('POST', 'faults', { faults: [{ kind: 'clock-skew', skewMs: -60_000 }] });
    const late = rig.plan();
    await rig.submitted(late);
    assert.equal((await rig.ledger(late.clientOrderId, 'order_accepted')).length, 1);
    assert.ok(rig.problems.some((problem) => problem.startsWith('clock_resynchronised')));
  });

  test('opening fails with a wrong secret, and says why', async (context) => {
    const rig = await Rig.start(context);
    const stranger = rig.adapter('hedge', 'not-the-secret');
    const answer = await stranger.open(() => {});
    assert.match(answer.kind === 'failed' ? answer.cause : '', /-1022/);
  });
});
