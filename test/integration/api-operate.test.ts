// Goal: what operators command is carried out at the exchange, said in words, and survives a restart. Method: requests
// through the real server to a real engine on the simulated exchange.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type KnownToken, type Scope, sha256Of } from '#api/access.ts';
import { MICROS_PER_MS } from '#core/ids.ts';
import { defaultSettings } from '#core/settings.ts';
import { systemClock } from '#engine/time.ts';
import { decodeEntry } from '#journal/codec.ts';
import { type RunningEngine, runEngine } from '#test/support/running-engine.ts';
import { until } from '#test/support/until.ts';

let running: RunningEngine;
const start = async (options: Parameters<typeof runEngine>[0] = {}): Promise<void> => {
  running = await runEngine(options);
  await until('the engine is ready', () => running.engine.unready === undefined);
  await until('the equity is known', () => running.engine.state.funds);
};
before(() => start());
after(() => running.stop());

async function send(method: 'GET' | 'POST' | 'PUT', url: string, body?: unknown, headers = {}) {
  const answer = await running.server.inject({
    method,
    url,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
  return { status: answer.statusCode, body: answer.json() };
}

let made = 0;
async function signal(fields: Record<string, unknown> = {}) {
  made += 1;
  const { body } = await send('POST', '/v1/signals?wait=decision', {
    id: `operate-${made}`,
    strategy_id: 'momentum',
    symbol: 'BTCUSDT',
    action: 'buy',
    confidence: '0.9',
    timestamp: Math.floor(systemClock.now() / MICROS_PER_MS),
    ...fields,
  });
  return body;
}

const reason = async (fields: Record<string, unknown>): Promise<unknown> =>
  (await signal(fields)).decision.reason;

async function open(fields: Record<string, unknown> = {}): Promise<void> {
  const before = running.engine.state.positions.size;
  assert.equal((await signal(fields)).decision.outcome, 'accepted');
  await until('the position is protected', () => {
    const positions = [...running.engine.state.positions.values()];
    return positions.length > before && positions.every(({ exposedSince }) => exposedSince === undefined);
  });
}

const closed = () => until('all is closed', () => running.engine.state.positions.size === 0);
const resume = () => send('POST', '/v1/trading/resume', { confirm: true });

/** What the exchange holds. */
function held(): number {
  const risk = running.venue.exchange.positionRisk();
  return risk.ok ? risk.positions.filter(({ positionAmt }) => Number(positionAmt) !== 0).length : -1;
}

describe('halt, reduce and resume', () => {
  it('let pass what their names say, and say what they did', async () => {
    await open();
    const { status, body } = await send('POST', '/v1/trading/halt', {
      note: 'news; password=hunter2hunter2',
    });
    assert.deepEqual([status, body], [200, { done: ['Trading is halted; it was active.'] }]);
    assert.equal(await reason({}), 'not_active');
    const again = await send('POST', '/v1/trading/halt', {});
    assert.deepEqual([again.status, again.body.code], [409, 'nothing_to_do']);
    assert.equal((await send('POST', '/v1/trading/reduce', {})).status, 200);
    assert.equal(await reason({}), 'not_active');
    assert.equal((await signal({ action: 'close' })).decision.outcome, 'accepted');
    await closed();
    assert.equal((await send('POST', '/v1/trading/resume', {})).body.code, 'wrong_type');
    assert.equal((await resume()).status, 200);
    await open();
    await signal({ action: 'close' });
    await closed();
  });

  it('are facts that say who and why, without secrets', async () => {
    await send('POST', '/v1/trading/halt', { note: 'api_key=abcdefghijklmnop' });
    const changed = running.store.rows
      .flatMap(({ seq, body }) => decodeEntry(seq, body).facts)
      .findLast((fact) => fact.type === 'trading.state_changed');
    assert.equal(changed?.by, 'loopback');
    assert.equal(changed?.detail, 'api_key=[secret]');
    await resume();
  });

  it('survive a restart', async () => {
    await open();
    await send('POST', '/v1/trading/halt', {});
    const kept = running;
    await kept.stop();
    await start({ before: kept });
    assert.equal((await send('GET', '/v1/trading')).body.state, 'halted');
    assert.equal(await reason({}), 'not_active');
    await signal({ action: 'close' });
    await closed();
    assert.equal(held(), 0);
    await resume();
  });
});

describe('flatten', () => {
  it('closes the positions at the exchange and takes entries back', async () => {
    const opening = `operate-${made + 1}`;
    await open();
    await open({ strategy_id: 'other', symbol: 'ETHUSDT' });
    const mark = markOf('SOLUSDT');
    const working = await signal({
      symbol: 'SOLUSDT',
      order_type: 'limit',
      price: (mark * 0.97).toFixed(2),
    });
    const [entry] = working.decision.orders;
    await until('it works at the exchange', () => running.engine.state.orders.get(entry)?.phase === 'open');
    const one = await send('POST', '/v1/flatten', { symbol: 'ETHUSDT', note: 'test' });
    assert.equal(one.status, 200);
    assert.equal(one.body.done[0], 'The LONG of other in ETHUSDT is to be closed at the market.');
    await until('it is closed', () => held() === 1);
    const all = await send('POST', '/v1/flatten', {});
    assert.match(all.body.done.join(' '), new RegExp(`The entry ${entry} in SOLUSDT is taken back`));
    await closed();
    await until('no order is left', () => running.engine.state.orders.size === 0);
    assert.equal(held(), 0);
    const { body: story } = await send('GET', `/v1/explain/${opening}`);
    assert.match(story.sentence, /The LONG was closed by an operator after/);
    const nothing = await send('POST', '/v1/flatten', {});
    assert.deepEqual([nothing.status, nothing.body.code], [409, 'nothing_to_do']);
  });
});

function markOf(symbol: string): number {
  const premium = running.venue.exchange.premiumIndex(symbol);
  return premium.ok ? Number(premium.premium.markPrice) : Number.NaN;
}

describe('cancel', () => {
  it('takes an entry back, and nothing that guards', async () => {
    const mark = markOf('SOLUSDT');
    const { decision } = await signal({
      symbol: 'SOLUSDT',
      order_type: 'limit',
      price: (mark * 0.97).toFixed(2),
    });
    const [entry] = decision.orders;
    await until('it works at the exchange', () => running.engine.state.orders.get(entry)?.phase === 'open');
    assert.equal((await send('POST', `/v1/orders/${entry}/cancel`, {})).status, 200);
    await until('it is gone', () => !running.engine.state.orders.has(entry));
    assert.equal((await send('POST', `/v1/orders/${entry}/cancel`, {})).body.code, 'not_found');
    await open();
    const stop = [...running.engine.state.orders.values()].find(({ leg }) => leg === 'stop');
    const refused = await send('POST', `/v1/orders/${stop?.plan.clientOrderId}/cancel`, {});
    assert.deepEqual([refused.status, refused.body.code], [409, 'nothing_to_do']);
    await send('POST', '/v1/flatten', {});
    await closed();
  });
});

describe('GET /v1/trading and /v1/pnl', () => {
  it('tell limits with headroom, and what was won and lost by strategy and symbol', async () => {
    await open({ strategy_id: 'earner' });
    const { body: trading } = await send('GET', '/v1/trading');
    const exposure = trading.limits.find(({ limit }: { limit: string }) => limit === 'exposure');
    assert.ok(Number(exposure.value) > 0);
    assert.ok(Math.abs(Number(exposure.max) - Number(exposure.value) - Number(exposure.headroom)) < 1e-6);
    const row = async () => {
      const { body } = await send('GET', '/v1/pnl');
      return body.strategies.find((one: { strategy_id: string }) => one.strategy_id === 'earner');
    };
    const opened = await row();
    assert.equal(opened.positions, 1);
    assert.ok(Number(opened.today.fees) > 0);
    await send('POST', '/v1/flatten', {});
    await closed();
    const { total, today, unrealised } = await row();
    assert.equal(unrealised, '0');
    assert.notEqual(total.realised, '0');
    assert.deepEqual(today, total);
    const { body } = await send('GET', '/v1/pnl');
    const sum = body.strategies.reduce((net: number, one: typeof opened) => net + Number(one.total.net), 0);
    assert.ok(Math.abs(sum - Number(body.all.total.net)) < 1e-6);
  });
});

describe('the heartbeat', () => {
  it('that falls silent leaves only reductions, and buys come back with a person', async () => {
    const settings = { limits: { heartbeat_ms_max: 1_000 } };
    const version = (await send('GET', '/v1/settings')).body.version;
    await send('POST', '/v1/heartbeat', {});
    assert.equal((await send('PUT', '/v1/settings', { settings, based_on: version })).status, 200);
    await until('trading is reducing', () => running.engine.state.trading.state === 'reducing');
    assert.equal((await send('GET', '/v1/trading')).body.why, 'heartbeat_lost');
    assert.equal(await reason({}), 'not_active');
    await send('PUT', '/v1/settings', {
      settings: { limits: { heartbeat_ms_max: null } },
      based_on: version + 1,
    });
    assert.equal(running.engine.state.settings.limits.heartbeatMsMax, undefined);
    await resume();
  });
});

describe('commands', () => {
  it('need a scope that allows them, and a body that no foreign page can send', async () => {
    const bare = await running.server.inject({ method: 'POST', url: '/v1/flatten' });
    assert.equal(bare.statusCode, 415);
    const holder = (name: Scope): KnownToken => ({ name, scopes: [name], sha256: sha256Of(name) });
    const guarded = await runEngine({ tokens: [holder('read'), holder('operate'), holder('admin')] });
    after(() => guarded.stop());
    const tried = async (scope: Scope, method: 'POST' | 'PUT', url: string) =>
      (
        await guarded.server.inject({
          method,
          url,
          headers: { authorization: `Bearer ${scope}`, 'content-type': 'application/json' },
          payload: '{"note":"who"}',
        })
      ).statusCode;
    assert.equal(await tried('read', 'POST', '/v1/trading/halt'), 403);
    assert.equal(await tried('operate', 'PUT', '/v1/settings'), 403);
    assert.equal(await tried('admin', 'PUT', '/v1/settings'), 400);
    assert.equal(await tried('operate', 'POST', '/v1/trading/halt'), 200);
    assert.equal(guarded.engine.state.trading.state, 'halted');
  });

  it('met no defect in all of this', () => {
    assert.deepEqual(running.problems, []);
    assert.equal(running.engine.state.settings.orderNotional, defaultSettings.orderNotional);
  });
});
