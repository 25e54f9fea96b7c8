/** Pyroscope over HTTP: one request, one honest answer. */

import { Pool } from 'undici';
import type { Delivery, Exporter } from '../export/exporter.ts';
import type { IngestRequest } from './ingest.ts';
import type { ProfileSettings } from './settings.ts';

const REQUEST_MS_MAX = 10_000;
/** Of an answer that says no; the rest is not worth reading. */
const EXCERPT_LENGTH_MAX = 200;

/** These are about the profile itself. Anything else ends when someone mends it. */
const refusals: ReadonlySet<number> = new Set([400, 413, 415, 422]);

export class PyroscopeExporter implements Exporter<IngestRequest> {
  readonly endpoint: string;
  readonly #pool: Pool;
  readonly #path: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor({ serverAddress, authorization }: ProfileSettings) {
    const address = new URL(`${serverAddress}/ingest`);
    this.endpoint = serverAddress;
    this.#path = address.pathname;
    this.#pool = new Pool(address.origin, { connections: 1, connect: { timeout: REQUEST_MS_MAX } });
    this.#headers = {
      'content-type': 'application/octet-stream',
      ...(authorization === undefined ? {} : { authorization }),
    };
  }

  async send({ query, body }: IngestRequest): Promise<Delivery> {
    try {
      const answer = await this.#pool.request({
        method: 'POST',
        path: `${this.#path}?${query}`,
        headers: this.#headers,
        body,
        signal: AbortSignal.timeout(REQUEST_MS_MAX),
      });
      if (answer.statusCode >= 200 && answer.statusCode < 300) {
        await answer.body.dump();
        return { kind: 'accepted', rejected: { count: 0, message: '' } };
      }
      const error = `${answer.statusCode} ${await excerpt(answer.body)}`.trim();
      return refusals.has(answer.statusCode) ? { kind: 'refused', error } : { kind: 'failed', error };
    } catch (error) {
      return {
        kind: 'failed',
        error: error instanceof Error ? error.message : String(error),
      };
    }
  }

  close(): void {
    void this.#pool.destroy();
  }
}

async function excerpt(body: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const chunk of body) {
    text += chunk.toString('utf8');
    if (text.length >= EXCERPT_LENGTH_MAX) break;
  }
  return text.slice(0, EXCERPT_LENGTH_MAX).trim();
}
