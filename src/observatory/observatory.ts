/**
 * Starts the observatory: store, receivers of OTLP and of profiles, and web server as one, in this process. Nothing stays behind when a
 * part cannot start.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startGrpcReceiver } from './otlp/grpc.ts';
import { startHttpReceiver } from './otlp/http.ts';
import { receiver } from './otlp/receiver.ts';
import { startProfileReceiver } from './profiles/http.ts';
import { startServer } from './server/server.ts';
import { openStore, type StoreLimits, type StoreUsage } from './store/store.ts';

interface Ports {
  page: number;
  otlpGrpc: number;
  otlpHttp: number;
  profiles: number;
}

export interface ObservatoryOptions {
  dataDirectory: string;
  /** 0 takes any free port. */
  ports: Ports;
  host?: string;
  webRoot?: string;
  nowMs?(): number;
  limits?: Partial<StoreLimits>;
  /** Hears of requests to the page or its API that failed for a reason of the observatory's own. */
  onFailure?(error: unknown): void;
}

export interface Observatory {
  ports: Ports;
  url: string;
  /** Where the store of an earlier version was put at this start. */
  setAside: string | undefined;
  usage(): StoreUsage;
  close(): Promise<void>;
}

const loopback = '127.0.0.1';
const builtPage = join(import.meta.dirname, '../../web/dist');
const CLOSE_DEADLINE_MS = 1_000;

export async function startObservatory(options: ObservatoryOptions): Promise<Observatory> {
  const host = options.host ?? loopback;
  const nowMs = options.nowMs ?? Date.now;
  const closers: (() => Promise<void>)[] = [];
  const closeAll = async () => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    mkdirSync(options.dataDirectory, { recursive: true });
    const store = await openStore({
      directory: join(options.dataDirectory, 'store'),
      nowMs,
      ...(options.limits === undefined ? {} : { limits: options.limits }),
    });
    closers.push(() => store.close());
    const server = await startServer({
      store,
      host,
      port: options.ports.page,
      webRoot: options.webRoot ?? builtPage,
      nowMs,
      onFailure: (error) => options.onFailure?.(error),
    });
    closers.push(() => server.close());
    const receive = receiver(store.sink, nowMs);
    const http = await startHttpReceiver(receive, host, options.ports.otlpHttp);
    closers.push(() => http.close());
    const grpc = await startGrpcReceiver(receive, host, options.ports.otlpGrpc);
    closers.push(() => grpc.close(CLOSE_DEADLINE_MS));
    const profiles = await startProfileReceiver(store.sink, nowMs, host, options.ports.profiles);
    closers.push(() => profiles.close());
    return {
      ports: { page: server.port, otlpGrpc: grpc.port, otlpHttp: http.port, profiles: profiles.port },
      url: `http://${host}:${server.port}/`,
      setAside: store.setAside,
      usage: () => store.usage(),
      close: closeAll,
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}
