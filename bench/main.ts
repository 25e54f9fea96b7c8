/**
 * npm run bench [-- NAME ...] [--json]: runs benchmarks and reports figures beside their aims. Ratios are taken within
 * one run, because absolute figures depend on the machine. An aim that is missed is said and fails nothing.
 */

import { parseArgs } from 'node:util';
import { adapter } from './adapter.ts';
import { backlog } from './backlog.ts';
import { encoding } from './encoding.ts';
import type { Figures } from './figure.ts';
import { latency } from './latency.ts';
import { matching } from './matching.ts';
import { outage } from './outage.ts';
import { slope } from './slope.ts';
import { telemetry } from './telemetry.ts';
import { throughput } from './throughput.ts';

const benches: Readonly<Record<string, () => Promise<Figures>>> = {
  throughput,
  latency,
  telemetry,
  encoding,
  outage,
  backlog,
  slope,
  adapter,
  matching,
};

const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean' } } });
const names = positionals.length === 0 ? Object.keys(benches) : positionals;
const unknown = names.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}: there are ${Object.keys(benches).join(', ')}`);
  process.exit(2);
}
let all: Figures = {};
for (const name of names) {
  const bench = benches[name];
  if (bench === undefined) continue;
  const figures = await bench();
  all = { ...all, ...figures };
  if (values.json === true) continue;
  for (const [figure, { value, unit, aim, met }] of Object.entries(figures)) {
    const verdict = aim === 'none' ? '' : `  (aim ${aim}: ${met ? 'met' : 'missed'})`;
    console.log(`${name}: ${figure}: ${value} ${unit}${verdict}`);
  }
}
if (values.json === true) console.log(JSON.stringify(all, null, 2));
