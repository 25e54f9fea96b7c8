/** The two doors of a collector of the tests, gRPC and HTTP: real servers that put one set of replies into both protocols. */

import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import { encodeStatus } from '#observatory/otlp/response.ts';
import { type SignalKind, signals } from '#telemetry/signals.ts';
import { partialAnswer } from './collected.ts';

/** The same reason as gRPC and as HTTP say it. */
const refusals = {
  UNAVAILABLE: { grpc: status.UNAVAILABLE, http: 503 },
  RESOURCE_EXHAUSTED: { grpc: status.RESOURCE_EXHAUSTED, http: 429 },
  TOO_LARGE: { grpc: status.RESOURCE_EXHAUSTED, http: 413 },
  UNAUTHENTICATED: { grpc: status.UNAUTHENTICATED, http: 401 },
  INTERNAL: { grpc: status.INTERNAL, http: 500 },
  INVALID_ARGUMENT: { grpc: status.INVALID_ARGUMENT, http: 400 },
} as const;
export type RefusalName = keyof typeof refusals;

export type Reply =
  | { readonly kind: 'accept' }
  | { readonly kind: 'refuse'; readonly why: RefusalName; readonly retryAfterSeconds?: number }
  | { readonly kind: 'partial'; readonly rejected: number; readonly message: string }
  | { readonly kind: 'garbage' }
  | { readonly kind: 'hang' };

type Respond = (
  signal: SignalKind,
  bytes: Uint8Array,
  headers: Readonly<Record<string, unknown>>,
) => Promise<Reply>;

export interface ServerTls {
  readonly ca: Buffer;
  readonly cert: Buffer;
  readonly key: Buffer;
}

export interface Door {
  readonly port: number;
  close(): void;
}

const services: Record<SignalKind, string> = {
  traces: 'trace.v1.TraceService',
  metrics: 'metrics.v1.MetricsService',
  logs: 'logs.v1.LogsService',
};
const REASON = 'as the test asked';
const garbage = Buffer.from([0xff, 0xff, 0xff, 0xff]);

export async function openGrpc(respond: Respond, port: number, tls?: ServerTls): Promise<Door> {
  const server = new Server();
  const identity = (value: Buffer): Buffer => value;
  for (const signal of signals) {
    const definition = {
      export: {
        path: `/opentelemetry.proto.collector.${services[signal]}/Export`,
        requestStream: false,
        responseStream: false,
        requestSerialize: identity,
        requestDeserialize: identity,
        responseSerialize: identity,
        responseDeserialize: identity,
      },
    } as const;
    server.addService(definition, {
      export: async (call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>) => {
        const reply = await respond(signal, call.request, call.metadata.getMap());
        if (reply.kind === 'accept') answer(null, Buffer.alloc(0));
        if (reply.kind === 'partial') answer(null, partialAnswer(reply.rejected, reply.message));
        if (reply.kind === 'garbage') answer(null, garbage);
        if (reply.kind !== 'refuse') return;
        const code = refusals[reply.why].grpc;
        const metadata = new Metadata();
        metadata.set(
          'grpc-status-details-bin',
          encodeStatus('protobuf', { ...reply, code, message: REASON }),
        );
        answer({ code, details: REASON, metadata });
      },
    });
  }
  const credentials =
    tls === undefined
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(tls.ca, [{ private_key: tls.key, cert_chain: tls.cert }], true);
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, credentials, (error, number) =>
      error === null ? resolve(number) : reject(error),
    );
  });
  return { port: bound, close: () => server.forceShutdown() };
}

export async function openHttp(respond: Respond, port: number, tls?: ServerTls): Promise<Door> {
  const listener: RequestListener = async (request, response) => {
    const signal = signals.find((one) => request.url === `/v1/${one}`);
    if (signal === undefined || request.method !== 'POST') {
      response.writeHead(404).end();
      return;
    }
    const body = await buffer(request).catch(() => undefined);
    if (body === undefined) return;
    const bytes = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
    const reply = await respond(signal, bytes, request.headers);
    const end = (code: number, answer: Buffer, retryAfter?: number): void => {
      response.writeHead(code, {
        'content-type': 'application/x-protobuf',
        ...(retryAfter === undefined ? undefined : { 'retry-after': String(retryAfter) }),
      });
      response.end(answer);
    };
    if (reply.kind === 'accept') end(200, Buffer.alloc(0));
    if (reply.kind === 'partial') end(200, partialAnswer(reply.rejected, reply.message));
    if (reply.kind === 'garbage') end(200, garbage);
    if (reply.kind !== 'refuse') return;
    const { grpc, http } = refusals[reply.why];
    end(http, encodeStatus('protobuf', { ...reply, code: grpc, message: REASON }), reply.retryAfterSeconds);
  };
  const server =
    tls === undefined
      ? createHttpServer(listener)
      : createHttpsServer({ ...tls, requestCert: true, rejectUnauthorized: true }, listener);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on TCP');
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { port: address.port, close };
}
