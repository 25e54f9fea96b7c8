// Goal: the doctor finds what would keep the engine from trading, says what to mend, and touches nothing.
// Method: the real checks against a scripted exchange in live mode, real files and ports; each is made to fail.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, test } from 'node:test';
import { examine } from '#app/doctor/doctor.ts';
import type { Finding } from '#app/doctor/finding.ts';
import type { AccountId, Micros, Seq } from '#core/ids.ts';
import { defaultSettings } from '#core/settings.ts';
import { openSqliteJournal } from '#journal/sqlite.ts';
import { failure, ok, ScriptedBinance } from '../support/binance-script.ts';
import { ownEnvironment } from '../support/command.ts';
import { tempDir } from '../support/temp-dir.ts';

const SECRET = 'secret-canary-31';
const root = tempDir();
let count = 0;
let server: ScriptedBinance;
let env: Record<string, string>;

const filters = [
  { filterType: 'PRICE_FILTER', tickSize: '0.10', minPrice: '1', maxPrice: '1000000' },
  { filterType: 'LOT_SIZE', stepSize: '0.001', minQty: '0.001', maxQty: '1000' },
  { filterType: 'MARKET_LOT_SIZE', stepSize: '0.001', minQty: '0.001', maxQty: '120' },
  { filterType: 'MIN_NOTIONAL', notional: '100' },
  { filterType: 'PERCENT_PRICE', multiplierUp: '1.0500', multiplierDown: '0.9500', multiplierDecimal: '4' },
];
const permissions = {
  ipRestrict: true,
  enableFutures: true,
  enableWithdrawals: false,
  enableInternalTransfer: false,
  permitsUniversalTransfer: false,
};
const balanceOf = (availableBalance: string) =>
  ok({ assets: [{ asset: 'USDT', walletBalance: '1000', availableBalance, unrealizedProfit: '0' }] });
const symbolConfig = (fields: object = {}) =>
  ok([{ symbol: 'BTCUSDT', marginType: 'CROSSED', leverage: 20, ...fields }]);

beforeEach(async () => {
  server = await ScriptedBinance.start();
  server.on('GET /sapi/v1/account/apiRestrictions', () => ok(permissions));
  server.on('GET /fapi/v1/symbolConfig', () => symbolConfig());
  server.on('GET /fapi/v3/account', () => balanceOf('900'));
  server.on('GET /fapi/v1/premiumIndex', () => ok([{ symbol: 'BTCUSDT', markPrice: '50000.0' }]));
  const listing = { symbol: 'BTCUSDT', baseAsset: 'BTC', quoteAsset: 'USDT', filters };
  server.on('GET /fapi/v1/exchangeInfo', () => ok({ symbols: [listing] }));
  count += 1;
  env = {
    ...(await ownEnvironment(join(root, String(count)))),
    TRADING_MODE: 'live',
    TRADEENGINE_ACCOUNT: 'main',
    TRADEENGINE_CONFIRM_LIVE: 'main',
    TRADEENGINE_SYMBOLS: 'BTCUSDT',
    BINANCE_API_KEY: 'key-canary-17',
    BINANCE_API_SECRET: SECRET,
    BINANCE_REST_URL: server.restUrl,
    BINANCE_STREAM_URL: server.streamUrl,
    BINANCE_WS_API_URL: `${server.streamUrl}/ws-fapi/v1`,
    BINANCE_WALLET_URL: server.restUrl,
    OTEL_SDK_DISABLED: 'true',
  };
});
afterEach(() => server.stop());

async function found(status: Finding['status'], check: string, what: RegExp): Promise<void> {
  const findings = await examine(env);
  const shown = JSON.stringify(findings, null, 1);
  const finding = findings.find(
    (one) => one.status === status && one.check === check && what.test(one.detail),
  );
  assert.ok(finding !== undefined, shown);
  assert.equal(finding.fix === undefined, status === 'ok', shown);
  assert.ok(!shown.includes('canary'), 'a secret is shown');
}

