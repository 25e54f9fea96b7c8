/** Facts as they become durable, as server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html */

import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Seq } from '#core/ids.ts';
import type { EventFeed } from './event-feed.ts';
import { ProblemError } from './problems.ts';
import type { Subject } from './subject.ts';
import { eventOf, executionEvent } from './views/event.ts';

const CLIENTS_MAX = 16;
const HEARTBEAT_MS = 10_000;
/** A client that takes nothing for this long is cut; it comes back with the number of what it heard last. */
const STALLED_MS_MAX = 30_000;
const QUEUED_PAGES_MAX = 1;

const query = z.strictObject({
  strategy: z.string().max(64).optional().describe('Only facts of the strategy with this id.'),
});

const documentation = {
  summary: 'Facts as they become durable, as server-sent events',
  description: `The id of an event is the number of its fact. A client that comes back with Last-Event-ID misses and repeats nothing; without it the events begin with the next fact. The data of each event:\n\n\`\`\`json\n${JSON.stringify(z.toJSONSchema(executionEvent), null, 2)}\n\`\`\``,
  tags: ['trading'],
  querystring: z.toJSONSchema(query),
  produces: ['text/event-stream'],
};

export interface EventRoutesOptions {
  readonly subject: Subject;
  readonly events: EventFeed;
}

export async function eventRoutes(
  server: FastifyInstance,
  { subject, events }: EventRoutesOptions,
): Promise<void> {
  let clients = 0;
  server.addHook('preClose', async () => events.close());
  server.get('/v1/events', { schema: documentation, config: { scope: 'read' } }, async (request, reply) => {
    const strategy = strategyIn(request);
    const from = beginning(request, subject, events);
    if (clients >= CLIENTS_MAX) throw new ProblemError('too_many_streams');
    clients += 1;
    reply.raw.once('close', () => {
      clients -= 1;
    });
    await serve(reply, streamOf(subject, events, from, strategy));
  });
}

/** @param stream its text, which is made only as fast as the client takes it */
async function serve(reply: FastifyReply, stream: AsyncIterable<string>): Promise<void> {
  // The deadline on answers is not for this one.
  reply.hijack();
  const { raw } = reply;
  raw.socket?.setTimeout(STALLED_MS_MAX);
  raw.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    connection: 'close',
  });
  // A client that goes away is no failure.
  await pipeline(Readable.from(stream, { highWaterMark: QUEUED_PAGES_MAX }), raw).catch(() => {});
}

async function* streamOf(
  subject: Subject,
  events: EventFeed,
  from: Seq,
  strategy: string | undefined,
): AsyncGenerator<string> {
  let next = from;
  yield ': events\n\n';
  while (!events.closed) {
    const { journal, account } = subject;
    const behind = journal !== undefined && events.head >= next;
    const facts = behind ? await events.read(journal, next) : [];
    const last = facts.at(-1);
    if (last === undefined) {
      const before = events.head;
      await events.wait(HEARTBEAT_MS);
      if (events.head === before) yield ': alive\n\n';
      continue;
    }
    next = (last.seq + 1) as Seq;
    const wanted = facts.filter((heard) => strategy === undefined || heard.strategy === strategy);
    if (wanted.length > 0) {
      yield wanted
        .map((heard) => `id: ${heard.seq}\ndata: ${JSON.stringify(eventOf(heard, account))}\n\n`)
        .join('');
    }
  }
}

function strategyIn({ query: given }: FastifyRequest): string | undefined {
  const parsed = query.safeParse(given);
  if (parsed.success) return parsed.data.strategy;
  throw new ProblemError('wrong_parameter', 'The only query parameter is strategy, the id of one.');
}

function beginning({ headers }: FastifyRequest, { state, unready }: Subject, events: EventFeed): Seq {
  if (state === undefined) throw new ProblemError(unready?.code ?? 'not_reconciled', unready?.detail);
  const id = headers['last-event-id'];
  if (id === undefined) return (events.head + 1) as Seq;
  const last = /^\d{1,15}$/.test(String(id)) ? Number(id) : Number.NaN;
  if (last <= state.seq) return (last + 1) as Seq;
  throw new ProblemError('wrong_parameter', 'Last-Event-ID is not the number of a fact that has been.');
}
