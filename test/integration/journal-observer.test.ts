// Goal: each commit is told with its size and with the wait of its oldest entry.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Micros } from '#core/ids.ts';
import { openJournalReader } from '#journal/reader.ts';
import { type Commit, openSqliteJournal } from '#journal/sqlite.ts';
import { appendSignals, temporaryJournal } from '#test/support/journal.ts';

it('a journal tells of its commits, and a reader of its size', async () => {
  const { path, remove } = await temporaryJournal();
  const commits: Commit[] = [];
  let ticks = 0;
  const now = (): Micros => {
    ticks += 1;
    return ticks as Micros;
  };
  const journal = await openSqliteJournal({
    path,
    observer: { now, onCommit: (commit) => commits.push(commit) },
  });
  const reader = openJournalReader(path);
  const before = reader.bytes();
  await appendSignals(journal, 200);
  await journal.close();
  assert.equal(
    commits.reduce((sum, { entries }) => sum + entries, 0),
    200,
  );
  assert.ok(commits.length < 200, 'entries that come together are made durable together');
  assert.equal(commits[0]?.appendedAt, 1, 'the wait is that of the oldest entry');
  assert.equal(
    ticks,
    2 * commits.length,
    'the clock is read twice for each commit, however many entries it has',
  );
  const begins = commits.map(({ appendedAt }) => appendedAt);
  assert.deepEqual(
    begins,
    begins.toSorted((a, b) => a - b),
  );
  for (const { appendedAt, durableAt } of commits) assert.ok(appendedAt < durableAt);
  assert.ok(before > 0 && reader.bytes() > before);
  reader.close();
  await remove();
});
