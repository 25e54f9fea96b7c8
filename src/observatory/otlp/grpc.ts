/** The OTLP/gRPC receiver: the three Export methods with buffers in and out, since the decoder is our own. */
import {
  type handleUnaryCall,
  Metadata,
  Server,
  ServerCredentials,
  type ServiceDefinition,
  status,
} from '@grpc/grpc-js';
import type { Signal } from './decode.ts';
import {
  BODY_BYTES_MAX,
  fullMessage,
  RETRY_AFTER_SECONDS,
  type Receipt,
  type Receive,
  refusedMessage,
  unavailableMessage,
} from './receiver.ts';
import { encodeAccepted, encodeStatus, type Status, statusCodes } from './response.ts';

const services: Record<Signal, string> = {
  traces: 'opentelemetry.proto.collector.trace.v1.TraceService',
  logs: 'opentelemetry.proto.collector.logs.v1.LogsService',
  metrics: 'opentelemetry.proto.collector.metrics.v1.MetricsService',
};

const identity = (bytes: Buffer): Buffer => bytes;

function definitionOf(signal: Signal): ServiceDefinition {
  return {
    Export: {
      path: `/${services[signal]}/Export`,
      requestStream: false,
      responseStream: false,
      requestSerialize: identity,
      requestDeserialize: identity,
      responseSerialize: identity,
      responseDeserialize: identity,
    },
  };
}

interface GrpcReceiver {
  port: number;
  close(deadlineMs: number): Promise<void>;
}

export async function startGrpcReceiver(receive: Receive, host: string, port: number): Promise<GrpcReceiver> {
  const server = new Server({ 'grpc.max_receive_message_length': BODY_BYTES_MAX });
  for (const signal of ['traces', 'logs', 'metrics'] as const) {
    const exportCall: handleUnaryCall<Buffer, Buffer> = (call, answer) => {
      receive(signal, 'protobuf', call.request).then(
        (receipt) => {
          if (receipt.kind === 'accepted') {
            answer(null, encodeAccepted(signal, 'protobuf', receipt.rejected, receipt.reason));
          } else answer(callError(statusOf(receipt)));
        },
        (error: unknown) => answer({ code: status.INTERNAL, details: String(error) }),
      );
    };
    server.addService(definitionOf(signal), { Export: exportCall });
  }
  const boundPort = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${host}:${port}`, ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return { port: boundPort, close: (deadlineMs) => closeServer(server, deadlineMs) };
}

function statusOf(receipt: Exclude<Receipt, { kind: 'accepted' }>): Status {
  switch (receipt.kind) {
    case 'malformed':
      return { code: statusCodes.invalidArgument, message: receipt.message };
    case 'full':
      return {
        code: statusCodes.resourceExhausted,
        message: fullMessage,
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      };
    case 'unavailable':
      return {
        code: statusCodes.unavailable,
        message: unavailableMessage,
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      };
    case 'refused':
      return { code: statusCodes.internal, message: refusedMessage };
  }
}

function callError(failure: Status) {
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', encodeStatus('protobuf', failure));
  return { code: failure.code, details: failure.message, metadata };
}

/** Lets calls in flight finish, but not longer than the deadline. */
async function closeServer(server: Server, deadlineMs: number): Promise<void> {
  const deadline = setTimeout(() => server.forceShutdown(), deadlineMs);
  await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
  clearTimeout(deadline);
}
