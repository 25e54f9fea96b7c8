// Goal: every kind of bad signal has its stable code and a sentence, and a good one is read exactly.
// Method: tables of wire texts, and properties of the decimal reader.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readDecimal } from '#intake/decimal.ts';
import { numberLiteral, parseJson } from '#intake/json.ts';
import { signalProblems } from '#intake/problems.ts';
import { readSignal, type SignalReading } from '#intake/schema.ts';

const RECEIVED_AT_MS = 1_790_000_000_000;
const good = {
  id: 'one',
  strategy_id: 'momentum',
  symbol: 'BTCUSDT',
  action: 'buy',
  confidence: '0.9',
  timestamp: 1_790_000_000,
};

const read = (text: string): SignalReading => readSignal(parseJson(Buffer.from(text)), RECEIVED_AT_MS);
const readWith = (fields: Record<string, unknown>): SignalReading =>
  read(JSON.stringify({ ...good, ...fields }));

/** The wire text of the good signal with one number written as it is. */
const readLiteral = (field: string, literal: string): SignalReading =>
  read(`${JSON.stringify({ ...good, [field]: undefined }).slice(0, -1)},"${field}":${literal}}`);

function signalOf(reading: SignalReading) {
  if (!reading.ok) assert.fail(`refused: ${JSON.stringify(reading.problem)}`);
  return reading.signal;
}

const bad: [string, Record<string, unknown>, string, string][] = [
  ['a missing strategy', { strategy_id: undefined }, 'missing_field', 'strategy_id is missing.'],
  ['a missing confidence', { confidence: undefined }, 'missing_field', 'confidence is missing.'],
  ['a null in a field it needs', { symbol: null }, 'wrong_type', 'symbol must be a string.'],
  [
    'a limit without a price',
    { order_type: 'limit' },
    'missing_field',
    'price is missing: a limit order needs it.',
  ],
  ['an unknown field', { leverage: 5 }, 'unknown_field', '"leverage" is not a field of a signal.'],
  [
    'an action that does not exist',
    { action: 'BUY' },
    'unknown_value',
    'action must be one of buy, sell, close, hold.',
  ],
  ['an action that is a number', { action: 1 }, 'wrong_type', 'action must be a string.'],
  ['a symbol that is a number', { symbol: 5 }, 'wrong_type', 'symbol must be a string.'],
  ['a symbol with a slash', { symbol: 'BTC/USDT' }, 'wrong_format', 'symbol must be 2 to 32 of A-Z 0-9 _.'],
  [
    'an id with a line break',
    { id: 'a\nb' },
    'wrong_format',
    'id must be 1 to 128 visible ASCII characters.',
  ],
  [
    'an id that is too long',
    { id: 'x'.repeat(129) },
    'wrong_format',
    'id must be 1 to 128 visible ASCII characters.',
  ],
  [
    'a price that is NaN',
    { price: 'NaN' },
    'not_a_decimal',
    'price must be a plain decimal with at most 10 decimals.',
  ],
  [
    'a price that is Infinity',
    { price: 'Infinity' },
    'not_a_decimal',
    'price must be a plain decimal with at most 10 decimals.',
  ],
  [
    'an exponent in a string',
    { price: '1e5' },
    'not_a_decimal',
    'price must be a plain decimal with at most 10 decimals.',
  ],
  [
    'more decimals than are exact',
    { price: '1.00000000001' },
    'not_a_decimal',
    'price must be a plain decimal with at most 10 decimals.',
  ],
  [
    'a percentage of more decimals than are exact',
    { stop_loss_pct: '1.000000001' },
    'not_a_decimal',
    'stop_loss_pct must be a plain decimal with at most 8 decimals.',
  ],
  ['a price that is a boolean', { price: true }, 'wrong_type', 'price must be a number or a decimal string.'],
  [
    'a price that is an object',
    { price: { rawJSON: '1' } },
    'wrong_type',
    'price must be a number or a decimal string.',
  ],
  ['a negative price', { price: -1 }, 'out_of_range', 'price must be over 0 and at most 1000000000000.'],
  [
    'a quantity of zero',
    { quantity: '0.000' },
    'out_of_range',
    'quantity must be over 0 and at most 1000000000000.',
  ],
  [
    'an enormous quantity',
    { quantity: 1e15 },
    'out_of_range',
    'quantity must be over 0 and at most 1000000000000.',
  ],
  [
    'a confidence over one',
    { confidence: 1.01 },
    'out_of_range',
    'confidence must be at least 0 and at most 1.',
  ],
  [
    'a stop of a hundred percent',
    { stop_loss_pct: 100 },
    'out_of_range',
    'stop_loss_pct must be over 0 and under 100.',
  ],
  [
    'a day that does not exist',
    { timestamp: '2026-02-30T00:00:00Z' },
    'wrong_format',
    'timestamp must be an RFC 3339 time, or the epoch in seconds or milliseconds.',
  ],
  [
    'a time before 2000',
    { timestamp: 12 },
    'out_of_range',
    'timestamp must lie between the years 2000 and 2100.',
  ],
  ['a time that is a list', { timestamp: [] }, 'wrong_type', 'timestamp must be a string or a number.'],
  [
    'two stops',
    { stop_loss: 1, stop_loss_pct: 1 },
    'conflicting_fields',
    'Only one of stop_loss and stop_loss_pct may be given.',
  ],
  [
    'two targets',
    { take_profit: 1, take_profit_pct: 1 },
    'conflicting_fields',
    'Only one of take_profit and take_profit_pct may be given.',
  ],
  ['two ids', { signal_id: 'two' }, 'conflicting_fields', 'id and signal_id name different signals.'],
  [
    'a close at a limit',
    { action: 'close', order_type: 'limit', price: 1 },
    'conflicting_fields',
    'A close is carried out at the market: order_type may not be limit.',
  ],
  [
    'endless metadata',
    { metadata: { a: 'x'.repeat(9000) } },
    'too_long',
    'metadata must be at most 8192 characters long.',
  ],
];

