// Goal: trading rules change as a whole or not at all, by version, and back. Method: requests through the real server to
// a real engine; what counts is how the next signal is decided.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decide, get, runOneEngine, theEngine } from '#test/support/api-client.ts';
import { until } from '#test/support/until.ts';

runOneEngine();

async function send(method: 'POST' | 'PUT', url: string, body: unknown) {
  const answer = await theEngine().server.inject({
    method,
    url,
    headers: { 'content-type': 'application/json' },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: answer.statusCode, body: answer.json() };
}
const read = async (path: string) => JSON.parse((await get(path)).text);
const version = async (): Promise<number> => (await read('/v1/settings')).version;
const change = async (settings: object, more: object = {}) =>
  send('PUT', '/v1/settings', { settings, based_on: await version(), ...more });
const knowsEquity = () => until('the equity is known', () => theEngine().engine.state.funds);

describe('a change of the settings', () => {
  it('holds for the next signal, and its rollback restores the previous decision for the same signal', async () => {
    await knowsEquity();
    const wanted = { strategy_id: 'same', symbol: 'BTCUSDT', action: 'buy', confidence: '0.7' };
    const good = await version();
    const before = await decide(wanted);
    assert.equal(before.decision.outcome, 'accepted');
    const bad = await change({ confidence_min: '0.99' }, { note: 'too careful' });
    assert.equal(bad.status, 200, JSON.stringify(bad.body));
    assert.deepEqual(bad.body.changes, [{ rule: 'confidence_min', from: '0.6', to: '0.99' }]);
    const during = await decide(wanted);
    assert.ok(during.decision.outcome === 'refused' && during.decision.reason === 'low_confidence');
    const back = await send('POST', '/v1/settings/rollback', { to: good, note: 'back' });
    assert.deepEqual([back.status, back.body.version], [200, good + 2]);
    assert.equal((await decide(wanted)).decision.outcome, 'accepted');
    const again = await send('POST', '/v1/settings/rollback', { to: good });
    assert.deepEqual([again.status, again.body.code], [409, 'nothing_to_do']);
  });

  it('is known by its version, its author and its note, and compared with any other', async () => {
    await change({
      limits: { positions_max: 7 },
      overrides: [{ symbol: 'BTCUSDT', rules: { weight: '0.5' } }],
    });
    const { versions } = await read('/v1/settings/versions');
    assert.deepEqual(
      versions.map(({ version: number }: { version: number }) => number),
      versions.map((_: unknown, index: number) => versions.length - index),
    );
    assert.deepEqual([versions.at(-1).by, versions[0].by], ['environment', 'loopback']);
    const { changes } = await read(`/v1/settings/diff?from=1&to=${versions.length}`);
    assert.deepEqual(changes, [
      { rule: 'limits.positions_max', from: 100, to: 7 },
      { rule: 'weight for BTCUSDT', from: null, to: '0.5' },
    ]);
    assert.equal((await read('/v1/settings?version=1')).settings.limits.positions_max, 100);
    assert.equal((await get('/v1/settings?version=999')).status, 404);
    await send('POST', '/v1/settings/rollback', { to: 1 });
  });

  it('is refused where it was made of a version that is no longer in force', async () => {
    const { status, body } = await send('PUT', '/v1/settings', { settings: { weight: '2' }, based_on: 1 });
    assert.deepEqual([status, body.code], [409, 'stale_version']);
  });

  it('takes exact decimals, and what is read can be sent back', async () => {
    await change({ order_notional: '123.4500000001' });
    const { settings } = await read('/v1/settings');
    assert.equal(settings.order_notional, '123.4500000001');
    const same = await change(settings);
    assert.deepEqual([same.status, same.body.code], [409, 'nothing_to_do']);
    await send('POST', '/v1/settings/rollback', { to: 1 });
  });

  it('is refused as a whole, by name, where anything in it cannot be', async () => {
    const before = await version();
    const bad: [object, string, string][] = [
      [{ order_notionl: '5' }, 'unknown_field', '"order_notionl" is not a trading rule.'],
      [{ limits: { drawdown: 1 } }, 'unknown_field', '"drawdown" in limits is not a trading rule.'],
      [{ confidence_min: '1.5' }, 'out_of_range', 'confidence_min must be at least 0 and at most 1.'],
      [{ weight: '1e3' }, 'not_a_decimal', 'weight must be a plain decimal with at most 10 decimals.'],
      [
        { limits: { positions_max: 1.5 } },
        'out_of_range',
        'limits.positions_max must be a whole number from 0 to 1000000.',
      ],
      [
        { symbols: ['BTCUSDT'] },
        'conflicting_fields',
        'symbols cannot be changed here: it comes from the environment when the engine starts.',
      ],
      [
        { position_mode: 'one_way' },
        'conflicting_fields',
        'position_mode cannot be changed here: it comes from the environment when the engine starts.',
      ],
      [{ stop_loss_rate: '0.3' }, 'conflicting_fields', 'stop_loss_rate is over stop_loss_rate_max.'],
      [
        { overrides: [{ rules: { weight: '2' } }] },
        'conflicting_fields',
        'An override names a symbol, a strategy_id or a side.',
      ],
      [
        { overrides: [{ symbol: 'NOPEUSDT', rules: { weight: '2' } }] },
        'conflicting_fields',
        'An override is of "NOPEUSDT", which is not one of the symbols.',
      ],
    ];
    for (const [settings, code, message] of bad) {
      const { status, body } = await change({ order_notional: '1', ...settings });
      assert.deepEqual([status, body], [400, { code, message }]);
    }
    for (const settings of [
      { sizing: 'all' },
      { sizing: 5 },
      { confidence_min: null },
      { overrides: {} },
      [],
    ]) {
      assert.equal((await change(settings)).status, 400, JSON.stringify(settings));
    }
    const twice = await send('PUT', '/v1/settings', '{"based_on":1,"settings":{"weight":1,"weight":2}}');
    assert.equal(twice.body.code, 'malformed_json');
    assert.equal(await version(), before);
  });
});

describe('a dry run', () => {
  it('says what would change and which of the newest signals would be decided otherwise, and changes nothing', async () => {
    await knowsEquity();
    const { signal_id: unsure } = await decide({ strategy_id: 'unsure', confidence: '0.65' });
    const { signal_id: sure } = await decide({ strategy_id: 'sure', confidence: '0.99' });
    const before = await version();
    const { status, body } = await change({ confidence_min: '0.9' }, { dry_run: true });
    assert.equal(status, 200, JSON.stringify(body));
    assert.deepEqual(body.changes, [{ rule: 'confidence_min', from: '0.6', to: '0.9' }]);
    const found = new Map(
      body.signals.different.map((one: { signal_id: string; before: string; after: string }) => [
        one.signal_id,
        [one.before.split(':')[0], one.after],
      ]),
    );
    assert.deepEqual(found.get(unsure), ['accepted', 'refused: low_confidence']);
    assert.ok(!found.has(sure));
    assert.equal(await version(), before);
    assert.deepEqual(theEngine().problems, []);
  });
});
