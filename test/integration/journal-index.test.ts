// Goal: a signal is found by its key at every moment, while its receipt moves from memory into the file's index.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Journal } from '#journal/port.ts';
import { openSqliteJournal } from '#journal/sqlite.ts';
import { appendSignals, keyOf, temporaryJournal } from '#test/support/journal.ts';

const IN_MEMORY = 30;

async function findsAll(journal: Journal): Promise<void> {
  for (let seq = 1; seq <= journal.head; seq += 2) assert.equal(await journal.findSignal(keyOf(seq)), seq);
  assert.equal(await journal.findSignal(keyOf(journal.head + 1)), undefined);
}

it('a journal finds each signal while its index is brought up to date with small commits, and after a start in the middle', async () => {
  const { path, remove } = await temporaryJournal();
  for (let start = 0; start < 3; start += 1) {
    const journal = await openSqliteJournal({ path, recentSignalsMax: IN_MEMORY });
    await findsAll(journal);
    await appendSignals(journal, IN_MEMORY - 1);
    for (let commit = 0; commit < 10; commit += 1) {
      await appendSignals(journal, 1);
      await findsAll(journal);
    }
    await journal.close();
  }
  await remove();
});
