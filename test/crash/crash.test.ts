import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCampaign } from './run.ts';

const KILLS = 40;

test(`after ${KILLS} kills each accepted signal was executed exactly once and each position is covered`, {
  timeout: 1_200_000,
}, async () => {
  const campaign = await runCampaign(KILLS, 20_260_101);
  assert.deepEqual(campaign.violations, []);
  assert.equal(campaign.kills, KILLS);
  assert.ok(campaign.signals > 3 * KILLS, `only ${campaign.signals} signals were acknowledged`);
});
