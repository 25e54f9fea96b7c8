// Goal: an engine that fails is started anew by the same path, and says meanwhile why it takes no signals.
// Method: a real engine on a journal whose disk fills up, and on an exchange that is away.

import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { EventFeed } from '#api/event-feed.ts';
import { RecentOrders } from '#api/recent-orders.ts';
import { Keeper, type KeeperOptions } from '#app/keeper.ts';
import { FACTS_VERSION } from '#core/facts.ts';
import type { AccountId, Seq, SignalId, StrategyId, Symbol } from '#core/ids.ts';
import { defaultSettings } from '#core/settings.ts';
import { systemClock, systemTimers } from '#engine/time.ts';
import { signalKeyFor, traceContextOf } from '#intake/identity.ts';
import { MemoryJournal, MemoryStore } from '#journal/memory.ts';
import { JournalError } from '#journal/port.ts';
import { InProcessExchange } from '#test/support/in-process-exchange.ts';
import { until } from '#test/support/until.ts';
import { Venue } from '#test/support/venue.ts';
import { ACCEPTANCE_WINDOW_MS, fairWeather } from '#test/support/weather.ts';

const account = 'test' as AccountId;

function keeperOf(options: Partial<KeeperOptions> & { readonly store?: MemoryStore } = {}) {
  const { store = new MemoryStore(), ...rest } = options;
  const venue = new Venue({ seed: 1, clock: systemClock, dualSide: true });
  const problems: string[] = [];
  const makeExchange = () =>
    new InProcessExchange({
      venue,
      clock: systemClock,
      timers: systemTimers,
      weather: fairWeather,
      isAlive: () => true,
    });
  const recentOrders = new RecentOrders();
  const keeper = new Keeper({
    account,
    version: '0.0.0',
    settings: defaultSettings,
    acceptanceWindowMs: ACCEPTANCE_WINDOW_MS,
    openJournal: async () => new MemoryJournal({ store }),
    makeExchange,
    recentOrders,
    events: new EventFeed(systemTimers),
    clock: systemClock,
    timers: systemTimers,
    onProblem: (code) => problems.push(code),
    ...rest,
  });
  const ended = keeper.run();
  after(() => keeper.stop());
  return { keeper, store, ended, problems, recentOrders, makeExchange };
}

const ready = (keeper: Keeper): Promise<true> =>
  until('the engine is ready', () => keeper.unready === undefined);

let made = 0;
function submit(keeper: Keeper, name?: string) {
  made += 1;
  const id = (name ?? `signal-${made}`) as SignalId;
  const key = signalKeyFor(account, id);
  const receivedAt = systemClock.now();
  return keeper.submit({
    signal: {
      id,
      strategyId: 'keeper' as StrategyId,
      symbol: 'BTCUSDT' as Symbol,
      action: 'buy',
      confidence: '0.9',
      orderType: 'market',
      timestampMs: Math.floor(receivedAt / 1000),
    },
    key,
    ...traceContextOf(undefined, key),
    receivedAt,
  });
}

it('takes no signals while the disk is full, and goes on by itself when it is not', async () => {
  const { keeper, store, problems, recentOrders } = keeperOf();
  await ready(keeper);
  assert.notEqual(typeof (await submit(keeper)), 'string');
  await until('the first order is known', () => recentOrders.newest({}, 1)[0]);
  store.entriesMax = store.rows.length;
  const twice = await Promise.all([submit(keeper, 'twice'), submit(keeper, 'twice')]);
  assert.deepEqual(twice, ['journal_unavailable', 'journal_unavailable']);
  assert.equal(await submit(keeper), 'journal_unavailable');
  assert.equal(keeper.unready?.code, 'journal_unavailable');
  await until('it was tried again', () => problems.includes('restarts'));
  store.entriesMax = Number.POSITIVE_INFINITY;
  await ready(keeper);
  assert.notEqual(typeof (await submit(keeper)), 'string');
  const entries = (): number =>
    recentOrders.newest({}, 100).filter(({ planned }) => planned.leg === 'entry').length;
  await until('the second order is known', () => entries() === 2);
});

it('tells a defect as a failure of the engine, not of the journal, and goes on by itself', async () => {
  const { makeExchange } = keeperOf();
  let broken = false;
  const { keeper } = keeperOf({
    makeExchange: () => {
      const exchange = makeExchange();
      const quote = exchange.quote.bind(exchange);
      exchange.quote = (symbol) => {
        if (broken) throw new Error('the market has no middle');
        return quote(symbol);
      };
      return exchange;
    },
  });
  await ready(keeper);
  broken = true;
  assert.equal(await submit(keeper), 'engine_failed');
  const condition = await until('it says why', () =>
    keeper.unready?.detail.includes('no middle') ? keeper.unready : undefined,
  );
  assert.equal(condition.code, 'engine_failed');
  broken = false;
  await ready(keeper);
  assert.notEqual(typeof (await submit(keeper)), 'string');
});

it('waits for an exchange that is away', async () => {
  let away = true;
  const { makeExchange } = keeperOf();
  const { keeper } = keeperOf({
    makeExchange: () => {
      const exchange = makeExchange();
      if (away) exchange.open = async () => ({ kind: 'failed', cause: 'connection refused' }) as never;
      return exchange;
    },
  });
  const condition = await until('it says why', () =>
    keeper.unready?.detail.includes('connection refused') ? keeper.unready : undefined,
  );
  assert.equal(condition.code, 'not_reconciled');
  assert.equal(await submit(keeper), 'not_reconciled');
  away = false;
  await ready(keeper);
});

it('gives up on a journal that is not what was written', async () => {
  const corrupt = new JournalError('corrupt', 'the entry of fact 7 is not what was written');
  const { ended, keeper } = keeperOf({ openJournal: () => Promise.reject(corrupt) });
  assert.equal(await ended, corrupt);
  assert.equal(keeper.running, undefined);
});

it('gives up on a journal with facts that only a newer program knows', async () => {
  const store = new MemoryStore();
  const body = JSON.stringify({ v: FACTS_VERSION, at: 1, facts: [{ type: 'order.amended' }] });
  store.rows.push({ seq: 1 as Seq, count: 1, body, opens: undefined, signals: [] });
  const { ended, problems } = keeperOf({ store });
  const failure = await ended;
  assert.equal(failure?.fault, 'too_new');
  assert.match(failure.message, /^fact 1 is of type order\.amended, which a newer version/);
  assert.deepEqual(problems, []);
});

it('takes no signals once it is stopping', async () => {
  const { keeper } = keeperOf();
  await ready(keeper);
  const stopped = keeper.stop();
  assert.equal(await submit(keeper), 'stopping');
  assert.equal(keeper.unready?.code, 'stopping');
  await stopped;
});
