/** Probes and figures of the process itself: is it alive, does it take signals, how is each part. */

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Scope } from './access.ts';
import { ProblemError } from './problems.ts';
import type { Subject } from './subject.ts';
import { telemetryReport } from './views/telemetry.ts';

const live = z.strictObject({ status: z.literal('live') });
const ready = z.strictObject({
  status: z.enum(['ready', 'unready']),
  reasons: z.array(z.strictObject({ code: z.string(), message: z.string() })),
});
const version = z.strictObject({ name: z.string(), version: z.string(), node: z.string() });
const health = z.strictObject({
  status: z.enum(['ok', 'degraded']),
  parts: z.array(
    z.strictObject({
      part: z.string(),
      ok: z.boolean(),
      detail: z.string(),
      age_ms: z.int().nullable().describe('How old this knowledge is; null while there is none.'),
    }),
  ),
  telemetry: telemetryReport,
});

const documented = (summary: string, scope: Scope | 'public', schema: z.ZodType, ...codes: number[]) => ({
  config: { scope },
  schema: {
    summary,
    tags: ['status'],
    response: Object.fromEntries([200, ...codes].map((code) => [code, z.toJSONSchema(schema)])),
  },
});

export async function statusRoutes(
  server: FastifyInstance,
  { subject }: { subject: Subject },
): Promise<void> {
  server.get('/live', documented('Whether the process runs', 'public', live), () => ({ status: 'live' }));

  server.get('/ready', documented('Whether signals are taken', 'public', ready, 503), (_request, reply) => {
    const { unready } = subject;
    if (unready === undefined) return { status: 'ready', reasons: [] };
    void reply.code(503).header('retry-after', '1');
    return { status: 'unready', reasons: [{ code: unready.code, message: unready.detail }] };
  });

  server.get('/health', documented('How each part is', 'read', health), () => {
    const parts = subject.health();
    return {
      status: parts.every(({ ok }) => ok) ? 'ok' : 'degraded',
      parts: parts.map(({ ageMs, ...part }) => ({
        ...part,
        age_ms: ageMs === null ? null : Math.max(0, Math.round(ageMs)),
      })),
      telemetry: subject.telemetry(),
    };
  });

  server.get('/version', documented('What runs', 'public', version), () => ({
    name: 'petrosa-tradeengine',
    version: subject.version,
    node: process.version,
  }));

  server.get(
    '/metrics',
    {
      config: { scope: 'read' },
      schema: {
        summary: 'All metrics, as they go out over OTLP, for Prometheus',
        tags: ['status'],
        produces: ['text/plain'],
      },
    },
    async (_request, reply) => {
      const text = await subject.metrics();
      if (text === undefined) throw new ProblemError('metrics_unavailable');
      void reply.type('text/plain; version=0.0.4; charset=utf-8');
      return text;
    },
  );
}
