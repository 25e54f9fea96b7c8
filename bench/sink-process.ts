/**
 * A collector of OTLP over gRPC and of profiles, as a process of its own. Says its ports when ready. It keeps nothing
 * but, when asked to count, the ids of spans; told to go away it ends its connections, and listens again on the same
 * port when told to come back.
 */

import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { readTraces } from '#observatory/otlp/traces.ts';

/** What the sink hears; it answers each with how many different spans it has. */
export type SinkOrder = 'away' | 'back' | 'count';

const identity = (bytes: Buffer): Buffer => bytes;
const services = {
  trace: 'opentelemetry.proto.collector.trace.v1.TraceService',
  metrics: 'opentelemetry.proto.collector.metrics.v1.MetricsService',
  logs: 'opentelemetry.proto.collector.logs.v1.LogsService',
};
const THREADS = '/proc/self/task';
const counting = process.argv.includes('--count');
const spanIds = new Set<string>();

function open(port: number): Promise<{ server: Server; port: number }> {
  const server = new Server({ 'grpc.max_receive_message_length': 64 * 1024 * 1024 });
  for (const [signal, service] of Object.entries(services)) {
    const method = {
      path: `/${service}/Export`,
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
        Export: (call: { request: Buffer }, answer: (error: null, response: Buffer) => void) => {
          if (counting && signal === 'trace') {
            for (const { traceId, spanId } of readTraces(call.request)) spanIds.add(`${traceId}/${spanId}`);
          }
          answer(null, Buffer.alloc(0));
        },
      },
    );
  }
  return new Promise((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve({ server, port: bound });
      else reject(error);
    });
  });
}

const profiles = createServer((request, response) => request.resume().on('end', () => response.end()));
profiles.listen(0, '127.0.0.1');
await once(profiles, 'listening');
let { server, port } = await open(0);
process.on('message', async (order: SinkOrder) => {
  if (order === 'away') server.forceShutdown();
  if (order === 'back') ({ server, port } = await open(port));
  process.send?.(spanIds.size);
});
process.on('disconnect', () => process.exit(0));
// A collector has a machine of its own; here it must not take the engine's cores. A priority belongs to a thread.
const threads = existsSync(THREADS) ? readdirSync(THREADS).map(Number) : [0];
for (const thread of threads) os.setPriority(thread, os.constants.priority.PRIORITY_LOW);
console.log(JSON.stringify({ port, profilesPort: (profiles.address() as AddressInfo).port }));
