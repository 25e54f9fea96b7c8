/** What the account has: orders, positions, money, and the story behind each of them. */

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { ordersOf } from '#core/state.ts';
import type { Clock } from '#engine/time.ts';
import { type Books, findExplanation, findOrder } from './find.ts';
import { ProblemError } from './problems.ts';
import { readQuery, shown } from './query.ts';
import type { Subject } from './subject.ts';
import { explanation } from './views/explain.ts';
import { orderDetail, orderSummary, summaryOf } from './views/order.ts';
import { positionView, positionViewOf } from './views/position.ts';
import { settingsView } from './views/settings.ts';

const ORDERS_DEFAULT = 100;
const ORDERS_MAX = 1000;

const orderQuery = z.strictObject({
  symbol: z.string().max(32).optional().describe('Only orders in this symbol.'),
  strategy: z.string().max(64).optional().describe('Only orders of the strategy with this id.'),
  status: orderSummary.shape.status.optional().describe('Only orders in this status.'),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(ORDERS_MAX)
    .default(ORDERS_DEFAULT)
    .describe('How many orders at most.'),
});

const orderList = z.strictObject({ orders: z.array(orderSummary) });
const positionList = z.strictObject({ positions: z.array(positionView) });
const decimal = z.string();
const accountView = z.strictObject({
  account: z.string(),
  position_mode: z.enum(['hedge', 'one_way']),
  balance: z
    .strictObject({ asset: z.string(), wallet: decimal, available: decimal, unrealised: decimal })
    .nullable()
    .describe('As the exchange tells it; null while it does not.'),
  positions: z.int(),
  live_orders: z.int(),
  settings: z.record(z.string(), z.unknown()),
});

const documented = (summary: string, schema: z.ZodType, parameters: object = {}) => ({
  config: { scope: 'read' as const },
  schema: {
    summary,
    tags: ['trading'],
    ...parameters,
    response: { 200: z.toJSONSchema(schema) },
  },
});

const idParameter = (what: string) => ({
  params: z.toJSONSchema(z.object({ id: z.string().describe(what) })),
});

export interface TradingRoutesOptions {
  readonly subject: Subject;
  readonly clock: Clock;
}

interface ById {
  Params: { id: string };
}

export async function tradingRoutes(
  server: FastifyInstance,
  { subject, clock }: TradingRoutesOptions,
): Promise<void> {
  server.get(
    '/v1/orders',
    documented('Live orders and those that ended lately, newest first', orderList, {
      querystring: z.toJSONSchema(orderQuery, { io: 'input' }),
    }),
    (request) => {
      const { limit, ...filter } = readQuery(orderQuery, request.query);
      return { orders: subject.recentOrders.newest(filter, limit).map(summaryOf) };
    },
  );

  server.get<ById>(
    '/v1/orders/:id',
    documented('One order with its fills and timeline', orderDetail, idParameter('A client order id.')),
    async (request) =>
      (await findOrder(booksOf(subject), request.params.id)) ??
      notFound(`There is no order ${shown(request.params.id)}.`),
  );

  server.get('/v1/positions', documented('Open positions', positionList), () => {
    const { state } = booksOf(subject);
    const now = clock.now();
    return {
      positions: [...state.positions.values()].map((position) =>
        positionViewOf(
          position,
          ordersOf(state, position.key, 'stop'),
          subject.quote(position.name.symbol),
          now,
        ),
      ),
    };
  });

  server.get(
    '/v1/account',
    documented('Balance, counts and the rules that the account runs by', accountView),
    async () => {
      const { state } = booksOf(subject);
      return {
        account: subject.account,
        position_mode: state.settings.positionMode,
        balance: (await subject.balance()) ?? null,
        positions: state.positions.size,
        live_orders: state.orders.size,
        settings: settingsView(state.settings),
      };
    },
  );

  server.get<ById>(
    '/v1/explain/:id',
    documented(
      'The story of a signal or of an order',
      explanation,
      idParameter('A signal id or a client order id.'),
    ),
    async (request) =>
      (await findExplanation(booksOf(subject), request.params.id)) ??
      notFound(`There is no signal or order ${shown(request.params.id)}.`),
  );
}

/** The journal and the state, as long as there is an engine that keeps them. */
function booksOf({ account, journal, state, unready }: Subject): Books {
  if (journal === undefined || state === undefined) {
    throw new ProblemError(unready?.code ?? 'not_reconciled', unready?.detail);
  }
  return { account, journal, state };
}

function notFound(message: string): never {
  throw new ProblemError('not_found', message);
}
