// Goal: what publishers and people get over HTTP, from a real engine on a simulated exchange.
// Method: requests through the real server; each answer is checked against the schema that documents it.

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { z } from 'zod';
import { type Explanation, explanation } from '#api/views/explain.ts';
import { orderDetail, orderSummary } from '#api/views/order.ts';
import { positionView } from '#api/views/position.ts';
import { systemClock } from '#engine/time.ts';
import { signalDecision, signalReceipt } from '#intake/http.ts';
import { type RunningEngine, runEngine } from '#test/support/running-engine.ts';
import { until } from '#test/support/until.ts';

let running: RunningEngine;
before(async () => {
  running = await runEngine();
  await until('the engine is ready', () => running.engine.unready === undefined || undefined);
});
after(() => running.stop());

let made = 0;
function signal(fields: Record<string, unknown> = {}): Record<string, unknown> {
  made += 1;
  return {
    id: `signal-${made}`,
    strategy_id: `strategy-${made}`,
    symbol: 'BTCUSDT',
    action: 'buy',
    confidence: 0.9,
    stop_loss_pct: 2,
    take_profit_pct: 3,
    timestamp: Math.floor(systemClock.now() / 1000),
    ...fields,
  };
}

async function post(body: unknown, path = '/v1/signals', headers: Record<string, string> = {}) {
  const text = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const answer = await running.server.inject({
    method: 'POST',
    url: path,
    headers: { 'content-type': 'application/json', ...headers },
    payload: text,
  });
  return { status: answer.statusCode, headers: answer.headers, body: answer.json() };
}

async function get(path: string, headers: Record<string, string> = {}) {
  const answer = await running.server.inject({ method: 'GET', url: path, headers });
  return { status: answer.statusCode, headers: answer.headers, text: answer.body };
}

async function getJson<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  const { status, text } = await get(path);
  assert.equal(status, 200, text);
  return schema.parse(JSON.parse(text));
}

const decide = async (fields: Record<string, unknown> = {}) => {
  const { status, body } = await post(signal(fields), '/v1/signals?wait=decision');
  assert.equal(status, 200, JSON.stringify(body));
  return signalDecision.parse(body);
};

/** Where the signal's position has become protected. */
const protectedStory = (id: string): Promise<Explanation> =>
  until(`${id} is protected`, async () => {
    const story = await getJson(`/v1/explain/${id}`, explanation);
    return story.positions[0]?.protected === true ? story : undefined;
  });

describe('POST /v1/signals', () => {
  it('answers 202 once the signal is durable', async () => {
    const head = running.journal.head;
    const { status, body } = await post(signal());
    assert.equal(status, 202);
    assert.equal(signalReceipt.parse(body).duplicate, false);
    assert.ok(running.journal.head > head);
  });

  it('answers under its older name too', async () => {
    const { status, body } = await post(signal(), '/trade/signal');
    assert.equal(status, 202);
    signalReceipt.parse(body);
  });

  it('waits for the decision where it is asked to', async () => {
    const { decision } = await decide();
    assert.equal(decision.outcome, 'accepted');
    assert.ok(decision.outcome === 'accepted' && decision.orders.length === 1);
  });

  it('answers a signal that the rules refuse with the reason', async () => {
    const { decision } = await decide({ confidence: '0.41' });
    assert.deepEqual(decision, {
      outcome: 'refused',
      reason: 'low_confidence',
      value: '0.41',
      limit: '0.6',
      message: "The signal's confidence is under the configured minimum.",
    });
  });

  it('refuses unknown symbols, wrong-side stops and expired signals by rule', async () => {
    const reasons: [Record<string, unknown>, string][] = [
      [{ symbol: 'NOSUCHUSDT' }, 'symbol_not_allowed'],
      [{ stop_loss_pct: undefined, stop_loss: 9_000_000 }, 'wrong_side_stop'],
      [{ timestamp: Math.floor(systemClock.now() / 1_000_000) - 301 }, 'stale'],
    ];
    for (const [fields, reason] of reasons) {
      const { decision } = await decide(fields);
      assert.equal(decision.outcome === 'refused' && decision.reason, reason);
    }
  });

  it('gives the same signal its first answer again and makes no second order', async () => {
    const wire = signal();
    const first = await post(wire, '/v1/signals?wait=decision');
    const second = await post(wire, '/v1/signals?wait=decision');
    assert.deepEqual(second.body, { ...first.body, duplicate: true });
    const { orders } = await getJson(`/v1/explain/${String(wire['id'])}`, explanation);
    assert.equal(orders.filter(({ leg }) => leg === 'entry').length, 1);
  });

  it('gives one order for a signal that comes ten times at once', async () => {
    const wire = signal();
    const answers = await Promise.all(Array.from({ length: 10 }, () => post(wire)));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([202]));
    assert.equal(answers.filter(({ body }) => body.duplicate === false).length, 1);
  });

  it('goes on with the trace of the publisher', async () => {
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    const { body } = await post(signal(), '/v1/signals', { traceparent: `00-${trace}-00f067aa0ba902b7-01` });
    assert.equal(body.trace_id, trace);
  });

  it('keeps what it does not interpret', async () => {
    const wire = signal({ source: 'ta-bot', metadata: { rsi: 28.1 } });
    await post(wire);
    const { content } = await getJson(`/v1/explain/${String(wire['id'])}`, explanation);
    assert.deepEqual(content['metadata'], { source: 'ta-bot', metadata: '{"rsi":28.1}' });
  });

  const bad: [string, unknown, Record<string, string>, number, string][] = [
    ['malformed JSON', '{"id": ', {}, 400, 'malformed_json'],
    ['an empty body', '', {}, 400, 'malformed_json'],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), {}, 400, 'malformed_json'],
    ['endless nesting', '['.repeat(30_000), {}, 400, 'malformed_json'],
    ['a nest of lists', '['.repeat(30_000) + ']'.repeat(30_000), {}, 400, 'malformed_json'],
    ['NaN', '{"confidence": NaN}', {}, 400, 'malformed_json'],
    ['a body of 1 MB', `"${'x'.repeat(1_000_000)}"`, {}, 413, 'body_too_large'],
    ['another content type', '{}', { 'content-type': 'text/plain' }, 415, 'unsupported_content_type'],
    [
      'a form',
      'a=b',
      { 'content-type': 'application/x-www-form-urlencoded' },
      415,
      'unsupported_content_type',
    ],
    ['no object', '[]', {}, 400, 'wrong_type'],
  ];
  for (const [what, body, headers, status, code] of bad) {
    it(`refuses ${what} as ${code}`, async () => {
      const answer = await post(body, '/v1/signals', headers);
      assert.equal(answer.status, status);
      assert.deepEqual(Object.keys(answer.body), ['code', 'message']);
      assert.equal(answer.body.code, code);
      assert.match(answer.body.message, /^[A-Z].*\.$/);
    });
  }

  it('refuses a parameter that it does not know', async () => {
    for (const query of ['?wait=ever', '?wiat=decision']) {
      const { status, body } = await post(signal(), `/v1/signals${query}`);
      assert.deepEqual([status, body.code], [400, 'wrong_parameter']);
    }
  });

  it('says why it takes no signals, and when to come again', async () => {
    running.pretend = { code: 'not_reconciled', detail: 'comparing' };
    try {
      const { status, body, headers } = await post(signal());
      assert.deepEqual([status, body.code, headers['retry-after']], [503, 'not_reconciled', '1']);
    } finally {
      running.pretend = undefined;
    }
  });
});

