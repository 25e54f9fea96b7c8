/** A problem that is about one order is found with the order: its log record carries the span and the id. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecentOrders } from '#api/recent-orders.ts';
import { ProblemLog } from '#app/problem-log.ts';
import type { ClientOrderId } from '#core/ids.ts';
import { processEvents } from '#telemetry/catalogue.ts';
import type { ProcessLog } from '#telemetry/process-log.ts';
import { project } from '#telemetry/projection.ts';
import { wholeStory } from '#test/support/telemetry-facts.ts';

const story = wholeStory();
const spans = story.flatMap((entry) => project(entry).spans);

function open() {
  const recentOrders = new RecentOrders();
  for (const entry of story) recentOrders.apply(entry);
  const logs: ProcessLog[] = [];
  return { logs, problems: new ProblemLog((record) => logs.push(record), recentOrders) };
}

test('a problem with an order has the span that submitted it', () => {
  const { logs, problems } = open();
  const submit = spans.find(({ name }) => name === 'order submit');
  const order = submit?.attributes['tradeengine.order.id'] as ClientOrderId;
  problems.ofEngine('cancel_failed', 'no answer', order);
  problems.ofExchange('malformed_answer', 'POST', order);
  const span = { traceId: submit?.traceId, spanId: submit?.spanId };
  const attributes = { 'tradeengine.order.id': order };
  assert.deepEqual(logs, [
    { severity: 'warn', event: 'engine.cancel_failed', message: 'no answer', attributes, span },
    { severity: 'error', event: 'exchange.malformed_answer', message: 'POST', attributes, span },
  ]);
});

test('each problem is an event that is declared, and one that stops orders is an error', () => {
  const { logs, problems } = open();
  problems.ofEngine('failed', 'a defect');
  problems.ofEngine('restarts', 'a defect; started again in 500 ms');
  problems.ofExchange('clock_resynchronised', 'offset is now 3 ms');
  assert.deepEqual(
    logs.map(({ event, severity }) => [event, severity]),
    [
      ['engine.failed', 'error'],
      ['engine.restarts', 'error'],
      ['exchange.clock_resynchronised', 'info'],
    ],
  );
  for (const { event } of logs) assert.ok(event in processEvents, event);
});

test('an order that is not known is named all the same, and what is about none names none', () => {
  const { logs, problems } = open();
  problems.ofExchange('news_unread', 'missing', 'te-unknown' as ClientOrderId);
  problems.ofExchange('stream_lost', 'closed');
  assert.deepEqual(
    logs.map(({ attributes, span }) => [attributes?.['tradeengine.order.id'], span]),
    [
      ['te-unknown', undefined],
      [undefined, undefined],
    ],
  );
});
