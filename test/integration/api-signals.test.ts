// Goal: what publishers get over HTTP: an answer once the signal is durable, a reason when it is refused, a code when
// it is malformed. Method: requests through the real server, to a real engine on a simulated exchange.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { signalReceipt } from '#api/signals.ts';
import { explanation } from '#api/views/explain.ts';
import { explanationText } from '#api/views/explanation-text.ts';
import { systemClock } from '#engine/time.ts';
import { decide, getJson, post, runOneEngine, signal, theEngine } from '#test/support/api-client.ts';

runOneEngine();

describe('POST /v1/signals', () => {
  it('answers 202 once the signal is durable', async () => {
    const head = theEngine().journal.head;
    const { status, body } = await post(signal());
    assert.equal(status, 202);
    assert.equal(signalReceipt.parse(body).duplicate, false);
    assert.ok(theEngine().journal.head > head);
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
    const { signal_id } = await decide();
    const { market } = (await getJson(`/v1/explain/${signal_id}`, explanation)).decision;
    const above = (Number(market?.mark) * 1.02).toFixed(0);
    const reasons: [Record<string, unknown>, string][] = [
      [{ symbol: 'NOSUCHUSDT' }, 'symbol_not_allowed'],
      [{ stop_loss_pct: undefined, stop_loss: above }, 'wrong_side_stop'],
      [{ stop_loss_pct: undefined, stop_loss: 9_000_000 }, 'price_outside_band'],
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

  it('tells a publisher that uses an id for another signal, and in what it differs', async () => {
    const wire = signal({ timestamp: Math.floor(systemClock.now() / 1_000_000) });
    const first = await post(wire, '/v1/signals?wait=decision');
    const same = await post(Object.fromEntries(Object.entries(wire).toReversed()));
    assert.equal(signalReceipt.parse(same.body).message, undefined);
    const other = { ...wire, action: 'sell', stop_loss_pct: 3 };
    const differs = ['action', 'stop_loss_pct'];
    const message =
      'This id had been used for a signal with another action, stop_loss_pct: nothing was done, and the answer is that of the first.';
    const receipt = signalReceipt.parse((await post(other)).body);
    assert.deepEqual([receipt.duplicate, receipt.differs, receipt.message], [true, differs, message]);
    const decision = await post(other, '/v1/signals?wait=decision');
    assert.deepEqual(decision.body, { ...first.body, duplicate: true, differs, message });
    const story = await getJson(`/v1/explain/${String(wire['id'])}`, explanation);
    assert.equal(story.duplicates, 3);
    assert.deepEqual(
      story.reuses.map((reuse) => reuse.differs),
      [differs, differs],
    );
    assert.match(explanationText(story), /ID REUSED +at .+ with another action, stop_loss_pct: not acted on/);
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
    ['a field that comes twice', '{"quantity": 1, "quantity": 2}', {}, 400, 'malformed_json'],
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

  it('names the field that comes twice', async () => {
    const { body } = await post('{"id": "a", "quantity": 1, "quantity": 2}');
    assert.equal(body.message, 'The field "quantity" comes twice in one object.');
  });

  it('refuses a parameter that it does not know', async () => {
    for (const query of ['?wait=ever', '?wiat=decision']) {
      const { status, body } = await post(signal(), `/v1/signals${query}`);
      assert.deepEqual([status, body.code], [400, 'wrong_parameter']);
    }
  });

  it('says why it takes no signals, and when to come again', async () => {
    theEngine().pretend = { code: 'not_reconciled', detail: 'comparing' };
    try {
      const { status, body, headers } = await post(signal());
      assert.deepEqual([status, body.code, headers['retry-after']], [503, 'not_reconciled', '1']);
    } finally {
      theEngine().pretend = undefined;
    }
  });
});

it('meets no defect in all of this', () => {
  assert.deepEqual(theEngine().problems, []);
});
