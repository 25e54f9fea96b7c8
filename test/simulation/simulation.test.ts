import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSeed } from './run.ts';

const SEEDS = 200;

/**
 * Goal: whatever the network loses and whenever the engine dies, each signal is executed once, each position is
 * covered in time, and engine, journal and exchange agree in the end. Method: 200 seeds on virtual time.
 */
test(`${SEEDS} seeded runs with faults and deaths break no rule`, { timeout: 600_000 }, async () => {
  let signals = 0;
  let kills = 0;
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const run = await runSeed(seed);
    signals += run.signals;
    kills += run.kills;
    assert.deepEqual(run.violations, [], `repeat with: npm run sim -- --seed ${seed}`);
  }
  assert.ok(signals > 20 * SEEDS, `only ${signals} signals were acknowledged`);
  assert.ok(kills > SEEDS, `only ${kills} deaths happened`);
});

test('the same seed gives the same facts, another seed gives others', async () => {
  const [first, again, other] = [await runSeed(7), await runSeed(7), await runSeed(8)];
  assert.equal(again.digest, first.digest);
  assert.notEqual(other.digest, first.digest);
});
