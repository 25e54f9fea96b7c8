/** What operators look at and command: the trading state, flattening, taking entries back, the heartbeat. */

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { TradingState } from '#core/account.ts';
import type { ClientOrderId, Symbol } from '#core/ids.ts';
import type { Clock } from '#engine/time.ts';
import type { Scope } from './access.ts';
import { note, noteOf, readBody } from './body.ts';
import { callerOf, command, type OperatorDesk, operation } from './operator.ts';
import { ProblemError } from './problems.ts';
import { takeBytes } from './signals.ts';
import { type Subject, stateOf } from './subject.ts';
import { pnlOf, pnlReport } from './views/pnl.ts';
import { tradingView, tradingViewOf } from './views/trading.ts';

const noted = z.strictObject({ note });
const resumption = z.strictObject({
  note,
  confirm: z.literal(true, { error: 'must be true: limits count anew from here' }),
});
const flattening = z.strictObject({
  note,
  symbol: z.string().max(32).optional().describe('Only in this symbol.'),
});
const heard = z.strictObject({ heard: z.literal(true) });

const documented = (summary: string, scope: Scope, answer: z.ZodType, body?: z.ZodType) => ({
  config: { scope },
  schema: {
    summary,
    tags: ['operation'],
    ...(body === undefined ? {} : { body: z.toJSONSchema(body) }),
    response: { 200: z.toJSONSchema(answer) },
  },
});

export interface OperateRoutesOptions {
  readonly subject: Subject;
  readonly operator: OperatorDesk;
  readonly clock: Clock;
}

export async function operateRoutes(
  server: FastifyInstance,
  { subject, operator, clock }: OperateRoutesOptions,
): Promise<void> {
  takeBytes(server);

  server.get(
    '/v1/trading',
    documented('Whether signals are taken, and how far the limits are', 'read', tradingView),
    () => tradingViewOf(stateOf(subject), clock.now()),
  );

  server.get('/v1/pnl', documented('What each strategy won and lost in each symbol', 'read', pnlReport), () =>
    pnlOf(stateOf(subject), subject.quote, clock.now()),
  );

  const states: [string, TradingState, string, z.ZodType<{ note?: string | undefined }>][] = [
    ['halt', 'halted', 'Take only what makes positions smaller, until a person has looked', noted],
    ['reduce', 'reducing', 'Take only what makes positions smaller', noted],
    ['resume', 'active', 'Take all signals again; the limits count anew from here', resumption],
  ];
  for (const [name, to, summary, body] of states) {
    server.post(`/v1/trading/${name}`, documented(summary, 'operate', operation, body), (request) => {
      const wanted = readBody(body, request.body);
      const by = callerOf(request);
      return command(
        operator,
        { type: 'set_trading_state', to, by, note: noteOf(wanted) },
        `Trading is ${to} already.`,
      );
    });
  }

  server.post(
    '/v1/flatten',
    documented(
      'Close all positions at the market, or those in a symbol, and take back all entries',
      'operate',
      operation,
      flattening,
    ),
    (request) => {
      const wanted = readBody(flattening, request.body);
      const { symbol } = wanted;
      const of = symbol === undefined ? {} : { symbol: symbol as Symbol };
      return command(
        operator,
        { type: 'flatten', ...of, by: callerOf(request), note: noteOf(wanted) },
        'There is no position that is not being closed already, and no entry to take back.',
      );
    },
  );

  server.post<{ Params: { id: string } }>(
    '/v1/orders/:id/cancel',
    {
      ...documented('Take an entry back', 'operate', operation, noted),
      schema: {
        ...documented('Take an entry back', 'operate', operation, noted).schema,
        description: 'What guards a position is not taken back: see /v1/flatten.',
        params: z.toJSONSchema(z.object({ id: z.string().describe('A client order id.') })),
      },
    },
    (request) => {
      const wanted = readBody(noted, request.body);
      const clientOrderId = request.params.id as ClientOrderId;
      const order = stateOf(subject).orders.get(clientOrderId);
      if (order === undefined) throw new ProblemError('not_found', 'No live order has this id.');
      return command(
        operator,
        { type: 'revoke_entry', clientOrderId, by: callerOf(request), note: noteOf(wanted) },
        order.leg === 'entry'
          ? 'The entry is being taken back already.'
          : 'The order closes or guards a position, which only flatten takes away.',
      );
    },
  );

  server.post(
    '/v1/heartbeat',
    documented('A sign of life, for the limit heartbeat_ms_max', 'operate', heard, z.strictObject({})),
    (request) => {
      readBody(z.strictObject({}), request.body);
      if (!operator.beat()) throw new ProblemError(subject.unready?.code ?? 'not_reconciled');
      return { heard: true };
    },
  );
}
