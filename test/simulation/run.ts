/** Runs one seed and says what broke. */

import { createHash } from 'node:crypto';
import { violationsOf } from './invariants.ts';
import { World } from './world.ts';

export interface Run {
  readonly seed: number;
  readonly violations: readonly string[];
  /** Of every durable fact, in order: equal for equal seeds. */
  readonly digest: string;
  readonly kills: number;
  readonly signals: number;
  readonly facts: number;
}

export async function runSeed(seed: number): Promise<Run> {
  const world = new World(seed);
  await world.run();
  const entries = world.journal.durableEntries();
  const digest = createHash('sha256').update(JSON.stringify(entries)).digest('hex').slice(0, 16);
  return {
    seed,
    violations: violationsOf(world, entries),
    digest,
    kills: world.kills,
    signals: world.acknowledged.size,
    facts: entries.reduce((sum, entry) => sum + entry.facts.length, 0),
  };
}
