// Goal: every answered request is told by its route, with the signal that it brought or the span of its caller.
// Method: requests through the real server of a running engine.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { EventFeed } from '#api/event-feed.ts';
import type { ServedRequest } from '#api/observe.ts';
import { problems } from '#api/problems.ts';
import { buildServer } from '#api/server.ts';
import type { Subject } from '#api/subject.ts';
import { systemClock, systemTimers } from '#engine/time.ts';
import { attributes } from '#telemetry/attributes.ts';
import { decide, get, post, runOneEngine, signal, theEngine } from '#test/support/api-client.ts';
import { until } from '#test/support/until.ts';

runOneEngine();

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const traceparent = (trace: string): string => `00-${trace}-00f067aa0ba902b7-01`;

/** The one request that this call makes. */
async function served(call: () => Promise<unknown>): Promise<ServedRequest> {
  const before = theEngine().served.length;
  await call();
  return until('the request is told', () => theEngine().served[before]);
}

it('a request is told by its route, not by its path, and with its status and times', async () => {
  const { method, route, path, status, startedAt, endedAt } = await served(() => get('/v1/orders/none?x=1'));
  assert.deepEqual([method, route, path, status], ['GET', '/v1/orders/:id', '/v1/orders/none', 404]);
  assert.ok(Number.isInteger(startedAt) && startedAt <= endedAt);
});

it('a request that has no route is told without one', async () => {
  const { route, status } = await served(() => get('/secret/../../etc'));
  assert.deepEqual([route, status], [undefined, 404]);
});

it('a request that brought a signal names its receipt; one that brought it again, its own in its own trace', async () => {
  const body = signal();
  const first = await served(() => post(body, '/v1/signals', { traceparent: traceparent(TRACE) }));
  assert.equal(first.receipt?.trace, TRACE);
  assert.ok((first.receipt?.fact ?? 0) > 0);
  const otherTrace = TRACE.replace('4', '5');
  const again = await served(() => post(body, '/trade/signal', { traceparent: traceparent(otherTrace) }));
  assert.equal(again.receipt?.trace, otherTrace);
  assert.ok((again.receipt?.fact ?? 0) > (first.receipt?.fact ?? 0));
  assert.equal(again.route, '/trade/signal');
});

it('a signal that was refused by a rule was received; one that was not understood was not', async () => {
  const refused = await served(() => decide({ confidence: '0.1' }));
  assert.ok(refused.receipt);
  const wrong = await served(() => post({ nonsense: true }));
  assert.deepEqual([wrong.status, wrong.receipt], [400, undefined]);
});

it('the span of the caller is told if it is valid', async () => {
  const called = await served(() => get('/v1/positions', { traceparent: traceparent(TRACE) }));
  assert.deepEqual(called.remote, { trace: TRACE, parentSpan: '00f067aa0ba902b7' });
  const wrong = await served(() => get('/v1/positions', { traceparent: traceparent('0'.repeat(32)) }));
  assert.equal(wrong.remote, undefined);
});

it('the routes of the server are the label values, and so is every status of a problem', async () => {
  const { text } = await get('/openapi.json');
  const documented = Object.keys((JSON.parse(text) as { paths: object }).paths);
  const routes = documented.map((path) => path.replace(/\{(\w+)\}/, ':$1'));
  const listed = attributes['http.route'].values.filter(
    (route) => route !== '/' && route !== '/openapi.json',
  );
  assert.deepEqual(listed.toSorted(), routes.toSorted());
  const statuses = new Set<string>(attributes['http.response.status_code'].values);
  for (const [code, { status }] of Object.entries(problems)) assert.ok(statuses.has(String(status)), code);
});

it('a defect is told with the span of the caller who met it', async () => {
  const told: unknown[] = [];
  const { engine } = theEngine();
  const subject = {
    version: '0.0.0',
    health: () => {
      throw new TypeError('a planted defect');
    },
  } as unknown as Subject;
  const desk = { account: engine.state.account, submit: async () => 'stopping' as const };
  const server = await buildServer({
    tokens: [],
    webhooks: [],
    subject,
    desk,
    operator: { operate: async () => 'stopping', beat: () => false },
    events: new EventFeed(systemTimers),
    clock: systemClock,
    onProblem: (code, detail, span) => told.push([code, detail.split('\n')[0], span]),
  });
  const answer = await server.inject({ url: '/health', headers: { traceparent: traceparent(TRACE) } });
  await server.close();
  assert.equal(answer.statusCode, 500);
  assert.doesNotMatch(answer.body, /planted/);
  const span = { trace: TRACE, parentSpan: '00f067aa0ba902b7' };
  assert.deepEqual(told, [['request_failed', 'GET /health: TypeError: a planted defect', span]]);
});
