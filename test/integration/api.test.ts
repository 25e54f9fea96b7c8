// Goal: what people get over HTTP, from a real engine on a simulated exchange.
// Method: requests through the real server; each answer is checked against the schema that documents it.

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { explanation } from '#api/views/explain.ts';
import { orderDetail, orderSummary } from '#api/views/order.ts';
import { positionView } from '#api/views/position.ts';
import { decide, get, getJson, protectedStory, runOneEngine, theEngine } from '#test/support/api-client.ts';
import { until } from '#test/support/until.ts';

runOneEngine();

describe('GET /v1/explain', () => {
  it('tells the story of a signal in plain words and in full', async () => {
    const { signal_id, decision } = await decide();
    const story = await protectedStory(signal_id);
    assert.match(
      story.sentence,
      /^Bought [\d.]+ BTC in \d+ fills? at [\d .]+, [\d.]+ m?s after the signal(?:, [\d.]+ bps (?:slippage|better than expected))?; protected by a stop at [\d .]+ and a target at [\d .]+ after [\d.]+ m?s\.$/,
    );
    assert.equal(story.decision.outcome, 'accepted');
    assert.ok(story.decision.checks.every(({ passed }) => passed));
    assert.deepEqual(story.orders.map(({ leg }) => leg).slice(0, 2), ['entry', 'stop']);
    assert.equal(story.orders[0]?.status, 'filled');
    assert.ok(story.latencies_us.receive_to_decide !== null && story.latencies_us.receive_to_decide >= 0);
    assert.ok(story.latencies_us.fill_to_protected !== null);
    assert.equal(story.facts[0]?.['type'], 'signal.received');
    assert.ok(decision.outcome === 'accepted');
    const byOrder = await getJson(`/v1/explain/${decision.orders[0]}`, explanation);
    assert.equal(byOrder.signal_id, signal_id);
  });

  it('tells why a signal was refused', async () => {
    const { signal_id } = await decide({ confidence: '0.41' });
    const { sentence, decision, orders } = await getJson(`/v1/explain/${signal_id}`, explanation);
    assert.equal(
      sentence,
      "Refused to buy BTCUSDT. The signal's confidence is under the configured minimum. It was 0.41, the limit is 0.6. No order was made.",
    );
    assert.deepEqual(
      decision.checks.map(({ passed }) => passed),
      [true, true, true, true, false],
    );
    assert.deepEqual(orders, []);
  });

  it('tells what a close made', async () => {
    const { signal_id } = await decide({ strategy_id: 'closer', action: 'sell' });
    await protectedStory(signal_id);
    const close = await decide({ strategy_id: 'closer', action: 'close' });
    const story = await until('it is closed', async () => {
      const now = await getJson(`/v1/explain/${close.signal_id}`, explanation);
      return now.sentence.startsWith('The SHORT') ? now : undefined;
    });
    assert.match(
      story.sentence,
      /^The SHORT was closed by a close signal [\d.]+ m?s after the signal, held for .+: a (profit|loss) of [\d.]+ USDT after [\d.]+ of fees\.$/,
    );
    const opened = await getJson(`/v1/explain/${signal_id}`, explanation);
    assert.equal(opened.positions[0]?.closed?.by, 'close');
    assert.equal(opened.positions[0]?.protected, false);
  });

  it('tells of an entry that added to a position', async () => {
    const first = await decide({ strategy_id: 'adder' });
    await protectedStory(first.signal_id);
    const second = await decide({ strategy_id: 'adder' });
    const story = await until('it filled', async () => {
      const now = await getJson(`/v1/explain/${second.signal_id}`, explanation);
      return now.latencies_us.fill_to_protected !== null ? now : undefined;
    });
    const sentence =
      /after the signal, added to a position that was open; protected by a stop at [\d .]+ and a target at [\d .]+ after [\d.]+ m?s/;
    assert.match(story.sentence, sentence);
    assert.deepEqual(story.orders.map(({ leg }) => leg).sort(), ['entry', 'stop', 'take_profit']);
    await decide({ strategy_id: 'adder', action: 'close' });
    const after = await until('the position is gone', async () => {
      const now = await getJson(`/v1/explain/${second.signal_id}`, explanation);
      return now.positions[0]?.closed?.by === 'close' ? now : undefined;
    });
    assert.match(after.sentence, sentence);
    assert.equal(after.latencies_us.fill_to_protected, story.latencies_us.fill_to_protected);
  });

  it('knows nothing of ids that never were', async () => {
    for (const id of ['nobody', 'te-aaaaaaaaaaaaaaaaaaaa-el1', encodeURIComponent('a/b?c')]) {
      const { status, text } = await get(`/v1/explain/${id}`);
      assert.deepEqual([status, JSON.parse(text).code], [404, 'not_found']);
    }
  });
});