describe('GET /v1/explain', () => {
  it('tells the story of a signal in plain words and in full', async () => {
    const { signal_id, decision } = await decide();
    const story = await protectedStory(signal_id);
    assert.match(
      story.sentence,
      /^Bought [\d.]+ BTC in \d+ fills? at [\d .]+, [\d.]+ m?s after the signal; protected by a stop at [\d .]+ and a target at [\d .]+ after [\d.]+ m?s\.$/,
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
      return now.sentence.includes('added to a position') && now.positions.length === 1 ? now : undefined;
    });
    assert.match(story.sentence, /after the signal, added to a position that was open; protected by a stop/);
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
  });

  it('shows the account', async () => {
    const { status, text } = await get('/v1/account');
    const account = JSON.parse(text);
    assert.equal(status, 200);
    assert.equal(account.position_mode, 'hedge');
    assert.equal(account.balance.asset, 'USDT');
  });
});

describe('the process', () => {
  it('is live, ready, healthy and has a version', async () => {
    for (const path of ['/live', '/ready', '/health', '/version']) {
      assert.equal((await get(path)).status, 200, path);
    }
  });

  it('says what it is not ready for', async () => {
    running.pretend = { code: 'journal_unavailable', detail: 'the disk is full' };
    try {
      const { status, text } = await get('/ready');
      assert.equal(status, 503);
      assert.deepEqual(JSON.parse(text).reasons, [
        { code: 'journal_unavailable', message: 'the disk is full' },
      ]);
      assert.equal((await get('/live')).status, 200);
    } finally {
      running.pretend = undefined;
    }
  });

  it('shows gauges to Prometheus', async () => {
    const { text, headers } = await get('/metrics');
    assert.match(String(headers['content-type']), /^text\/plain/);
    assert.match(text, /^tradeengine_ready 1$/m);
    assert.match(text, /^tradeengine_positions_open \d+$/m);
  });

  it('documents every path of the API', async () => {
    const { text } = await get('/openapi.json');
    const { openapi, paths } = JSON.parse(text);
    assert.equal(openapi, '3.1.0');
    const expected = ['/live', '/ready', '/health', '/version', '/metrics', '/v1/signals', '/trade/signal'];
    expected.push('/v1/orders', '/v1/orders/{id}', '/v1/positions', '/v1/account', '/v1/explain/{id}');
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
    const address = await running.server.listen({ host: '127.0.0.1', port: 0 });
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
    assert.deepEqual(running.problems, []);
  });
});
