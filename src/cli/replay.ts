/** tradeengine replay: whether the journal gives the same state from its first fact as from its newest snapshot. */

import type { Config } from '#app/config.ts';
import { exitCodes } from '#app/exit-codes.ts';
import { type Replay, replay } from '#app/replay.ts';
import type { CommandIo } from './io.ts';
import { withConfig } from './with-config.ts';

export const replayCommand = (io: CommandIo): Promise<number> =>
  withConfig(io, (config) => replayJournal(config, io));

async function replayJournal({ values }: Config, { say, complain }: CommandIo): Promise<number> {
  const result = await replay(values.TRADEENGINE_DATA_DIR);
  switch (result.kind) {
    case 'no_journal':
      complain(`There is no journal at ${result.path}.`);
      return exitCodes.failed;
    case 'unusable':
      complain(`${result.error.message}.`);
      return exitCodes.journalUnusable;
    case 'replayed':
      say(
        `Folded ${result.facts} facts, their chain is whole: ${result.orders} live orders, ${result.positions} open positions.`,
      );
      say(comparison(result));
      return result.differences.length === 0 ? exitCodes.ok : exitCodes.failed;
  }
}

function comparison({ facts, snapshotSeq, differences }: Extract<Replay, { kind: 'replayed' }>): string {
  if (snapshotSeq === 0) {
    return 'There is no snapshot to compare with yet: one is stored at a clean stop, and every 250 000 facts.';
  }
  const outcome = differences.length === 0 ? 'the same state' : `another: ${differences.join(', ')} differ`;
  return `The snapshot of fact ${snapshotSeq} and the ${facts - snapshotSeq} facts after it give ${outcome}.`;
}
