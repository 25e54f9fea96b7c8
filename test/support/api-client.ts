/** Requests to the API of a running engine, as publishers and people make them. */

import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import type { z } from 'zod';
import { signalDecision } from '#api/signals.ts';
import { type Explanation, explanation } from '#api/views/explain.ts';
import { systemClock } from '#engine/time.ts';
import { type RunningEngine, runEngine } from './running-engine.ts';
import { until } from './until.ts';

let running: RunningEngine | undefined;

/** The engine that the test file runs against. */
export function theEngine(): RunningEngine {
  if (running === undefined) throw new Error('no engine runs: call runOneEngine() first');
  return running;
}

/** Starts an engine before the tests of the file, and stops it after them. */
export function runOneEngine(): void {
  before(async () => {
    running = await runEngine();
    await until('the engine is ready', () => theEngine().engine.unready === undefined);
  });
  after(() => running?.stop());
}

let made = 0;
export function signal(fields: Record<string, unknown> = {}): Record<string, unknown> {
  made += 1;
  return {
    id: `signal-${made}`,
    strategy_id: `strategy-${made}`,
    symbol: 'BTCUSDT',
    action: 'buy',
    confidence: 0.9,
    stop_loss_pct: 2,
    take_profit_pct: 3,
    timestamp: Math.floor(systemClock.now() / 1000),
    ...fields,
  };
}

export async function post(body: unknown, path = '/v1/signals', headers: Record<string, string> = {}) {
  const text = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const answer = await theEngine().server.inject({
    method: 'POST',
    url: path,
    headers: { 'content-type': 'application/json', ...headers },
    payload: text,
  });
  return { status: answer.statusCode, headers: answer.headers, body: answer.json() };
}

export async function get(path: string, headers: Record<string, string> = {}) {
  const answer = await theEngine().server.inject({ method: 'GET', url: path, headers });
  return { status: answer.statusCode, headers: answer.headers, text: answer.body };
}

export async function getJson<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  const { status, text } = await get(path);
  assert.equal(status, 200, text);
  return schema.parse(JSON.parse(text));
}

export async function decide(fields: Record<string, unknown> = {}) {
  const { status, body } = await post(signal(fields), '/v1/signals?wait=decision');
  assert.equal(status, 200, JSON.stringify(body));
  return signalDecision.parse(body);
}

/** The story of a signal once its position has become protected. */
export const protectedStory = (id: string): Promise<Explanation> =>
  until(`${id} is protected`, async () => {
    const story = await getJson(`/v1/explain/${id}`, explanation);
    return story.positions[0]?.protected === true ? story : undefined;
  });
