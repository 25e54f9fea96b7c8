/** Tells of every request that the server has answered, for whoever measures. */

import type { FastifyInstance } from 'fastify';
import { MICROS_PER_MS, type Micros } from '#core/ids.ts';
import type { Receipt } from '#engine/answer.ts';
import type { Clock } from '#engine/time.ts';
import { type RemoteSpan, remoteSpanOf } from '#intake/identity.ts';

export interface ServedRequest {
  readonly method: string;
  /** As it was registered; undefined where the path is none of ours. */
  readonly route: string | undefined;
  /** Without the query. */
  readonly path: string;
  readonly status: number;
  readonly startedAt: Micros;
  readonly endedAt: Micros;
  /** The signal that the request brought. */
  readonly receipt: Receipt | undefined;
  /** The span of the caller. */
  readonly remote: RemoteSpan | undefined;
}

export function observeRequests(
  server: FastifyInstance,
  clock: Clock,
  onRequest: (request: ServedRequest) => void,
): void {
  server.addHook('onResponse', async (request, reply) => {
    const endedAt = clock.now();
    onRequest({
      method: request.method,
      route: request.routeOptions.url,
      path: request.url.split('?')[0] ?? '',
      status: reply.statusCode,
      startedAt: Math.round(endedAt - reply.elapsedTime * MICROS_PER_MS) as Micros,
      endedAt,
      receipt: request.receipt,
      remote: remoteSpanOf(request.headers['traceparent']),
    });
  });
}