describe('GET /v1/orders and the rest of the account', () => {
  const list = z.strictObject({ orders: z.array(orderSummary) });

  it('lists orders newest first, filtered and bounded', async () => {
    const { signal_id } = await decide({ strategy_id: 'lister', symbol: 'ETHUSDT' });
    await protectedStory(signal_id);
    const { orders } = await getJson('/v1/orders?strategy=lister', list);
    assert.deepEqual(new Set(orders.map(({ leg }) => leg)), new Set(['entry', 'stop', 'take_profit']));
    assert.equal(orders.at(-1)?.leg, 'entry');
    const filled = await getJson('/v1/orders?symbol=ETHUSDT&status=filled&limit=1', list);
    assert.deepEqual(
      filled.orders.map(({ leg }) => leg),
      ['entry'],
    );
    const [entry] = filled.orders;
    assert.ok(entry?.average_price !== null && entry?.filled === entry?.quantity);
  });

  it('shows one order with its fills and timeline', async () => {
    const { decision, signal_id } = await decide();
    assert.ok(decision.outcome === 'accepted');
    await protectedStory(signal_id);
    const order = await getJson(`/v1/orders/${decision.orders[0]}`, orderDetail);
    assert.equal(order.status, 'filled');
    assert.ok(order.fills.length > 0);
    assert.deepEqual(order.timeline.map(({ event }) => event).slice(0, 2), [
      'order.planned',
      'order.accepted',
    ]);
    const { status } = await get('/v1/orders/te-aaaaaaaaaaaaaaaaaaaa-el1');
    assert.equal(status, 404);
  });

  it('refuses filters that it does not know', async () => {
    for (const query of ['limit=0', 'limit=1001', 'status=lost', 'symbl=BTCUSDT']) {
      const { status, text } = await get(`/v1/orders?${query}`);
      assert.deepEqual([status, JSON.parse(text).code], [400, 'wrong_parameter'], query);
    }
  });

  it('shows positions at the market', async () => {
    const { signal_id } = await decide({ strategy_id: 'holder' });
    await protectedStory(signal_id);
    const { positions } = await getJson(
      '/v1/positions',
      z.strictObject({ positions: z.array(positionView) }),
    );
    const mine = positions.find(({ strategy_id }) => strategy_id === 'holder');
    assert.equal(mine?.protected, true);
    assert.ok(mine.unrealised !== null);
    const { orders } = await getJson('/v1/orders?strategy=holder', list);
    assert.equal(mine.live_stop, orders.find(({ leg }) => leg === 'stop')?.trigger_price);
  });

  it('shows the account', async () => {
    const { status, text } = await get('/v1/account');
    const account = JSON.parse(text);
    assert.equal(status, 200);
    assert.equal(account.position_mode, 'hedge');
    assert.equal(account.balance.asset, 'USDT');
    assert.equal(account.settings.confidence_min, '0.6');
    assert.deepEqual(
      Object.keys(account.settings).filter((name) => /[A-Z]/.test(name)),
      [],
    );
  });
});

