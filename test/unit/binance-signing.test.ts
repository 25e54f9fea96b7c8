import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { Secret } from '#core/secret.ts';
import { encodeParams, Signer } from '#exchange/binance/signing.ts';

const vectors = [
  {
    secret: 'NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j',
    payload:
      'symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559',
    signature: 'c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71',
  },
  {
    secret: '2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9',
    payload:
      'symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC&recvWindow=5000&timestamp=1591702613943',
    signature: '3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9',
  },
];

for (const { secret, payload, signature } of vectors) {
  test(`signs the documentation's example ${signature.slice(0, 8)}`, () => {
    const signer = new Signer(new Secret(secret));
    assert.equal(signer.signatureOf(payload), signature);
    assert.equal(signer.sign(payload), `${payload}&signature=${signature}`);
  });
}

/** https://github.com/binance/binance-spot-api-docs/blob/master/fix-api.md: the one Ed25519 key that the documentation prints. */
const ED25519 = `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIIJEYWtGBrhACmb9Dvy+qa8WEf0lQOl1s4CLIAB9m89u
-----END PRIVATE KEY-----`;

for (const [how, pem] of [
  ['on lines', ED25519],
  ['with its line ends written out', ED25519.replaceAll('\n', '\\n')],
] as const) {
  test(`a private key ${how} signs the documentation's Ed25519 example`, () => {
    const payload = ['A', 'EXAMPLE', 'SPOT', '1', '20240627-11:17:25.223'].join('\u0001');
    assert.equal(
      new Signer(new Secret(pem)).signatureOf(payload),
      '4MHXelVVcpkdwuLbl6n73HQUXUf1dse2PCgT1DYqW9w8AVZ1RACFGM+5UdlGPrQHrgtS3CvsRURC1oj73j8gCA==',
    );
  });
}

test('an Ed25519 signature survives the query: what base64 has beyond letters is encoded', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z0-9=&]{1,80}$/), (payload) => {
      const signed = new Signer(new Secret(ED25519)).sign(payload);
      const signature = new URLSearchParams(signed.slice(payload.length)).get('signature') ?? '';
      assert.match(signed, /&signature=[A-Za-z0-9%]+$/);
      assert.ok(
        verify(null, Buffer.from(payload), createPublicKey(ED25519), Buffer.from(signature, 'base64')),
      );
    }),
  );
});

test('a private key that cannot sign is refused without being quoted', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const rsa = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  assert.throws(
    () => new Signer(new Secret(rsa)),
    /^Error: the API secret is a private key of type rsa, not ed25519$/,
  );
  const broken = ED25519.replace('MC4C', 'AAAA');
  assert.throws(
    () => new Signer(new Secret(broken)),
    /^Error: the API secret is not a readable private key$/,
  );
});

test('parameters keep their order and leave out what is undefined', () => {
  assert.equal(encodeParams({ symbol: 'BTCUSDT', price: undefined, side: 'BUY' }), 'symbol=BTCUSDT&side=BUY');
});

test('parameters survive encoding and decoding whatever they contain', () => {
  fc.assert(
    fc.property(fc.string(), (value) => {
      const decoded = new URLSearchParams(encodeParams({ name: value }));
      assert.equal(decoded.get('name'), value.toWellFormed());
    }),
  );
});
