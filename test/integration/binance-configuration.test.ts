// Goal: nothing begins with a key that could do harm, or at an account that is not set up as wanted; what is changed is
// told. Method: the adapter's real start against a scripted exchange.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Symbol } from '#core/ids.ts';
import type { AccountWishes } from '#exchange/binance/usdm/configuration.ts';
import { type BinanceRig, BTC, eachWithRig } from '../support/binance-rig.ts';
import { failure, ok, type ScriptedReply } from '../support/binance-script.ts';

const ETH = 'ETHUSDT' as Symbol;
const PERMISSIONS = 'GET /sapi/v1/account/apiRestrictions';

let rig: BinanceRig;
eachWithRig((made) => {
  rig = made;
  rig.server.on('GET /fapi/v1/symbolConfig', () =>
    ok([
      { symbol: BTC, marginType: 'CROSSED', isAutoAddMargin: false, leverage: 20, maxNotionalValue: '1' },
      { symbol: ETH, marginType: 'ISOLATED', isAutoAddMargin: false, leverage: 5, maxNotionalValue: '1' },
    ]),
  );
});

const openWith = (account: AccountWishes, walletUrl?: string) =>
  rig.make({ account, walletUrl }).open(() => {});
const opened = { kind: 'answer', value: undefined };
const changes = () =>
  rig.server.requests
    .filter(({ method, path }) => method === 'POST' && path !== '/fapi/v1/listenKey')
    .map(({ path, params }) => {
      for (const name of ['recvWindow', 'timestamp', 'signature']) params.delete(name);
      return `${path} ${params}`;
    });
const done = () => ok({ code: 200, msg: 'success' });

test('an account that is as wanted is left alone, and so is what nothing is wanted of', async () => {
  const symbols = new Map([
    [BTC, { leverage: 20, marginType: 'crossed' as const }],
    [ETH, {}],
  ]);
  assert.deepEqual(await openWith({ positionMode: 'hedge', symbols }), opened);
  assert.deepEqual(changes(), []);
  assert.deepEqual(rig.problems, []);
});

test('what differs is changed, and each change is told', async () => {
  rig.server.on('GET /fapi/v1/accountConfig', () => ok({ dualSidePosition: true, multiAssetsMargin: true }));
  const paths = ['positionSide/dual', 'multiAssetsMargin', 'leverage', 'marginType'];
  for (const path of paths) rig.server.on(`POST /fapi/v1/${path}`, done);
  // The exchange calls it an error that it is so already.
  rig.server.on('POST /fapi/v1/multiAssetsMargin', () => failure(400, -4171, 'Adjusted asset mode'));
  const symbols = new Map([
    [BTC, { leverage: 10, marginType: 'isolated' as const }],
    [ETH, { leverage: 5 }],
  ]);
  assert.deepEqual(await openWith({ positionMode: 'one_way', symbols }), opened);
  assert.deepEqual(changes(), [
    '/fapi/v1/positionSide/dual dualSidePosition=false',
    '/fapi/v1/multiAssetsMargin multiAssetsMargin=false',
    '/fapi/v1/marginType symbol=BTCUSDT&marginType=ISOLATED',
    '/fapi/v1/leverage symbol=BTCUSDT&leverage=10',
  ]);
  assert.deepEqual(rig.problems, [
    'account_changed position mode one_way ',
    'account_changed multi-assets mode off ',
    'account_changed margin type of BTCUSDT isolated ',
    'account_changed leverage of BTCUSDT 10 ',
  ]);
});

test('without the position mode and the asset mode that orders depend on nothing begins', async () => {
  rig.server.on('POST /fapi/v1/positionSide/dual', () => failure(400, -4068, 'There is a position.'));
  assert.deepEqual(await openWith({ positionMode: 'one_way' }), {
    kind: 'failed',
    cause: 'position mode one_way: -4068 There is a position.',
  });
  rig.server.on('GET /fapi/v1/accountConfig', () => ok({ dualSidePosition: true, multiAssetsMargin: true }));
  rig.server.on('POST /fapi/v1/multiAssetsMargin', () => failure(400, -4170, 'There are orders.'));
  assert.deepEqual(await openWith({ positionMode: 'hedge' }), {
    kind: 'failed',
    cause: 'multi-assets mode off: -4170 There are orders.',
  });
});

