/** Signals from senders that know a secret instead of a token: a path for each, and the same answers as /v1/signals. */

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { readWebhook, SIGNATURE_HEADER, type WebhookSource } from '#intake/webhook.ts';
import { ProblemError } from './problems.ts';
import {
  bytesOf,
  type SignalRoutesOptions,
  submit,
  submitQuery,
  submitResponses,
  takeBytes,
} from './signals.ts';

interface WebhookRoutesOptions extends SignalRoutesOptions {
  readonly sources: readonly WebhookSource[];
}

const documentation = {
  summary: 'Submit a trading signal as a webhook',
  description:
    'The body is a signal, signed by its sender; or an alert of TradingView that carries the secret. docs/webhooks.md tells how.',
  tags: ['signals'],
  params: z.toJSONSchema(z.object({ source: z.string().describe('The name of the sender.') })),
  querystring: z.toJSONSchema(submitQuery),
  response: submitResponses,
};

export async function webhookRoutes(
  server: FastifyInstance,
  { sources, ...options }: WebhookRoutesOptions,
): Promise<void> {
  takeBytes(server);
  const known = new Map(sources.map((source) => [source.name, source]));
  server.post<{ Params: { source: string } }>(
    '/v1/webhooks/:source',
    { schema: documentation, config: { scope: 'public' } },
    (request, reply) => {
      const receivedAt = options.clock.now();
      const source = known.get(request.params.source);
      // Neither answer tells whether the name or the secret is wrong.
      if (source === undefined) throw new ProblemError('webhook_refused');
      const signature = request.headers[SIGNATURE_HEADER];
      const reading = readWebhook(source, signature, bytesOf(request.body), receivedAt);
      if (reading.ok) return submit(request, reply, options, reading.signal, receivedAt);
      if (reading.problem === 'not_from_sender') throw new ProblemError('webhook_refused');
      throw new ProblemError(reading.problem.code, reading.problem.message);
    },
  );
}
