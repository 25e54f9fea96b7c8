import assert from 'node:assert/strict';
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
