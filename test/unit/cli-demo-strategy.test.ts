// Goal: the demo wants the same things under the same seed, and nothing that it should not. Method: long runs.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { numberLiteral } from '#intake/json.ts';
import { readSignal } from '#intake/schema.ts';
import { DemoStrategy, type WireSignal } from '../../src/cli/demo-strategy.ts';

const NOW_MS = 1_790_000_000_000;

function signalsOf(seed: number, count: number): WireSignal[] {
  const strategy = new DemoStrategy({ seed, runId: 'x', symbols: ['BTCUSDT', 'ETHUSDT'], open: [] });
  return Array.from({ length: count }, (_, index) => strategy.next(NOW_MS + index, () => '100'));
}

describe('the demo strategy', () => {
  it('wants the same under the same seed', () => {
    assert.deepEqual(signalsOf(5, 200), signalsOf(5, 200));
    assert.notDeepEqual(signalsOf(5, 200), signalsOf(6, 200));
  });

  it('begins with an entry', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const [first] = signalsOf(seed, 1);
      assert.ok(first !== undefined && ['buy', 'sell'].includes(first.action) && first.confidence > 0.6);
    }
  });

  it('sends only signals of the schema', () => {
    for (const signal of signalsOf(1, 500)) {
      const wire = JSON.parse(JSON.stringify(signal), (_key, value: unknown) =>
        typeof value === 'number' ? numberLiteral(String(value)) : value,
      );
      const reading = readSignal(wire, NOW_MS);
      assert.ok(reading.ok, JSON.stringify(reading));
    }
  });

  it('shows every kind of outcome, and repeats a signal only whole', () => {
    const signals = signalsOf(1, 500);
    assert.deepEqual(new Set(signals.map(({ action }) => action)), new Set(['buy', 'sell', 'close', 'hold']));
    assert.ok(signals.some(({ confidence }) => confidence < 0.6));
    const byId = new Map<string, WireSignal>();
    for (const signal of signals)
      assert.deepEqual(byId.get(signal.id) ?? signal, signal) ?? byId.set(signal.id, signal);
    assert.ok(byId.size < signals.length);
  });

  it('keeps few positions open', () => {
    const open = new Set<string>();
    for (const { action, strategy_id, symbol, confidence } of signalsOf(2, 1000)) {
      if (action === 'close') open.delete(`${strategy_id}/${symbol}`);
      else if (action !== 'hold' && confidence > 0.6) open.add(`${strategy_id}/${symbol}`);
      assert.ok(open.size <= 7);
    }
  });
});