test('a leverage or margin type that what is open does not let change is told, and positions are looked after', async () => {
  rig.server.on('POST /fapi/v1/leverage', () => failure(400, -4161, 'There is a position.'));
  rig.server.on('POST /fapi/v1/marginType', () => failure(400, -4048, 'There is a position.'));
  const symbols = new Map([[ETH, { leverage: 3, marginType: 'crossed' as const }]]);
  assert.deepEqual(await openWith({ positionMode: 'hedge', symbols }), opened);
  assert.deepEqual(rig.problems, [
    'account_unchanged margin type of ETHUSDT crossed: -4048 There is a position. ',
    'account_unchanged leverage of ETHUSDT 3: -4161 There is a position. ',
  ]);
});

const good = {
  ipRestrict: true,
  createTime: 1623840271000,
  enableReading: true,
  enableFutures: true,
  enableWithdrawals: false,
  enableInternalTransfer: false,
  permitsUniversalTransfer: false,
};

test('a key that can only trade, and only from known addresses, is taken', async () => {
  rig.server.on(PERMISSIONS, () => ok(good));
  assert.deepEqual(await openWith({ positionMode: 'hedge' }, rig.server.restUrl), opened);
  assert.equal(rig.server.requestsOf(PERMISSIONS).length, 1);
});

const refused: [string, ScriptedReply, RegExp][] = [
  ['can withdraw', ok({ ...good, enableWithdrawals: true }), /it can withdraw \(enableWithdrawals\)$/],
  ['can transfer to other accounts', ok({ ...good, enableInternalTransfer: true }), /enableInternalTransfer/],
  ['can transfer between wallets', ok({ ...good, permitsUniversalTransfer: true }), /permitsUniversalTr/],
  ['works from anywhere', ok({ ...good, ipRestrict: false }), /not restricted to IP addresses/],
  ['cannot trade futures', ok({ ...good, enableFutures: false }), /cannot trade futures/],
  [
    'has several faults',
    ok({ ...good, ipRestrict: false, enableWithdrawals: true }),
    /can withdraw .*; it is not/,
  ],
  ['is told of in part', ok({ ...good, enableWithdrawals: undefined }), /cannot be read: enableWithdrawals/],
  ['is told of wrongly', ok({ ...good, ipRestrict: 'true' }), /cannot be read: ipRestrict/],
  ['is told of as a list', ok([]), /cannot be read/],
  ['is unknown', failure(401, -2015, 'Invalid API-key.'), /cannot be read: -2015 Invalid/],
  ['cannot be asked about', 'reset', /cannot be read: /],
];
for (const [what, reply, why] of refused) {
  test(`a key that ${what} is refused before anything else is asked or changed`, async () => {
    rig.server.on(PERMISSIONS, () => reply);
    const answer = await openWith({ positionMode: 'one_way' }, rig.server.restUrl);
    assert.ok(answer.kind === 'failed' && answer.cause.startsWith('the key is refused: '), answer.kind);
    assert.match(answer.cause, why);
    assert.deepEqual(changes(), []);
    assert.equal(rig.server.requestsOf('GET /fapi/v1/accountConfig').length, 0);
  });
}

test("the wallet's own clock repairs a timestamp that it refuses", async () => {
  rig.server.on('GET /api/v3/time', () => ok({ serverTime: Date.now() + 60_000 }));
  rig.server.on(PERMISSIONS, ({ params }) =>
    Number(params.get('timestamp')) > Date.now() + 50_000
      ? ok(good)
      : failure(400, -1021, 'Timestamp for this request is outside of the recvWindow.'),
  );
  assert.deepEqual(await openWith({ positionMode: 'hedge' }, rig.server.restUrl), opened);
});
