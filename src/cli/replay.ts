/** tradeengine replay: whether the journal gives the same state from its first fact as from its newest snapshot. */

import { readConfig } from '#app/config.ts';
import { exitCodes } from '#app/exit-codes.ts';
import { replay } from '#app/replay.ts';
import type { CommandIo } from './io.ts';

export async function replayCommand({ env, say, complain }: CommandIo): Promise<number> {
  const reading = readConfig(env);
  if (!reading.ok) {
    for (const problem of reading.problems) complain(problem);
    return exitCodes.configuration;
  }
  const result = await replay(reading.config.values.TRADEENGINE_DATA_DIR);
  switch (result.kind) {
    case 'no_journal':
      complain(`There is no journal at ${result.path}.`);
      return exitCodes.failed;
    case 'unusable':
      complain(`${result.error.message}.`);
      return exitCodes.journalUnusable;
    case 'replayed': {
      const { facts, snapshotSeq, orders, positions, differences } = result;
      say(`Folded ${facts} facts: ${orders} live orders, ${positions} open positions.`);
      const other =
        snapshotSeq === 0
          ? 'There is no snapshot to compare with.'
          : `The snapshot of fact ${snapshotSeq} and the ${facts - snapshotSeq} facts after it give`;
      if (snapshotSeq === 0) say(other);
      else
        say(
          `${other} ${differences.length === 0 ? 'the same state' : `another: ${differences.join(', ')} differ`}.`,
        );
      return differences.length === 0 ? exitCodes.ok : exitCodes.failed;
    }
  }
}
