/** npm run crash -- --kills N [--seed S]: one campaign, one closing line; the exit code is its verdict. */

import { parseArgs } from 'node:util';
import { runCampaign } from './run.ts';

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '100' }, seed: { type: 'string', default: '1' } },
});
const kills = Number(values.kills);
const seed = Number(values.seed);
if (!Number.isSafeInteger(kills) || kills < 1 || !Number.isSafeInteger(seed)) {
  console.error('usage: npm run crash -- --kills N [--seed S]');
  process.exit(2);
}
const campaign = await runCampaign(kills, seed);
const SHOWN_MAX = 20;
for (const violation of campaign.violations.slice(0, SHOWN_MAX)) console.log(violation);
console.log(`${campaign.kills} kills, ${campaign.signals} signals, ${campaign.violations.length} violations`);
process.exitCode = campaign.violations.length === 0 ? 0 : 1;
