/** The seed of the simulated exchange. It is chosen once, when its data begins, and kept beside that data. */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const SEED_DEFAULT = 1;
const FILE = 'seed';

/**
 * The seed in force: the one that the data began with, else the one asked for, which is kept from now on. Undefined for
 * data that does not tell.
 */
export function settleSeed(directory: string, asked: number | undefined): number | undefined {
  mkdirSync(directory, { recursive: true });
  const names = readdirSync(directory);
  const path = join(directory, FILE);
  if (names.includes(FILE)) {
    const text = readFileSync(path, 'utf8').trim();
    return /^\d{1,10}$/.test(text) ? Number(text) : undefined;
  }
  if (names.length > 0) return undefined;
  const seed = asked ?? SEED_DEFAULT;
  writeFileSync(path, `${seed}\n`);
  return seed;
}