test('all is well, and nothing was placed or changed', async () => {
  const findings = await examine(env);
  const off = findings.filter(({ status }) => status !== 'ok');
  assert.deepEqual(
    off.map(({ check }) => check),
    ['telemetry'],
  );
  const checks = [...new Set(findings.map(({ check }) => check))];
  assert.deepEqual(checks, [
    ...['configuration', 'ports', 'data directory', 'journal', 'telemetry', 'REST API', 'clock', 'key'],
    ...[
      'public stream',
      'market stream',
      'private stream',
      'WebSocket API',
      'account',
      'symbols',
      'rate limit',
    ],
  ]);
  const writes = server.requests.filter(({ method }) => method !== 'GET');
  assert.deepEqual(
    writes.map(({ path }) => path),
    ['/fapi/v1/listenKey'],
  );
});

test('a configuration that cannot be is told by its code, and nothing else is asked', async () => {
  env['TRADEENGINE_CONFIRM_LIVE'] = 'other';
  await found('fail', 'configuration', /\(live_unconfirmed\)$/);
  assert.equal(server.requests.length, 0);
});

test('a key that can withdraw', async () => {
  server.on('GET /sapi/v1/account/apiRestrictions', () => ok({ ...permissions, enableWithdrawals: true }));
  await found('fail', 'key', /it can withdraw/);
});

test('a key that the testnet does not know', async () => {
  env['TRADING_MODE'] = 'testnet';
  server.on('GET /fapi/v1/accountConfig', () => failure(401, -2015, `Invalid API-key ${SECRET}.`));
  await found('fail', 'key', /-2015/);
});

test('an exchange that is not there', async () => {
  await server.stop();
  await found('fail', 'REST API', /ECONNREFUSED\. Key, account and symbols were not looked at/);
  server = await ScriptedBinance.start();
});

for (const [skewMs, status] of [
  [60_000, 'fail'],
  [-2_000, 'warn'],
] as const) {
  test(`a clock that is ${skewMs} ms off`, async () => {
    server.skewMs = skewMs;
    await found(status, 'clock', skewMs > 0 ? /behind the exchange's/ : /ahead of the exchange's/);
  });
}

test('a listen key that is not given, and streams that cannot be connected to', async () => {
  server.on('POST /fapi/v1/listenKey', () => failure(500, -1000, 'no'));
  await found('fail', 'private stream', /listen key: -1000 no/);
  const closed = createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const { port } = closed.address() as { port: number };
  closed.close();
  await once(closed, 'close');
  env['BINANCE_STREAM_URL'] = `ws://127.0.0.1:${port}`;
  env['BINANCE_WS_API_URL'] = `ws://127.0.0.1:${port}/ws-fapi/v1`;
  await found('fail', 'public stream', /ECONNREFUSED/);
  await found('warn', 'WebSocket API', /ECONNREFUSED/);
});

test('market streams that say nothing', async () => {
  server.quiet = true;
  await found('fail', 'market stream', /says nothing for/);
});

test('a limit that is nearly used up, and one that is over', async () => {
  const headers = { 'X-MBX-USED-WEIGHT-1M': '1300' };
  server.on('GET /fapi/v3/account', () => ({ ...(balanceOf('900') as object), headers }) as never);
  await found('warn', 'rate limit', /13\d\d of 2400/);
  server.on('GET /fapi/v3/account', () => failure(429, -1003, 'Too many requests', { 'Retry-After': '30' }));
  await found('fail', 'rate limit', /held back for (29|30) s/);
});

test('an account that the start will change', async () => {
  server.on('GET /fapi/v1/accountConfig', () => ok({ dualSidePosition: false, multiAssetsMargin: true }));
  env['TRADEENGINE_LEVERAGE'] = '5';
  await found('warn', 'account', /position mode one_way, and hedge is configured/);
  await found('warn', 'account', /multi-assets mode is on/);
  await found('warn', 'account', /leverage 20, crossed; 5, crossed is configured/);
});

