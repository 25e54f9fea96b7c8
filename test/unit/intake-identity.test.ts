// Goal: who a signal is never changes. Method: fixed vectors, and the table of the W3C's rules for traceparent.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import {
  type AccountId,
  clientOrderIdOf,
  intentIdOf,
  type SignalId,
  type SignalKey,
  type StrategyId,
  type Symbol,
  signalKeyOf,
} from '#core/ids.ts';
import type { Signal } from '#core/signal.ts';
import { derivedSignalId, signalKeyFor, traceContextOf } from '#intake/identity.ts';

const key = signalKeyFor('paper' as AccountId, 'one' as SignalId);
const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
const span = '00f067aa0ba902b7';

describe('the key of a signal', () => {
  it('is the first hundred bits of the digest in base32', () => {
    const digest = createHash('sha256').update('paper\none').digest('hex');
    const bits = [...digest.slice(0, 25)].map((digit) =>
      Number.parseInt(digit, 16).toString(2).padStart(4, '0'),
    );
    const groups = bits.join('').match(/.{5}/g) ?? [];
    const expected = groups
      .map((group) => 'abcdefghijklmnopqrstuvwxyz234567'[Number.parseInt(group, 2)])
      .join('');
    assert.equal(key, expected);
  });

  it('differs by account and by id', () => {
    assert.notEqual(key, signalKeyFor('live' as AccountId, 'one' as SignalId));
    assert.notEqual(key, signalKeyFor('paper' as AccountId, 'two' as SignalId));
  });

  it('is found again in the ids of its orders', () => {
    assert.equal(signalKeyOf(clientOrderIdOf(intentIdOf(key, 'entry', 'LONG'), 1)), key);
  });
});

describe('the id of a signal that names none', () => {
  const signal: Omit<Signal, 'id'> = {
    strategyId: 'momentum' as StrategyId,
    symbol: 'BTCUSDT' as Symbol,
    action: 'buy',
    confidence: '0.9',
    orderType: 'limit',
    price: '50000',
    quantity: '0.01',
    stopLoss: '49000',
    takeProfitRate: '0.04',
    timestampMs: 1_767_225_600_000,
  };

  it('stays what it was in every version: another one would make a signal sent again a second order', () => {
    assert.equal(derivedSignalId(signal), 'auto-vnwyerakqyeamtwj2daxi33hyv');
  });

  it('follows from its content, and from nothing that was said beside it', () => {
    assert.notEqual(derivedSignalId({ ...signal, quantity: '0.02' }), derivedSignalId(signal));
    assert.equal(derivedSignalId({ ...signal, metadata: { mood: 'calm' } }), derivedSignalId(signal));
  });
});

describe('the trace of a signal', () => {
  const own = traceContextOf(undefined, key);

  it('follows from the key where the publisher names none', () => {
    assert.match(own.trace, /^[0-9a-f]{32}$/);
    assert.deepEqual(traceContextOf(undefined, key), own);
    assert.notEqual(traceContextOf(undefined, 'a'.repeat(20) as SignalKey).trace, own.trace);
  });

  it('is the publisher’s where its traceparent is valid', () => {
    assert.deepEqual(traceContextOf(`00-${trace}-${span}-01`, key), { trace, parentSpan: span });
    assert.deepEqual(traceContextOf(`00-${trace}-${span}-00`, key), { trace, parentSpan: span });
  });

  it('is the publisher’s in a later version that appends fields', () => {
    assert.deepEqual(traceContextOf(`cc-${trace}-${span}-01-what-comes`, key), { trace, parentSpan: span });
  });

  const invalid = [
    '',
    'nonsense',
    `ff-${trace}-${span}-01`,
    `00-${trace}-${span}-01-more`,
    `00-${'0'.repeat(32)}-${span}-01`,
    `00-${trace}-${'0'.repeat(16)}-01`,
    `00-${trace.toUpperCase()}-${span}-01`,
    `00-${trace}-${span}`,
    `00-${trace.slice(1)}-${span}-01`,
    `cc-${trace}-${span}-01.more`,
  ];
  for (const header of invalid) {
    it(`ignores ${JSON.stringify(header)}`, () => {
      assert.deepEqual(traceContextOf(header, key), own);
    });
  }
});