describe('the process', () => {
  it('is live, ready, healthy and has a version', async () => {
    for (const path of ['/live', '/ready', '/health', '/version']) {
      assert.equal((await get(path)).status, 200, path);
    }
  });

  it('says what it is not ready for', async () => {
    theEngine().pretend = { code: 'journal_unavailable', detail: 'the disk is full' };
    try {
      const { status, text } = await get('/ready');
      assert.equal(status, 503);
      assert.deepEqual(JSON.parse(text).reasons, [
        { code: 'journal_unavailable', message: 'the disk is full' },
      ]);
      assert.equal((await get('/live')).status, 200);
    } finally {
      theEngine().pretend = undefined;
    }
  });

  it('gives Prometheus what telemetry counts, as its text format, or says that nobody counts', async () => {
    theEngine().metrics = 'tradeengine_engine_ready 1\n';
    const { text, headers } = await get('/metrics');
    assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
    assert.equal(text, 'tradeengine_engine_ready 1\n');
    theEngine().metrics = undefined;
    const { status, text: problem } = await get('/metrics');
    assert.deepEqual([status, JSON.parse(problem).code], [503, 'metrics_unavailable']);
  });

  it('leads whoever opens it in a browser to its documentation', async () => {
    const { status, headers } = await get('/');
    assert.deepEqual([status, headers['location']], [302, '/docs']);
    const page = await get('/docs');
    assert.match(page.text, /<title>petrosa-tradeengine<\/title>/);
    const { text } = await get('/docs/static/swagger-initializer.js');
    assert.match(text, /"?layout"?: ?"BaseLayout"/);
  });

  it('documents every parameter', async () => {
    const { paths } = JSON.parse((await get('/openapi.json')).text);
    for (const [path, methods] of Object.entries<Record<string, { parameters?: { description?: string }[] }>>(
      paths,
    )) {
      for (const { parameters = [] } of Object.values(methods)) {
        for (const parameter of parameters)
          assert.ok(parameter.description, `${path} ${JSON.stringify(parameter)}`);
      }
    }
  });

  it('documents every path of the API', async () => {
    const { text } = await get('/openapi.json');
    const { openapi, paths } = JSON.parse(text);
    assert.equal(openapi, '3.1.0');
    assert.ok(!text.includes('$ref'), 'a reference to what the document does not hold');
    const expected = ['/live', '/ready', '/health', '/version', '/metrics', '/v1/signals', '/trade/signal'];
    expected.push(
      '/v1/schemas/signal',
      '/v1/webhooks/{source}',
      '/v1/orders',
      '/v1/orders/{id}',
      '/v1/positions',
      '/v1/account',
      '/v1/explain/{id}',
      '/v1/trading',
      '/v1/trading/halt',
      '/v1/trading/reduce',
      '/v1/trading/resume',
      '/v1/flatten',
      '/v1/orders/{id}/cancel',
      '/v1/heartbeat',
      '/v1/pnl',
      '/v1/settings',
      '/v1/settings/versions',
      '/v1/settings/diff',
      '/v1/settings/rollback',
      '/v1/events',
    );
    assert.deepEqual(Object.keys(paths).sort(), expected.sort());
    const body = paths['/v1/signals'].post.requestBody.content['application/json'].schema;
    assert.deepEqual(body.required, ['strategy_id', 'symbol', 'action', 'confidence']);
    assert.equal((await get('/docs/')).status, 200);
  });

  it('answers paths and methods that it does not serve as {code, message}', async () => {
    const { status, text } = await get('/v2/nothing');
    assert.deepEqual([status, JSON.parse(text).code], [404, 'not_found']);
    const wrong = await get('/v1/signals');
    assert.deepEqual([wrong.status, JSON.parse(wrong.text).code], [405, 'method_not_allowed']);
  });

  it('answers addresses that are malformed or endless as {code, message}', async () => {
    for (const [path, status, code] of [
      ['/v1/explain/%zz', 400, 'bad_request'],
      [`/v1/explain/${'x'.repeat(300)}`, 404, 'not_found'],
    ] as const) {
      const answer = await get(path);
      assert.equal(answer.status, status);
      assert.deepEqual(Object.keys(JSON.parse(answer.text)), ['code', 'message']);
      assert.equal(JSON.parse(answer.text).code, code);
    }
  });

  it('answers bytes that are not HTTP as {code, message}, and serves on', async () => {
    const address = await theEngine().server.listen({ host: '127.0.0.1', port: 0 });
    const socket = connect(Number(new URL(address).port), '127.0.0.1');
    socket.end('this is not HTTP\r\n\r\n');
    const text = (await socket.toArray()).join('');
    assert.match(
      text,
      /^HTTP\/1\.1 400 Bad Request\r\n[\s\S]*\r\n\r\n{"code":"bad_request","message":"[^"]+"}$/,
    );
    const large = await fetch(`${address}/v1/signals`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `"${'x'.repeat(1_000_000)}"`,
    });
    assert.equal(large.status, 413);
    assert.equal((await fetch(`${address}/live`)).status, 200);
  });

  it('serves only the loopback names', async () => {
    const { status, text } = await get('/v1/positions', { host: 'evil.example' });
    assert.deepEqual([status, JSON.parse(text).code], [421, 'wrong_host']);
  });

  it('met no defect in all of this', () => {
    assert.deepEqual(theEngine().problems, []);
  });
});
