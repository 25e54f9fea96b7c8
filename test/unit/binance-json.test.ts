import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseJson } from '#exchange/binance/json.ts';

test('an order id beyond 2^53 keeps every digit', () => {
  assert.deepEqual(parseJson('{"orderId":8389765521347896321,"n":1,"ok":true}'), {
    orderId: '8389765521347896321',
    n: 1,
    ok: true,
  });
});

test('integers of any size come back exactly', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), (value) => {
      const [parsed] = parseJson(`[${value}]`) as [unknown];
      assert.equal(BigInt(parsed as string | number), value);
    }),
  );
});

test('every other value is what JSON.parse makes of it', () => {
  const short = fc.jsonValue().filter((value) => !/\d{16}/.test(JSON.stringify(value)));
  fc.assert(
    fc.property(short, (value) => {
      const text = JSON.stringify({ value, long: '1234567890123456', fraction: Math.PI / 1e6 });
      assert.deepEqual(parseJson(text), JSON.parse(text));
    }),
  );
});
