/** What the process says of itself holds no secret, not even a part of one, and no more than is bounded. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Micros } from '#core/ids.ts';
import { ProcessLogger } from '#telemetry/process-log.ts';

const SECRET = 'canary-word';
const LENGTH_MAX = 4_096;

function logged(record: Partial<Parameters<ProcessLogger['write']>[0]>) {
  const lines: Record<string, unknown>[] = [];
  const logger = new ProcessLogger({
    now: () => 1 as Micros,
    after: () => () => {},
    onQueued: () => {},
    redact: (text) => text.replaceAll(SECRET, '[secret]'),
    destination: { write: (line) => void lines.push(JSON.parse(line)) },
  });
  logger.write({ severity: 'error', event: 'engine.crashed', message: 'Crashed.', ...record });
  const [log] = logger.outbox.takeRest().items;
  const [line] = lines;
  assert.ok(log !== undefined && line !== undefined);
  return { log, line, all: JSON.stringify([log, line]) };
}

test('a secret that the bound of an attribute would cut in two is redacted as a whole', () => {
  const stack = `${'x'.repeat(LENGTH_MAX - 6)}${SECRET}`;
  const { log, all } = logged({ attributes: { 'exception.stacktrace': stack } });
  assert.equal(String(log.attributes['exception.stacktrace']).length, LENGTH_MAX);
  assert.doesNotMatch(all, /canary/);
});

test('a secret in a list is redacted', () => {
  const { log, all } = logged({ attributes: { 'tradeengine.checks': ['first', `key ${SECRET}`] } });
  assert.deepEqual(log.attributes['tradeengine.checks'], ['first', 'key [secret]']);
  assert.doesNotMatch(all, /canary/);
});

test('a message is bounded, and redacted before it is', () => {
  const { log, line, all } = logged({ message: `${'x'.repeat(LENGTH_MAX - 6)}${SECRET.repeat(9_000)}` });
  assert.equal(log.body.length, LENGTH_MAX);
  assert.equal(line['message'], log.body);
  assert.doesNotMatch(all, /canary/);
});
