/** What became of an order is asked for until the answer can be trusted. Method: a scripted exchange on virtual time. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from '#core/command.ts';
import type { ClientOrderId } from '#core/ids.ts';
import { Inquiries } from '#engine/inquiries.ts';
import type { ReportOutcome } from '#exchange/port.ts';
import { Account, plannedIn } from '#test/support/account.ts';
import { VirtualTime } from '#test/support/virtual-time.ts';

/** An open market order, and an exchange that gives these answers, the last one for ever. */
function asking(...answers: [ReportOutcome, ...ReportOutcome[]]) {
  const account = new Account();
  const entry = plannedIn(account.signal(), 'entry');
  account.accept(entry);
  const time = new VirtualTime(account.nowMs);
  const handled: Command[] = [];
  let asked = 0;
  const inquiries = new Inquiries({
    exchange: {
      report: async () => {
        asked += 1;
        return answers[Math.min(asked, answers.length) - 1] ?? answers[0];
      },
    },
    clock: time,
    timers: time,
    handle: (command) => handled.push(command),
    orderOf: (id: ClientOrderId) => account.state.orders.get(id),
  });
  const order = account.state.orders.get(entry.clientOrderId);
  assert.ok(order);
  return { inquiries, order, time, handled, asked: () => asked, report: account.report(entry) };
}

test('one denial is not believed: the query side of the exchange may lag behind', async () => {
  const { report } = asking({ kind: 'missing' });
  const { inquiries, order, time, handled } = asking({ kind: 'missing' }, { kind: 'found', report });
  inquiries.ask(order);
  await time.advance(1_000);
  assert.deepEqual(
    handled.map(({ type }) => type),
    ['record_report'],
  );
});

test('two denials in a row are, as of the moment of the first question', async () => {
  const { inquiries, order, time, handled } = asking({ kind: 'missing' });
  const askedAt = time.now();
  inquiries.ask(order);
  await time.advance(1_000);
  const { clientOrderId } = order.plan;
  assert.deepEqual(handled, [{ type: 'record_missing', clientOrderId, askedAt }]);
});

test('a question that fails tells nothing and is asked again, ever more seldom, until it is answered', async () => {
  const { report } = asking({ kind: 'missing' });
  const failed = { kind: 'failed', cause: 'ECONNRESET' } as const;
  const { inquiries, order, time, handled, asked } = asking(failed, failed, { kind: 'found', report });
  inquiries.ask(order);
  await time.advance(400);
  assert.equal(asked(), 1);
  await time.advance(200);
  assert.equal(asked(), 2);
  assert.deepEqual(handled, []);
  await time.advance(60_000);
  assert.equal(asked(), 3);
  assert.deepEqual(
    handled.map(({ type }) => type),
    ['record_report'],
  );
});

test('an order is asked about once at a time, and then not again before a pause', async () => {
  const { report } = asking({ kind: 'missing' });
  const { inquiries, order, time, asked } = asking({ kind: 'found', report });
  inquiries.ask(order);
  inquiries.ask(order);
  await time.advance(100);
  inquiries.ask(order);
  assert.equal(asked(), 1);
  await time.advance(250);
  inquiries.ask(order);
  await time.advance(1);
  assert.equal(asked(), 2);
});

test('trades that are not listed for a second are given up with the next answer, however many questions failed', async () => {
  const { report } = asking({ kind: 'missing' });
  const filled = { kind: 'found', report: { ...report, executed: '0.01', averagePrice: '50000' } } as const;
  const failed = { kind: 'failed', cause: 'ECONNRESET' } as const;
  const { inquiries, order, time, handled } = asking(filled, failed, filled);
  inquiries.ask(order);
  await time.advance(5_000);
  assert.deepEqual(
    handled.map((command) => command.type === 'record_report' && command.tradesOverdue === true),
    [false, true],
  );
});
