/** The receiver of profiles: what Pyroscope's clients (POST /ingest) and Grafana Alloy (Connect's Push) send. */
import fastify, { type FastifyError, type FastifyReply, type FastifyRequest } from 'fastify';
import { BODY_BYTES_MAX, RETRY_AFTER_SECONDS, type RowSink } from '../otlp/receiver.ts';
import { readIngest } from './ingest.ts';
import { readPush } from './push.ts';
import { failed, type ProfileFault, type Receipt, store, unpacked } from './receipt.ts';

const REQUEST_TIMEOUT_MS = 30_000;
const PUSH = '/push.v1.PusherService/Push';

/** Each fault's HTTP status, and what Connect calls it: https://connectrpc.com/docs/protocol/#error-codes */
const faults: Record<ProfileFault, { http: number; connect: string }> = {
  invalid_profile: { http: 400, connect: 'invalid_argument' },
  unsupported: { http: 415, connect: 'unimplemented' },
  too_large: { http: 413, connect: 'resource_exhausted' },
  busy: { http: 429, connect: 'resource_exhausted' },
  unavailable: { http: 503, connect: 'unavailable' },
  not_found: { http: 404, connect: 'unimplemented' },
  forbidden: { http: 403, connect: 'permission_denied' },
  internal: { http: 500, connect: 'internal' },
};

export async function startProfileReceiver(
  sink: RowSink,
  nowMs: () => number,
  host: string,
  port: number,
): Promise<{ port: number; close(): Promise<void> }> {
  const app = fastify({
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: true,
  });
  const nowNs = () => BigInt(nowMs()) * 1_000_000n;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_, body, done) => done(null, body));
  // The protocol's content types are those that a web page may send anywhere unasked.
  app.addHook('onRequest', async (request, reply) => {
    if (request.headers.origin === undefined) return undefined;
    return answer(request, reply, failed('forbidden', 'profiles are not taken from web pages'));
  });
  app.post('/ingest', async (request, reply) => answer(request, reply, await ingest(sink, request, nowNs())));
  app.post(PUSH, async (request, reply) => answer(request, reply, await push(sink, request, nowNs())));
  app.setNotFoundHandler((request, reply) =>
    answer(request, reply, failed('not_found', `profiles are received by POST at /ingest and ${PUSH}`)),
  );
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const http = error.statusCode ?? 500;
    const code = http === 413 ? 'too_large' : http < 500 ? 'invalid_profile' : 'internal';
    return answer(request, reply, failed(code, error.message));
  });
  await app.listen({ host, port });
  const address = app.server.address();
  if (address === null || typeof address === 'string') throw new Error(`listening on ${address}, not on TCP`);
  return { port: address.port, close: () => app.close() };
}

async function ingest(sink: RowSink, request: FastifyRequest, nowNs: bigint): Promise<Receipt> {
  const body = await unpacked(bodyOf(request));
  if ('kind' in body) return body;
  const contentType = request.headers['content-type'] ?? '';
  const read = await readIngest(request.query, contentType, Uint8Array.from(body), nowNs);
  return read.kind === 'failed' ? read : store(sink, [read]);
}

async function push(sink: RowSink, request: FastifyRequest, nowNs: bigint): Promise<Receipt> {
  const contentType = request.headers['content-type'] ?? '';
  if (!contentType.startsWith('application/proto')) {
    return failed('unsupported', `content type "${contentType}" is not supported; use application/proto`);
  }
  const body = await unpacked(bodyOf(request));
  if ('kind' in body) return body;
  try {
    return await store(sink, readPush(body, nowNs));
  } catch (error) {
    return failed('invalid_profile', error instanceof Error ? error.message : String(error));
  }
}

const bodyOf = ({ body }: FastifyRequest): Buffer => (Buffer.isBuffer(body) ? body : Buffer.alloc(0));

function answer(request: FastifyRequest, reply: FastifyReply, receipt: Receipt): FastifyReply {
  const isPush = request.url.startsWith(PUSH);
  if (receipt.kind === 'stored') {
    // An empty PushResponse has no bytes.
    return isPush ? reply.type('application/proto').send(Buffer.alloc(0)) : reply.code(200).send();
  }
  const { code, message } = receipt;
  const { http, connect } = faults[code];
  if (code === 'busy' || code === 'unavailable') reply.header('retry-after', String(RETRY_AFTER_SECONDS));
  return reply.code(http).send({ code: isPush ? connect : code, message });
}