describe('the schema of a signal', () => {
  for (const [what, fields, code, message] of bad) {
    it(`refuses ${what} as ${code}`, () => {
      assert.deepEqual(readWith(fields), { ok: false, problem: { code, message } });
    });
  }

  it('refuses a body that is no object', () => {
    for (const body of ['5', '"x"', 'null', '[]', 'true']) {
      const reading = read(body);
      assert.deepEqual(reading, {
        ok: false,
        problem: { code: 'wrong_type', message: 'The body must be a JSON object.' },
      });
    }
  });

  it('refuses a field that would reach the prototype', () => {
    const reading = read(`${JSON.stringify(good).slice(0, -1)},"__proto__":{"action":"sell"}}`);
    assert.equal(reading.ok ? 'read' : reading.problem.code, 'unknown_field');
  });

  it('keeps what a model says of itself, under names of its own, and no secret in it', () => {
    const { metadata } = signalOf(
      readWith({
        model_version: '7.2',
        model_confidence: 0.81,
        llm_reasoning: 'api_key=abcdef123456',
        target_price: 52000,
      }),
    );
    assert.deepEqual(metadata, {
      target_price: '52000',
      model_version: '7.2',
      model_confidence: '0.81',
      llm_reasoning: 'api_key=[secret]',
    });
    const long = readWith({ model_notes: 'x'.repeat(2000) });
    assert.equal(long.ok ? 'read' : long.problem.code, 'too_long');
    const other = readWith({ modelling: 1 });
    assert.equal(other.ok ? 'read' : other.problem.code, 'unknown_field');
  });

  it('takes one way to name the size, and refuses two', () => {
    assert.equal(signalOf(readWith({ quote_quantity: 250 })).quoteQuantity, '250');
    assert.equal(signalOf(readWith({ position_size_pct: 2 })).equityRate, '0.02');
    const both = readWith({ quantity: 1, quote_quantity: 250 });
    assert.equal(both.ok ? 'read' : both.problem.code, 'conflicting_fields');
  });

  it('shortens the name of an unknown field', () => {
    const reading = readWith({ ['x'.repeat(5000)]: 1 });
    assert.ok(!reading.ok && reading.problem.message.length < 120);
  });

  it('reads the fields of a signal', () => {
    const signal = signalOf(
      readWith({
        order_type: 'limit',
        price: 50000.5,
        quantity: '0.0040',
        stop_loss: 49000,
        take_profit_pct: 2.5,
      }),
    );
    assert.deepEqual(signal, {
      id: 'one',
      strategyId: 'momentum',
      symbol: 'BTCUSDT',
      action: 'buy',
      confidence: '0.9',
      orderType: 'limit',
      price: '50000.5',
      quantity: '0.004',
      stopLoss: '49000',
      takeProfitRate: '0.025',
      timestampMs: 1_790_000_000_000,
    });
  });

  it('accepts what publishers of the established contract send, and keeps what it does not interpret', () => {
    const signal = signalOf(
      read(
        `{"strategy_id":"rsi","symbol":"ETHUSDT","action":"buy","confidence":0.85,"price":3000.123456789012,
          "quantity":0.005780346820809248,"current_price":3000.10,"source":"ta-bot","strategy":"rsi_reversal",
          "timestamp":"2026-09-21T14:13:20.123456","timeframe":"5m","stop_loss":null,"metadata":{"rsi":28.10,"tags":["a"]}}`,
      ),
    );
    assert.equal(signal.price, undefined);
    assert.equal(signal.quantity, '0.0057803468');
    assert.equal(signal.timestampMs, Date.UTC(2026, 8, 21, 14, 13, 20, 123));
    assert.deepEqual(signal.metadata, {
      source: 'ta-bot',
      strategy: 'rsi_reversal',
      current_price: '3000.10',
      timeframe: '5m',
      metadata: '{"rsi":28.10,"tags":["a"]}',
      price: '3000.123456789',
    });
    assert.match(signal.id, /^auto-[a-z2-7]{26}$/);
  });

  it('reads seconds, milliseconds and offsets as the same time', () => {
    const times = [1_790_000_000, 1_790_000_000_000, '2026-09-21T14:13:20Z', '2026-09-21T16:13:20+02:00'];
    const read = times.map((timestamp) => signalOf(readWith({ timestamp })).timestampMs);
    assert.deepEqual(new Set(read), new Set([1_790_000_000_000]));
  });

  it('takes the time of receipt where the signal names none', () => {
    assert.equal(signalOf(readWith({ timestamp: undefined })).timestampMs, RECEIVED_AT_MS);
  });

  it('derives the same id from the same content however the numbers are written', () => {
    const a = signalOf(readWith({ id: undefined, quantity: '0.10' }));
    const b = signalOf(readWith({ id: undefined, quantity: 0.1, source: 'elsewhere' }));
    const c = signalOf(readWith({ id: undefined, quantity: 0.2 }));
    assert.equal(a.id, b.id);
    assert.notEqual(a.id, c.id);
  });

  it('keeps every digit of a number literal', () => {
    assert.equal(signalOf(readLiteral('quantity', '12345678.1234567891')).quantity, '12345678.1234567891');
    assert.equal(signalOf(readLiteral('quantity', '1.5e-7')).quantity, '0.00000015');
    assert.equal(signalOf(readLiteral('quantity', '5E2')).quantity, '500');
    const vast = readLiteral('quantity', '1e999999');
    assert.equal(vast.ok ? 'read' : vast.problem.code, 'not_a_decimal');
  });
});

