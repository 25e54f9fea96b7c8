// Goal: what is secret cannot be seen by accident. Method: every way of printing, and a table of texts that hold secrets.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { format, inspect } from 'node:util';
import { Redactor, redactMember, redactText, Secret } from '#core/secret.ts';

const CANARY = 'c4n4ry-V4lue+=';

test('a secret prints, serialises and inspects as [secret]', () => {
  const secret = new Secret(CANARY);
  const shown = [
    `${secret}`,
    JSON.stringify({ secret }),
    inspect({ secret }),
    format('%o %s', secret, secret),
  ];
  for (const text of shown) assert.ok(!text.includes('c4n4ry') && text.includes('[secret]'), text);
  assert.equal(secret.reveal(), CANARY);
});

for (const text of [
  `https://someone:${CANARY}@host/path`,
  `mongodb+srv://${CANARY}@cluster.example/db`,
  `GET /fapi/v1/order?symbol=BTCUSDT&signature=${CANARY}&timestamp=1`,
  `{"apiKey":"${CANARY}"}`,
  `{\\"api_key\\":\\"${CANARY}\\"}`,
  `authorization: Bearer ${CANARY}`,
  `password = ${CANARY}`,
  `X-API-KEY: ${CANARY}`,
  `BINANCE_API_SECRET=${CANARY}`,
  `access_token=${CANARY}`,
]) {
  test(`what looks like a secret is taken out of ${text.replace(CANARY, '...')}`, () => {
    assert.ok(!redactText(text).includes('c4n4ry'), redactText(text));
  });
}

test('what only resembles a secret stays', () => {
  for (const text of [
    'token: BTC, basic trend up',
    'https://host:8000/path?a=1@b',
    'momentum over 14 bars; the key level is 50 000',
  ]) {
    assert.equal(redactText(text), text);
  }
});

test('members named like secrets lose their values, whatever these are; others keep them', () => {
  const value = { rsi: 28, token: 'BTC', nested: { Api_Key: { a: CANARY }, note: `Bearer ${CANARY}` } };
  assert.equal(
    JSON.stringify(value, redactMember),
    '{"rsi":28,"token":"BTC","nested":{"Api_Key":"[secret]","note":"Bearer [secret]"}}',
  );
});

test('a redactor knows the newest secret of each name', () => {
  const redactor = new Redactor();
  redactor.hide('listenKey', new Secret('first-listen-key'));
  redactor.hide('apiKey', new Secret('the-api-key'));
  const clean = redactor.redact('x first-listen-key y the-api-key ?a=1&signature=abc123&b=2');
  for (const canary of ['first-listen-key', 'the-api-key', 'abc123'])
    assert.ok(!clean.includes(canary), clean);
  assert.match(clean, /a=1.*b=2/);
  redactor.hide('listenKey', new Secret('second-listen-key'));
  assert.ok(!redactor.redact('second-listen-key').includes('second'));
});
