/**
 * Signals over HTTP. A signal is answered once its facts are durable: 202, or with ?wait=decision what was decided. A
 * signal that the trading rules refuse was handled as it should be: its answer is a decision, not an error.
 */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { MICROS_PER_MS, type Micros } from '#core/ids.ts';
import type { Signal } from '#core/signal.ts';
import type { Answer, Receipt } from '#engine/answer.ts';
import type { Clock } from '#engine/time.ts';
import type { SignalDesk } from '#intake/desk.ts';
import { signalKeyFor, traceContextOf } from '#intake/identity.ts';
import { readMessage } from '#intake/message.ts';
import { signalJsonSchema, wireFields } from '#intake/schema.ts';
import { ProblemError } from './problems.ts';

export const BODY_BYTES_MAX = 64 * 1024;
const CONTENT_TYPE = 'application/json';

declare module 'fastify' {
  interface FastifyRequest {
    /** Of the signal that it brought. */
    receipt?: Receipt;
  }
}

const receipt = {
  signal_id: z.string(),
  trace_id: z.string().describe('The trace that tells the story of the signal.'),
  duplicate: z.boolean().describe('The signal had been received before: this is its first answer again.'),
  differs: z
    .array(z.string())
    .describe('The fields of a duplicate whose content is not that of the first time: its id is used twice.'),
  message: z.string().optional().describe('A sentence on what the publisher should know.'),
};

export const signalReceipt = z.strictObject({ ...receipt, status: z.literal('durable') });

export const signalDecision = z.strictObject({
  ...receipt,
  status: z.literal('decided'),
  decision: z.discriminatedUnion('outcome', [
    z.strictObject({
      outcome: z.enum(['accepted', 'resized']),
      orders: z.array(z.string()).describe('The client order ids of the orders that it asks for.'),
    }),
    z.strictObject({
      outcome: z.literal('refused'),
      reason: z.string(),
      value: z.string(),
      limit: z.string(),
      message: z.string(),
    }),
  ]),
});

export const submitQuery = z.strictObject({
  wait: z
    .literal('decision')
    .optional()
    .describe('Answer 200 with what was decided, instead of 202 with the receipt.'),
});

export interface SignalRoutesOptions {
  readonly desk: SignalDesk;
  readonly clock: Clock;
}

export const submitResponses = {
  200: z.toJSONSchema(signalDecision.describe('With wait=decision.')),
  202: z.toJSONSchema(signalReceipt.describe('The signal is durable.')),
};

const documentation = {
  summary: 'Submit a trading signal',
  description:
    'Answers 202 once the signal is durable. The same signal id again gets the first answer again and makes no second order; whether it is the same signal is said beside it.',
  tags: ['signals'],
  body: signalJsonSchema,
  querystring: z.toJSONSchema(submitQuery),
  response: submitResponses,
};

export async function signalRoutes(server: FastifyInstance, options: SignalRoutesOptions): Promise<void> {
  takeBytes(server);
  const { clock } = options;
  const handler = (request: FastifyRequest, reply: FastifyReply) => {
    const receivedAt = clock.now();
    const signal = readBody(request.body, Math.floor(receivedAt / MICROS_PER_MS));
    return submit(request, reply, options, signal, receivedAt);
  };
  server.get(
    '/v1/schemas/signal',
    {
      schema: { summary: 'The JSON Schema of a signal', tags: ['signals'] },
      config: { scope: 'public' },
    },
    () => signalJsonSchema,
  );
  server.post('/v1/signals', { schema: documentation, config: { scope: 'signal' }, handler });
  server.post('/trade/signal', {
    schema: { ...documentation, summary: 'Alias of /v1/signals' },
    config: { scope: 'signal' },
    handler,
  });
}

/** Bodies come as the bytes that were sent: numbers keep their digits, and a signature is of bytes. */
export function takeBytes(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    CONTENT_TYPE,
    { parseAs: 'buffer', bodyLimit: BODY_BYTES_MAX },
    (_request, body, done) => done(null, body),
  );
}

function readBody(body: unknown, receivedAtMs: number): Signal {
  const reading = readMessage(bytesOf(body), receivedAtMs);
  if (!reading.ok) throw new ProblemError(reading.problem.code, reading.problem.message);
  return reading.signal;
}

/** Hands the signal in, and answers as the query asks. */
export async function submit(
  request: FastifyRequest,
  reply: FastifyReply,
  { desk }: Pick<SignalRoutesOptions, 'desk'>,
  signal: Signal,
  receivedAt: Micros,
): Promise<z.infer<typeof signalReceipt> | z.infer<typeof signalDecision>> {
  const wanted = submitQuery.safeParse(request.query);
  if (!wanted.success) {
    throw new ProblemError(
      'wrong_parameter',
      'The only query parameter is wait, and it can only be decision.',
    );
  }
  const key = signalKeyFor(desk.account, signal.id);
  const context = traceContextOf(request.headers['traceparent'], key);
  const answer = await desk.submit({ signal, key, ...context, receivedAt });
  if (typeof answer === 'string') throw new ProblemError(answer);
  request.receipt = answer.receipt;
  const common = {
    signal_id: answer.signalId,
    trace_id: answer.trace,
    duplicate: answer.duplicate,
    ...differencesOf(answer),
  };
  if (wanted.data.wait === undefined) {
    void reply.code(202);
    return { ...common, status: 'durable' };
  }
  const { decision } = answer;
  return {
    ...common,
    status: 'decided',
    decision: decision.outcome === 'refused' ? decision : { ...decision, orders: [...decision.orders] },
  };
}

function differencesOf({ differs }: Answer): { differs: string[]; message?: string } {
  const names = differs.map((field) => wireFields[field]);
  if (names.length === 0) return { differs: names };
  const message = `This id had been used for a signal with another ${names.join(', ')}: nothing was done, and the answer is that of the first.`;
  return { differs: names, message };
}

export function bytesOf(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return body;
  throw new ProblemError('unsupported_content_type', 'The body must be application/json.');
}