test('an account without margin for one order', async () => {
  server.on('GET /fapi/v3/account', () => balanceOf('12.4'));
  await found(
    'fail',
    'account',
    /12\.4 USDT available of 1000: too little for an order of 250 at leverage 20/,
  );
  server.on('GET /fapi/v3/account', () => balanceOf('12.5'));
  await found('ok', 'account', /12\.5 USDT available/);
});

test('sizes and stops that the exchange does not take', async () => {
  env['TRADEENGINE_ORDER_NOTIONAL'] = '60';
  env['TRADEENGINE_STOP_LOSS_RATE'] = '0.06';
  await found('warn', 'symbols', /the smallest order is worth 100, more than the 60 configured/);
  await found(
    'warn',
    'symbols',
    /BTCUSDT LONG: a stop 0\.06 from 50000 lies outside the price band, 47500 to 52500/,
  );
  env['TRADEENGINE_ORDER_NOTIONAL'] = '10000000';
  env['TRADEENGINE_STOP_LOSS_RATE'] = '0.000001';
  await found('fail', 'symbols', /refused: above_max_quantity, 200 against 120/);
  await found('fail', 'symbols', /is refused: would_trigger/);
  env['TRADEENGINE_SYMBOLS'] = 'BTCUSDT,NOPE';
  await found('fail', 'symbols', /not listed: NOPE/);
  await found('fail', 'account', /NOPE is not known to the account/);
});

test('a data directory that cannot be written', async () => {
  const file = join(root, `file-${count}`);
  writeFileSync(file, '');
  env['TRADEENGINE_DATA_DIR'] = join(file, 'data');
  await found('fail', 'data directory', /cannot be written: /);
});

async function withJournal(mode: 'paper' | 'live'): Promise<string> {
  const path = join(root, String(count), 'journal.sqlite');
  const journal = await openSqliteJournal({ path });
  const settings = { ...defaultSettings, mode };
  const facts = [
    { type: 'engine.started', account: 'main' as AccountId, version: '1', settings },
    { type: 'engine.reconciled', orders: 0, positions: 0 },
  ] as const;
  await journal.append({ seq: 1 as Seq, at: 1 as Micros, facts });
  await journal.close();
  return path;
}

test('a journal: whole, of another mode, locked, and not what was written', async () => {
  const path = await withJournal('live');
  await found('ok', 'journal', /2 facts, chain whole/);
  const file = new DatabaseSync(path);
  file.exec('BEGIN IMMEDIATE');
  await found('fail', 'journal', /cannot be written: database is locked/);
  file.exec('ROLLBACK');
  env['TRADING_MODE'] = 'testnet';
  await found('fail', 'journal', /of account main in live mode, not of main in testnet mode/);
  file.exec(`UPDATE entry SET body = replace(body, '1', '2')`);
  file.close();
  await found('fail', 'journal', /fact 1/);
});

test('ports that other programs hold', async () => {
  const holder = createServer((socket) => socket.destroy()).listen(
    Number(env['OTLP_GRPC_PORT']),
    '127.0.0.1',
  );
  await once(holder, 'listening');
  await found('fail', 'ports', /\(OTLP_GRPC_PORT\) is taken by another program/);
  holder.close();
});

test('telemetry that is misconfigured, and a collector that is away or there', async () => {
  delete env['OTEL_SDK_DISABLED'];
  await found('warn', 'telemetry', /ECONNREFUSED/);
  env['OTEL_EXPORTER_OTLP_ENDPOINT'] = server.restUrl;
  await found('ok', 'telemetry', /is there/);
  env['OTEL_EXPORTER_OTLP_PROTOCOL'] = 'carrier-pigeon';
  await found('fail', 'telemetry', /OTEL_EXPORTER_OTLP_PROTOCOL/);
});

test('tokens that are missing where the API is open to others', async () => {
  mkdirSync(join(root, String(count)), { recursive: true });
  env['TRADEENGINE_HOST'] = '0.0.0.0';
  await found('fail', 'configuration', /needs tokens/);
});
