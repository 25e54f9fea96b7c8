import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  basisPoints,
  DecimalError,
  isMultipleOf,
  money,
  movePrice,
  notional,
  type Price,
  price,
  priceOf,
  type Quantity,
  quantity,
  quantityFor,
  rate,
  roundToStep,
  shareOf,
  showMoney,
  showPrice,
  showRate,
} from '#core/money.ts';

const units = fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n });
const positive = fc.bigInt({ min: 1n, max: 10n ** 24n });

test('a decimal survives the way to text and back', () => {
  fc.assert(fc.property(units, (value) => price(showPrice(value as Price)) === value));
});

test('text has no exponent, no trailing zero and no negative zero', () => {
  assert.equal(showPrice(price('0.00000001')), '0.00000001');
  assert.equal(showPrice(price('120.50')), '120.5');
  assert.equal(showPrice(price('-0.0')), '0');
  assert.equal(showPrice(price('100')), '100');
  assert.equal(showPrice(price('-1.25')), '-1.25');
});

test('what is not a plain decimal is refused', () => {
  const bad = [
    '',
    ' ',
    '1e5',
    'NaN',
    'Infinity',
    '0x10',
    '1,5',
    '.5',
    '5.',
    '+1',
    '01',
    '1.2.3',
    '--1',
    '1'.repeat(65),
  ];
  for (const text of bad) assert.throws(() => price(text), DecimalError, JSON.stringify(text));
  assert.throws(() => price('0.12345678901'), DecimalError, 'more decimals than a price has');
  assert.equal(price('0.12345678900000'), price('0.123456789'), 'zeros at the end are not decimals');
});

test('price times quantity is exact', () => {
  assert.equal(showMoney(notional(price('0.1'), quantity('0.2'))), '0.02');
  assert.equal(showMoney(notional(price('19.94'), quantity('1.003'))), '19.99982');
  fc.assert(
    fc.property(positive, positive, (p, q) => {
      const value = notional(p as Price, q as Quantity);
      return priceOf(value, q as Quantity, 'down') === p && quantityFor(value, p as Price, 'up') === q;
    }),
  );
});

test('rounding goes where it is told to and never further than one step', () => {
  fc.assert(
    fc.property(positive, positive, (value, step) => {
      const down = roundToStep(value as Price, step as Price, 'down');
      const up = roundToStep(value as Price, step as Price, 'up');
      return (
        isMultipleOf(down, step as Price) &&
        isMultipleOf(up, step as Price) &&
        down <= value &&
        value <= up &&
        up - down <= step &&
        value - down < step
      );
    }),
  );
});

test('a way between prices is told in hundredths of a basis point, towards zero', () => {
  const way = (from: string, to: string) => showRate(basisPoints(price(from), price(to), price('50000')));
  assert.equal(way('50000', '50005'), '1');
  assert.equal(way('50005', '50000'), '-1');
  assert.equal(way('50000', '50000.07'), '0.01');
  assert.equal(way('50000.07', '50000'), '-0.01');
  assert.equal(way('50000', '50000.04'), '0');
});

test('a share and a move round in the named direction', () => {
  assert.equal(showMoney(shareOf(money('100'), rate('0.0004'), 'up')), '0.04');
  assert.equal(showPrice(movePrice(price('100'), rate('-0.02'), 'up')), '98');
  assert.ok(
    movePrice(price('0.0000000001'), rate('0.5'), 'up') >
      movePrice(price('0.0000000001'), rate('0.5'), 'down'),
  );
});
