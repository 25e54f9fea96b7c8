/** A TCP relay before a server, which counts what its clients send. */

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface ByteRelay {
  readonly url: string;
  readonly sentBytes: number;
  close(): void;
}

export async function relayTo(url: string): Promise<ByteRelay> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  let sentBytes = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) sockets.add(socket.on('error', () => {}));
    client.on('data', (chunk) => {
      sentBytes += chunk.length;
    });
    client.pipe(upstream).pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on TCP');
  return {
    url: `http://127.0.0.1:${address.port}`,
    get sentBytes() {
      return sentBytes;
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