describe('the codes of bad input', () => {
  it('are all in the table', () => {
    for (const [, , code] of bad) assert.ok(code in signalProblems, code);
  });
});

describe('a decimal from outside', () => {
  const bounds = { min: '0', max: '1000000' };

  it('is exact for every string of at most ten decimals', () => {
    const units = fc.bigInt({ min: 0n, max: 10n ** 16n });
    fc.assert(
      fc.property(units, (value) => {
        const digits = value.toString().padStart(11, '0');
        const reading = readDecimal(`${digits.slice(0, -10)}.${digits.slice(-10)}`, bounds);
        assert.ok(reading.ok);
        assert.equal(toUnits(reading.text), value);
      }),
    );
  });

  it('of a percentage is a hundredth of it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999_999 }), (value) => {
        const percent = (value / 1_000_000).toFixed(6);
        const reading = readDecimal(percent, { min: '0', max: '100' }, 2);
        assert.ok(reading.ok);
        assert.equal(toUnits(reading.text), BigInt(value) * 100n);
      }),
    );
  });

  it('is never made of anything but a number or a string', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.boolean(), fc.constant(null), fc.object(), fc.array(fc.anything())),
        (value) => {
          const reading = readDecimal(value, bounds);
          assert.equal(reading.ok ? 'read' : reading.code, 'wrong_type');
        },
      ),
    );
  });

  it('from a float is within its noise of the float', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1_000_000, noNaN: true }), (value) => {
        const reading = readDecimal(numberLiteral(JSON.stringify(value)), bounds);
        assert.ok(reading.ok);
        assert.ok(Math.abs(Number(reading.text) - value) <= 2e-10);
      }),
    );
  });

  it('keeps no secret of what a publisher adds', () => {
    const signal = signalOf(
      readWith({
        metadata: { api_key: 'c4n4ry-1', exchange: { password: 'c4n4ry-2' }, rsi: 28 },
        rationale: 'seen at https://me:c4n4ry-3@feed.example',
      }),
    );
    assert.deepEqual(signal.metadata, {
      rationale: 'seen at https://[secret]@feed.example',
      metadata: '{"api_key":"[secret]","exchange":{"password":"[secret]"},"rsi":28}',
    });
  });
});

/** In units of 1e-10. */
function toUnits(text: string): bigint {
  const [whole = '', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(10, '0'));
}
