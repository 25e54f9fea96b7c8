/**
 * Goal: no secret leaves the process. Method: a canary is planted wherever a secret can come in (keys, headers, addresses,
 * a signal's metadata, errors), and is then searched for in everything that comes out: each exported record and profile,
 * stdout, the files of the data directory, and every answer of the API.
 */

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startSimex } from '#simex/server.ts';
import { ownEnvironment, runCommand, runProgram } from '#test/support/command.ts';
import { PyroscopeServer } from '#test/support/pyroscope.ts';
import { Collector } from '#test/support/telemetry-collector.ts';
import { tempDir } from '#test/support/temp-dir.ts';
import { until } from '#test/support/until.ts';

const CANARY = 'c4n4ry';
const canary = (place: string): string => `${CANARY}-${place}-0123456789`;
const CRASHING = join(import.meta.dirname, '../support/crashing-engine.ts');
const START_MS_MAX = 20_000;
const PATHS = ['/', '/live', '/ready', '/health', '/version', '/metrics', '/openapi.json', '/v1/orders'];
PATHS.push('/v1/positions', '/v1/account', '/v1/explain/planted', '/v1/orders/unknown', '/nothing');

const collector = new Collector();
const pyroscope = new PyroscopeServer();
let env: Record<string, string>;
let simex: Awaited<ReturnType<typeof startSimex>>;

before(async () => {
  await Promise.all([collector.start(), pyroscope.start()]);
  env = {
    ...(await ownEnvironment(tempDir())),
    SIMEX_API_KEY: canary('key'),
    SIMEX_API_SECRET: canary('secret'),
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=Basic%20${canary('header')}`,
    OTEL_METRIC_EXPORT_INTERVAL: '300',
    PYROSCOPE_SERVER_ADDRESS: pyroscope.address,
    PYROSCOPE_BASIC_AUTH_USER: 'someone',
    PYROSCOPE_BASIC_AUTH_PASSWORD: canary('password'),
    PYROSCOPE_FLUSH_INTERVAL_MS: '500',
  };
  simex = await startSimex({
    port: Number(env['SIMEX_PORT']),
    seed: 5,
    keys: new Map([[canary('key'), { kind: 'HMAC_SHA256', secret: canary('secret') }]]),
  });
});
after(async () => {
  await simex.close();
  collector.stop();
  pyroscope.stop();
});

const url = (path: string): string => `http://127.0.0.1:${env['TRADEENGINE_PORT']}${path}`;

/** A request as a careless caller makes it. Returns all of the answer. */
async function ask(path: string, body?: string): Promise<string> {
  const answer = await fetch(url(path), {
    headers: {
      authorization: `Bearer ${canary('bearer')}`,
      cookie: `session=${canary('cookie')}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    redirect: 'manual',
    ...(body === undefined ? {} : { method: 'POST', body }),
  });
  return `${JSON.stringify([...answer.headers])} ${await answer.text()}`;
}

const signal = {
  id: 'planted',
  strategy_id: 's',
  symbol: 'BTCUSDT',
  action: 'buy',
  confidence: 1,
  metadata: { api_key: canary('metadata'), feed: `wss://me:${canary('feed')}@feed.example/x` },
  rationale: `told by https://${canary('user')}:pw@example.org`,
};

async function filesIn(directory: string): Promise<[string, string][]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  return Promise.all(paths.map(async (path) => [path, await readFile(path, 'latin1')] as [string, string]));
}

const exported = (): string =>
  JSON.stringify(
    [
      collector.spans,
      collector.logs,
      [...collector.metrics],
      collector.resource,
      pyroscope.ingested.map(plain),
    ],
    (_, value) => (typeof value === 'bigint' ? String(value) : value),
  );
/** Without the request's own credentials, which are for the server. */
const plain = ({ headers: _, ...ingested }: PyroscopeServer['ingested'][number]) => ingested;

function assertNoCanary(where: string, text: string): void {
  const at = text.toLowerCase().indexOf(CANARY);
  assert.equal(at, -1, `${where} holds a secret: ${text.slice(Math.max(0, at - 80), at + 40)}`);
}

test('a secret that came in by any way goes out by none', async () => {
  const command = runCommand(['engine'], env);
  await until(
    'ready',
    async () => (await fetch(url('/ready')).catch(() => undefined))?.status === 200,
    START_MS_MAX,
  );
  const answers = [
    await ask('/v1/signals', JSON.stringify(signal)),
    await ask(`/v1/signals?api_key=${canary('query')}`, JSON.stringify(signal)),
    await ask('/v1/signals', JSON.stringify({ ...signal, password: canary('field') })),
    await ask('/v1/signals', `{"id": ${canary('malformed')}`),
  ];
  await until('protected', () => collector.logs.some(({ event }) => event === 'position.protected'));
  await until('a profile', () => pyroscope.ingested.length > 0);
  for (const path of PATHS) answers.push(await ask(path), await ask(`${path}?api_key=${canary('query')}`));
  command.process.kill('SIGTERM');
  assert.equal(await command.ended, 0);

  const said = `${canary('key')} and ${canary('secret')} at https://me:${canary('uri')}@host?signature=${canary('sig')}`;
  const crashed = runProgram(CRASHING, [], {
    ...env,
    TRADEENGINE_DATA_DIR: tempDir(),
    DEFECT: 'throw',
    DEFECT_SAYS: said,
  });
  assert.equal(await crashed.ended, 1);

  assert.match(command.output(), /"event":"engine\.listening"/);
  assert.match(crashed.output(), /"event":"engine\.crashed"/);
  assert.ok(collector.logs.some(({ event }) => event === 'engine.crashed'));
  assertNoCanary('stdout', command.output());
  assertNoCanary('the last words of a crash', crashed.output());
  assertNoCanary('what was exported', exported());
  for (const answer of answers) assertNoCanary('an answer of the API', answer);
  const files = await filesIn(env['TRADEENGINE_DATA_DIR'] ?? '');
  assert.ok(files.some(([path]) => path.includes('journal')));
  for (const [path, text] of files) assertNoCanary(path, text);
  assert.match(
    String(collector.headers['authorization']),
    /c4n4ry-header/,
    'the collector was given its own',
  );
});

test('an address with a password is refused without repeating it', async () => {
  for (const address of [
    `http://me:${canary('uri')}@collector:4317`,
    `ftp://me:${canary('uri')}@collector`,
  ]) {
    const command = runCommand(['engine'], {
      ...env,
      TRADEENGINE_DATA_DIR: tempDir(),
      OTEL_EXPORTER_OTLP_ENDPOINT: address,
    });
    await until('told', () => command.output().includes('telemetry.misconfigured'), START_MS_MAX);
    command.process.kill('SIGTERM');
    assert.equal(await command.ended, 0);
    assertNoCanary('stdout', command.output());
  }
});
