/** A real observatory on free ports and a directory of its own, and what tests need to talk to it. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Observatory, type ObservatoryOptions, startObservatory } from '#observatory/observatory.ts';

export async function temporaryDirectory(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'observatory-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

export interface Running extends Observatory {
  directory: string;
  get(path: string): Promise<{ status: number; body: unknown }>;
  send(signal: 'traces' | 'logs' | 'metrics', request: unknown): Promise<number>;
  stop(): Promise<void>;
}

export async function runObservatory(options: Partial<ObservatoryOptions> = {}): Promise<Running> {
  const directory = await temporaryDirectory();
  const observatory = await startObservatory({
    dataDirectory: directory.path,
    ports: { page: 0, otlpGrpc: 0, otlpHttp: 0, profiles: 0 },
    ...options,
  });
  return {
    ...observatory,
    directory: directory.path,
    get: async (path) => {
      const response = await fetch(new URL(path, observatory.url));
      return { status: response.status, body: await response.json() };
    },
    send: async (signal, request) => {
      const response = await fetch(`http://127.0.0.1:${observatory.ports.otlpHttp}/v1/${signal}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(request),
      });
      await response.arrayBuffer();
      return response.status;
    },
    stop: async () => {
      await observatory.close();
      await directory.remove();
    },
  };
}

/** Follows a path of keys and indexes into an answer, failing with the answer when it leads nowhere. */
export function at(value: unknown, ...path: (string | number)[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null)
      assert.fail(`no ${path.join('.')} in ${JSON.stringify(value)}`);
    current = (current as Record<string | number, unknown>)[key];
  }
  return current;
}
