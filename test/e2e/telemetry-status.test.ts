/**
 * Goal: `tradeengine telemetry status` says in words, and by its exit code, whether telemetry arrives.
 * Method: the real command asks a real engine process, with and without a collector, and a service that is none.
 */

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { it } from 'node:test';
import { ownEnvironment, type RunningCommand, runCommand } from '#test/support/command.ts';
import { Collector } from '#test/support/telemetry-collector.ts';
import { tempDir } from '#test/support/temp-dir.ts';
import { until } from '#test/support/until.ts';

const START_MS_MAX = 20_000;

async function status(env: Record<string, string>, ...args: string[]) {
  const command = runCommand(['telemetry', 'status', ...args], env);
  const code = await command.ended;
  return { code, output: command.output() };
}

async function startEngine(env: Record<string, string>): Promise<RunningCommand> {
  const command = runCommand(['engine'], env);
  const live = `http://127.0.0.1:${env['TRADEENGINE_PORT']}/live`;
  await until('the engine answers', () => fetch(live).catch(() => undefined), START_MS_MAX);
  return command;
}

async function end(engine: RunningCommand): Promise<void> {
  engine.process.kill('SIGTERM');
  await engine.ended;
}

it('is good while the collector takes telemetry, and still in the moment in which it goes away', async () => {
  const collector = new Collector();
  await collector.start();
  const own = await ownEnvironment(tempDir());
  const env = { ...own, OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint };
  const engine = await startEngine(env);
  const shows = (what: RegExp) =>
    until(
      `the status shows ${what}`,
      async () => {
        const answer = await status(env);
        return what.test(answer.output) ? answer : undefined;
      },
      START_MS_MAX,
    );
  const taken = await shows(/^logs +ok .* [1-9]\d* taken/m);
  assert.equal(taken.code, 0, taken.output);
  assert.match(taken.output, /^The export of telemetry is on\. \d+ facts wait\./);
  const asJson = await status(env, '--json');
  assert.equal(asJson.code, 0);
  const report = JSON.parse(asJson.output);
  assert.deepEqual(report.faults, []);
  assert.ok(report.status_age_ms < 10_000);
  collector.stop();
  const gone = await shows(/^logs +failing .* failing since/m);
  assert.equal(gone.code, 0, gone.output);
  assert.match(gone.output, /last error: /);
  await end(engine);
});

it('is bad where the export is misconfigured, and says so', async () => {
  const env = { ...(await ownEnvironment(tempDir())), OTEL_EXPORTER_OTLP_PROTOCOL: 'carrier-pigeon' };
  const engine = await startEngine(env);
  const { code, output } = await status(env);
  await end(engine);
  assert.equal(code, 1, output);
  assert.match(output, /^The export of telemetry is misconfigured\.\nFault: Export is off: /);
});

it('says in a sentence that no engine answers, or that what answers is none', async () => {
  const env = await ownEnvironment(tempDir());
  const nobody = await status(env);
  assert.equal(nobody.code, 1);
  assert.match(nobody.output, /^No engine answers at http:.*\n$/);
  for (const body of ['{"telemetry":"good"}', '<html>']) {
    const other = createServer((_request, response) => response.end(body));
    await new Promise<void>((resolve) => {
      other.listen(Number(env['TRADEENGINE_PORT']), '127.0.0.1', resolve);
    });
    const { code, output } = await status(env);
    other.close();
    assert.equal(code, 1);
    assert.match(output, /^(What|No engine) answers at http:.*\n$/, 'one line, and no stack');
  }
});
