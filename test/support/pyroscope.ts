/** A server that takes profiles as Pyroscope does, keeps them, and answers as it is told. */

import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type PlainProfile, readPprof } from './pprof.ts';

export interface Ingested {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  readonly profile: PlainProfile;
}

export class PyroscopeServer {
  readonly ingested: Ingested[] = [];
  /** How it answers from now on. */
  status = 200;
  requests = 0;
  readonly #server: Server;

  constructor() {
    this.#server = createServer(async (request, response) => {
      const { status } = this;
      const body = await buffer(request);
      this.requests += 1;
      if (status < 300) {
        const url = new URL(request.url ?? '', 'http://pyroscope');
        this.ingested.push({
          path: url.pathname,
          query: Object.fromEntries(url.searchParams),
          headers: request.headers,
          profile: readPprof(body),
        });
      }
      response.writeHead(status).end(status < 300 ? '' : 'not now');
    });
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get walls(): Ingested[] {
    return this.ingested.filter(({ profile }) => profile.types.includes('wall:nanoseconds'));
  }

  get heaps(): Ingested[] {
    return this.ingested.filter(({ profile }) => profile.types.includes('inuse_space:bytes'));
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
