/**
 * Server-sent events that tell pages that new telemetry is stored. Pages fetch what they show; an event only says that
 * there is something to fetch.
 */
import type { ServerResponse } from 'node:http';
import type { Stored } from '../store/writer.ts';

const CLIENTS_MAX = 64;
const HEARTBEAT_MS = 15_000;
/** Stores may come many times a second; a page gains nothing from hearing of each. */
const EVENT_INTERVAL_MS = 200;
const UNREAD_BYTES_MAX = 64 * 1024;

export class LiveFeed {
  readonly #clients = new Set<ServerResponse>();
  readonly #heartbeat: NodeJS.Timeout;
  #pending: Stored | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor() {
    this.#heartbeat = setInterval(() => this.#send(': still here\n\n'), HEARTBEAT_MS);
    this.#heartbeat.unref();
  }

  /** False when there are too many listeners already. */
  add(client: ServerResponse): boolean {
    if (this.#clients.size >= CLIENTS_MAX) return false;
    client.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      connection: 'keep-alive',
    });
    client.write('retry: 1000\n\n');
    this.#clients.add(client);
    client.on('close', () => this.#clients.delete(client));
    return true;
  }

  announce(stored: Stored): void {
    if (this.#clients.size === 0) return;
    const sum = this.#pending ?? { spans: 0, logs: 0, points: 0, profiles: 0 };
    this.#pending = {
      spans: sum.spans + stored.spans,
      logs: sum.logs + stored.logs,
      points: sum.points + stored.points,
      profiles: sum.profiles + stored.profiles,
    };
    this.#timer ??= setTimeout(() => this.#flush(), EVENT_INTERVAL_MS);
  }

  close(): void {
    clearInterval(this.#heartbeat);
    clearTimeout(this.#timer);
    for (const client of this.#clients) client.destroy();
  }

  #flush(): void {
    this.#timer = undefined;
    this.#send(`event: stored\ndata: ${JSON.stringify(this.#pending)}\n\n`);
    this.#pending = undefined;
  }

  #send(text: string): void {
    for (const client of this.#clients) {
      // A page that reads nothing is let go; it reconnects by itself when it lives again.
      if (client.writableLength > UNREAD_BYTES_MAX) client.destroy();
      else client.write(text);
    }
  }
}
