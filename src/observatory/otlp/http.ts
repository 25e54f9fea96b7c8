/** The OTLP/HTTP receiver: POST /v1/traces, /v1/logs and /v1/metrics, protobuf or JSON, plain or gzip. */
import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { inflateGzip } from '../inflate.ts';
import type { Encoding, Signal } from './decode.ts';
import {
  BODY_BYTES_MAX,
  fullMessage,
  INFLATED_BYTES_MAX,
  RETRY_AFTER_SECONDS,
  type Receive,
  refusedMessage,
  unavailableMessage,
} from './receiver.ts';
import { encodeAccepted, encodeStatus, type Status, statusCodes } from './response.ts';

const contentTypes: Record<Encoding, string> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
};
const REQUEST_TIMEOUT_MS = 30_000;

type Body = { kind: 'body'; bytes: Buffer } | { kind: 'wrong'; http: number; message: string };

export async function startHttpReceiver(
  receive: Receive,
  host: string,
  port: number,
): Promise<{ port: number; close(): Promise<void> }> {
  const app = fastify({
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: true,
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(Object.values(contentTypes), { parseAs: 'buffer' }, (_, body, done) =>
    done(null, body),
  );
  for (const signal of ['traces', 'logs', 'metrics'] as const) {
    app.post(`/v1/${signal}`, (request, reply) => accept(receive, signal, request, reply));
  }
  answerErrors(app);
  await app.listen({ host, port });
  const address = app.server.address();
  if (address === null || typeof address === 'string') throw new Error(`listening on ${address}, not on TCP`);
  return { port: address.port, close: () => app.close() };
}

function encodingOf(request: FastifyRequest): Encoding {
  return request.headers['content-type']?.startsWith(contentTypes.json) ? 'json' : 'protobuf';
}

async function accept(receive: Receive, signal: Signal, request: FastifyRequest, reply: FastifyReply) {
  const encoding = encodingOf(request);
  const body = await bodyOf(request);
  if (body.kind === 'wrong') {
    return refuse(reply, encoding, body.http, { code: statusCodes.invalidArgument, message: body.message });
  }
  const receipt = await receive(signal, encoding, body.bytes);
  switch (receipt.kind) {
    case 'accepted':
      return reply
        .type(contentTypes[encoding])
        .send(encodeAccepted(signal, encoding, receipt.rejected, receipt.reason));
    case 'malformed':
      return refuse(reply, encoding, 400, { code: statusCodes.invalidArgument, message: receipt.message });
    case 'full':
      return refuse(reply, encoding, 429, {
        code: statusCodes.resourceExhausted,
        message: fullMessage,
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    case 'unavailable':
      return refuse(reply, encoding, 503, {
        code: statusCodes.unavailable,
        message: unavailableMessage,
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    case 'refused':
      return refuse(reply, encoding, 500, { code: statusCodes.internal, message: refusedMessage });
  }
}

async function bodyOf(request: FastifyRequest): Promise<Body> {
  const sent = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const coding = request.headers['content-encoding'] ?? 'identity';
  if (coding === 'identity') return { kind: 'body', bytes: sent };
  if (coding !== 'gzip') {
    return {
      kind: 'wrong',
      http: 415,
      message: `content encoding "${coding}" is not supported; use gzip or none`,
    };
  }
  const inflated = await inflateGzip(sent, INFLATED_BYTES_MAX);
  switch (inflated.kind) {
    case 'inflated':
      return { kind: 'body', bytes: inflated.bytes };
    case 'too_large':
      return {
        kind: 'wrong',
        http: 413,
        message: `the body inflates to more than ${INFLATED_BYTES_MAX} bytes`,
      };
    case 'not_gzip':
      return { kind: 'wrong', http: 400, message: 'the body is not valid gzip' };
  }
}

function refuse(reply: FastifyReply, encoding: Encoding, http: number, status: Status) {
  if (status.retryAfterSeconds !== undefined) reply.header('retry-after', String(status.retryAfterSeconds));
  return reply.code(http).type(contentTypes[encoding]).send(encodeStatus(encoding, status));
}

/** What Fastify itself refuses (unknown path, content type, size) is answered in the protocol's form too. */
function answerErrors(app: FastifyInstance): void {
  app.setNotFoundHandler((request, reply) =>
    refuse(reply, encodingOf(request), 404, {
      code: statusCodes.unimplemented,
      message: `nothing is received at ${request.method} here; POST to /v1/traces, /v1/logs or /v1/metrics`,
    }),
  );
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const http = error.statusCode ?? 500;
    const code = http >= 500 ? statusCodes.internal : statusCodes.invalidArgument;
    return refuse(reply, encodingOf(request), http, { code, message: error.message });
  });
}
