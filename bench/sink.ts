/**
 * A collector of OTLP over gRPC and of profiles that takes everything and keeps nothing, as a process of its own. Says
 * its ports when ready.
 */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import { Server, ServerCredentials } from '@grpc/grpc-js';

const identity = (bytes: Buffer): Buffer => bytes;
const services = {
  trace: 'opentelemetry.proto.collector.trace.v1.TraceService',
  metrics: 'opentelemetry.proto.collector.metrics.v1.MetricsService',
  logs: 'opentelemetry.proto.collector.logs.v1.LogsService',
};

// A collector has a machine of its own; here it must not take the engine's cores.
os.setPriority(19);
const server = new Server({ 'grpc.max_receive_message_length': 64 * 1024 * 1024 });
for (const service of Object.values(services)) {
  const path = `/${service}/Export`;
  const method = {
    path,
    requestStream: false,
    responseStream: false,
    requestSerialize: identity,
    requestDeserialize: identity,
    responseSerialize: identity,
    responseDeserialize: identity,
  };
  server.addService(
    { Export: method },
    {
      Export: (_call: unknown, answer: (error: null, response: Buffer) => void) =>
        answer(null, Buffer.alloc(0)),
    },
  );
}
const profiles = createServer((request, response) => request.resume().on('end', () => response.end()));
profiles.listen(0, '127.0.0.1');
await once(profiles, 'listening');
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  console.log(JSON.stringify({ port, profilesPort: (profiles.address() as AddressInfo).port }));
});
process.on('disconnect', () => process.exit(0));
