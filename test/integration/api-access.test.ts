// Goal: only who holds a token of the scope gets through; without tokens only this machine does. Webhooks are taken from
// who knows the secret, once. Method: requests through the real server to a real engine.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type KnownToken, type Scope, sha256Of } from '#api/access.ts';
import { MICROS_PER_MS } from '#core/ids.ts';
import { Secret } from '#core/secret.ts';
import { systemClock } from '#engine/time.ts';
import { SIGNATURE_HEADER, signatureOf, WEBHOOK_AGE_MS_MAX, type WebhookSource } from '#intake/webhook.ts';
import { signal } from '#test/support/api-client.ts';
import { type RunningEngine, runEngine } from '#test/support/running-engine.ts';
import { until } from '#test/support/until.ts';

const holder = (name: string, ...scopes: Scope[]): KnownToken => ({
  name,
  scopes,
  sha256: sha256Of(`token of ${name}`.replaceAll(' ', '-')),
});
const bearer = (name: string) => ({ authorization: `Bearer token-of-${name}` });
const tokens = [
  holder('strategy', 'signal'),
  holder('viewer', 'read'),
  holder('oncall', 'operate'),
  holder('owner', 'admin'),
];

const [oldSecret, newSecret] = [new Secret('the old secret of ci'), new Secret('the new secret of ci')];
const webhooks: WebhookSource[] = [
  { name: 'ci', kind: 'signed', secrets: [oldSecret, newSecret] },
  { name: 'charts', kind: 'tradingview', secrets: [new Secret('secret-of-the-charts')] },
];

let running: RunningEngine;
before(async () => {
  running = await runEngine({ tokens, webhooks });
  await until('the engine is ready', () => running.engine.unready === undefined);
});
after(() => running.stop());

async function send(
  method: 'GET' | 'POST',
  url: string,
  headers: Record<string, string> = {},
  body?: unknown,
) {
  const answer = await running.server.inject({
    method,
    url,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return {
    status: answer.statusCode,
    headers: answer.headers,
    code: answer.json().code,
    body: answer.json(),
  };
}

describe('tokens', () => {
  it('are asked for, and say so', async () => {
    for (const headers of [{}, { authorization: 'Bearer nobody-s' }, { authorization: 'Basic dG9rZW4=' }]) {
      const { status, code, headers: told } = await send('GET', '/v1/orders', headers);
      assert.deepEqual([status, code, told['www-authenticate']], [401, 'unauthenticated', 'Bearer']);
    }
  });

  it('allow what their scopes say and what those include, and no more', async () => {
    const allowed: [string, boolean, boolean][] = [
      ['strategy', true, false],
      ['viewer', false, true],
      ['oncall', false, true],
      ['owner', true, true],
    ];
    for (const [name, maySignal, mayRead] of allowed) {
      const submitted = await send('POST', '/v1/signals', bearer(name), signal());
      assert.equal(submitted.status, maySignal ? 202 : 403, name);
      assert.equal((await send('GET', '/v1/orders', bearer(name))).status, mayRead ? 200 : 403, name);
    }
    assert.equal((await send('GET', '/metrics', bearer('strategy'))).code, 'forbidden');
  });

  it('are not asked of probes and of the documentation', async () => {
    for (const path of ['/live', '/ready', '/version', '/openapi.json', '/v1/schemas/signal']) {
      assert.equal((await send('GET', path)).status, 200, path);
    }
  });

  it('open the API to other hosts than this machine', async () => {
    const host = { host: 'engine.example:8000' };
    assert.equal((await send('GET', '/v1/orders', { ...host, ...bearer('viewer') })).status, 200);
  });

  it('are not echoed', async () => {
    const answer = await send('GET', '/v1/orders', { authorization: 'Bearer do-not-show-this' });
    assert.ok(!JSON.stringify(answer.body).includes('do-not-show-this'));
  });
});

describe('webhooks', () => {
  const nowMs = () => Math.floor(systemClock.now() / MICROS_PER_MS);
  const signed = (body: string, secret = newSecret, atMs = nowMs()) => ({
    [SIGNATURE_HEADER]: `t=${atMs},v1=${signatureOf(secret, atMs, Buffer.from(body))}`,
  });

  it('take a signal that its sender has signed, with the old secret as with the new one', async () => {
    for (const secret of [oldSecret, newSecret]) {
      const body = JSON.stringify(signal());
      assert.equal((await send('POST', '/v1/webhooks/ci', signed(body, secret), body)).status, 202);
    }
  });

  it('refuse what is not signed, signed otherwise, changed since, or signed too long ago', async () => {
    const body = JSON.stringify(signal());
    const tries: Record<string, string>[] = [
      {},
      { [SIGNATURE_HEADER]: 'nonsense' },
      signed(body, new Secret('another secret')),
      signed(`${body} `),
      signed(body, newSecret, nowMs() - WEBHOOK_AGE_MS_MAX - 1_000),
      signed(body, newSecret, nowMs() + WEBHOOK_AGE_MS_MAX + 5_000),
    ];
    for (const headers of tries) {
      const { status, code } = await send('POST', '/v1/webhooks/ci', headers, body);
      assert.deepEqual([status, code], [401, 'webhook_refused']);
    }
    const unknown = await send('POST', '/v1/webhooks/nobody', signed(body), body);
    assert.deepEqual([unknown.status, unknown.code], [401, 'webhook_refused']);
  });

  it('know a request that is sent again, even of a signal without id and time', async () => {
    const { id, timestamp, ...anonymous } = signal();
    const body = JSON.stringify(anonymous);
    const headers = signed(body);
    const first = await send('POST', '/v1/webhooks/ci', headers, body);
    await until(
      'another millisecond',
      () => nowMs() > Number(/t=(\d+)/.exec(headers[SIGNATURE_HEADER] ?? '')?.[1]) + 2,
    );
    const again = await send('POST', '/v1/webhooks/ci', headers, body);
    assert.equal(first.body.duplicate, false);
    assert.deepEqual(again.body, { ...first.body, duplicate: true });
  });

  it('take an alert of TradingView: the secret is taken out, a perpetual has its name here, flat closes', async () => {
    const alert = {
      secret: 'secret-of-the-charts',
      strategy_id: 'charts-1',
      symbol: 'BTCUSDT.P',
      action: 'sell',
      market_position: 'flat',
      confidence: 0.9,
      timestamp: new Date(nowMs()).toISOString(),
    };
    const answer = await send('POST', '/v1/webhooks/charts?wait=decision', {}, alert);
    assert.equal(answer.body.decision.reason, 'nothing_to_close');
    const story = await send('GET', `/v1/explain/${answer.body.signal_id}`, bearer('viewer'));
    const told = JSON.stringify(story.body);
    assert.match(told, /"symbol":"BTCUSDT"/);
    assert.ok(!told.includes('secret-of-the-charts'));
    const { secret, ...open } = alert;
    for (const body of [open, { ...open, secret: 'guessed' }]) {
      assert.equal((await send('POST', '/v1/webhooks/charts', {}, body)).code, 'webhook_refused');
    }
    const { timestamp, ...untimed } = alert;
    assert.equal((await send('POST', '/v1/webhooks/charts', {}, untimed)).code, 'missing_field');
  });
});
