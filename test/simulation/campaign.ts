/** npm run sim -- --seeds N | --seed S: runs seeds until done, prints what broke and one closing line. */

import { parseArgs } from 'node:util';
import { runSeed } from './run.ts';

const { values } = parseArgs({
  options: { seeds: { type: 'string' }, seed: { type: 'string' }, from: { type: 'string', default: '1' } },
});
const first = Number(values.seed ?? values.from);
const count = values.seed === undefined ? Number(values.seeds ?? '200') : 1;
if (!Number.isSafeInteger(first) || !Number.isSafeInteger(count) || count < 1) {
  console.error('usage: npm run sim -- --seeds N [--from S] | --seed S');
  process.exit(2);
}

let broken = 0;
let signals = 0;
let kills = 0;
for (let seed = first; seed < first + count; seed += 1) {
  const run = await runSeed(seed);
  signals += run.signals;
  kills += run.kills;
  if (run.violations.length > 0) {
    broken += 1;
    console.log(
      `seed ${seed}: ${run.violations.length} violations; repeat with npm run sim -- --seed ${seed}`,
    );
    for (const violation of run.violations) console.log(`  ${violation}`);
  } else if (count === 1) {
    console.log(`seed ${seed}: ${run.facts} facts, digest ${run.digest}`);
  }
}
console.log(`${count} seeds, ${signals} signals, ${kills} kills, ${broken} seeds with violations`);
process.exitCode = broken === 0 ? 0 : 1;
