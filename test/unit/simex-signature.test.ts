// Goal: the simulated exchange accepts exactly the requests that Binance accepts as signed.
// Method: the vectors of the official documentation, and the ways in which a request can miss them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  checkApiKey,
  checkSignature,
  checkTimestamp,
  readParameters,
  sign,
  signedPayload,
} from '#simex/wire/signature.ts';

const spotSecret = 'NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j';
const spotPayload =
  'symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559';
const spotSignature = 'c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71';
const futuresSecret = '2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9';
const futuresPayload =
  'symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC&recvWindow=5000&timestamp=1591702613943';
const futuresSignature = '3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9';

function parametersOf(query: string, body: string) {
  const parameters = readParameters(query, body);
  assert.ok(!('ok' in parameters));
  return parameters;
}

test('the documented vectors are reproduced', () => {
  assert.equal(sign(spotPayload, spotSecret), spotSignature);
  assert.equal(sign(futuresPayload, futuresSecret), futuresSignature);
});

test('a signature is accepted wherever its parts stand', () => {
  const head = 'symbol=BTCUSDT&side=BUY&type=LIMIT';
  const tail = 'quantity=1&price=9000&timeInForce=GTC&recvWindow=5000&timestamp=1591702613943';
  const mixed = sign(head + tail, futuresSecret);
  const cases = [
    [`${futuresPayload}&signature=${futuresSignature}`, ''],
    [`signature=${futuresSignature}&${futuresPayload}`, ''],
    [`${futuresPayload}&signature=${futuresSignature.toUpperCase()}`, ''],
    ['', `${futuresPayload}&signature=${futuresSignature}`],
    [head, `${tail}&signature=${mixed}`],
    [`${head}&signature=${mixed}`, tail],
  ] as const;
  for (const [query, body] of cases) {
    assert.equal(
      checkSignature(query, body, parametersOf(query, body), futuresSecret),
      undefined,
      query + body,
    );
  }
});

test('a signature that is missing, malformed, of another secret or of another text is refused', () => {
  const code = (query: string, secret = futuresSecret) =>
    checkSignature(query, '', parametersOf(query, ''), secret)?.code;
  assert.equal(code(futuresPayload), -1102);
  assert.equal(code(`${futuresPayload}&signature=`), -1102);
  assert.equal(code(`${futuresPayload}&signature=abc`), -1022);
  assert.equal(code(`${futuresPayload}&signature=${futuresSignature}`, spotSecret), -1022);
  assert.equal(code(`${futuresPayload}0&signature=${futuresSignature}`), -1022);
});

test('query and body are joined without a separator, and the query wins', () => {
  assert.equal(signedPayload('a=1&b=2', 'c=3&signature=x'), 'a=1&b=2c=3');
  assert.deepEqual({ ...parametersOf('a=query', 'a=body&b=2') }, { a: 'query', b: '2' });
});

test('a parameter twice in one place is refused', () => {
  const parameters = readParameters('a=1&a=2', '');
  assert.ok('ok' in parameters);
  assert.equal(parameters.code, -1101);
});

test('the receive window is the documented one', () => {
  const now = 1_700_000_000_000;
  const code = (timestamp: number | string, recvWindow?: string) =>
    checkTimestamp({ timestamp: String(timestamp), recvWindow }, now)?.code;
  assert.equal(code(now), undefined);
  assert.equal(code(now - 5000), undefined);
  assert.equal(code(now - 5001), -1021);
  assert.equal(code(now + 999), undefined);
  assert.equal(code(now + 1000), -1021);
  assert.equal(code(now - 6000, '6000'), undefined);
  assert.equal(code(now, '60001'), -1131);
  assert.equal(code(now, 'x'), -1102);
  assert.equal(code('12.5'), -1102);
  assert.equal(checkTimestamp({}, now)?.code, -1102);
});

test('a missing API key and an unknown one have different codes', () => {
  assert.equal(checkApiKey(undefined, 'key')?.code, -2014);
  assert.equal(checkApiKey('', 'key')?.code, -2014);
  assert.equal(checkApiKey('other', 'key')?.code, -2015);
  assert.equal(checkApiKey('key', 'key'), undefined);
});
