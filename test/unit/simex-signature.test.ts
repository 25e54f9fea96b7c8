// Goal: the simulated exchange accepts exactly the requests that Binance accepts as signed.
// Method: the vectors of the official documentation, and the ways in which a request can miss them.
import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject, sign as signBytes } from 'node:crypto';
import { test } from 'node:test';
import { isRefusal } from '#simex/matching/result.ts';
import { type ApiKey, ApiKeys, checkSignature, readPublicKey, sign } from '#simex/wire/api-keys.ts';
import { checkTimestamp, readParameters, signedParameters, signedText } from '#simex/wire/parameters.ts';

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

const hmac = (secret: string): ApiKey => ({ kind: 'HMAC_SHA256', secret });
const refusalOf = (query: string, body: string, secret = futuresSecret) =>
  checkSignature(hmac(secret), signedText(query, body), parametersOf(query, body)['signature']);

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
    assert.equal(refusalOf(query, body), undefined, query + body);
  }
});

test('a signature that is missing, malformed, of another secret or of another text is refused', () => {
  const code = (query: string, secret?: string) => refusalOf(query, '', secret)?.code;
  assert.equal(code(futuresPayload), -1102);
  assert.equal(code(`${futuresPayload}&signature=`), -1102);
  assert.equal(code(`${futuresPayload}&signature=abc`), -1022);
  assert.equal(code(`${futuresPayload}&signature=${futuresSignature}`, spotSecret), -1022);
  assert.equal(code(`${futuresPayload}0&signature=${futuresSignature}`), -1022);
});

test('query and body are joined without a separator, and the query wins', () => {
  assert.equal(signedText('a=1&b=2', 'c=3&signature=x'), 'a=1&b=2c=3');
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
  const keys = new ApiKeys(new Map([['key', hmac('secret')]]));
  const code = (name: string | undefined) => {
    const found = keys.find(name);
    return isRefusal(found) ? found.code : undefined;
  };
  assert.equal(code(undefined), -2014);
  assert.equal(code(''), -2014);
  assert.equal(code('other'), -2015);
  assert.equal(code('key'), undefined);
});

test('Ed25519 and RSA keys are known by their public half, and sign in base64', () => {
  const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();
  const pairs = [generateKeyPairSync('ed25519'), generateKeyPairSync('rsa', { modulusLength: 2048 })];
  for (const [index, { publicKey, privateKey }] of pairs.entries()) {
    const key = readPublicKey(pem(publicKey));
    assert.ok(key);
    assert.equal(key.kind, ['ED25519', 'RSA'][index]);
    const algorithm = index === 0 ? null : 'RSA-SHA256';
    const signature = signBytes(algorithm, Buffer.from(futuresPayload), privateKey).toString('base64');
    assert.equal(checkSignature(key, futuresPayload, signature), undefined);
    const query = `${futuresPayload}&signature=${encodeURIComponent(signature)}`;
    assert.equal(
      checkSignature(key, signedText(query, ''), parametersOf(query, '')['signature']),
      undefined,
      'as it comes in a query',
    );
    assert.equal(checkSignature(key, `${futuresPayload}0`, signature)?.code, -1022);
    assert.equal(checkSignature(key, futuresPayload, futuresSignature)?.code, -1022);
    assert.equal(checkSignature(key, futuresPayload, '!')?.code, -1022);
  }
  assert.equal(readPublicKey('no key'), undefined);
  const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  assert.equal(readPublicKey(pem(curve.publicKey)), undefined);
});

test('over the WebSocket API the parameters are signed in the order of their names, as they are', () => {
  const parameters = { symbol: 'BTCUSDT', apiKey: 'key', price: '1', note: 'a b', signature: 'x' };
  assert.equal(signedParameters(parameters), 'apiKey=key&note=a b&price=1&symbol=BTCUSDT');
});
