/** The HTTP server of the engine: intake, API and documentation. Every error answer is {code, message}. */

import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Clock } from '#engine/time.ts';
import type { SignalDesk } from '#intake/desk.ts';
import { type RemoteSpan, remoteSpanOf } from '#intake/identity.ts';
import type { WebhookSource } from '#intake/webhook.ts';
import { guardRoutes, type KnownToken } from './access.ts';
import type { EventFeed } from './event-feed.ts';
import { eventRoutes } from './events.ts';
import { observeRequests, type ServedRequest } from './observe.ts';
import { operateRoutes } from './operate.ts';
import type { OperatorDesk } from './operator.ts';
import { type ProblemCode, ProblemError, problems } from './problems.ts';
import { settingsRoutes } from './settings.ts';
import { BODY_BYTES_MAX, signalRoutes } from './signals.ts';
import { statusRoutes } from './status.ts';
import type { Subject } from './subject.ts';
import { tradingRoutes } from './trading.ts';
import { webhookRoutes } from './webhooks.ts';

/** The bound on one request, from its headers to its answer. */
const HANDLER_MS_MAX = 5_000;
const REQUEST_RECEIVE_MS_MAX = 10_000;
const KEEP_ALIVE_MS = 65_000;
const RETRY_AFTER_SECONDS = '1';
const ID_LENGTH_MAX = 256;
const NAME = 'petrosa-tradeengine';
const DOCUMENTATION = '/docs';

const problemSchema = z.toJSONSchema(
  z.strictObject({ code: z.enum(Object.keys(problems)), message: z.string() }).describe('An error.'),
);

export interface ServerOptions {
  readonly subject: Subject;
  readonly desk: SignalDesk;
  readonly operator: OperatorDesk;
  readonly events: EventFeed;
  readonly clock: Clock;
  /** Who may use it. Without any only this machine is served. */
  readonly tokens: readonly KnownToken[];
  readonly webhooks: readonly WebhookSource[];
  /** Hears of defects that a request met, with the span of its caller. */
  readonly onProblem: (code: 'request_failed', detail: string, span: RemoteSpan | undefined) => void;
  /** Hears of every request once it is answered. */
  readonly onRequest?: (request: ServedRequest) => void;
}

export async function buildServer(options: ServerOptions): Promise<FastifyInstance> {
  const { subject, desk, operator, events, clock, onProblem } = options;
  const server = Fastify({
    bodyLimit: BODY_BYTES_MAX,
    handlerTimeout: HANDLER_MS_MAX,
    requestTimeout: REQUEST_RECEIVE_MS_MAX,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: ID_LENGTH_MAX },
    frameworkErrors: (error, _request, reply) => answerProblem(reply, asProblem(error)),
    clientErrorHandler,
    // Requests are judged by the zod schemas; the JSON schemas made of them only document.
    schemaController: { compilersFactory: {} },
  });
  server.setValidatorCompiler(() => () => true);
  server.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
  if (options.onRequest !== undefined) observeRequests(server, clock, options.onRequest);
  server.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = error instanceof ProblemError ? error : asProblem(error);
    if (problem.code === 'internal') {
      const detail = `${request.method} ${request.routeOptions.url ?? ''}: ${error.stack}`;
      onProblem('request_failed', detail, remoteSpanOf(request.headers['traceparent']));
    }
    return answerProblem(reply, problem);
  });
  server.setNotFoundHandler((request) => {
    const path = request.url.split('?')[0] ?? '';
    const serves = (['GET', 'POST', 'PUT'] as const).some(
      (method) => server.findRoute({ method, url: path }) !== null,
    );
    throw serves
      ? new ProblemError('method_not_allowed', `${request.method} is not served here.`)
      : new ProblemError('not_found', 'There is no such path.');
  });
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: NAME,
        description: 'A trade execution engine that explains every order.',
        version: subject.version,
      },
    },
  });
  await server.register(swaggerUi, {
    routePrefix: DOCUMENTATION,
    theme: { title: NAME },
    // Without the bar on top, which carries a logo that is not ours.
    uiConfig: { layout: 'BaseLayout' },
  });
  guardRoutes(server, options.tokens);
  server.addHook('onRoute', ({ schema }) => {
    if (schema?.response === undefined) return;
    schema.response = { ...schema.response, default: problemSchema };
  });
  await server.register(signalRoutes, { desk, clock });
  await server.register(webhookRoutes, { desk, clock, sources: options.webhooks });
  await server.register(statusRoutes, { subject });
  await server.register(tradingRoutes, { subject, clock });
  await server.register(operateRoutes, { subject, operator, clock });
  await server.register(settingsRoutes, { subject, operator, events, clock });
  await server.register(eventRoutes, { subject, events });
  server.get('/', { schema: { hide: true }, config: { scope: 'public' } }, (_request, reply) =>
    reply.redirect(DOCUMENTATION),
  );
  server.get('/openapi.json', { schema: { hide: true }, config: { scope: 'public' } }, () =>
    server.swagger(),
  );
  await server.ready();
  return server;
}

function answerProblem(reply: FastifyReply, { code, message }: ProblemError): FastifyReply {
  const { status } = problems[code];
  if (status === 503) void reply.header('retry-after', RETRY_AFTER_SECONDS);
  return reply.code(status).type('application/json; charset=utf-8').send({ code, message });
}

/** Answers what is not HTTP, as long as there is someone to answer. */
function clientErrorHandler(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const code: ProblemCode = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'request_timeout' : 'bad_request';
  const { status, meaning } = problems[code];
  const body = JSON.stringify({ code, message: meaning });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

const frameworkCodes: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_content_type',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'bad_request',
  FST_ERR_HANDLER_TIMEOUT: 'deadline_exceeded',
  FST_ERR_BAD_URL: 'bad_request',
  FST_ERR_MAX_PARAM_LENGTH: 'not_found',
};

function asProblem(error: FastifyError): ProblemError {
  const known = frameworkCodes[error.code];
  if (known !== undefined) return new ProblemError(known);
  const status = error.statusCode ?? 500;
  return new ProblemError(status >= 400 && status < 500 ? 'bad_request' : 'internal');
}
